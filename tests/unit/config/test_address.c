/* E-mail addresses, mailboxes, and URLs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "config/address.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_address(void **state)
{
        static const struct {
                const char *text;
                const char *address; /* NULL: wrong */
                const char *why;
        } cases[] = {
                {"a@b.example", "a@b.example", NULL},
                {"van.thu+khoi@so.laocai.example", "van.thu+khoi@so.laocai.example", NULL},
                {"A_B-c@B.example", "A_B-c@b.example", NULL},
                {"a@tỉnh.example", "a@xn--tnh-dlz.example", NULL},
                {"a@xn--tnh-dlz.example", "a@xn--tnh-dlz.example", NULL},
                {"a@localhost", "a@localhost", NULL},
                {A64 "@b.example", A64 "@b.example", NULL},
                {"a" A64 "@b.example", NULL, "more than 64"},
                {"", NULL, "no @"},
                {"a", NULL, "no @"},
                {"@b.example", NULL, "nothing stands before"},
                {"a @b.example", NULL, "a blank before the @"},
                {"a\t@b.example", NULL, "a blank before the @"},
                {"a b@c.example", NULL, "blank in it"},
                {" a@b.example", NULL, "blank in it"},
                {"a@ b.example", NULL, "blank after"},
                {"a@b.example ", NULL, "blank after"},
                {"a@", NULL, "domain after the @ is missing"},
                {"a@ ", NULL, "domain after the @ is missing"},
                {"a@b", NULL, "no dot"},
                {"a@b@c.example", NULL, "two @"},
                {"a@b.example, c@d.example", NULL, "two @"},
                {".a@b.example", NULL, "dot"},
                {"a.@b.example", NULL, "dot"},
                {"a..b@c.example", NULL, "dot"},
                {"văn@b.example", NULL, "accents"},
                {"a(b)@c.example", NULL, "not allowed"},
                {"\"a b\"@c.example", NULL, "not allowed"},
                {"<a@b.example>", NULL, "not allowed"},
                {"a@.example", NULL, "not well-formed"},
                {"a@b..example", NULL, "not well-formed"},
                {"a@b.example.", NULL, "not well-formed"},
                {"a@-b.example", NULL, "not well-formed"},
                {"a@b-.example", NULL, "not well-formed"},
                {"a@b_c.example", NULL, "not well-formed"},
                {"a@[127.0.0.1]", NULL, "not well-formed"},
                {"a@" A64 ".example", NULL, "not well-formed"},
                {"a\n@b.example", NULL, "not allowed"},
                {"a@b.example\nBcc: c@d.example", NULL, "two @"},
                {"a@b.example\nX", NULL, "not well-formed"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP_FREE char *address = NULL;
                const char *why = NULL;
                int r = address_parse(cases[i].text, &address, &why);

                print_message("%s\n", cases[i].text);
                assert_int_equal(r, cases[i].address ? 0 : ADDRESS_WRONG);
                if (cases[i].address)
                        assert_string_equal(address, cases[i].address);
                else
                        assert_non_null(strstr(why, cases[i].why));
        }
}

static void test_mailbox(void **state)
{
        static const struct {
                const char *text;
                const char *name, *address; /* NULL: wrong */
        } cases[] = {
                {"a@b.example", "", "a@b.example"},
                {"<a@b.example>", "", "a@b.example"},
                {"Khối thi đua <a@b.example>", "Khối thi đua", "a@b.example"},
                {"\"Khối, thi đua\" <a@b.example>", "Khối, thi đua", "a@b.example"},
                {"\"a \\\"b\\\" \\\\\" <a@b.example>", "a \"b\" \\", "a@b.example"},
                {"  A  <a@b.example> ", "A", "a@b.example"},
                {"A < B <a@b.example>", "A < B", "a@b.example"},
                {"A <a@b.example> x", NULL, NULL},
                {"A <a@b.example", NULL, NULL},
                {"A <>", NULL, NULL},
                {"A a@b.example", NULL, NULL},
                {"A", NULL, NULL},
                {"", NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct mailbox mailbox = {.name = NULL};
                const char *why = NULL;
                int r = mailbox_parse(cases[i].text, &mailbox, &why);

                print_message("%s\n", cases[i].text);
                assert_int_equal(r, cases[i].address ? 0 : ADDRESS_WRONG);
                if (cases[i].address) {
                        assert_string_equal(mailbox.name, cases[i].name);
                        assert_string_equal(mailbox.address, cases[i].address);
                } else {
                        assert_non_null(why);
                        assert_null(mailbox.address);
                }
                mailbox_clear(&mailbox);
        }
}

static void test_url(void **state)
{
        static const char *const schemes[] = {"https", "http", NULL};
        static const struct {
                const char *text;
                int scheme; /* -1: wrong */
        } cases[] = {
                {"https://a.example/", 0},
                {"HTTPS://a.example/x?y=z", 0},
                {"http://127.0.0.1:8080", 1},
                {"https://[::1]:443/", 0},
                {"https://tỉnh.example/", 0},
                {"https://a.example:65535/", 0},
                {"https://a.example:65536/", -1},
                {"https://a.example:0/", -1},
                {"https://a.example:x/", -1},
                {"https://", -1},
                {"https:///x", -1},
                {"https:/a.example", -1},
                {"https:/a.example/://b.example/", -1},
                {"a.example/x", -1},
                {"", -1},
                {"ftp://a.example/", -1},
                {"file:///etc/passwd", -1},
                {"smtp://a.example", -1},
                {"https://u@a.example/", -1},
                {"https://u:p@a.example/", -1},
                {"https://a.example/#x", -1},
                {"https://a b.example/", -1},
                {"https://a.example/x y", -1},
                {" https://a.example/", -1},
                {"https://a.example/\r\nX: y", -1},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const char *why = NULL;
                size_t scheme = 7;
                int r = url_check(cases[i].text, schemes, &scheme, &why);

                print_message("%s\n", cases[i].text);
                assert_int_equal(r, cases[i].scheme < 0 ? ADDRESS_WRONG : 0);
                if (cases[i].scheme >= 0)
                        assert_int_equal(scheme, cases[i].scheme);
                else
                        assert_non_null(why);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_address),
                cmocka_unit_test(test_mailbox),
                cmocka_unit_test(test_url),
        };

        return cmocka_run_group_tests_name("addresses", tests, NULL, NULL);
}
