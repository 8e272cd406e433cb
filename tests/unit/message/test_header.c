/* Tests of header: what a mail program reads, line lengths, and that no value starts a field of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "message/header.h"

#define LONG_40 "0123456789012345678901234567890123456789"

/* Every line fits, is not blank, and each but the first begins with a blank. */
static void check_lines(const char *field)
{
        for (const char *line = field; line;) {
                const char *end = strstr(line, "\r\n");
                size_t size = end ? (size_t)(end - line) : strlen(line);
                assert_in_range(size, 1, 76);
                assert_true(strspn(line, " ") < size);
                assert_true(line == field || line[0] == ' ');
                for (size_t i = 0; i < size; i++)
                        assert_in_range((unsigned char)line[i], ' ', '~');
                line = end ? end + 2 : NULL;
        }
}

static void test_text(void **state)
{
        (void)state;
        static const struct {
                const char *value, *expected;
        } rows[] = {
                {"plain words", "X: plain words"},
                {"", "X: "},
                {NULL, "X: "},
                {"Tết", "X: =?UTF-8?B?VOG6v3Q=?="},
                {"a\r\nBcc: b@c.example", "X: a Bcc: b@c.example"},
                {"=?UTF-8?Q?=0A?=", "X: =?UTF-8?B?PT9VVEYtOD9RPz0wQT89?="},
                {LONG_40 " " LONG_40, "X: " LONG_40 "\r\n " LONG_40},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *field = header_text("X", rows[i].value);
                assert_string_equal(field, rows[i].expected);
                if (rows[i].value && *rows[i].value)
                        check_lines(field);
        }
}

static size_t decode_base64(const char *from, size_t size, char *ret)
{
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        size_t n = 0;
        assert_int_equal(size % 4, 0);
        for (size_t i = 0; i < size; i += 4) {
                uint32_t group = 0;
                size_t padding = 0;
                for (size_t k = 0; k < 4; k++) {
                        const char *digit = strchr(digits, from[i + k]);
                        padding += from[i + k] == '=';
                        group = group << 6 | (digit ? (uint32_t)(digit - digits) : 0);
                }
                for (size_t k = 0; k < 3 - padding; k++)
                        ret[n++] = (char)(group >> (16 - 8 * k));
        }
        return n;
}

/* What the encoded words of a field say; each must hold whole characters. */
static char *decode(const char *field)
{
        char *text = calloc(1, strlen(field));
        size_t n = 0;
        assert_non_null(text);
        for (const char *word = strstr(field, "=?UTF-8?B?"); word; word = strstr(word, "=?UTF-8?B?")) {
                word += strlen("=?UTF-8?B?");
                const char *end = strstr(word, "?=");
                assert_non_null(end);
                assert_true((size_t)(end - word) + strlen("=?UTF-8?B?"
                                                          "?=") <=
                            75);
                size_t from = n;
                n += decode_base64(word, (size_t)(end - word), text + n);
                for (size_t i = from; i < n;) {
                        char32_t code;
                        size_t length = utf8_decode(text + i, n - i, &code);
                        assert_int_not_equal(length, 0);
                        i += length;
                }
        }
        return text;
}

static void test_encoding(void **state)
{
        (void)state;
        static const char *const values[] = {
                "Báo cáo tổng kết công tác thi đua, khen thưởng năm 2024, bảng chấm điểm gửi Trưởng khối",
                "ếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếế",
                "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80"
                "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
                LONG_40 LONG_40 LONG_40,
        };
        static const char *const names[] = {"S", "Subject", "X-A-Name-That-Leaves-But-Little-Room-On-Its-Line"};
        for (size_t i = 0; i < ELEMENTS(values); i++)
                for (size_t k = 0; k < ELEMENTS(names); k++) {
                        CLEANUP_FREE char *field = header_text(names[k], values[i]);
                        CLEANUP_FREE char *text = decode(field);
                        assert_string_equal(text, values[i]);
                        check_lines(field);
                }
}

static void test_mailbox(void **state)
{
        (void)state;
        static const struct {
                const char *display, *address, *expected;
        } rows[] = {
                {NULL, "a@b.example", "To: a@b.example"},
                {"", "a@b.example", "To: a@b.example"},
                {"Anna Berg", "a@b.example", "To: Anna Berg <a@b.example>"},
                {"Berg, Anna", "a@b.example", "To: \"Berg, Anna\" <a@b.example>"},
                {"A \"B\" \\ C", "a@b.example", "To: \"A \\\"B\\\" \\\\ C\" <a@b.example>"},
                {"Sở", "a@b.example", "To: =?UTF-8?B?U+G7nw==?= <a@b.example>"},
                {"Hội đồng Thi đua - Khen thưởng tỉnh", "a@b.example",
                 "To: =?UTF-8?B?SOG7mWkgxJHhu5NuZw==?= Thi =?UTF-8?B?xJF1YQ==?= - Khen\r\n"
                 " =?UTF-8?B?dGjGsOG7n25nIHThu4luaA==?= <a@b.example>"},
                {"Sở (Lào Cai)", "a@b.example", "To: =?UTF-8?B?U+G7nyAoTMOgbyBDYWkp?= <a@b.example>"},
                {"A>, <c@d.example", "a@b.example", "To: \"A>, <c@d.example\" <a@b.example>"},
                {"A\r\nBcc: c@d.example", "a@b.example", "To: \"A Bcc: c@d.example\" <a@b.example>"},
                {NULL, "a@b.example\r\nBcc: c@d.example", "To: a@b.exampleBcc:c@d.example"},
                {"A", "a@b.example>, <c@d.example", "To: A <a@b.example,c@d.example>"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *field = header_mailbox("To", rows[i].display, rows[i].address);
                assert_string_equal(field, rows[i].expected);
                check_lines(field);
        }
}

static void test_date(void **state)
{
        (void)state;
        static const struct {
                int64_t seconds;
                int32_t offset;
                const char *expected;
        } rows[] = {
                {1726448400, 25200, "Date: Mon, 16 Sep 2024 08:00:00 +0700"},
                {1726448400, 0, "Date: Mon, 16 Sep 2024 01:00:00 +0000"},
                {1726448400, -16200, "Date: Sun, 15 Sep 2024 20:30:00 -0430"},
                {-1, 0, "Date: Wed, 31 Dec 1969 23:59:59 +0000"},
                {1709164800, 0, "Date: Thu, 29 Feb 2024 00:00:00 +0000"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *field = header_date(rows[i].seconds, rows[i].offset);
                assert_string_equal(field, rows[i].expected);
        }
}

static void test_message_ids(void **state)
{
        (void)state;
        static const struct {
                const char *ids[4], *expected;
        } rows[] = {
                {{"one"}, "References: <one@b.example>"},
                {{LONG_40, LONG_40}, "References: <" LONG_40 "@b.example>\r\n <" LONG_40 "@b.example>"},
                {{"a\r\nb"}, "References: <ab@b.example>"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *field = header_message_ids("References", rows[i].ids, "b.example");
                assert_string_equal(field, rows[i].expected);
                check_lines(field);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_text), cmocka_unit_test(test_encoding),    cmocka_unit_test(test_mailbox),
                cmocka_unit_test(test_date), cmocka_unit_test(test_message_ids),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
