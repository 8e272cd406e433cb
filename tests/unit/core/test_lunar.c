/* Tests of lunar: published new years, known leap months, and round trips over the whole table. */
#include "fixture.h"

#include "core/lunar.h"

#include <errno.h>

static civil_day solar(int32_t year, int32_t month, int32_t day, bool leap)
{
        civil_day result = CIVIL_NONE;

        assert_int_equal(
                lunar_to_civil(&(struct lunar_date){.year = year, .month = month, .day = day, .leap = leap}, &result),
                0);
        return result;
}

static void check_vector(void *userdata, char *fields[static FIELDS])
{
        int32_t year = (int32_t)strtol(fields[0], NULL, 10);

        assert_int_equal(solar(year, 1, 1, false), day_of(fields[1]));
        assert_int_equal(solar(year, 3, 10, false), day_of(fields[2]));
        assert_int_equal(lunar_leap_month(year), strtol(fields[3], NULL, 10));
        ++*(size_t *)userdata;
}

static void test_published_years(void **state)
{
        size_t n = 0;

        (void)state;
        each_row(SOURCE_DIR "/tests/data/lunar-new-year.csv", check_vector, &n);
        assert_int_equal(n, 31);
}

/* Years in which Hanoi and Beijing part, and leap months that are easily got wrong. */
static void test_known_years(void **state)
{
        static const struct {
                int32_t year;
                const char *tet;
                int leap;
        } table[] = {
                {1968, "1968-01-29", 7}, {1969, "1969-02-16", 0}, {1985, "1985-01-21", 2},  {1987, "1987-01-29", 7},
                {2007, "2007-02-17", 0}, {2030, "2030-02-02", 0}, {2033, "2033-01-31", 11}, {2053, "2053-02-18", 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(solar(table[i].year, 1, 1, false), day_of(table[i].tet));
                assert_int_equal(lunar_leap_month(table[i].year), table[i].leap);
        }
}

/* Every day from the first Tet of the table on: each is the day after the one before, and goes back to itself. */
static void test_every_day(void **state)
{
        civil_day last = civil_from(2101, 1, 28);
        struct lunar_date before = {0};

        (void)state;
        for (civil_day day = day_of("1968-01-29"); day <= last; day++) {
                struct lunar_date date;

                assert_int_equal(lunar_from_civil(day, &date), 0);
                assert_int_equal(solar(date.year, date.month, date.day, date.leap), day);
                if (date.day > 1) {
                        assert_true(date.day == before.day + 1 && date.month == before.month &&
                                    date.leap == before.leap && date.year == before.year);
                } else if (before.day > 0) {
                        assert_in_range(before.day, 29, 30);
                        if (date.leap)
                                assert_true(date.month == before.month && !before.leap);
                        else
                                assert_int_equal(date.month, before.month % 12 + 1);
                        assert_int_equal(date.year, before.year + (date.month == 1 && !date.leap));
                }
                before = date;
        }
        assert_int_equal(before.year, 2100);
        assert_int_equal(before.month, 12);
}

static void test_refused(void **state)
{
        static const struct {
                struct lunar_date date;
                int result;
        } table[] = {
                {{.year = 1967, .month = 12, .day = 1}, -ERANGE},
                {{.year = 2101, .month = 1, .day = 1}, -ERANGE},
                {{.year = 2024, .month = 0, .day = 1}, -EINVAL},
                {{.year = 2024, .month = 13, .day = 1}, -EINVAL},
                {{.year = 2024, .month = 1, .day = 0}, -EINVAL},
                {{.year = 2024, .month = 1, .day = 30}, -EINVAL}, /* 29 days: 2024-02-10 to 2024-03-09 */
                {{.year = 2024, .month = 2, .day = 31}, -EINVAL},
                {{.year = 2024, .month = 2, .day = 1, .leap = true}, -EINVAL},
                {{.year = 2025, .month = 5, .day = 1, .leap = true}, -EINVAL},
                {{.year = 2025, .month = 6, .day = 1, .leap = true}, 0},
        };
        civil_day day;
        struct lunar_date date;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(lunar_to_civil(&table[i].date, &day), table[i].result);
        assert_int_equal(lunar_from_civil(day_of("1968-01-28"), &date), -ERANGE);
        assert_int_equal(lunar_from_civil(civil_from(1950, 6, 1), &date), -ERANGE);
        assert_int_equal(lunar_from_civil(civil_from(2101, 1, 29), &date), -ERANGE);
        assert_int_equal(lunar_from_civil(civil_from(2102, 1, 1), &date), -ERANGE);
        assert_int_equal(lunar_leap_month(1967), -ERANGE);
        assert_int_equal(lunar_leap_month(2101), -ERANGE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_published_years),
                cmocka_unit_test(test_known_years),
                cmocka_unit_test(test_every_day),
                cmocka_unit_test(test_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
