/* Tests of repeat: the days of rules, and what a rule names that a year does not have. */
#include "fixture.h"

#include "core/repeat.h"

#include <errno.h>

/* The days of a year. */
static int expand(const char *text, int32_t year, civil_day **ret, size_t *ret_n)
{
        char reason[RULE_REASON_SIZE] = "";
        struct rule rule;

        assert_int_equal(rule_parse(text, &rule, reason), 0);
        assert_string_equal(reason, "");
        return repeat_days(&rule, civil_from(year, 1, 1), civil_from(year, 12, 31), ret, ret_n);
}

static void test_days(void **state)
{
        static const struct {
                const char *rule;
                int32_t year;
                const char *days; /* the first ones, or all */
                size_t n;
        } table[] = {
                {"FREQ=MONTHLY;BYMONTHDAY=25", 2024, "2024-01-25 2024-02-25 2024-03-25", 12},
                {"FREQ=MONTHLY;BYMONTHDAY=-1", 2024, "2024-01-31 2024-02-29 2024-03-31", 12},
                {"FREQ=MONTHLY;BYMONTHDAY=31", 2024, "2024-01-31 2024-03-31 2024-05-31", 7},
                {"FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=20", 2023, "2023-03-20 2023-06-20 2023-09-20 2023-12-20", 4},
                {"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15", 2024, "2024-01-15 2024-04-15 2024-07-15 2024-10-15", 4},
                {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 2024, "2024-01-31 2024-02-29 2024-03-29", 12},
                {"FREQ=MONTHLY;BYDAY=1MO", 2024, "2024-01-01 2024-02-05 2024-03-04", 12},
                {"FREQ=MONTHLY;BYDAY=-1FR", 2025, "2025-01-31 2025-02-28 2025-03-28", 12},
                {"FREQ=WEEKLY;BYDAY=FR", 2024, "2024-01-05 2024-01-12", 52},
                {"FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", 2024, "2024-01-05 2024-01-19", 26},
                {"FREQ=WEEKLY;BYDAY=TU", 2024, "2024-01-02 2024-01-09", 53},
                {"FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10", 2024, "2024-12-10", 1},
                {"FREQ=YEARLY;BYYEARDAY=100,200", 2023, "2023-04-10 2023-07-19", 2},
                {"FREQ=DAILY", 2024, "2024-01-01 2024-01-02", 366},
                {"FREQ=DAILY;INTERVAL=100", 2023, "2023-01-01 2023-04-11 2023-07-20 2023-10-28", 4},
                {"FREQ=MONTHLY;BYMONTHDAY=25;COUNT=2", 2024, "2024-01-25 2024-02-25", 2},
                {"FREQ=DAILY;COUNT=9999", 2023, "2023-01-01 2023-01-02", 365},
                {"FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20240425", 2024, "2024-01-25 2024-02-25 2024-03-25 2024-04-25", 4},
                {"FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20240424T235959Z", 2024, "2024-01-25 2024-02-25 2024-03-25", 3},
                {"FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20991231", 2024, "2024-01-25 2024-02-25", 12},
                /* 1 January stands for what a rule leaves open, and only then. */
                {"FREQ=MONTHLY", 2024, "2024-01-01 2024-02-01", 12},
                {"FREQ=YEARLY", 2024, "2024-01-01", 1},
                {"freq=monthly;bymonthday=25", 2024, "2024-01-25 2024-02-25", 12},
                /* Daily: every part limits. */
                {"FREQ=DAILY;BYMONTHDAY=-1", 2024, "2024-01-31 2024-02-29 2024-03-31", 12},
                {"FREQ=DAILY;INTERVAL=10;BYMONTH=2", 2024, "2024-02-10 2024-02-20", 2},
                {"FREQ=DAILY;BYMONTH=1;BYDAY=SA,SU", 2024, "2024-01-06 2024-01-07 2024-01-13 2024-01-14", 8},
                {"FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR", 2024, "2024-09-13 2024-12-13", 2},
                /* Weekly: the first week is the one in which 1 January lies, a Friday in 2027. */
                {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 2024, "2024-01-05 2024-01-12 2024-01-19", 52},
                {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", 2027, "2027-01-04 2027-01-11", 52},
                {"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=5", 2027, "2027-01-01 2027-01-08", 53},
                {"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", 2027, "2027-01-01 2027-01-11 2027-01-15 2027-01-25", 53},
                {"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=FR", 2027, "2027-01-01 2027-01-04 2027-01-15", 53},
                {"FREQ=WEEKLY;BYMONTH=3;BYDAY=SU", 2026, "2026-03-01 2026-03-08 2026-03-15 2026-03-22 2026-03-29", 5},
                {"FREQ=WEEKLY", 2027, "2027-01-01 2027-01-08", 53},
                /* Monthly. */
                {"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", 2026, "2026-02-13 2026-03-13 2026-11-13", 3},
                {"FREQ=MONTHLY;BYDAY=1MO,-1FR", 2026, "2026-01-05 2026-01-30 2026-02-02 2026-02-27", 24},
                {"FREQ=MONTHLY;BYDAY=MO,1FR;BYMONTH=5", 2026, "2026-05-01 2026-05-04 2026-05-11 2026-05-18 2026-05-25",
                 5},
                {"FREQ=MONTHLY;BYDAY=5FR", 2026, "2026-01-30 2026-05-29 2026-07-31 2026-10-30", 4},
                {"FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", 2026, "2026-01-30 2026-02-28 2026-03-30", 12},
                {"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", 2026, "2026-01-01 2026-01-30 2026-02-02", 24},
                {"FREQ=MONTHLY;BYMONTHDAY=-31", 2026, "2026-01-01 2026-03-01 2026-05-01", 7},
                {"FREQ=MONTHLY;BYMONTHDAY=1,1,+1", 2026, "2026-01-01 2026-02-01", 12},
                /* Yearly: of the months, of the year, of its weeks. */
                {"FREQ=YEARLY;BYMONTHDAY=10", 2024, "2024-01-10 2024-02-10 2024-03-10", 12},
                {"FREQ=YEARLY;BYMONTH=6", 2024, "2024-06-01", 1},
                {"FREQ=YEARLY;BYMONTH=6;BYDAY=-1FR", 2024, "2024-06-28", 1},
                {"FREQ=YEARLY;BYDAY=20MO", 1997, "1997-05-19", 1},
                {"FREQ=YEARLY;BYDAY=FR", 2027, "2027-01-01 2027-01-08", 53},
                {"FREQ=YEARLY;BYDAY=1SU,-1SU", 2024, "2024-01-07 2024-12-29", 2},
                {"FREQ=YEARLY;BYDAY=53FR", 2027, "2027-12-31", 1},
                {"FREQ=YEARLY;BYYEARDAY=-1", 2024, "2024-12-31", 1},
                {"FREQ=YEARLY;BYYEARDAY=-366,366", 2024, "2024-01-01 2024-12-31", 2},
                {"FREQ=YEARLY;BYYEARDAY=60;BYMONTH=2", 2024, "2024-02-29", 1},
                {"FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=-1,15", 2024, "2024-01-15 2024-01-31 2024-07-15 2024-07-31", 4},
                {"FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 2023, "2023-12-29", 1},
                {"FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", 1996, "1996-11-05", 1},
                {"FREQ=YEARLY;INTERVAL=4;BYMONTHDAY=10", 2024, "2024-01-10 2024-02-10", 12},
                {"FREQ=YEARLY;BYWEEKNO=20", 2024, "2024-05-13 2024-05-14 2024-05-15 2024-05-16 2024-05-17", 7},
                {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", 1997, "1997-05-12", 1},
                {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=SU;WKST=SU", 1998, "1998-05-17", 1},
                {"FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR", 2026, "", 0}, /* 1 January 2027 */
                {"FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", 2026, "2026-12-31", 1},
                {"FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH", 2026, "2026-12-31", 1},
                /* Week 1 of 2026 begins in 2025, and week 1 of 2025 in 2024. */
                {"FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,FR", 2025, "2025-01-03 2025-12-29", 2},
                {"FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO,FR", 2025, "2025-01-03", 1},
                {"FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO,FR;BYSETPOS=2", 2025, "2025-01-03", 1},
                /* The first days of 2027 are of week 53 of 2026, and belong to that year's rule. */
                {"FREQ=YEARLY;BYWEEKNO=53", 2027, "", 0},
                {"FREQ=YEARLY;BYWEEKNO=10,20;BYDAY=WE;BYSETPOS=-1", 2024, "2024-05-15", 1},
                /* Ends. */
                {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=1,5;COUNT=1", 2024, "2024-02-01", 1},
                {"FREQ=MONTHLY;BYDAY=FR;BYSETPOS=2,-1;COUNT=3", 2024, "2024-01-12 2024-01-26 2024-02-09", 3},
                {"FREQ=WEEKLY;BYDAY=TU;UNTIL=20240101", 2024, "", 0},
                {"UNTIL=20240102;BYDAY=TU;FREQ=WEEKLY", 2024, "2024-01-02", 1},
                /* Never. */
                {"FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20231231", 2024, "", 0},
                {"FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31", 2024, "", 0},
                {"FREQ=MONTHLY;INTERVAL=3;BYMONTH=3,6,9,12;BYMONTHDAY=15", 2027, "", 0},
                {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", 2024, "", 0},
                {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2023, "", 0},
                {"FREQ=YEARLY;BYYEARDAY=366", 2023, "", 0},
                {"FREQ=MONTHLY;BYMONTHDAY=10;BYSETPOS=2", 2024, "", 0},
                {"FREQ=DAILY;INTERVAL=9999;BYMONTH=2", 2024, "", 0},
                {"FREQ=YEARLY;INTERVAL=9999;BYWEEKNO=53;COUNT=9999", 2100, "", 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE civil_day *days = NULL;
                char text[CIVIL_DATE_SIZE];
                size_t n = 0;

                assert_int_equal(expand(table[i].rule, table[i].year, &days, &n), table[i].n > 0 ? 0 : -ENODATA);
                assert_int_equal(n, table[i].n);
                for (size_t j = 0; j * strlen("YYYY-MM-DD ") < strlen(table[i].days); j++)
                        assert_memory_equal(civil_format(days[j], text), table[i].days + j * strlen("YYYY-MM-DD "),
                                            strlen("YYYY-MM-DD"));
                for (size_t j = 0; j < n; j++) {
                        assert_int_equal(civil_split(days[j]).year, table[i].year);
                        assert_true(j == 0 || days[j - 1] < days[j]);
                }
        }
}

/* From any day to any other: what is counted starts on the first. */
static void test_span(void **state)
{
        static const struct {
                const char *rule, *first, *last, *days;
        } table[] = {
                {"FREQ=MONTHLY", "2026-01-31", "2026-06-30", "2026-01-31 2026-03-31 2026-05-31"},
                {"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4", "2026-02-01", "2027-03-31",
                 "2026-04-04 2026-07-04 2026-10-04 2027-01-04"},
                {"FREQ=WEEKLY;INTERVAL=2", "2026-12-20", "2027-01-20", "2026-12-20 2027-01-03 2027-01-17"},
                {"FREQ=YEARLY", "2024-02-29", "2028-12-31", "2024-02-29 2028-02-29"},
                {"FREQ=YEARLY;INTERVAL=2;BYMONTH=5", "2024-06-15", "2029-01-01", "2026-05-15 2028-05-15"},
                {"FREQ=DAILY;INTERVAL=3;COUNT=2", "2026-12-30", "2027-12-31", "2026-12-30 2027-01-02"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE civil_day *days = NULL;
                char reason[RULE_REASON_SIZE], text[CIVIL_DATE_SIZE];
                const char *expected = table[i].days;
                struct rule rule;
                size_t n;

                assert_int_equal(rule_parse(table[i].rule, &rule, reason), 0);
                assert_int_equal(repeat_days(&rule, day_of(table[i].first), day_of(table[i].last), &days, &n), 0);
                assert_int_equal(n, (strlen(expected) + 1) / sizeof("YYYY-MM-DD"));
                for (size_t j = 0; j < n; j++, expected += sizeof("YYYY-MM-DD"))
                        assert_memory_equal(civil_format(days[j], text), expected, strlen("YYYY-MM-DD"));
        }
}

static void test_gaps(void **state)
{
        static const struct {
                const char *rule;
                int32_t year;
                const char *too_short, *missed; /* months, as hexadecimal digits */
        } table[] = {
                {"FREQ=MONTHLY;BYMONTHDAY=30", 2026, "2", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=29", 2026, "2", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=29", 2024, "", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=31", 2026, "2469b", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=15,30", 2026, "2", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=-30", 2026, "2", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=-1", 2026, "", ""},
                {"FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=31", 2026, "69", ""},
                {"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=31", 2026, "4", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260430", 2026, "24", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", 2026, "", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=30,31;BYSETPOS=-1", 2026, "2", ""},
                {"FREQ=MONTHLY;BYMONTHDAY=25,26,27,28,29,30,31;BYDAY=FR", 2026, "", ""},
                {"FREQ=MONTHLY;BYDAY=5FR", 2026, "234689bc", ""},
                {"FREQ=MONTHLY;BYDAY=4FR,-1MO", 2026, "", ""},
                {"FREQ=YEARLY;BYMONTH=6,7;BYDAY=5FR", 2026, "6", ""},
                {"FREQ=YEARLY;BYDAY=5FR", 2026, "", ""},
                {"FREQ=YEARLY;BYMONTHDAY=30", 2026, "2", ""},
                {"FREQ=DAILY;BYMONTHDAY=30", 2026, "2", ""},
                {"FREQ=WEEKLY;BYDAY=FR", 2026, "", ""},
                {"FREQ=MONTHLY;INTERVAL=3;BYMONTH=3,6,9,12;BYMONTHDAY=15", 2026, "", "369c"},
                {"FREQ=MONTHLY;INTERVAL=2;BYMONTH=3,6,9,12;BYMONTHDAY=15", 2026, "", "6c"},
                {"FREQ=MONTHLY;INTERVAL=3;BYMONTH=1,4,7,10;BYMONTHDAY=15", 2026, "", ""},
                {"FREQ=YEARLY;INTERVAL=2;BYMONTH=3,6", 2026, "", ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char reason[RULE_REASON_SIZE];
                struct repeat_gaps too_short, missed;
                struct rule rule;
                civil_day end = civil_from(table[i].year, 12, 31);

                assert_int_equal(rule_parse(table[i].rule, &rule, reason), 0);
                too_short = repeat_short_months(&rule, table[i].year, rule.until == CIVIL_NONE ? end : rule.until);
                missed = repeat_missed_months(&rule);
                for (int month = 1; month <= 12; month++) {
                        assert_int_equal(too_short.months[month], !!strchr(table[i].too_short, "0123456789abc"[month]));
                        assert_int_equal(missed.months[month], !!strchr(table[i].missed, "0123456789abc"[month]));
                }
                assert_int_equal(too_short.any, *table[i].too_short != '\0');
                assert_int_equal(missed.any, *table[i].missed != '\0');
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_days),
                cmocka_unit_test(test_span),
                cmocka_unit_test(test_gaps),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
