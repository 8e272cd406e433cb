/* Tests of civil: dates, weekdays, weeks, texts and clock times. */
#include "fixture.h"

#include <errno.h>

static void test_known_days(void **state)
{
        static const struct {
                int32_t year, month, day;
                civil_day number;
                enum weekday weekday;
        } table[] = {
                {1970, 1, 1, 0, THURSDAY},        {1969, 12, 31, -1, WEDNESDAY}, {2000, 2, 29, 11016, TUESDAY},
                {2024, 2, 29, 19782, THURSDAY},   {1968, 1, 1, -731, MONDAY},    {2100, 12, 31, 47846, FRIDAY},
                {1600, 3, 1, -135080, WEDNESDAY}, {1, 1, 1, -719162, MONDAY},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct civil_date date = civil_split(table[i].number);

                assert_int_equal(civil_from(table[i].year, table[i].month, table[i].day), table[i].number);
                assert_int_equal(date.year, table[i].year);
                assert_int_equal(date.month, table[i].month);
                assert_int_equal(date.day, table[i].day);
                assert_int_equal(civil_weekday(table[i].number), table[i].weekday);
        }
        assert_int_equal(CIVIL_FIRST_DAY, civil_from(CIVIL_FIRST_YEAR, 1, 1));
        assert_int_equal(CIVIL_LAST_DAY, civil_from(CIVIL_LAST_YEAR + 2, 12, 31));
        assert_false(civil_is_known(CIVIL_NONE));
}

/* Counts days one by one from 1600 to 2400, a whole era of the calendar, and compares. */
static void test_every_day(void **state)
{
        struct civil_date date = {1600, 1, 1};
        civil_day last = civil_from(2400, 12, 31);
        enum weekday weekday = SATURDAY;

        (void)state;
        for (civil_day day = civil_from(1600, 1, 1); day <= last; day++) {
                struct civil_date split = civil_split(day);

                assert_true(split.year == date.year && split.month == date.month && split.day == date.day);
                assert_int_equal(civil_from(date.year, date.month, date.day), day);
                assert_int_equal(civil_weekday(day), weekday);
                weekday = weekday == SUNDAY ? MONDAY : weekday + 1;
                if (++date.day > civil_month_days(date.year, date.month)) {
                        date.day = 1;
                        date.month = date.month % 12 + 1;
                        date.year += date.month == 1;
                }
        }
}

