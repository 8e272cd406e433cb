/* Tests of imap: what a server says, in pieces of any size, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "incoming/imap.h"

#include <errno.h>
#include <string.h>

/* A server that says this, so many bytes at a time, then goes away. */
struct server {
        const char *says;
        size_t size, at, piece;
        char heard[256];
};

static int server_read(void *userdata, char *buffer, size_t room, size_t *ret_n)
{
        struct server *server = userdata;
        size_t n = server->size - server->at;

        n = n < server->piece ? n : server->piece;
        n = n < room ? n : room;
        if (n == 0)
                return -ECONNRESET;
        memcpy(buffer, server->says + server->at, n);
        server->at += n;
        *ret_n = n;
        return 0;
}

static int server_write(void *userdata, const char *bytes, size_t size)
{
        struct server *server = userdata;

        strncat(server->heard, bytes, size);
        return 0;
}

static void connect_to(struct imap *imap, struct server *server)
{
        *imap = (struct imap){.wire = {server_read, server_write, server}};
}

struct seen {
        unsigned n;
        uint32_t uid;
        char body[64];
        bool has_body;
};

static int see(void *userdata, const struct imap_response *response)
{
        struct seen *seen = userdata;
        struct imap_message message;

        seen->n++;
        if (imap_message(response, &message)) {
                seen->uid = message.uid ? message.uid : seen->uid;
                seen->has_body = seen->has_body || message.body;
                if (message.body)
                        memcpy(seen->body, message.body, message.size < 63 ? message.size : 63);
        }
        return 0;
}

static void test_fetch(void **state)
{
        static const struct {
                const char *says;
                int r;
                uint32_t uid;
                const char *body; /* NULL: not told */
        } table[] = {
                {"* 1 FETCH (UID 7 BODY[] {5}\r\nab\r\nc)\r\nr1 OK done\r\n", IMAP_OK, 7, "ab\r\nc"},
                {"* 1 FETCH (BODY[]<0> {3}\r\nabc UID 7)\r\nr1 OK done\r\n", IMAP_OK, 7, "abc"},
                {"* 1 FETCH (UID 7 FLAGS (\\Seen $x) BODY[]<0> {3}\r\nabc)\r\nr1 OK\r\n", IMAP_OK, 7, "abc"},
                {"* 1 FETCH (UID 7 BODY[] {0}\r\n)\r\nr1 OK\r\n", IMAP_OK, 7, ""},
                {"* 1 FETCH (UID 7 BODY[] NIL)\r\nr1 OK\r\n", IMAP_OK, 7, ""},
                {"* 1 FETCH (UID 7 BODY[] \"\")\r\nr1 OK\r\n", IMAP_OK, 7, ""},
                /* a body that says the command is over, and announces a literal */
                {"* 1 FETCH (UID 7 BODY[] {22}\r\nr1 OK done\r\n* x {99}\r\n)\r\nr1 NO no\r\n", IMAP_NO, 7,
                 "r1 OK done\r\n* x {99}\r\n"},
                /* braces where they mean nothing */
                {"* OK all is well {5}\r\n* 1 FETCH (UID 7 BODY[] {1}\r\na)\r\nr1 OK {9}\r\n", IMAP_OK, 7, "a"},
                {"* 1 FETCH (X \"{5}\" UID 7 BODY[] {1}\r\na)\r\nr1 OK\r\n", IMAP_OK, 7, "a"},
                {"* LIST () \"{3}\r\nr1 OK\r\n", IMAP_OK, 0, NULL},
                /* somebody marks it meanwhile */
                {"* 3 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (UID 7 BODY[] {1}\r\na)\r\nr1 BAD\r\n",
                 IMAP_BAD, 7, "a"},
                {"* 1 FETCH (UID 7 BODY[HEADER.FIELDS (DATE)] {3}\r\nabc)\r\nr1 OK\r\n", IMAP_OK, 7, NULL},
                /* out of step, or no IMAP */
                {"r9 OK done\r\n", -EPROTO, 0, NULL},
                {"HTTP/1.1 400 Bad Request\r\n", -EPROTO, 0, NULL},
                {"\r\n", -EPROTO, 0, NULL},
                {"* 1 FETCH (UID 7 BODY[] {4294967296}\r\n", -EPROTO, 0, NULL},
                {"* 1 FETCH (UID 7 BODY[] {99999999999999999999}\r\n", -EPROTO, 0, NULL},
                {"* BYE shutting down\r\n", -ECONNRESET, 0, NULL},
                {"* 1 FETCH (UID 7 BODY[] {5}\r\nab", -ECONNRESET, 0, NULL},
        };
        static const size_t pieces[] = {1, 3, 4096};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                for (size_t k = 0; k < ELEMENTS(pieces); k++) {
                        struct server server = {table[i].says, strlen(table[i].says), .piece = pieces[k]};
                        struct seen seen = {0};
                        struct imap imap;

                        connect_to(&imap, &server);
                        assert_int_equal(imap_send(&imap, "UID FETCH 7 BODY.PEEK[]"), 0);
                        assert_string_equal(server.heard, "r1 UID FETCH 7 BODY.PEEK[]\r\n");
                        assert_int_equal(imap_finish(&imap, see, &seen), table[i].r);
                        assert_int_equal(seen.uid, table[i].uid);
                        assert_int_equal(seen.has_body, table[i].body != NULL);
                        if (table[i].body)
                                assert_memory_equal(seen.body, table[i].body, strlen(table[i].body));
                        imap_clear(&imap);
                }
}

