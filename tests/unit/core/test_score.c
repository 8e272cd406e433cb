/* Tests of the score: what an obligation counts as at the end of the year, by how much it was late, and sums. */
#include "obligation_fixture.h"

#include <errno.h>

#include "core/score.h"

#define TODAY "2024-12-16"

#define DONE(day, on) \
        { \
                .due = day, .status = OBLIGATION_DONE, .done_on = on \
        }

static void test_grades(void **state)
{
        static const struct {
                struct given given;
                enum grade grade;
                int64_t days, workdays;
        } table[] = {
                {DONE("2024-12-10", "2024-12-10"), GRADE_ON_TIME, 0, 0},
                {DONE("2024-12-10", "2024-01-05"), GRADE_ON_TIME, 0, 0}, /* early */
                {DONE("2024-12-10", "2024-12-11"), GRADE_LATE, 1, 1},
                {DONE("2024-12-06", "2024-12-09"), GRADE_LATE, 3, 1}, /* Friday, Monday */
                {DONE("2024-12-06", "2024-12-08"), GRADE_LATE, 2, 0}, /* on a Sunday */
                /* Due on a Sunday: Monday is the last day, and is what is counted from. */
                {DONE("2024-03-31", "2024-04-01"), GRADE_ON_TIME, 0, 0},
                {DONE("2024-03-31", "2024-04-03"), GRADE_LATE, 2, 2},
                {{.due = "2024-03-31", .status = OBLIGATION_DONE, .done_on = "2024-04-01", .shift = SHIFT_NONE},
                 GRADE_LATE,
                 1,
                 1},
                {{.due = "2024-03-31", .status = OBLIGATION_DONE, .done_on = "2024-04-01", .shift = SHIFT_PREVIOUS},
                 GRADE_LATE,
                 3,
                 1},
                /* Tet and the days worked in exchange. */
                {DONE("2024-02-07", "2024-02-16"), GRADE_LATE, 9, 2},
                {DONE("2024-05-03", "2024-05-04"), GRADE_LATE, 1, 1},
                /* A fixed date takes the place of the plan's. */
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-12", .fixed = "2024-12-12"},
                 GRADE_ON_TIME,
                 0,
                 0},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-10", .fixed = "2024-12-09"},
                 GRADE_LATE,
                 1,
                 1},
                {{.status = OBLIGATION_DONE, .done_on = "2024-12-12", .fixed = "2024-12-11"}, GRADE_LATE, 1, 1},
                /* Nobody is late for a day that nobody fixed. */
                {{.due = "2024-09-30",
                  .status = OBLIGATION_DONE,
                  .done_on = "2024-12-12",
                  .from = "2024-09-01",
                  .tentative = true},
                 GRADE_ON_TIME,
                 0,
                 0},
                {{.due = "2024-09-30", .status = OBLIGATION_OPEN, .from = "2024-09-01", .tentative = true},
                 GRADE_OPEN,
                 0,
                 0},
                {{.status = OBLIGATION_DONE, .done_on = "2024-12-12"}, GRADE_ON_TIME, 0, 0},
                {{.status = OBLIGATION_OPEN}, GRADE_OPEN, 0, 0},
                {{.due = TODAY, .status = OBLIGATION_OPEN}, GRADE_OPEN, 0, 0},
                {{.due = "2024-12-12", .status = OBLIGATION_OPEN}, GRADE_OVERDUE, 4, 2},
                {{.due = "2024-12-12", .status = OBLIGATION_OPEN, .snoozed_until = "2024-12-20"}, GRADE_OVERDUE, 4, 2},
                {{.due = "2024-12-14", .status = OBLIGATION_OPEN},
                 GRADE_OPEN,
                 0,
                 0}, /* a Saturday: today is the last day */
                /* Its plan is closed; how late it would be by now is nobody's measure. */
                {{.due = "2024-12-12", .status = OBLIGATION_UNFINISHED}, GRADE_UNFINISHED, 0, 0},
                {{.status = OBLIGATION_UNFINISHED}, GRADE_UNFINISHED, 0, 0},
                {{.due = "2024-12-12", .status = OBLIGATION_UNCLEAR}, GRADE_UNCLEAR, 0, 0},
                {{.due = "2024-12-12", .status = OBLIGATION_WAIVED}, GRADE_WAIVED, 0, 0},
                /* What nobody is urged to do. */
                {{.due = "2024-12-12", .status = OBLIGATION_OPEN, .lapses = true}, GRADE_UNSCORED, 0, 0},
                {{.due = "2024-12-30", .status = OBLIGATION_OPEN, .lapses = true}, GRADE_UNSCORED, 0, 0},
                {{.due = "2024-12-12", .status = OBLIGATION_DONE, .done_on = "2024-12-15", .lapses = true},
                 GRADE_UNSCORED,
                 0,
                 0},
                {{.due = "2024-12-12", .status = OBLIGATION_UNFINISHED, .lapses = true}, GRADE_UNSCORED, 0, 0},
                {{.due = "2024-12-12", .status = OBLIGATION_WAIVED, .lapses = true}, GRADE_WAIVED, 0, 0},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();
        civil_day today = day_of(TODAY);

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);
                struct lateness late = score_lateness(&obligation, calendar, today);

                assert_true(score_has(&obligation));
                assert_string_equal(grade_name(score_grade(&obligation, calendar, today)), grade_name(table[i].grade));
                assert_int_equal(late.days, table[i].days);
                assert_int_equal(late.workdays, table[i].workdays);
        }
}

