/* Tests of digest: when it leaves, and on which day an obligation passes from one list to the next. */
#include "ladder_fixture.h"

#include "core/digest.h"

static struct digest_rules digest_rules(const struct calendar *calendar)
{
        return (struct digest_rules){.weekday = MONDAY, .at = CLOCK(8, 0), .calendar = calendar, .hours = &office};
}

static void test_moments(void **state)
{
        static const struct {
                const char *now, *newest, *moment; /* that of the newest */
        } table[] = {
                {"2024-06-10 08:00", "2024-06-10", "2024-06-10 08:00"},
                {"2024-06-10 07:59", "2024-06-03", "2024-06-03 08:00"},
                {"2024-06-16 23:59", "2024-06-10", "2024-06-10 08:00"},
                /* Monday 2 September and the day after were days off. */
                {"2024-09-03 12:00", "2024-08-26", "2024-08-26 08:00"},
                {"2024-09-04 08:00", "2024-09-02", "2024-09-04 08:00"},
                /* Tết 2024 lasted from Thursday 8 to Wednesday 14 February. */
                {"2024-02-12 08:00", "2024-02-05", "2024-02-05 08:00"},
                {"2024-02-15 08:00", "2024-02-12", "2024-02-15 08:00"},
        };
        struct digest_rules rules = digest_rules(*state);

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day newest = digest_newest(&rules, wall_of(table[i].now));

                assert_int_equal(newest, day_of(table[i].newest));
                assert_int_equal(digest_moment(&rules, newest), wall_of(table[i].moment));
        }
        rules.at = CLOCK(17, 0); /* the hours are over */
        assert_int_equal(digest_moment(&rules, day_of("2024-06-10")), wall_of("2024-06-11 07:30"));
}

/* Where the holidays are longer than a week none of theirs has come before they end. */
static void test_long_holidays(void **state)
{
        CLEANUP(calendar_p) struct calendar *calendar = NULL;
        struct calendar_day off[20] = {0};
        struct digest_rules rules;

        (void)state;
        assert_int_equal(calendar_new(&calendar), 0);
        for (int i = 0; i < (int)ELEMENTS(off); i++)
                off[i] = (struct calendar_day){.day = day_of("2024-06-10") + i, .off = true, .name = (char *)"flood"};
        assert_int_equal(calendar_set_year(calendar, 2024, off, ELEMENTS(off)), 0);
        rules = digest_rules(calendar);
        assert_int_equal(digest_newest(&rules, wall_of("2024-06-28 12:00")), day_of("2024-06-03"));
        assert_int_equal(digest_newest(&rules, wall_of("2024-07-01 08:00")), day_of("2024-07-01"));
}

static void test_what_follows(void **state)
{
        static const struct {
                enum weekday weekday; /* as it is configured now */
                const char *settled, *after;
        } table[] = {
                {MONDAY, "2024-06-10", "2024-06-17"},
                {SUNDAY, "2024-06-10", "2024-06-16"},
                {TUESDAY, "2024-06-10", "2024-06-11"},
        };
        struct digest_rules rules = digest_rules(*state);
        char key[RUNG_KEY_SIZE];

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                rules.weekday = table[i].weekday;
                assert_int_equal(digest_after(&rules, day_of(table[i].settled)), day_of(table[i].after));
        }
        digest_write_key(day_of("2024-06-10"), key);
        assert_string_equal(key, "digest@2024-06-10");
        assert_int_equal(rung_key_day(key), day_of("2024-06-10"));
}

/* The digest of Monday 10 June, for the week to the 16th; its month ends on 10 July. */
static void test_sections(void **state)
{
        static const struct {
                struct given given;
                const char *done_on;
                enum digest_section section;
        } table[] = {
                {{.due = "2024-06-07"}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-08"}, "", DIGEST_WEEK}, /* a Saturday: on time until this Monday */
                {{.due = "2024-06-08", .shift = SHIFT_NONE}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-07", .snoozed_until = "2024-06-12"}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-10"}, "", DIGEST_WEEK},
                {{.due = "2024-06-16"}, "", DIGEST_WEEK},
                {{.due = "2024-06-16", .snoozed_until = "2024-06-12"}, "", DIGEST_WEEK},
                {{.due = "2024-06-17"}, "", DIGEST_MONTH},
                {{.due = "2024-07-10"}, "", DIGEST_MONTH},
                {{.due = "2024-07-11"}, "", DIGEST_SECTIONS},
                {{.due = NULL}, "", DIGEST_WAITING},
                {{.due = NULL, .snoozed_until = "2024-06-12"}, "", DIGEST_WAITING},
                {{.due = NULL, .fixed = "2024-06-12"}, "", DIGEST_WEEK},
                {{.from = "2024-06-03", .due = "2024-06-07", .tentative = true}, "", DIGEST_WAITING},
                {{.from = "2024-06-03", .due = "2024-06-28", .tentative = true, .snoozed_until = "2024-06-12"},
                 "",
                 DIGEST_WAITING},
                {{.from = "2024-06-03", .due = "2024-06-28", .tentative = true, .fixed = "2024-06-20"},
                 "",
                 DIGEST_MONTH},
                {{.due = "2024-12-02", .status = OBLIGATION_DONE}, "2024-06-02", DIGEST_SECTIONS},
                {{.due = "2024-12-02", .status = OBLIGATION_DONE}, "2024-06-03", DIGEST_FINISHED},
                {{.due = "2024-06-04", .status = OBLIGATION_DONE}, "2024-06-09", DIGEST_FINISHED},
                {{.due = "2024-06-12", .status = OBLIGATION_DONE}, "2024-06-10", DIGEST_SECTIONS}, /* next week */
                {{.due = "2024-06-12", .status = OBLIGATION_WAIVED}, "", DIGEST_SECTIONS},
                {{.due = "2024-06-12", .status = OBLIGATION_WITHDRAWN}, "", DIGEST_SECTIONS},
                {{&policy_inspection, .due = "2024-06-07"}, "", DIGEST_SECTIONS},
                {{&policy_inspection, .due = "2024-06-10"}, "", DIGEST_WEEK},
                {{&policy_inspection, .from = "2024-06-03", .due = "2024-06-07", .tentative = true},
                 "",
                 DIGEST_WAITING},
                {{.due = "2024-06-12", .observance = true}, "", DIGEST_SECTIONS},
                {{.due = "2024-06-07", .observance = true}, "", DIGEST_SECTIONS},
        };
        civil_day monday = day_of("2024-06-10");

        assert_int_equal(digest_week_end(monday), day_of("2024-06-16"));
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                obligation.done_on = day_of(table[i].done_on);
                assert_int_equal(digest_section_of(&obligation, *state, monday, monday), table[i].section);
        }
        /* Moved by a day off it speaks of the same week, as things stand when it leaves. */
        assert_int_equal(digest_section_of(&(struct obligation){.from = CIVIL_NONE, .due = monday, .fixed = CIVIL_NONE},
                                           *state, monday, monday + 1),
                         DIGEST_OVERDUE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_moments),
                cmocka_unit_test(test_long_holidays),
                cmocka_unit_test(test_what_follows),
                cmocka_unit_test(test_sections),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
