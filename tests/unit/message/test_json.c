/* Tests of json: what is written, letter by letter, and that jansson reads it as it was meant. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "message/json.h"

static void test_members(void **state)
{
        (void)state;
        CLEANUP_TEXT struct text json = {0};
        json_open(&json, NULL, '{');
        json_open(&json, "empty", '[');
        json_close(&json, ']');
        json_open(&json, "list", '[');
        for (int i = 0; i < 2; i++) {
                json_open(&json, NULL, '{');
                json_put_int(&json, "i", i ? INT64_MIN : 7);
                json_close(&json, '}');
        }
        json_close(&json, ']');
        json_put_bool(&json, "yes", true);
        json_put_bool(&json, "no", false);
        json_put_null(&json, "nothing");
        json_put_day(&json, "day", civil_from(2024, 2, 9));
        json_put_day(&json, "never", CIVIL_NONE);
        json_put_string(&json, "brace", "{[");
        json_close(&json, '}');
        assert_int_equal(json.error, 0);
        assert_string_equal(json.data, "{\"empty\":[],\"list\":[{\"i\":7},{\"i\":-9223372036854775808}],\"yes\":true,"
                                       "\"no\":false,\"nothing\":null,\"day\":\"2024-02-09\",\"never\":null,"
                                       "\"brace\":\"{[\"}");
}

static void test_strings(void **state)
{
        (void)state;
        static const struct {
                const char *string;
                const char *as_it_is, *as_text; /* written */
        } rows[] = {
                {"plain", "\"plain\"", "\"plain\""},
                {"Sở Nội vụ, 😀", "\"Sở Nội vụ, 😀\"", "\"Sở Nội vụ, 😀\""},
                {"\"a\\b/", "\"\\\"a\\\\b/\"", "\"\\\"a\\\\b/\""},
                {"a\n\tb\r\f\b", "\"a\\n\\tb\\r\\f\\b\"", "\"a b\""},
                {"\x01\x1f\x7f", "\"\\u0001\\u001F\x7f\"", "null"},
                {" two  blanks ", "\" two  blanks \"", "\"two blanks\""},
                {"", "\"\"", "null"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_TEXT struct text string = {0}, text = {0};
                json_put_string(&string, NULL, rows[i].string);
                assert_string_equal(string.data, rows[i].as_it_is);
                json_put_text(&text, NULL, rows[i].string);
                assert_string_equal(text.data, rows[i].as_text);
                json_t *read = json_loads(string.data, JSON_DECODE_ANY, NULL);
                assert_string_equal(json_string_value(read), rows[i].string);
                json_decref(read);
        }
        CLEANUP_TEXT struct text none = {0};
        json_put_text(&none, "key", NULL);
        assert_string_equal(none.data, "\"key\":null");
}

static void test_failure(void **state)
{
        (void)state;
        struct text json = {.limit = 8};
        char *text = NULL;
        json_open(&json, NULL, '{');
        json_put_string(&json, "long", "longer");
        json_close(&json, '}');
        assert_int_equal(text_take(&json, &text), -E2BIG);
        assert_null(text);
        text_clear(&json);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_members),
                cmocka_unit_test(test_strings),
                cmocka_unit_test(test_failure),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
