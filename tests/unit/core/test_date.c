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
                r = date_parse(cases[i].text, calendar, today, DATE_OF_YEAR, &day);
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

/* 30/12 in January: last year's for what was done, this year's for what is to come. */
static void a_day_without_a_year(void **state)
{
        static const struct {
                const char *today, *text;
                enum date_sense sense;
                const char *means;
                int error;
        } table[] = {
                {"2027-01-06", "30/12", DATE_OF_YEAR, "2027-12-30", 0},
                {"2027-01-06", "30/12", DATE_PAST, "2026-12-30", 0},
                {"2027-01-06", "6/1", DATE_PAST, "2027-01-06", 0},
                {"2027-01-06", "07/01", DATE_PAST, "2026-01-07", 0},
                {"2026-12-20", "05/01", DATE_COMING, "2027-01-05", 0},
                {"2026-12-20", "20/12", DATE_COMING, "2026-12-20", 0},
                {"2026-12-20", "19/12", DATE_COMING, "2027-12-19", 0},
                {"2026-12-20", "20/12", DATE_AHEAD, "2026-12-20", 0},
                {"2026-12-20", "05/01", DATE_AHEAD, NULL, -ENOTUNIQ},
                {"2026-12-20", "05/01/2026", DATE_AHEAD, "2026-01-05", 0},
                {"2027-01-06", "30/12/2027", DATE_PAST, "2027-12-30", 0},
                {"2027-01-06", "29/02", DATE_PAST, "2024-02-29", 0},
                {"2025-01-06", "29/2", DATE_COMING, "2028-02-29", 0},
                {"2025-01-06", "29/2", DATE_OF_YEAR, NULL, -ERANGE},
                {"2025-01-06", "29/2", DATE_AHEAD, NULL, -ERANGE},
                {"2027-01-06", "31/02", DATE_PAST, NULL, -ERANGE},
                {"2027-01-06", "30/12/", DATE_PAST, NULL, -EINVAL},
        };
        struct calendar *calendar = calendar_of_2024();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day today, expected = CIVIL_NONE, day = CIVIL_NONE;

                assert_int_equal(civil_parse(table[i].today, &today), 0);
                if (table[i].means)
                        assert_int_equal(civil_parse(table[i].means, &expected), 0);
                if (date_parse(table[i].text, calendar, today, table[i].sense, &day) != table[i].error ||
                    day != expected)
                        fail_msg("%s on %s", table[i].text, table[i].today);
        }
        calendar_free(calendar);
}

/* The years of civil.h bound what can be counted to. */
static void the_edges_of_time(void **state)
{
        struct calendar *calendar = calendar_of_2024();
        civil_day day, last = civil_from(CIVIL_LAST_YEAR, 12, 31), first = civil_from(CIVIL_FIRST_YEAR, 1, 1);

        (void)state;
        assert_int_equal(date_parse("+1d", calendar, last - 1, DATE_OF_YEAR, &day), 0);
        assert_int_equal(day, last);
        assert_int_equal(date_parse("+1d", calendar, last, DATE_OF_YEAR, &day), -ERANGE);
        assert_int_equal(date_parse("tomorrow", calendar, last, DATE_OF_YEAR, &day), -ERANGE);
        assert_int_equal(date_parse("yesterday", calendar, first, DATE_OF_YEAR, &day), -ERANGE);
        assert_int_equal(date_parse("-1d", calendar, first, DATE_OF_YEAR, &day), -ERANGE);
        calendar_free(calendar);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_form),
                cmocka_unit_test(a_day_without_a_year),
                cmocka_unit_test(the_edges_of_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
