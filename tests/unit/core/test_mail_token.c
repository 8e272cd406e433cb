/* Tests of the token by which an answer names what it answers. */
#include "fixture.h"

#include <inttypes.h>

#include "core/mail-token.h"

#define ID "018f3a5b9c7d001122334455667788ab"

static void test_there_and_back(void **state)
{
        static const struct {
                int64_t number;
                const char *id, *token;
        } table[] = {
                {1, "00000000000000000000000000000000", "0000-0400"},
                {268435455, "ffffffffffffffffffffffffffffffff", "ZZZZ-ZZZZ"},
                {7, "018f3a5b9c7d001122334455667788ab", "0000-0Y5B"},
                {123456, "018f3a5b9c7d00112233445566778fff", "00F2-83ZZ"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char token[MAIL_TOKEN_SIZE];

                assert_true(mail_token_write(table[i].number, table[i].id, token));
                assert_string_equal(token, table[i].token);
                assert_int_equal(mail_token_number(token), table[i].number);
                for (size_t k = 0; k < ELEMENTS(table); k++)
                        assert_int_equal(mail_token_is_of(token, table[k].number, table[k].id), i == k);
                assert_false(mail_token_is_of(token, table[i].number, "018f3a5b9c7d001122334455667780ac"));
        }
}

static void test_what_has_none(void **state)
{
        static const struct {
                int64_t number;
                const char *id;
        } table[] = {
                {0, ID},
                {-1, ID},
                {INT64_C(1) << 28, ID},
                {INT64_MAX, ID},
                {1, ""},
                {1, ID "0"},
                {1, "018f3a5b9c7d001122334455667788a"},
                {1, "018F3A5B9C7D001122334455667788AB"},
        };
        char token[MAIL_TOKEN_SIZE];

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (mail_token_write(table[i].number, table[i].id, token))
                        fail_msg("%" PRIi64 " %s", table[i].number, table[i].id);
}

static void test_as_people_write_it(void **state)
{
        static const struct {
                const char *token;
                int64_t number;
        } table[] = {
                {"0000-0Y5B", 7}, {"0000-0y5b", 7},  {"00000Y5B", 7},  {"OoOi-l0IL", 264},  {"", 0},
                {"0000-001", 0},  {"0000-00100", 0}, {"000-01000", 0}, {"0001--0000", 0},   {"0001-000U", 0},
                {"0001 0000", 0}, {"-00010000", 0},  {"00010000-", 0}, {"0001-000\xc4", 0}, {"0000-0000", 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (mail_token_number(table[i].token) != table[i].number)
                        fail_msg("\"%s\" is %" PRIi64, table[i].token, mail_token_number(table[i].token));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_there_and_back),
                cmocka_unit_test(test_what_has_none),
                cmocka_unit_test(test_as_people_write_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