static void test_what_is_not_there(void **state)
{
        struct obligation withdrawn = make(&(struct given){.due = "2024-12-12", .status = OBLIGATION_WITHDRAWN});
        struct obligation observance =
                make(&(struct given){.due = "2024-12-12", .status = OBLIGATION_OPEN, .observance = true});

        (void)state;
        assert_false(score_has(&withdrawn));
        assert_false(score_has(&observance));
}

static void test_escalations(void **state)
{
        static const struct {
                struct given given;
                const char *urged, *day;
                bool about;
        } table[] = {
                {{.due = "2024-12-06", .status = OBLIGATION_OPEN}, NULL, "2024-12-06", false},
                {{.due = "2024-12-06", .status = OBLIGATION_OPEN}, NULL, "2024-12-09", true},
                {{.due = "2024-12-07", .status = OBLIGATION_OPEN},
                 NULL,
                 "2024-12-09",
                 false}, /* a Saturday: due on the 9th */
                {{.due = "2024-12-06", .status = OBLIGATION_UNFINISHED}, NULL, "2024-12-09", true},
                {DONE("2024-12-06", "2024-12-08"), NULL, "2024-12-09", false},
                {DONE("2024-12-06", "2024-12-09"), NULL, "2024-12-09", true},
                {DONE("2024-12-06", "2024-12-10"), NULL, "2024-12-09", true},
                {DONE("2024-12-06", "2024-12-05"), NULL, "2024-12-09", false}, /* recorded after it was urged */
                {{.due = "2024-12-06", .status = OBLIGATION_WAIVED}, NULL, "2024-12-09", false},
                {{.due = "2024-12-06", .status = OBLIGATION_OPEN, .lapses = true}, NULL, "2024-12-09", false},
                {{.status = OBLIGATION_OPEN}, NULL, "2024-12-09", false},
                {{.due = "2024-12-06", .status = OBLIGATION_OPEN, .from = "2024-12-01", .tentative = true},
                 NULL,
                 "2024-12-09",
                 false},
                /* Other agencies were overdue before somebody declared this one to be. */
                {{.due = "2024-12-02", .status = OBLIGATION_OPEN}, "2024-12-09", "2024-12-09", false},
                {{.due = "2024-12-02", .status = OBLIGATION_OPEN}, "2024-12-09", "2024-12-10", true},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                obligation.urged = day_or_none(table[i].urged);
                assert_int_equal(score_was_escalated(&obligation, calendar, day_of(table[i].day)), table[i].about);
        }
}

static void test_sums(void **state)
{
        static const struct scored table[] = {
                {.grade = GRADE_ON_TIME, .reminders = 2},
                {.grade = GRADE_LATE, .late = {9, 2}, .reminders = 4, .overdue_reminders = 1, .escalations = 1},
                {.grade = GRADE_LATE, .late = {4, 4}, .reminders = 3, .overdue_reminders = 2},
                {.grade = GRADE_OVERDUE, .late = {30, 21}, .reminders = 9, .overdue_reminders = 8, .escalations = 2},
                {.grade = GRADE_UNFINISHED},
                {.grade = GRADE_OPEN},
                {.grade = GRADE_UNCLEAR},
                {.grade = GRADE_WAIVED, .reminders = 1},
                {.grade = GRADE_UNSCORED},
        };
        struct score score = {0};

        (void)state;
        assert_int_equal(score_owed(&score), 0);
        for (size_t i = 0; i < ELEMENTS(table); i++)
                score_add(&score, &table[i]);
        assert_int_equal(score_owed(&score), 7);
        for (int grade = 0; grade < GRADES; grade++)
                assert_int_equal(score.n[grade], grade == GRADE_LATE ? 2 : 1);
        /* How long what is still overdue has been so is no part of them: it goes on. */
        assert_int_equal(score.late.days, 13);
        assert_int_equal(score.late.workdays, 6);
        assert_int_equal(score.latest.days, 9);
        assert_int_equal(score.latest.workdays, 4);
        assert_int_equal(score.reminders, 19);
        assert_int_equal(score.overdue_reminders, 11);
        assert_int_equal(score.escalations, 3);
}

static void test_names(void **state)
{
        (void)state;
        for (int grade = 0; grade < GRADES; grade++) {
                enum grade parsed = GRADES;

                assert_int_equal(grade_parse(grade_name((enum grade)grade), &parsed), 0);
                assert_int_equal(parsed, grade);
        }
        assert_int_equal(grade_parse("happy", &(enum grade){0}), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_grades),      cmocka_unit_test(test_what_is_not_there),
                cmocka_unit_test(test_escalations), cmocka_unit_test(test_sums),
                cmocka_unit_test(test_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
