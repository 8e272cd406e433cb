/* What a webhook's endpoint answers, through libcurl, to the outcome, the words and the wait that it asks for.
 * Input: all that the server says.
 * Holds: a message counts as sent only when a final header with 2xx was there; the wait is bounded and only for what is
 * tried again; the words are one plain line, bounded, never empty. */
#include "fuzz.h"

#include <signal.h>

#include "wire.h"

/* The thread that runs the transfer is left out; its parts are called one after the other. */
#include "transport/webhook.c" // NOLINT(bugprone-suspicious-include)

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
        (void)signal(SIGPIPE, SIG_IGN); /* as transfers_new() does */
        return 0;
}

static void check_result(const struct transfer_result *result, const char *said, size_t size)
{
        REQUIRE_OF(is_plain_line(result->answer) && *result->answer, result->answer);
        REQUIRE_OF(strlen(result->answer) <= TRANSFER_ANSWER_MAX, result->answer);
        REQUIRE(result->retry_after >= 0 && result->retry_after <= WEBHOOK_RETRY_MAX);
        REQUIRE(result->retry_after == 0 || result->outcome == TRANSFER_TEMPORARY);
        switch (result->outcome) {
        case TRANSFER_SENT:
                REQUIRE(result->code >= 200 && result->code < 300);
                break;
        case TRANSFER_PERMANENT:
                REQUIRE(result->code >= 300 && result->code < 500);
                break;
        case TRANSFER_TEMPORARY:
                return;
        case TRANSFER_RECALLED:
                REQUIRE(result->outcome != TRANSFER_RECALLED); /* the source did not say so */
        }
        /* What decides is a whole header, not its beginning. */
        REQUIRE_OF(memmem(said, size, "\n\r\n", 3) || memmem(said, size, "\n\n", 2), said);
}

static int give_body(void *userdata, const char **ret_body)
{
        (void)userdata;
        *ret_body = "{}";
        return 0;
}

static void converse(const char *said, size_t size)
{
        const struct webhook_endpoint endpoint = {.url = "http://127.0.0.1:80/hook",
                                                  .allow_http = true,
                                                  .secret = (const unsigned char *)"key",
                                                  .secret_size = 3,
                                                  .timeout = 5,
                                                  .connections = 1};
        struct webhook_transfer *webhook = calloc(1, sizeof(*webhook));
        CURL *easy = curl_easy_init();

        REQUIRE(webhook && easy);
        REQUIRE(webhook_fill(webhook, &endpoint, "00112233445566778899aabbccddeeff") == 0);
        webhook->source.write = give_body;
        webhook->base.easy = easy; /* as loop.c does */
        REQUIRE(transfer_prepare(&webhook->base, easy) == CURLE_OK);
        transfer_judge(&webhook->base, easy, wire_perform(easy, said, size));
        check_result(&webhook->base.result, said, size);
        curl_easy_cleanup(easy);
        webhook_release(&webhook->base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t n;
        CLEANUP_FREE char *said = input_text(&input, &n);

        converse(said, n);
        return 0;
}
