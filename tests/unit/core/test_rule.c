/* Tests of rule: what is read, and what is refused with which reason. */
#include "fixture.h"

#include "core/rule.h"

#include <errno.h>

static void test_plain(void **state)
{
        char reason[RULE_REASON_SIZE];
        struct rule rule;

        (void)state;
        assert_int_equal(rule_parse("FREQ=DAILY", &rule, reason), 0);
        assert_int_equal(rule.frequency, DAILY);
        assert_int_equal(rule.interval, 1);
        assert_int_equal(rule.count, 0);
        assert_int_equal(rule.until, CIVIL_NONE);
        assert_int_equal(rule.week_start, MONDAY);
        assert_false(rule.by_weekday);
        for (enum rule_list list = 0; list < RULE_LISTS; list++)
                assert_false(rule.by[list].given);
}

static void test_every_part(void **state)
{
        char reason[RULE_REASON_SIZE];
        struct rule rule;

        (void)state;
        assert_int_equal(rule_parse("wkst=su;Freq=Yearly;INTERVAL=0010;UNTIL=20240424T235959Z;BYMONTH=2,12;"
                                    "BYMONTHDAY=+1,-31;BYYEARDAY=-366;BYDAY=MO,-1fr,+1FR;BYSETPOS=366",
                                    &rule, reason),
                         0);
        assert_int_equal(rule.week_start, SUNDAY);
        assert_int_equal(rule.frequency, YEARLY);
        assert_int_equal(rule.interval, 10);
        assert_int_equal(rule.until, day_of("2024-04-24"));
        assert_true(rule.by[BY_MONTH].from_start[2] && rule.by[BY_MONTH].from_start[12]);
        assert_true(rule.by[BY_MONTH_DAY].from_start[1] && rule.by[BY_MONTH_DAY].from_end[31]);
        assert_true(rule.by[BY_YEAR_DAY].from_end[366] && rule.by[BY_POSITION].from_start[366]);
        assert_false(rule.by[BY_WEEK].given);
        assert_true(rule.by_weekday && rule_counts_in_month(&rule));
        assert_true(rule.weekdays[MONDAY].every && !rule.weekdays[MONDAY].nth.given);
        assert_true(!rule.weekdays[FRIDAY].every && rule.weekdays[FRIDAY].nth.from_end[1]);
        assert_true(rule.weekdays[FRIDAY].nth.from_start[1]);
        assert_int_equal(rule_parse("FREQ=MONTHLY;COUNT=9999", &rule, reason), 0);
        assert_int_equal(rule.count, 9999);
}

