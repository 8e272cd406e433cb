/* What a mail server says, through libcurl, to the outcome and the words that the journal and the store get.
 * Input: one byte (odd: with a login), then all that the server says.
 * Holds: a message counts as sent only after 354 and a good reply behind it, as refused for good only after a 5yz, so
 * that nothing a server says loses a message without its saying so; the words are one plain line, bounded, never
 * empty. */
#include "fuzz.h"

#include <signal.h>

#include "wire.h"

/* What the server says after its answer to EHLO, by which libcurl has opened the session. */
static const char *said_later;
static size_t said_later_size;
static const char *said_first;
static size_t said_first_size;

static CURLcode read_said(CURL *easy, void *buffer, size_t room, size_t *ret_n)
{
        (void)easy;
        *ret_n = said_later_size < room ? said_later_size : room;
        memcpy(buffer, said_later, *ret_n);
        said_later += *ret_n;
        said_later_size -= *ret_n;
        return CURLE_OK;
}

static CURLcode take_all(CURL *easy, const void *buffer, size_t size, size_t *ret_n)
{
        (void)easy, (void)buffer;
        *ret_n = size;
        return CURLE_OK;
}

static CURLcode open_with_first(CURL *easy)
{
        return wire_perform(easy, said_first, said_first_size);
}

#define curl_easy_recv read_said
#define curl_easy_send take_all
#undef curl_easy_perform
#define curl_easy_perform open_with_first

/* What runs the transfer is a thread pool; here its parts are called one after the other. */
#include "transport/session.c" // NOLINT(bugprone-suspicious-include)
#include "transport/smtp.c"    // NOLINT(bugprone-suspicious-include)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
        (void)signal(SIGPIPE, SIG_IGN); /* as transfers_new() does */
        return 0;
}

/* Whether a line begins with that digit, somewhere behind a place. */
static const char *find_reply(const char *from, const char *start)
{
        for (const char *line = from; line && *line;) {
                if (strncmp(line, start, strlen(start)) == 0)
                        return line;
                line = strchr(line, '\n');
                line = line ? line + 1 : NULL;
        }
        return NULL;
}

static void check_result(const struct transfer_result *result, const char *said, size_t size)
{
        REQUIRE_OF(is_plain_line(result->answer) && *result->answer, result->answer);
        REQUIRE_OF(strlen(result->answer) <= TRANSFER_ANSWER_MAX, result->answer);
        REQUIRE(result->retry_after == 0);
        if (strlen(said) != size) /* NUL in it: the lines cannot be looked for */
                return;
        if (result->outcome == TRANSFER_SENT) {
                const char *go_on = find_reply(said, "354");

                REQUIRE_OF(go_on && find_reply(go_on + 1, "2"), said);
        }
        if (result->outcome == TRANSFER_PERMANENT)
                REQUIRE_OF(find_reply(said, "5"), said);
}

static int give_message(void *userdata, struct smtp_message *ret)
{
        static const char *const headers[] = {"Subject: a", "To: <a@x.example>", NULL};

        (void)userdata;
        *ret = (struct smtp_message){.headers = headers, .text = "x\n", .html = "<p>x</p>\n"};
        return 0;
}

/* The greeting and the answer to EHLO, and what comes then. */
static void split(const char *said, size_t size)
{
        struct reply reply = {0};
        int replies = 0;
        size_t at = 0;

        while (at < size && replies < 2) {
                const char *end = memchr(said + at, '\n', size - at);
                size_t length = end ? (size_t)(end + 1 - said - (ptrdiff_t)at) : size - at;

                replies += reply_take(&reply, said + at, length) == REPLY_WHOLE;
                at += length;
        }
        said_first = said;
        said_first_size = at;
        said_later = said + at;
        said_later_size = size - at;
}

static void hold_dialogue(bool login, const char *said, size_t size)
{
        static const struct smtp_envelope envelope = {"k@k.example", "a@x.example"};
        const struct smtp_server server = {.url = "smtp://127.0.0.1:25",
                                           .hello = "k.example",
                                           .tls = TLS_NONE,
                                           .username = login ? "u" : NULL,
                                           .password = login ? "p" : NULL,
                                           .timeout = 5,
                                           .connections = 1};
        struct smtp_transfer *smtp = calloc(1, sizeof(*smtp));
        struct caller caller = {0};

        REQUIRE(smtp);
        REQUIRE(copy_server(smtp, &server) == 0 && copy_envelope(smtp, &envelope) == 0);
        smtp->source.write = give_message;
        split(said, size);
        (void)smtp_attempt(&smtp->base, &caller);
        check_result(&smtp->base.result, said, size);
        session_free(caller.session);
        smtp_release(&smtp->base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        bool login = input_byte(&input) & 1;
        size_t n;
        CLEANUP_FREE char *said = input_text(&input, &n);

        hold_dialogue(login, said, n);
        return 0;
}
