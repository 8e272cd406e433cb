/* The decoder, and the kinds of characters that some places do not take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/utf8.h"

static void test_decode(void **state)
{
        static const struct {
                const char *bytes;
                size_t size, length;
                char32_t code;
        } rows[] = {
                {"a", 1, 1, 'a'},
                {"\x7f", 1, 1, 0x7f},
                {"\xc2\x80", 2, 2, 0x80},
                {"\xc4\x90", 2, 2, 0x110},
                {"\xdf\xbf", 2, 2, 0x7ff},
                {"\xe0\xa0\x80", 3, 3, 0x800},
                {"\xe1\xba\xa5", 3, 3, 0x1ea5},
                {"\xed\x9f\xbf", 3, 3, 0xd7ff},
                {"\xee\x80\x80", 3, 3, 0xe000},
                {"\xf0\x90\x80\x80", 4, 4, 0x10000},
                {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
                {"ab", 2, 1, 'a'},
                /* above the last, surrogates, overlong, cut off, the rest of one, five bytes, NUL */
                {"\xf4\x90\x80\x80", 4, 0, 0},
                {"\xed\xa0\x80", 3, 0, 0},
                {"\xed\xbf\xbf", 3, 0, 0},
                {"\xc1\xbf", 2, 0, 0},
                {"\xe0\x9f\xbf", 3, 0, 0},
                {"\xf0\x8f\xbf\xbf", 4, 0, 0},
                {"\xe1\xba\xa5", 2, 0, 0},
                {"\xe1\xba", UTF8_MAX, 0, 0},
                {"\xe1z\xa5", 3, 0, 0},
                {"\x80", 1, 0, 0},
                {"\xf8\x88\x80\x80\x80", 5, 0, 0},
                {"\xff", 1, 0, 0},
                {"", 1, 0, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char32_t code = 0;

                assert_int_equal(utf8_decode(rows[i].bytes, rows[i].size, &code), rows[i].length);
                assert_int_equal(code, rows[i].code);
        }
}

static void test_fit(void **state)
{
        static const char text[] = "aấb";
        static const size_t fits[] = {0, 1, 1, 1, 4, 5, 5};

        (void)state;
        for (size_t room = 0; room < ELEMENTS(fits); room++)
                assert_int_equal(utf8_fit(text, strlen(text), room), fits[room]);
}

static void test_kinds(void **state)
{
        static const struct {
                char32_t first, last;
                enum utf8_kind kind;
        } rows[] = {
                {0x00, 0x1f, UTF8_CONTROL},      {' ', '~', UTF8_PLAIN},           {0x7f, 0x9f, UTF8_CONTROL},
                {0xa0, 0x200a, UTF8_PLAIN},      {0x200b, 0x200f, UTF8_HIDDEN},    {0x2010, 0x2027, UTF8_PLAIN},
                {0x2028, 0x2029, UTF8_LINE_END}, {0x202a, 0x202e, UTF8_DIRECTION}, {0x202f, 0x205f, UTF8_PLAIN},
                {0x2060, 0x2065, UTF8_HIDDEN},   {0x2066, 0x2069, UTF8_DIRECTION}, {0x206a, 0x206f, UTF8_HIDDEN},
                {0x2070, 0xfefe, UTF8_PLAIN},    {0xfeff, 0xfeff, UTF8_HIDDEN},    {0xff00, 0x10ffff, UTF8_PLAIN},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                for (char32_t code = rows[i].first; code <= rows[i].last; code++)
                        assert_int_equal(utf8_kind(code), rows[i].kind);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_decode),
                cmocka_unit_test(test_fit),
                cmocka_unit_test(test_kinds),
        };

        return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
