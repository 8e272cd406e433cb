/* Tests of calendar: the law's fallback, calendar files over it, and counting working days. */
#include "fixture.h"

#include <errno.h>

static struct calendar *law(void)
{
        struct calendar *calendar = NULL;

        assert_int_equal(calendar_new(&calendar), 0);
        return calendar;
}

/* The days on which the law alone and what was proclaimed differ, all of 2022 to 2026: days exchanged, and other days
 * chosen for Tet. */
static void test_law_against_proclaimed(void **state)
{
        static const char *const differ[] = {
                "2023-01-20", "2023-01-27",                             /* Tet from the 29th of the old year */
                "2024-02-08", "2024-02-15", "2024-04-29", "2024-05-04", /* the same; 29/4 exchanged */
                "2025-01-27", "2025-02-03", "2025-04-26", "2025-05-02", /* the same; 2/5 exchanged */
                "2026-01-02", "2026-01-10", "2026-08-22", "2026-08-31", /* 2/1 and 31/8 exchanged */
        };
        CLEANUP(calendar_p) struct calendar *by_law = law();
        CLEANUP(calendar_p) struct calendar *real = proclaimed_calendar();
        size_t n = 0;

        (void)state;
        for (civil_day day = day_of("2022-01-01"); day <= day_of("2026-12-31"); day++) {
                if (calendar_is_working(by_law, day) == calendar_is_working(real, day))
                        continue;
                assert_true(n < ELEMENTS(differ));
                assert_int_equal(day, day_of(differ[n++]));
        }
        assert_int_equal(n, ELEMENTS(differ));
}

static void test_law_names(void **state)
{
        static const struct {
                const char *day;
                bool working;
                const char *name;
        } table[] = {
                {"2022-01-01", false, "Tết Dương lịch"},
                {"2022-01-03", false, "Tết Dương lịch (nghỉ bù)"},
                {"2023-04-29", false, "Giỗ Tổ Hùng Vương"},
                {"2023-04-30", false, "Ngày Chiến thắng"},
                {"2023-05-01", false, "Ngày Quốc tế lao động"},
                {"2023-05-02", false, "Giỗ Tổ Hùng Vương (nghỉ bù)"},
                {"2023-05-03", false, "Ngày Chiến thắng (nghỉ bù)"},
                {"2023-05-04", true, NULL},
                {"2027-02-05", false, "Tết Âm lịch"}, /* the last day of the old year */
                {"2027-02-09", false, "Tết Âm lịch"},
                {"2027-02-10", false, "Tết Âm lịch (nghỉ bù)"}, /* for Saturday and Sunday, */
                {"2027-02-11", false, "Tết Âm lịch (nghỉ bù)"}, /* 6 and 7 February */
                {"2027-02-12", true, NULL},
                {"2027-04-16", false, "Giỗ Tổ Hùng Vương"},
                {"2028-09-01", false, "Quốc khánh"},
                {"2028-09-04", false, "Quốc khánh (nghỉ bù)"},
                {"2025-11-24", true, NULL},
                {"2026-11-24", false, "Ngày Văn hóa Việt Nam"},
                {"2029-11-24", false, "Ngày Văn hóa Việt Nam"}, /* a Saturday, */
                {"2029-11-26", true, NULL},                     /* not made up */
                {"2027-03-06", false, NULL},                    /* any Saturday */
        };
        CLEANUP(calendar_p) struct calendar *calendar = law();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const char *name = calendar_day_name(calendar, day_of(table[i].day));

                assert_int_equal(calendar_is_working(calendar, day_of(table[i].day)), table[i].working);
                if (table[i].name) {
                        assert_non_null(name);
                        assert_string_equal(name, table[i].name);
                } else {
                        assert_null(name);
                }
        }
}

/* Every year of the law: eleven days of art. 112.1, one more from 2026, each made up when it falls on a weekend. */
static void test_law_every_year(void **state)
{
        CLEANUP(calendar_p) struct calendar *calendar = law();

        (void)state;
        for (int32_t year = CIVIL_FIRST_YEAR; year <= CIVIL_LAST_YEAR; year++) {
                civil_day last = civil_from(year, 12, 31);
                int32_t off_weekdays = 0;
                civil_day culture = civil_from(year, 11, 24);

                assert_true(calendar_is_provisional(calendar, year));
                for (civil_day day = civil_from(year, 1, 1); day <= last; day++)
                        off_weekdays += civil_weekday(day) <= FRIDAY && !calendar_is_working(calendar, day);
                assert_int_equal(off_weekdays, 11 + (year >= 2026 && civil_weekday(culture) <= FRIDAY));
        }
        assert_false(calendar_is_provisional(calendar, CIVIL_FIRST_YEAR - 1));
        assert_false(calendar_is_provisional(calendar, CIVIL_LAST_YEAR + 1));
}

