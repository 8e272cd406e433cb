/* Tests of text: what becomes of strings from outside, and the buffer's limits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void test_line(void **state)
{
        (void)state;
        static const struct {
                const char *given, *expected;
        } rows[] = {
                {NULL, ""},
                {"", ""},
                {"Đăng ký thi đua", "Đăng ký thi đua"},
                {"  two   blanks ", "two blanks"},
                {"a\r\nBcc: b@c.example", "a Bcc: b@c.example"},
                {"a\tb\x01"
                 "c\x7f"
                 "d",
                 "a b c d"},
                {"\n\n", ""},
                {"next\xc2\x85line", "next line"},
                {"line\xe2\x80\xa8separator", "line separator"},
                {"paragraph\xe2\x80\xa9", "paragraph"},
                {"gpj.\xe2\x80\xae"
                 "exe",
                 "gpj.exe"},
                {"\xe2\x81\xa6isolate\xe2\x81\xa9", "isolate"},
                {"bad \xff byte", "bad \xef\xbf\xbd byte"},
                {"cut \xe1\xba", "cut \xef\xbf\xbd\xef\xbf\xbd"},
                {"overlong \xc0\xaf", "overlong \xef\xbf\xbd\xef\xbf\xbd"},
                {"surrogate \xed\xa0\x80", "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
                {"emoji \xf0\x9f\x98\x80", "emoji \xf0\x9f\x98\x80"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *line = text_line(rows[i].given);
                assert_string_equal(line, rows[i].expected);
                assert_true(text_is_line(line));
                if (rows[i].given)
                        assert_int_equal(text_is_line(rows[i].given), strcmp(rows[i].given, rows[i].expected) == 0);
        }
}

/* Behind a blank too many, text_line() goes through each character, so nothing is told by the way that is tested. */
static void test_is_line(void **state)
{
        (void)state;
        static const char *const ends[] = {"", "b", " b", "\x80", "\xa8", "\x80\x80"};
        for (int first = 1; first < 256; first++)
                for (int second = 1; second < 256; second++)
                        for (size_t i = 0; i < ELEMENTS(ends); i++) {
                                char string[16];
                                snprintf(string, sizeof(string), "  a%c%c%s", first, second, ends[i]);
                                CLEANUP_FREE char *line = text_line(string);
                                if (text_is_line(string + 2) != (strcmp(line, string + 2) == 0))
                                        fail_msg("%02x %02x %zu", first, second, i);
                                assert_int_equal(text_shows(string), *line != '\0');
                        }
        assert_false(text_shows(""));
        assert_false(text_shows(" \x01\xe2\x80\xae\xe2\x80\xa8"));
        assert_true(text_shows(" \xff"));
}

static void test_buffer(void **state)
{
        (void)state;
        CLEANUP_TEXT struct text text = {0};
        char *taken;
        assert_int_equal(text_take(&text, &taken), 0);
        assert_string_equal(taken, "");
        free(taken);
        for (int i = 0; i < 1000; i++)
                text_add_format(&text, "%03d,", i);
        assert_int_equal(text_take(&text, &taken), 0);
        assert_int_equal(strlen(taken), 4000);
        assert_memory_equal(taken + 3996, "999,", 5);
        free(taken);
        assert_null(text.data);
}

static void test_limit(void **state)
{
        (void)state;
        CLEANUP_TEXT struct text text = {.limit = 4};
        char *taken = NULL;
        text_add_string(&text, "four");
        assert_int_equal(text.error, 0);
        text_add_string(&text, "!");
        text_add_string(&text, "");
        assert_int_equal(text_take(&text, &taken), -E2BIG);
        assert_null(taken);
        text_clear(&text);
        assert_int_equal(text.limit, 4);
        assert_int_equal(text.error, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_line),
                cmocka_unit_test(test_is_line),
                cmocka_unit_test(test_buffer),
                cmocka_unit_test(test_limit),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
