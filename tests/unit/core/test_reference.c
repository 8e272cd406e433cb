/* Tests of reference: how an item is named, and which plan is meant where none is. */
#include "fixture.h"

#include <errno.h>

#include "core/reference.h"

#define LONGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* an id of ID_SIZE - 1 */
_Static_assert(sizeof(LONGEST) == ID_SIZE, "as long as an id may be");

static void test_read_and_written(void **state)
{
        static const struct {
                const char *text, *plan, *item, *key;
        } table[] = {
                {"bao-cao", "", "bao-cao", ""},
                {"tdkt-2024/bao-cao", "tdkt-2024", "bao-cao", ""},
                {"bao-cao@2024-02-29", "", "bao-cao", "2024-02-29"},
                {"p/7@2024-12-31", "p", "7", "2024-12-31"},
                {LONGEST "/" LONGEST "@2024-12-31", LONGEST, LONGEST, "2024-12-31"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct reference reference;
                char text[REFERENCE_TEXT_SIZE];

                assert_int_equal(reference_parse(table[i].text, &reference), 0);
                assert_string_equal(reference.plan, table[i].plan);
                assert_string_equal(reference.item, table[i].item);
                assert_string_equal(reference.key, table[i].key);
                assert_string_equal(reference_format(reference.plan, reference.item, reference.key, text),
                                    table[i].text);
                if (*table[i].key)
                        assert_string_equal(reference_key(&reference), table[i].key);
                else
                        assert_null(reference_key(&reference));
        }
}

static void test_no_names(void **state)
{
        static const char *const table[] = {
                "",
                " ",
                "/",
                "@",
                "p/",
                "/bao-cao",
                "p/@2024-10-15",
                "@2024-10-15",
                "bao-cao@",
                "bao-cao@tomorrow",
                "bao-cao@2024-02-30",
                "bao-cao@2024-10-15 ",
                "bao-cao@2024-10-15@2024-10-16",
                "bao-cao@2024-10-15/p",
                "q/p/bao-cao",
                "Bao-cao",
                "-bao",
                "báo-cáo",
                "bao cao",
                "bao_cao",
                LONGEST "a",
                LONGEST "a/bao-cao",
                LONGEST "/" LONGEST "@2024-12-31-",
                LONGEST "/" LONGEST LONGEST,
        };
        const struct reference before = {"p", "i", "2024-01-01"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct reference reference = before;

                if (reference_parse(table[i], &reference) != -EINVAL)
                        fail_msg("\"%s\" is taken for %s", table[i], reference.item);
                assert_memory_equal(&reference, &before, sizeof(before));
        }
}

/* Candidates in the order of their files. */
static void test_the_plan_that_is_meant(void **state)
{
        static const struct {
                struct reference_candidate candidates[3];
                size_t n;
                enum reference_choice choice;
                const char *first, *second;
        } table[] = {
                {{{0}}, 0, REFERENCE_UNKNOWN, NULL, NULL},
                {{{"a", true, STAGE_YEAR}}, 1, REFERENCE_CHOSEN, "a", NULL},
                {{{"a", false, STAGE_OVER}}, 1, REFERENCE_CHOSEN, "a", NULL},
                /* January: last year's is overdue, this year's is a year away */
                {{{"a", true, STAGE_BEGUN}, {"b", true, STAGE_YEAR}}, 2, REFERENCE_CHOSEN, "a", NULL},
                {{{"b", true, STAGE_YEAR}, {"a", true, STAGE_BEGUN}}, 2, REFERENCE_CHOSEN, "a", NULL},
                /* it is done already: this year's is not what is meant */
                {{{"a", false, STAGE_BEGUN}, {"b", true, STAGE_YEAR}}, 2, REFERENCE_AMBIGUOUS, "b", "a"},
                /* both have begun, and one of them is settled */
                {{{"a", false, STAGE_BEGUN}, {"b", true, STAGE_BEGUN}}, 2, REFERENCE_CHOSEN, "b", NULL},
                {{{"a", true, STAGE_BEGUN}, {"b", true, STAGE_BEGUN}}, 2, REFERENCE_AMBIGUOUS, "a", "b"},
                /* July: last year's is settled and forgotten */
                {{{"a", false, STAGE_OVER}, {"b", true, STAGE_YEAR}}, 2, REFERENCE_CHOSEN, "b", NULL},
                {{{"a", true, STAGE_OVER}, {"b", true, STAGE_BEGUN}}, 2, REFERENCE_CHOSEN, "b", NULL},
                {{{"a", true, STAGE_OVER}, {"b", false, STAGE_YEAR}}, 2, REFERENCE_AMBIGUOUS, "a", "b"},
                /* December, with next year's plan in place */
                {{{"a", true, STAGE_YEAR}, {"b", true, STAGE_AHEAD}}, 2, REFERENCE_CHOSEN, "a", NULL},
                {{{"a", false, STAGE_BEGUN}, {"b", true, STAGE_AHEAD}}, 2, REFERENCE_AMBIGUOUS, "b", "a"},
                /* nothing fits: what is thought of gets the refusal */
                {{{"a", false, STAGE_BEGUN}, {"b", false, STAGE_YEAR}}, 2, REFERENCE_CHOSEN, "a", NULL},
                {{{"a", false, STAGE_YEAR}, {"b", false, STAGE_YEAR}}, 2, REFERENCE_AMBIGUOUS, "a", "b"},
                {{{"a", true, STAGE_YEAR}, {"b", false, STAGE_OVER}, {"c", true, STAGE_YEAR}},
                 3,
                 REFERENCE_AMBIGUOUS,
                 "a",
                 "c"},
                {{{"a", true, STAGE_YEAR}, {"b", true, STAGE_BEGUN}, {"c", true, STAGE_AHEAD}},
                 3,
                 REFERENCE_CHOSEN,
                 "b",
                 NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct reference_candidate *meant[2] = {NULL, NULL};

                if (reference_choose(table[i].candidates, table[i].n, meant) != table[i].choice)
                        fail_msg("row %zu", i);
                if (table[i].first)
                        assert_string_equal(meant[0]->plan, table[i].first);
                if (table[i].second)
                        assert_string_equal(meant[1]->plan, table[i].second);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_read_and_written),
                cmocka_unit_test(test_no_names),
                cmocka_unit_test(test_the_plan_that_is_meant),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
