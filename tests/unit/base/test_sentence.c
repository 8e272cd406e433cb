/* Tests of sentence and language: what was said in English is taken apart and said again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "base/sentence.h"

/* In the order of their bytes, as gettext looks for them. */
static const char *const entries[][2] = {
        {"", "Language: vi\nContent-Type: text/plain; charset=UTF-8\n"},
        {"%s for %s: %s", "%s của %s: %s"},
        {"%s is missing; write %s = %s;", "thiếu %s; hãy ghi %s = %s;"},
        {"%s names them", "%s liệt kê"},
        {"%s: %s", "không dùng đến"},
        {"%s: the key %d%% is not %s", "%3$s: không phải %1$s %2$d%%"},
        {"agency \"%s\"", "cơ quan \"%s\""},
        {"comes every %d day%s, up to %d-01-01", "sau %d ngày%.0s, đến %d-01-01"},
        {"date\004YYYY-MM-DD", "DD/MM/YYYY"},
        {"is open", "đang mở"},
        {"no agency \"%s\"; %s", "không có cơ quan \"%s\"; %s"},
        {"none of %zu, for example: %s", "không việc nào trong %zu, ví dụ: %s"},
        {"state\004open", "còn mở"},
        {"that character is '%c', U+%04X", "ký tự '%c', U+%04X"},
        {"until %s", "đến %s"},
};

static char folder[] = "/tmp/sentence.XXXXXX";

static void put_table(FILE *file, size_t which, uint32_t at)
{
        for (size_t i = 0; i < ELEMENTS(entries); i++) {
                uint32_t length = (uint32_t)strlen(entries[i][which]);

                fwrite(&length, sizeof(length), 1, file);
                fwrite(&at, sizeof(at), 1, file);
                at += length + 1;
        }
}

static uint32_t texts_size(size_t which)
{
        uint32_t size = 0;

        for (size_t i = 0; i < ELEMENTS(entries); i++)
                size += (uint32_t)strlen(entries[i][which]) + 1;
        return size;
}

/* A catalogue as msgfmt writes it, without a table of hashes. */
static int write_catalogue(void **state)
{
        const uint32_t n = ELEMENTS(entries), tables = 7 * 4, texts = tables + 2 * n * 8;
        const uint32_t header[] = {0x950412de, 0, n, tables, tables + n * 8, 0, texts};
        char path[256];

        (void)state;
        if (!mkdtemp(folder))
                return -1;
        snprintf(path, sizeof(path), "%s/vi", folder);
        mkdir(path, 0700);
        strcat(path, "/LC_MESSAGES");
        mkdir(path, 0700);
        strcat(path, "/" TEXT_DOMAIN ".mo");

        FILE *file = fopen(path, "we");
        if (!file)
                return -1;
        fwrite(header, sizeof(header), 1, file);
        put_table(file, 0, texts);
        put_table(file, 1, texts + texts_size(0));
        for (size_t which = 0; which < 2; which++)
                for (size_t i = 0; i < n; i++)
                        fwrite(entries[i][which], strlen(entries[i][which]) + 1, 1, file);
        fclose(file);
        unsetenv("LC_ALL");
        unsetenv("LC_MESSAGES");
        unsetenv("LANGUAGE");
        setenv("LANG", "vi_VN.UTF-8", 1);
        setenv("TEXTDOMAINDIR", folder, 1);
        language_set();
        return 0;
}

static int remove_catalogue(void **state)
{
        char command[64];

        (void)state;
        snprintf(command, sizeof(command), "rm -r %s", folder);
        return system(command) == 0 ? 0 : -1; /* NOLINT(cert-env33-c): a path of our own */
}

static void test_sentences(void **state)
{
        static const char *const table[][2] = {
                /* whole, with arguments, nested */
                {"is open", "đang mở"},
                {"bao-cao for vp-ubnd: is open", "bao-cao của vp-ubnd: đang mở"},
                {"none of 3, for example: a for b: is open", "không việc nào trong 3, ví dụ: a của b: đang mở"},
                {"comes every 30 days, up to 2024-01-01", "sau 30 ngày, đến 2024-01-01"},
                {"comes every 1 day, up to 2024-01-01", "sau 1 ngày, đến 2024-01-01"},
                {"that character is '“', U+201C", "that character is '“', U+201C"}, /* %c is one byte */
                {"that character is '[', U+005B", "ký tự '[', U+005B"},
                /* places and percent signs */
                {"x: the key 7% is not y", "y: không phải x 7%"},
                /* of several that fit, the one that says most */
                {"no agency \"a\"; agencies.conf names them", "không có cơ quan \"a\"; agencies.conf liệt kê"},
                /* a name, and what is said of it */
                {"agency \"a: b\": name is missing; write name = \"…\";",
                 "cơ quan \"a: b\": thiếu name; hãy ghi name = \"…\";"},
                {"agency \"a\": agency \"b\"", "cơ quan \"a\": cơ quan \"b\""},
                {"agency \"\"a\" b\"", "cơ quan \"\"a\" b\""},
                /* days */
                {"until 2024-03-05", "đến 05/03/2024"},
                {"2024-03-05", "05/03/2024"},
                {"until 2024-03-05 08:00", "đến 05/03/2024 08:00"},
                {"until bao-cao@2024-03-05", "đến bao-cao@2024-03-05"},
                /* somebody's own words: those in quotes, and those that are in no catalogue */
                {"agency \"is open\"", "cơ quan \"is open\""},
                {"a: b", "a: b"},
                {"what nobody said", "what nobody said"},
                {"", ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char *CLEANUP_FREE said = sentence_translate(table[i][0]);

                assert_string_equal(said, table[i][1]);
        }
}

static void test_words(void **state)
{
        char buffer[LANGUAGE_DATE_SIZE];

        (void)state;
        assert_string_equal(language_word("state", "open"), "còn mở");
        assert_string_equal(language_word("verb", "open"), "open");
        assert_string_equal(C_("state", "open"), "còn mở");
        assert_string_equal(C_("verb", "open"), "open");
        assert_string_equal(language_date("2024-10-15", buffer), "15/10/2024");
        assert_string_equal(language_date("2024-10-15 08:00", buffer), "15/10/2024 08:00");
        assert_string_equal(language_date("2024-10-15T08", buffer), "2024-10-15T08");
        assert_string_equal(language_date("2024-10-1", buffer), "2024-10-1");
        assert_string_equal(language_date("", buffer), "");
}

/* The last: nothing sets the language again. */
static void test_english(void **state)
{
        char buffer[LANGUAGE_DATE_SIZE];
        char *CLEANUP_FREE said = NULL;

        (void)state;
        language_unset();
        said = sentence_translate("bao-cao for vp-ubnd: is open since 2024-03-05");
        assert_string_equal(said, "bao-cao for vp-ubnd: is open since 2024-03-05");
        assert_string_equal(language_word("state", "open"), "open");
        assert_string_equal(language_date("2024-10-15", buffer), "2024-10-15");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_sentences),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_english),
        };

        return cmocka_run_group_tests(tests, write_catalogue, remove_catalogue);
}