/* More than is kept is read to its end, and what follows is found. */
static void test_large_literal(void **state)
{
        static const char head[] = "* 1 FETCH (UID 7 BODY[] {41943040}\r\n", tail[] = ")\r\nr1 OK done\r\n";
        size_t body = 41943040, size = strlen(head) + body + strlen(tail);
        char *says = malloc(size);
        struct server server = {says, size, .piece = 65536};
        struct seen seen = {0};
        struct imap imap;

        (void)state;
        assert_non_null(says);
        memcpy(says, head, strlen(head));
        memset(says + strlen(head), 'x', body);
        memcpy(says + strlen(head) + body, tail, strlen(tail));
        connect_to(&imap, &server);
        assert_int_equal(imap_send(&imap, "UID FETCH 7 BODY.PEEK[]"), 0);
        assert_int_equal(imap_finish(&imap, see, &seen), IMAP_OK);
        assert_int_equal(seen.uid, 7);
        assert_int_equal(server.at, server.size);
        imap_clear(&imap);
        free(says);
}

static void test_a_line_without_end(void **state)
{
        size_t size = IMAP_LINE_MAX + 2;
        char *says = malloc(size);
        struct server server = {says, size, .piece = 4096};
        struct imap imap;

        (void)state;
        assert_non_null(says);
        memset(says, '*', size);
        connect_to(&imap, &server);
        assert_int_equal(imap_read(&imap), -EPROTO);
        imap_clear(&imap);
        free(says);
}

static void test_what_is_said(void **state)
{
        static const char says[] = "* 23 EXISTS\r\n* OK [UIDVALIDITY 3857529045] UIDs valid\r\n"
                                   "* CAPABILITY IMAP4rev1 IDLE UIDPLUSX MOVE\r\n";
        struct server server = {says, sizeof(says) - 1, .piece = 7};
        struct imap imap;
        uint32_t n = 0;

        (void)state;
        connect_to(&imap, &server);
        assert_int_equal(imap_read(&imap), 0);
        assert_true(imap_is(&imap.response, "exists", &n));
        assert_int_equal(n, 23);
        assert_false(imap_is(&imap.response, "EXIST", NULL));
        assert_int_equal(imap_code(&imap.response, "UIDVALIDITY"), 0);
        assert_int_equal(imap_read(&imap), 0);
        assert_int_equal(imap_code(&imap.response, "UIDVALIDITY"), 3857529045U);
        assert_int_equal(imap_code(&imap.response, "UIDVALID"), 0);
        assert_int_equal(imap_read(&imap), 0);
        assert_true(imap_lists(&imap.response, "IDLE") && imap_lists(&imap.response, "move"));
        assert_false(imap_lists(&imap.response, "UIDPLUS"));
        imap_clear(&imap);
}

static void test_folder(void **state)
{
        static const struct {
                const char *name, *folder;
        } table[] = {
                {"INBOX", "\"INBOX\""},
                {"Da xu ly", "\"Da xu ly\""},
                {"a \"b\" \\ & c", "\"a \\\"b\\\" \\\\ &- c\""},
                {"Đã xử lý", "\"&ARAA4w- x&Hu0- l&AP0-\""},
                {"台北/日本語", "\"&U,BTFw-/&ZeVnLIqe-\""}, /* RFC 3501 section 5.1.3 */
                {"😀", "\"&2D3eAA-\""},
                {"a\nb", NULL},
                {"\xff", NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE char *folder = imap_folder(table[i].name);

                if (table[i].folder)
                        assert_string_equal(folder, table[i].folder);
                else
                        assert_null(folder);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_fetch),
                cmocka_unit_test(test_large_literal),
                cmocka_unit_test(test_a_line_without_end),
                cmocka_unit_test(test_what_is_said),
                cmocka_unit_test(test_folder),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
