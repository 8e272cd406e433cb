/* All that an IMAP server says in answer to a command.
 * Input: one byte, how much of it comes at a time; then what the server says.
 * Holds: a command ends as well only by a line with its own tag, which stands outside of every literal; of a response
 * no more is kept than its limits, and a message's body lies in it; a folder's name is one quoted string of ASCII. */
#include "fuzz.h"

#include <errno.h>

#include "incoming/imap.h"

struct server {
        const char *at;
        size_t left, piece;
};

static int server_read(void *userdata, char *buffer, size_t room, size_t *ret_n)
{
        struct server *server = userdata;
        size_t n = server->left < server->piece ? server->left : server->piece;

        n = n < room ? n : room;
        if (n == 0)
                return -ECONNRESET;
        memcpy(buffer, server->at, n);
        server->at += n;
        server->left -= n;
        *ret_n = n;
        return 0;
}

static int server_write(void *userdata, const char *bytes, size_t size)
{
        (void)userdata, (void)bytes, (void)size;
        return 0;
}

static int look(void *userdata, const struct imap_response *response)
{
        struct imap_message message;

        (void)userdata;
        REQUIRE(response->line.size <= IMAP_LINE_MAX && response->kept.size <= IMAP_KEPT);
        (void)imap_lists(response, "IDLE");
        (void)imap_code(response, "UIDVALIDITY");
        if (imap_message(response, &message) && message.size > 0)
                REQUIRE(message.body >= response->kept.data &&
                        message.body + message.size <= response->kept.data + response->kept.size);
        return 0;
}

static void check_folder(const char *name)
{
        CLEANUP_FREE char *folder = imap_folder(name);

        if (!folder)
                return;
        REQUIRE_OF(is_utf8(name, strlen(name)), name);
        REQUIRE_OF(folder[0] == '"' && folder[strlen(folder) - 1] == '"' && strlen(folder) >= 2, folder);
        for (const char *at = folder + 1; at[1]; at++) {
                REQUIRE_OF(*at >= ' ' && *at <= '~' && *at != '"', folder);
                if (*at == '\\')
                        at++;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t piece = (size_t)input_byte(&input) + 1, n;
        CLEANUP_FREE char *said = input_text(&input, &n);
        struct server server = {said, n, piece};
        struct imap imap = {.wire = {server_read, server_write, &server}};
        int r;

        REQUIRE(imap_send(&imap, "UID FETCH 1 BODY.PEEK[]") == 0);
        r = imap_finish(&imap, look, NULL);
        REQUIRE(r == -EPROTO || r == -ECONNRESET || (r >= IMAP_OK && r <= IMAP_BAD));
        if (r >= 0)
                REQUIRE_OF(strncmp(imap.response.line.data, "r1 ", 3) == 0 && is_plain_line(imap.words), imap.words);
        imap_clear(&imap);
        check_folder(said);
        return 0;
}