static void test_set_year(void **state)
{
        CLEANUP(calendar_p) struct calendar *calendar = law();
        char off_name[] = "bão", work_name[] = "làm bù", again_name[] = "lại nghỉ";
        const struct calendar_day days[] = {
                {.day = day_of("2027-09-10"), .off = true, .name = off_name},
                {.day = day_of("2027-03-06"), .off = false, .name = work_name},
                {.day = day_of("2027-09-10"), .off = false, .name = again_name}, /* the later line counts */
                {.day = day_of("2027-06-15"), .off = true, .name = NULL},
        };
        const struct calendar_day strange = {.day = day_of("2028-01-01"), .off = true};

        (void)state;
        assert_int_equal(calendar_set_year(calendar, 2027, days, ELEMENTS(days)), 0);
        assert_false(calendar_is_provisional(calendar, 2027));
        assert_true(calendar_is_provisional(calendar, 2028));
        assert_true(calendar_is_working(calendar, day_of("2027-03-06")));
        assert_string_equal(calendar_day_name(calendar, day_of("2027-03-06")), "làm bù");
        assert_true(calendar_is_working(calendar, day_of("2027-09-10")));
        assert_string_equal(calendar_day_name(calendar, day_of("2027-09-10")), "lại nghỉ");
        assert_false(calendar_is_working(calendar, day_of("2027-06-15")));
        /* The fallback of that year is gone. */
        assert_true(calendar_is_working(calendar, day_of("2027-02-08")));
        /* Refused: nothing changes. */
        assert_int_equal(calendar_set_year(calendar, 2027, &strange, 1), -ERANGE);
        assert_int_equal(calendar_set_year(calendar, 1967, NULL, 0), -ERANGE);
        assert_int_equal(calendar_set_year(calendar, 2101, NULL, 0), -ERANGE);
        assert_false(calendar_is_working(calendar, day_of("2027-06-15")));
        /* An empty file says that there are no holidays. */
        assert_int_equal(calendar_set_year(calendar, 2027, NULL, 0), 0);
        assert_true(calendar_is_working(calendar, day_of("2027-06-15")));
}

static void test_moves(void **state)
{
        static const struct {
                const char *day, *next, *previous;
        } table[] = {
                {"2024-02-07", "2024-02-07", "2024-02-07"}, {"2024-02-08", "2024-02-15", "2024-02-07"},
                {"2024-02-14", "2024-02-15", "2024-02-07"}, {"2024-05-04", "2024-05-04", "2024-05-04"},
                {"2024-05-05", "2024-05-06", "2024-05-04"}, {"2024-01-01", "2024-01-02", "2023-12-29"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(calendar_next_working(calendar, day_of(table[i].day)), day_of(table[i].next));
                assert_int_equal(calendar_previous_working(calendar, day_of(table[i].day)), day_of(table[i].previous));
        }
}

static void test_counting(void **state)
{
        static const struct {
                const char *from;
                int32_t n;
                const char *to;
        } table[] = {
                {"2024-12-10", 0, "2024-12-10"}, {"2024-12-07", 0, "2024-12-07"},  {"2024-12-06", 1, "2024-12-09"},
                {"2024-12-07", 1, "2024-12-09"}, {"2024-12-09", -1, "2024-12-06"}, {"2024-12-08", -1, "2024-12-06"},
                {"2024-02-07", 1, "2024-02-15"}, {"2024-02-15", -1, "2024-02-07"}, {"2024-05-04", -5, "2024-04-24"},
                {"2024-04-24", 5, "2024-05-04"}, {"2024-12-31", 1, "2025-01-02"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day from = day_of(table[i].from), to = day_of(table[i].to);

                assert_int_equal(calendar_add_working(calendar, from, table[i].n), to);
                if (calendar_is_working(calendar, from))
                        assert_int_equal(calendar_working_between(calendar, from, to), table[i].n);
        }
        assert_int_equal(calendar_working_between(calendar, day_of("2024-12-07"), day_of("2024-12-09")), 1);
        assert_int_equal(calendar_working_between(calendar, day_of("2024-12-06"), day_of("2024-12-08")), 0);
        assert_int_equal(calendar_working_between(calendar, day_of("2024-12-09"), day_of("2024-12-06")), -1);
}

/* A file may declare every day off: searches end, with the day itself. */
static void test_no_working_day_left(void **state)
{
        CLEANUP(calendar_p) struct calendar *calendar = law();
        struct calendar_day days[366] = {{0}};

        (void)state;
        for (int32_t year = 2030; year <= 2033; year++) {
                civil_day first = civil_from(year, 1, 1);
                size_t n = (size_t)(civil_from(year + 1, 1, 1) - first);

                for (size_t i = 0; i < n; i++)
                        days[i] = (struct calendar_day){.day = first + (civil_day)i, .off = true};
                assert_int_equal(calendar_set_year(calendar, year, days, n), 0);
        }
        assert_int_equal(calendar_next_working(calendar, day_of("2031-06-01")), day_of("2031-06-01"));
        assert_int_equal(calendar_previous_working(calendar, day_of("2032-06-01")), day_of("2032-06-01"));
        assert_int_equal(calendar_add_working(calendar, day_of("2031-06-01"), 3), day_of("2031-06-04"));
        /* One year off, and the new year made up after it, are crossed. */
        assert_int_equal(calendar_next_working(calendar, day_of("2033-01-01")), day_of("2034-01-03"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_law_against_proclaimed),
                cmocka_unit_test(test_law_names),
                cmocka_unit_test(test_law_every_year),
                cmocka_unit_test(test_set_year),
                cmocka_unit_test(test_moves),
                cmocka_unit_test(test_counting),
                cmocka_unit_test(test_no_working_day_left),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
