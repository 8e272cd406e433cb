/* Tests of periods: what they are called, and in whose time they begin. */
#include "fixture.h"

#include "core/period.h"

static void test_names(void **state)
{
        static const struct {
                struct period period;
                const char *day, *name;
        } table[] = {
                {{PERIOD_WEEK, 0}, "2026-03-20", "tuần 12 năm 2026"},
                {{PERIOD_WEEK, -1}, "2026-03-20", "tuần 11 năm 2026"},
                {{PERIOD_WEEK, 0}, "2026-03-16", "tuần 12 năm 2026"}, /* Monday */
                {{PERIOD_WEEK, 0}, "2026-03-22", "tuần 12 năm 2026"}, /* Sunday */
                {{PERIOD_WEEK, 0}, "2025-12-29", "tuần 1 năm 2026"},
                {{PERIOD_WEEK, 0}, "2027-01-01", "tuần 53 năm 2026"},
                {{PERIOD_WEEK, -1}, "2026-01-02", "tuần 52 năm 2025"},
                {{PERIOD_MONTH, 0}, "2026-03-31", "tháng 3 năm 2026"},
                {{PERIOD_MONTH, -1}, "2026-03-31", "tháng 2 năm 2026"},
                {{PERIOD_MONTH, -1}, "2026-01-05", "tháng 12 năm 2025"},
                {{PERIOD_MONTH, -12}, "2026-12-05", "tháng 12 năm 2025"},
                {{PERIOD_MONTH, 0}, "2026-12-31", "tháng 12 năm 2026"},
                {{PERIOD_QUARTER, 0}, "2026-03-31", "quý I năm 2026"},
                {{PERIOD_QUARTER, 0}, "2026-04-01", "quý II năm 2026"},
                {{PERIOD_QUARTER, 0}, "2026-09-30", "quý III năm 2026"},
                {{PERIOD_QUARTER, -1}, "2026-04-04", "quý I năm 2026"},
                {{PERIOD_QUARTER, -1}, "2027-01-04", "quý IV năm 2026"},
                {{PERIOD_HALF, 0}, "2026-06-30", "6 tháng đầu năm 2026"},
                {{PERIOD_HALF, 0}, "2026-07-01", "6 tháng cuối năm 2026"},
                {{PERIOD_HALF, -1}, "2026-07-10", "6 tháng đầu năm 2026"},
                {{PERIOD_HALF, -1}, "2027-01-10", "6 tháng cuối năm 2026"},
                {{PERIOD_YEAR, 0}, "2026-12-15", "năm 2026"},
                {{PERIOD_YEAR, -1}, "2027-01-15", "năm 2026"},
                {{PERIOD_YEAR, -2}, "2028-02-29", "năm 2026"},
                {{PERIOD_WEEK, -1}, "", "tuần"},
                {{PERIOD_MONTH, -1}, "", "tháng"},
                {{PERIOD_QUARTER, 0}, "", "quý"},
                {{PERIOD_HALF, 0}, "", "6 tháng"},
                {{PERIOD_YEAR, 0}, "", "năm"},
                {{PERIOD_NONE, 0}, "2026-03-20", ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char name[PERIOD_NAME_SIZE];

                assert_string_equal(period_name(&table[i].period, day_of(table[i].day), name), table[i].name);
        }
}

static void test_begin(void **state)
{
        static const struct {
                struct period period;
                const char *day;
                bool in_2026;
        } table[] = {
                {{PERIOD_QUARTER, -1}, "2026-01-04", false}, {{PERIOD_QUARTER, -1}, "2026-04-04", true},
                {{PERIOD_QUARTER, -1}, "2027-01-04", true},  {{PERIOD_QUARTER, -1}, "2027-04-04", false},
                {{PERIOD_QUARTER, 0}, "2026-01-04", true},   {{PERIOD_QUARTER, 0}, "2027-01-04", false},
                {{PERIOD_YEAR, -1}, "2026-12-31", false},    {{PERIOD_YEAR, -1}, "2027-03-31", true},
                {{PERIOD_WEEK, 0}, "2025-12-29", true},      {{PERIOD_WEEK, -1}, "2026-01-04", false},
                {{PERIOD_WEEK, -1}, "2026-01-05", true},     {{PERIOD_WEEK, 0}, "2027-01-03", true},
                {{PERIOD_WEEK, 0}, "2027-01-04", false},
        };
        civil_day first = day_of("2026-01-01"), last = day_of("2026-12-31");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(period_begins_between(&table[i].period, day_of(table[i].day), first, last),
                                 table[i].in_2026);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_begin)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
