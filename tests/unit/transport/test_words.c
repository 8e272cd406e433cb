/* Unit tests of words: what may come from a server, and what may be printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "transport/words.h"

static void test_printable(void **state)
{
        static const struct {
                const char *given, *expected;
        } rows[] = {
                {"", ""},
                {"250 ok", "250 ok"},
                {"250 ok\r\n", "250 ok"},
                {"\t 550  no\r\n\r\nsuch \t user\r\n", "550 no such user"},
                {"Hộp thư không tồn tại", "Hộp thư không tồn tại"},
                {"a\x1b[31mred\x7f"
                 "b",
                 "a [31mred b"},
                {"h\xe9llo", "h?llo"},             /* Latin-1 */
                {"\xc0\xaf", "??"},                /* overlong */
                {"\xe0\x80\xaf", "???"},           /* overlong */
                {"\xed\xa0\x80", "???"},           /* surrogate */
                {"\xf4\x90\x80\x80", "????"},      /* above U+10FFFF */
                {"\xf8\x88\x80\x80\x80", "?????"}, /* five bytes */
                {"end \xe1\xbb", "end ??"},        /* cut off */
                {"\x80\xbf", "??"},                /* continuation alone */
                {"\xc2\x9b"
                 "31m",
                 "?31m"}, /* CSI of C1 */
                {"\xe2\x80\xae"
                 "evil",
                 "?evil"}, /* right-to-left override */
                {"a\xe2\x80\xa8"
                 "b",
                 "a?b"}, /* line separator */
                {"\xef\xbb\xbf"
                 "bom",
                 "?bom"},
                {"\xf0\x9f\x93\xac mail", "\xf0\x9f\x93\xac mail"},
        };
        char words[TRANSFER_ANSWER_MAX + 1];

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                words_printable(rows[i].given, strlen(rows[i].given), words);
                assert_string_equal(words, rows[i].expected);
        }
        words_printable("a\0b", 3, words);
        assert_string_equal(words, "a b");
}

/* Cut at the limit, never within a character, nor after a blank. */
static void test_cut(void **state)
{
        char given[3 * TRANSFER_ANSWER_MAX], words[TRANSFER_ANSWER_MAX + 1];

        (void)state;
        for (size_t lead = 0; lead < 4; lead++) {
                memset(given, 'x', lead);
                for (size_t i = lead; i + 3 <= sizeof given; i += 3)
                        memcpy(given + i, "\xe1\xbb\x87", 3); /* ệ */
                words_printable(given, sizeof given - 3, words);
                size_t length = strlen(words);
                assert_in_range(length, TRANSFER_ANSWER_MAX - 2, TRANSFER_ANSWER_MAX);
                assert_int_equal((length - lead) % 3, 0);
        }
        for (size_t i = 0; i < sizeof given; i++)
                given[i] = i % 2 ? ' ' : 'y';
        words_printable(given, sizeof given, words);
        assert_int_equal(strlen(words), TRANSFER_ANSWER_MAX - 1);
        assert_int_equal(words[TRANSFER_ANSWER_MAX - 2], 'y');
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_printable),
                cmocka_unit_test(test_cut),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