static void test_refused(void **state)
{
        static const struct {
                const char *rule, *reason; /* a part of it */
        } table[] = {
                {"", "no part \"\""},
                {"garbage", "no part \"garbage\""},
                {"BYMONTHDAY=25", "no FREQ"},
                {"FREQ", "FREQ has no value"},
                {"FREQ=", "FREQ is DAILY"},
                {"FREQ=FORTNIGHTLY", "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY"},
                {"FREQ=SECONDLY", "FREQ is DAILY"},
                {"FREQ=MINUTELY;INTERVAL=1440", "FREQ is DAILY"},
                {"FREQ=HOURLY", "FREQ is DAILY"},
                {"FREQ=DAILY;BYHOUR=3", "BYHOUR is no use to a day"},
                {"FREQ=DAILY;BYMINUTE=0,30", "BYMINUTE is no use"},
                {"FREQ=DAILY;BYSECOND=1", "BYSECOND is no use"},
                {"FREQ=YEARLY;RSCALE=CHINESE;BYMONTH=3;BYMONTHDAY=10", "RSCALE is not understood"},
                {"RSCALE=GREGORIAN;FREQ=YEARLY", "RSCALE"},
                {"FREQ=MONTHLY;SKIP=FORWARD", "SKIP"},
                {"FREQ=MONTHLY;INTERVAL=0", "INTERVAL is a number from 1 to 9999"},
                {"FREQ=MONTHLY;INTERVAL=-1", "INTERVAL"},
                {"FREQ=DAILY;INTERVAL=65537", "INTERVAL"},
                {"FREQ=DAILY;INTERVAL=2x", "INTERVAL"},
                {"FREQ=DAILY;INTERVAL=", "INTERVAL"},
                {"FREQ=DAILY;COUNT=4294967297", "COUNT is a number"},
                {"FREQ=DAILY;COUNT=0", "COUNT"},
                {"FREQ=MONTHLY;COUNT=-1", "COUNT"},
                {"FREQ=DAILY;COUNT=2;UNTIL=20240401", "COUNT and UNTIL"},
                {"FREQ=MONTHLY;UNTIL=soon", "UNTIL is the last day"},
                {"FREQ=MONTHLY;UNTIL=2024-04-01", "UNTIL is the last day"},
                {"FREQ=MONTHLY;UNTIL=20240401T", "UNTIL is the last day"},
                {"FREQ=MONTHLY;UNTIL=20240401T120000ZZ", "UNTIL is the last day"},
                {"FREQ=WEEKLY;UNTIL=20240631", "UNTIL names a day that the calendar does not have"},
                {"FREQ=WEEKLY;UNTIL=20242024", "UNTIL names a day"},
                {"FREQ=WEEKLY;WKST=XX", "WKST is one of"},
                {"FREQ=MONTHLY;BYMONTHDAYS=25", "no part \"BYMONTHDAYS\"; the nearest is BYMONTHDAY"},
                {"FREQ=MONTHLY;25", "no part \"25\""},
                {"FREQ=MONTHLY;", "no part \"\""},
                {"FREQ=MONTHLY;FREQ=DAILY", "FREQ is given twice"},
                {"FREQ=DAILY;INTERVAL=2;INTERVAL=3", "INTERVAL is given twice"},
                {"FREQ=MONTHLY;BYMONTHDAY=1;bymonthday=15", "BYMONTHDAY is given twice"},
                {"FREQ=MONTHLY;BYMONTHDAY=40", "BYMONTHDAY takes numbers from 1 to 31 or, from the end, -1 to -31"},
                {"FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=--1", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=25th", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=1,", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTHDAY=0001", "BYMONTHDAY takes"},
                {"FREQ=MONTHLY;BYMONTH=13", "BYMONTH takes numbers from 1 to 12"},
                {"FREQ=MONTHLY;BYMONTH=-1", "BYMONTH takes numbers from 1 to 12"},
                {"FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY takes"},
                {"FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO takes"},
                {"FREQ=YEARLY;BYWEEKNO=0;BYDAY=MO", "BYWEEKNO takes"},
                {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS takes"},
                {"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS takes"},
                {"FREQ=MONTHLY;BYDAY=-1F", "BYDAY takes MO, TU"},
                {"FREQ=MONTHLY;BYDAY=", "BYDAY takes"},
                {"FREQ=MONTHLY;BYDAY=MO,", "BYDAY takes"},
                {"FREQ=MONTHLY;BYDAY=-MO", "BYDAY takes numbers"},
                {"FREQ=MONTHLY;BYDAY=0MO", "BYDAY takes numbers"},
                {"FREQ=YEARLY;BYDAY=54MO", "BYDAY takes numbers"},
                {"FREQ=MONTHLY;BYDAY=MO TU", "no spaces"},
                {"FREQ=MONTHLY; BYDAY=MO", "no spaces"},
                {"FREQ=MONTHLY;BYMONTHDAY=25\n", "no spaces"},
                {"RRULE:FREQ=MONTHLY;BYMONTHDAY=25", "letters, digits"},
                /* what RFC 5545 forbids together */
                {"FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO goes with FREQ=YEARLY alone"},
                {"FREQ=WEEKLY;BYWEEKNO=20", "BYWEEKNO goes with"},
                {"FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY goes with FREQ=YEARLY alone"},
                {"FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY goes with"},
                {"FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"},
                {"FREQ=WEEKLY;BYDAY=1SU,SU", "goes with FREQ=MONTHLY or FREQ=YEARLY"},
                {"FREQ=DAILY;BYDAY=-1FR", "goes with FREQ=MONTHLY or FREQ=YEARLY"},
                {"FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "does not go with BYWEEKNO"},
                {"FREQ=MONTHLY;BYSETPOS=-1", "BYSETPOS picks among the days of another part"},
                /* what never comes, and would hide that beside what does */
                {"FREQ=MONTHLY;BYDAY=-9FR", "BYDAY takes 1 to 5"},
                {"FREQ=YEARLY;BYMONTH=3;BYDAY=MO,6FR", "BYDAY takes 1 to 5"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char reason[RULE_REASON_SIZE] = "";
                struct rule untouched, rule;

                memset(&rule, 0x55, sizeof(rule));
                untouched = rule;
                assert_int_equal(rule_parse(table[i].rule, &rule, reason), -EINVAL);
                if (!strstr(reason, table[i].reason))
                        fail_msg("%s: %s", table[i].rule, reason);
                assert_memory_equal(&rule, &untouched, sizeof(rule));
        }
}

static void test_long_rule(void **state)
{
        CLEANUP_FREE char *text = NULL;
        char reason[RULE_REASON_SIZE];
        struct rule rule;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        (void)state;
        assert_non_null(out);
        (void)fprintf(out, "FREQ=YEARLY;BYYEARDAY=1");
        for (int i = 2; i <= 366; i++)
                (void)fprintf(out, ",%d", i);
        assert_int_equal(fflush(out), 0);
        assert_int_equal(rule_parse(text, &rule, reason), 0);
        for (int i = 1; i < 2000; i++)
                (void)fprintf(out, ",%d", i % 366 + 1);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(rule_parse(text, &rule, reason), -EINVAL);
        assert_non_null(strstr(reason, "longer than 4096"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_plain),
                cmocka_unit_test(test_every_part),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_long_rule),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
