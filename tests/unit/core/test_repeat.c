/* Tests of repeat: rules inside a year, refused rules, and rules that would run for ever. */
#include "fixture.h"

#include "core/plan.h"

#include <errno.h>

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
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE civil_day *days = NULL;
                char text[CIVIL_DATE_SIZE];
                size_t n = 0;

                assert_int_equal(repeat_expand(table[i].rule, table[i].year, &days, &n), 0);
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

static void test_refused(void **state)
{
        static const struct {
                const char *rule;
                int result;
        } table[] = {
                {"", -EINVAL},
                {"garbage", -EINVAL},
                {"FREQ=", -EINVAL},
                {"FREQ=FORTNIGHTLY", -EINVAL},
                {"BYMONTHDAY=25", -EINVAL},
                {"FREQ=SECONDLY", -EINVAL},
                {"FREQ=MINUTELY;INTERVAL=1440", -EINVAL},
                {"FREQ=HOURLY", -EINVAL},
                {"FREQ=DAILY;BYHOUR=3", -EINVAL},
                {"FREQ=DAILY;BYMINUTE=0,30", -EINVAL},
                {"FREQ=DAILY;BYSECOND=1", -EINVAL},
                {"FREQ=MONTHLY;INTERVAL=0", -EINVAL},
                {"FREQ=MONTHLY;INTERVAL=-1", -EINVAL},
                {"FREQ=DAILY;INTERVAL=65537", -EINVAL}, /* would be cut to 1 */
                {"FREQ=DAILY;COUNT=4294967297", -EINVAL},
                {"FREQ=DAILY;COUNT=0", -EINVAL},
                {"FREQ=DAILY;COUNT=2;UNTIL=20240401", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAY=40", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAYS=25", -EINVAL},
                {"FREQ=MONTHLY;FREQ=DAILY", -EINVAL},
                {"FREQ=MONTHLY;UNTIL=soon", -EINVAL},
                {"FREQ=DAILY;INTERVAL=2x", -EINVAL},
                {"FREQ=DAILY;INTERVAL=", -EINVAL},
                {"FREQ=DAILY;INTERVAL=2;INTERVAL=3", -EINVAL},
                {"FREQ=MONTHLY;COUNT=-1", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAY=25th", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAY=1;BYMONTHDAY=15", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAY=1,", -EINVAL},
                {"FREQ=MONTHLY;BYDAY=-1F", -EINVAL},
                {"FREQ=MONTHLY;BYDAY=MO TU", -EINVAL},
                {"FREQ=WEEKLY;BYDAY=1SU,SU", -EINVAL},
                {"FREQ=MONTHLY;BYDAY=-9FR", -EINVAL},
                {"FREQ=MONTHLY;25", -EINVAL},
                {"FREQ=WEEKLY;UNTIL=20240631", -EINVAL}, /* no such days: libical takes them */
                {"FREQ=WEEKLY;UNTIL=20242024", -EINVAL},
                {"FREQ=YEARLY;RSCALE=CHINESE;BYMONTH=3;BYMONTHDAY=10", -EINVAL},
                {"RSCALE=GREGORIAN;FREQ=YEARLY", -EINVAL},
                {"FREQ=MONTHLY;BYMONTHDAY=25;UNTIL=20231231", -ENODATA},
                {"FREQ=MONTHLY;BYMONTH=2,4;BYMONTHDAY=31", -ENODATA},
                {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", -ENODATA},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day untouched = 0, *days = &untouched;
                size_t n = 4711;

                assert_int_equal(repeat_expand(table[i].rule, 2024, &days, &n), table[i].result);
                assert_ptr_equal(days, &untouched);
                assert_int_equal(n, 4711);
        }
}

/* 29 February comes in leap years; a rule with a date that never comes is a failure, whichever the library calls it. */
static void test_rare(void **state)
{
        CLEANUP_FREE civil_day *days = NULL;
        size_t n = 0;

        (void)state;
        assert_int_equal(repeat_expand("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2023, &days, &n), -ENODATA);
        assert_int_equal(repeat_expand("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 2024, &days, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(days[0], day_of("2024-02-29"));
        assert_true(repeat_expand("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", 2024, &days, &n) < 0);
}

static void test_long_rule(void **state)
{
        CLEANUP_FREE char *rule = NULL;
        CLEANUP_FREE civil_day *days = NULL;
        size_t size, n;
        FILE *out = open_memstream(&rule, &size);

        (void)state;
        assert_non_null(out);
        (void)fprintf(out, "FREQ=YEARLY;BYYEARDAY=1");
        for (int i = 2; i < 2000; i++)
                (void)fprintf(out, ",%d", i % 366 + 1);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(repeat_expand(rule, 2024, &days, &n), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_days),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_rare),
                cmocka_unit_test(test_long_rule),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