static void test_valid(void **state)
{
        static const struct {
                int32_t year, month, day;
                bool valid;
        } table[] = {
                {2024, 2, 29, true},  {2023, 2, 29, false}, {2100, 2, 29, false}, {2000, 2, 29, true},
                {2024, 4, 31, false}, {2024, 0, 1, false},  {2024, 13, 1, false}, {2024, 1, 0, false},
                {2024, 12, 31, true}, {2024, -1, 1, false}, {2024, 1, -1, false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(civil_valid(table[i].year, table[i].month, table[i].day), table[i].valid);
}

static void test_weeks(void **state)
{
        static const struct {
                const char *day;
                enum weekday start;
                struct civil_week week;
        } table[] = {
                {"2024-01-01", MONDAY, {2024, 1, 52}},  {"2023-01-01", MONDAY, {2022, 52, 52}},
                {"2021-01-03", MONDAY, {2020, 53, 53}}, {"2021-01-04", MONDAY, {2021, 1, 52}},
                {"2024-12-29", MONDAY, {2024, 52, 52}}, {"2024-12-30", MONDAY, {2025, 1, 52}},
                {"2026-12-31", MONDAY, {2026, 53, 53}}, {"2027-01-03", MONDAY, {2026, 53, 53}},
                {"2024-06-12", MONDAY, {2024, 24, 52}}, {"2027-01-02", SUNDAY, {2026, 52, 52}},
                {"2027-01-03", SUNDAY, {2027, 1, 52}},  {"2024-12-28", SUNDAY, {2024, 52, 52}},
                {"2024-12-29", SUNDAY, {2025, 1, 53}},  {"2025-12-31", WEDNESDAY, {2026, 1, 52}},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct civil_week week = civil_week(day_of(table[i].day), table[i].start);

                assert_int_equal(week.year, table[i].week.year);
                assert_int_equal(week.number, table[i].week.number);
                assert_int_equal(week.of, table[i].week.of);
        }
}

static void test_parse(void **state)
{
        static const struct {
                const char *text;
                int result;
        } table[] = {
                {"2024-02-29", 0},        {"1968-01-01", 0},        {"2100-12-31", 0},
                {"2023-02-29", -ERANGE},  {"1967-12-31", -ERANGE},  {"2101-01-01", -ERANGE},
                {"2024-13-01", -ERANGE},  {"2024-00-10", -ERANGE},  {"", -EINVAL},
                {"2024-1-01", -EINVAL},   {"2024-01-1", -EINVAL},   {"2024/01/01", -EINVAL},
                {"2024-01-01 ", -EINVAL}, {" 2024-01-01", -EINVAL}, {"+024-01-01", -EINVAL},
                {"2024-01-0x", -EINVAL},  {"20240101", -EINVAL},    {"-024-01-01", -EINVAL},
                {"2024-01-01Z", -EINVAL}, {"01/01/2024", -EINVAL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day day = 4711;
                char text[CIVIL_DATE_SIZE];

                assert_int_equal(civil_parse(table[i].text, &day), table[i].result);
                if (table[i].result < 0)
                        assert_int_equal(day, 4711);
                else
                        assert_string_equal(civil_format(day, text), table[i].text);
        }
}

static void test_format(void **state)
{
        char text[CIVIL_DATE_SIZE];

        (void)state;
        assert_string_equal(civil_format(CIVIL_NONE, text), "");
        assert_string_equal(civil_format_vi(CIVIL_NONE, text), "");
        assert_string_equal(civil_format_vi(day_of("2024-05-09"), text), "09/05/2024");
        assert_string_equal(civil_format(civil_from(33, 4, 3), text), "0033-04-03");
        /* The far ends of the type are written whole. */
        assert_string_equal(civil_format(INT32_MAX, text), "5881580-07-11");
        assert_string_equal(civil_format(INT32_MIN + 1, text), "-5877641-06-24");
}

static void test_clock(void **state)
{
        static const struct {
                const char *text;
                int result;
                int32_t seconds;
        } table[] = {
                {"00:00", 0, 0},         {"07:30", 0, 27000},   {"23:59", 0, 86340},      {"23:59:59", 0, 86399},
                {"24:00", -ERANGE, 0},   {"12:60", -ERANGE, 0}, {"12:00:60", -ERANGE, 0}, {"7:30", -EINVAL, 0},
                {"", -EINVAL, 0},        {"07.30", -EINVAL, 0}, {"07:3", -EINVAL, 0},     {"07:30:", -EINVAL, 0},
                {"07:30:0", -EINVAL, 0}, {"-7:30", -EINVAL, 0}, {"07:30 12", -EINVAL, 0}, {"aa:bb", -EINVAL, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                int32_t seconds = 0;

                assert_int_equal(civil_parse_clock(table[i].text, &seconds), table[i].result);
                assert_int_equal(seconds, table[i].seconds);
        }
}

static void test_wall(void **state)
{
        static const struct {
                wall_time at;
                civil_day day;
                int32_t clock;
        } table[] = {{0, 0, 0},       {86399, 0, 86399}, {86400, 1, 0},
                     {-1, -1, 86399}, {-86400, -1, 0},   {-86401, -2, 86399}};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(wall_day(table[i].at), table[i].day);
                assert_int_equal(wall_clock(table[i].at), table[i].clock);
                assert_int_equal(wall_at(table[i].day, table[i].clock), table[i].at);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_known_days), cmocka_unit_test(test_every_day), cmocka_unit_test(test_valid),
                cmocka_unit_test(test_weeks),      cmocka_unit_test(test_parse),     cmocka_unit_test(test_format),
                cmocka_unit_test(test_clock),      cmocka_unit_test(test_wall),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
