/* Tests of core/date: every form that people write, read on one day of a real calendar. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "core/date.h"

#define TODAY "2024-04-26" /* a Friday; 29 and 30 April and 1 May 2024 were days off, Saturday 4 May was worked */

static const struct calendar_day days[] = {
        {.off = true, .name = (char *)"made up on 4 May"},
        {.off = true, .name = (char *)"Reunification Day"},
        {.off = true, .name = (char *)"Labour Day"},
        {.off = false, .name = (char *)"worked in exchange"},
};
static const char *const dates[] = {"2024-04-29", "2024-04-30", "2024-05-01", "2024-05-04"};

static const struct {
        const char *text;
        const char *means; /* NULL: refused with `error` */
        int error;
} cases[] = {
        {"2024-10-15", "2024-10-15", 0},
        {"2024-02-29", "2024-02-29", 0},
        {"2023-02-29", NULL, -ERANGE},
        {"1900-01-01", NULL, -ERANGE},
        {"2024-1-5", NULL, -EINVAL},
        {"15/10/2024", "2024-10-15", 0},
        {"5/1/2025", "2025-01-05", 0},
        {"15/10", "2024-10-15", 0},
        {"1/3", "2024-03-01", 0},
        {"29/02", "2024-02-29", 0},
        {"30/02", NULL, -ERANGE},
        {"10/15", NULL, -ERANGE},
        {"0/1", NULL, -ERANGE},
        {"15/10/24", NULL, -EINVAL},
        {"15/10/20244", NULL, -EINVAL},
        {"15/10/2101", NULL, -ERANGE},
        {"15/10/", NULL, -EINVAL},
        {"15//2024", NULL, -EINVAL},
        {"115/10", NULL, -EINVAL},
        {"15/10 ", NULL, -EINVAL},
        {"/", NULL, -EINVAL},
        {"today", TODAY, 0},
        {"tomorrow", "2024-04-27", 0},
        {"yesterday", "2024-04-25", 0},
        {"Tomorrow", NULL, -EINVAL},
        {"+5d", "2024-05-01", 0},
        {"+0d", TODAY, 0},
        {"+2w", "2024-05-10", 0},
        {"+1w 1d", "2024-05-04", 0},
        {"+1wd", "2024-05-02", 0},
        {"+3wd", "2024-05-04", 0},
        {"-1wd", "2024-04-25", 0},
        {"-7d", "2024-04-19", 0},
        {"+1h", NULL, -EDOM},
        {"+1d 1wd", NULL, -EDOM},
        {"+", NULL, -EINVAL},
        {"+5", NULL, -EINVAL},
        {"+-5d", NULL, -EINVAL},
        {"+99999999999999d", NULL, -ERANGE},
        {"", NULL, -EINVAL},
        {"5d", NULL, -EINVAL},
        {"2024-10-152024-10-152024-10-152024-10-15 ", NULL, -EINVAL},
};

static struct calendar *calendar_of_2024(void)
{
        struct calendar_day entries[ELEMENTS(days)];
        struct calendar *calendar = NULL;

        memcpy(entries, days, sizeof(entries));
        for (size_t i = 0; i < ELEMENTS(days); i++)
                assert_int_equal(civil_parse(dates[i], &entries[i].day), 0);
        assert_int_equal(calendar_new(&calendar), 0);
        assert_int_equal(calendar_set_year(calendar, 2024, entries, ELEMENTS(days)), 0);
        return calendar;
}

static void every_form(void **state)
{
        struct calendar *calendar = calendar_of_2024();
        civil_day today, expected, day;

        (void)state;
        assert_int_equal(civil_parse(TODAY, &today), 0);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                int r;

                day = CIVIL_NONE;
                r = date_parse(cases[i].text, calendar, today, &day);
                if (r != cases[i].error)
                        fail_msg("\"%s\": %d and not %d", cases[i].text, r, cases[i].error);
                if (!cases[i].means) {
                        assert_int_equal(day, CIVIL_NONE); /* untouched */
                        continue;
                }
                assert_int_equal(civil_parse(cases[i].means, &expected), 0);
                if (day != expected)
                        fail_msg("\"%s\": %d days beside %s", cases[i].text, day - expected, cases[i].means);
        }
        calendar_free(calendar);
}

/* The years of civil.h bound what can be counted to. */
static void the_edges_of_time(void **state)
{
        struct calendar *calendar = calendar_of_2024();
        civil_day day, last = civil_from(CIVIL_LAST_YEAR, 12, 31), first = civil_from(CIVIL_FIRST_YEAR, 1, 1);

        (void)state;
        assert_int_equal(date_parse("+1d", calendar, last - 1, &day), 0);
        assert_int_equal(day, last);
        assert_int_equal(date_parse("+1d", calendar, last, &day), -ERANGE);
        assert_int_equal(date_parse("tomorrow", calendar, last, &day), -ERANGE);
        assert_int_equal(date_parse("yesterday", calendar, first, &day), -ERANGE);
        assert_int_equal(date_parse("-1d", calendar, first, &day), -ERANGE);
        calendar_free(calendar);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_form),
                cmocka_unit_test(the_edges_of_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
