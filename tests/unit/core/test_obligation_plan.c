/* Tests of what becomes of an obligation when its plan begins, changes, passes it on and closes. */
#include "obligation_fixture.h"

/* What an edited plan makes of it; what people decided is kept. */
static void test_replan(void **state)
{
        static const struct {
                struct given before, planned;
                enum replan replan;
        } table[] = {
                {{.due = "2024-12-10"}, {.due = "2024-12-10"}, REPLAN_SAME},
                {{.due = "2024-12-10"}, {.due = "2024-12-11"}, REPLAN_MOVED},
                {{.due = "2024-12-10"}, {.due = NULL}, REPLAN_MOVED},
                {{.due = NULL}, {.due = "2024-12-10"}, REPLAN_MOVED},
                {{.due = "2024-12-10"}, {.from = "2024-12-01", .due = "2024-12-10"}, REPLAN_MOVED},
                {{.from = "2024-12-01", .due = "2024-12-10"},
                 {.from = "2024-12-01", .due = "2024-12-10", .tentative = true},
                 REPLAN_MOVED},
                {{.due = "2024-12-10", .snoozed_until = "2024-12-01"}, {.due = "2024-12-11"}, REPLAN_MOVED},
                /* An agency notices nothing. */
                {{.due = "2024-12-10"}, {.due = "2024-12-10", .shift = SHIFT_NONE}, REPLAN_SILENT},
                {{.due = "2024-12-10"}, {.due = "2024-12-10", .observance = true}, REPLAN_SILENT},
                {{.due = "2024-12-10", .fixed = "2024-12-12"}, {.due = "2024-12-11"}, REPLAN_SILENT},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-01"},
                 {.due = "2024-12-11"},
                 REPLAN_SILENT},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED}, {.due = "2024-12-11"}, REPLAN_SILENT},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED}, {.due = "2024-12-10"}, REPLAN_SAME},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, {.due = "2024-12-10"}, REPLAN_RETURNED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, {.due = "2024-12-11"}, REPLAN_RETURNED},
        };

        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();
        wall_time now = wall_of("2024-11-20 09:00");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation before = make(&table[i].before), planned = make(&table[i].planned);
                struct obligation obligation = before;

                assert_int_equal(obligation_replan(&obligation, &planned, calendar, CIVIL_NONE, now), table[i].replan);
                assert_true(obligation_is_planned_alike(&obligation, &planned));
                assert_int_equal(obligation.fixed, before.fixed);
                assert_int_equal(obligation.done_on, before.done_on);
                assert_int_equal(obligation.snoozed_until, before.snoozed_until);
                assert_int_equal(obligation.status,
                                 table[i].replan == REPLAN_RETURNED ? OBLIGATION_OPEN : before.status);
        }
}

/* What had passed when it became known is unclear; the plan may say that it was watched. */
static void test_beginning(void **state)
{
        static const struct {
                struct given given;
                const char *known, *since;
                bool unclear;
        } table[] = {
                {{.due = "2024-12-10"}, "2024-12-10 23:00", "", false}, /* today is not past */
                {{.due = "2024-12-10"}, "2024-12-11 00:00", "", true},
                {{.due = "2024-12-10"}, "2024-01-01 00:00", "", false},
                {{.due = "2024-12-10"}, NULL, "", false},               /* known always */
                {{.due = "2024-12-08"}, "2024-12-09 10:00", "", false}, /* a Sunday: until Monday */
                {{.due = "2024-12-08"}, "2024-12-10 10:00", "", true},
                {{OCTOBER}, "2024-11-01 10:00", "", true},
                {{OCTOBER}, "2024-10-31 10:00", "", false},
                {{OCTOBER, .tentative = true}, "2024-11-01 10:00", "", true},
                {{OCTOBER, .lapses = true, .tentative = true}, "2024-11-01 10:00", "", true},
                {{OCTOBER, .lapses = true, .tentative = true}, "2024-10-31 10:00", "", false},
                {{OCTOBER, .lapses = true, .tentative = true, .fixed = "2024-10-15"}, "2024-11-01 10:00", "", false},
                {{OCTOBER, .lapses = true}, "2024-11-01 10:00", "", false},
                {{OCTOBER, .fixed = "2024-12-10"}, "2024-11-01 10:00", "", false},
                {{.due = NULL}, "2024-12-11 00:00", "", false},
                {{.due = "2024-05-19", .observance = true}, "2024-12-11 00:00", "", false},
                {{.due = "2024-12-10"}, "2024-12-11 00:00", "2024-12-10", false},
                {{.due = "2024-12-10"}, "2024-12-11 00:00", "2024-12-11", true},
                {{.due = "2024-12-10"}, "2024-12-11 00:00", "2025-06-01", true}, /* what is ahead is watched anyway */
                {{.due = "2024-12-10"}, "2024-12-09 00:00", "2025-06-01", false},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                obligation.known = table[i].known ? wall_of(table[i].known) : WALL_NONE;
                assert_int_equal(obligation_beginning(&obligation, calendar, day_of(table[i].since)),
                                 table[i].unclear ? OBLIGATION_UNCLEAR : OBLIGATION_OPEN);
                obligation.urged = day_of("2024-12-20");
                assert_int_equal(obligation_beginning(&obligation, calendar, day_of(table[i].since)), OBLIGATION_OPEN);
        }
}

/* Known on 2 December, and edited on the 20th of November or of December. */
static void test_replan_of_the_unclear(void **state)
{
        static const struct {
                struct given before, planned;
                const char *since, *now;
                enum replan replan;
                enum obligation_status status;
                bool news; /* it becomes known only now */
        } table[] = {
                {{.due = "2024-12-10"},
                 {.due = "2024-12-05"},
                 "",
                 "2024-12-20",
                 REPLAN_UNCLEAR,
                 OBLIGATION_UNCLEAR,
                 true},
                {{.due = "2024-12-10"}, {.due = "2024-12-20"}, "", "2024-12-20", REPLAN_MOVED, OBLIGATION_OPEN, false},
                {{.due = "2024-12-10"},
                 {.due = "2024-12-05"},
                 "2024-12-01",
                 "2024-12-20",
                 REPLAN_MOVED,
                 OBLIGATION_OPEN,
                 true},
                {{.due = "2024-11-29", .status = OBLIGATION_UNCLEAR},
                 {.due = "2024-12-25"},
                 "",
                 "2024-12-20",
                 REPLAN_WATCHED,
                 OBLIGATION_OPEN,
                 false},
                {{.due = "2024-11-29", .status = OBLIGATION_UNCLEAR},
                 {.due = "2024-11-29"},
                 "2024-11-01",
                 "2024-12-20",
                 REPLAN_WATCHED,
                 OBLIGATION_OPEN,
                 false},
                {{.due = "2024-11-29", .status = OBLIGATION_UNCLEAR},
                 {.due = "2024-11-29"},
                 "",
                 "2024-12-20",
                 REPLAN_SAME,
                 OBLIGATION_UNCLEAR,
                 false},
                {{.due = "2024-11-29", .status = OBLIGATION_UNCLEAR},
                 {.due = "2024-11-28"},
                 "",
                 "2024-12-20",
                 REPLAN_SILENT,
                 OBLIGATION_UNCLEAR,
                 true},
                /* Overdue since it was watched: it stays so, whatever else is edited. */
                {{.due = "2024-12-10"},
                 {.due = "2024-12-10", .shift = SHIFT_NONE},
                 "",
                 "2024-12-20",
                 REPLAN_SILENT,
                 OBLIGATION_OPEN,
                 false},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN},
                 {.due = "2024-12-10"},
                 "",
                 "2024-12-20",
                 REPLAN_RETURNED,
                 OBLIGATION_OPEN,
                 false},
                {{.due = "2024-11-29", .status = OBLIGATION_WITHDRAWN},
                 {.due = "2024-11-29"},
                 "",
                 "2024-12-20",
                 REPLAN_RETURNED,
                 OBLIGATION_UNCLEAR,
                 false},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();
        wall_time known = wall_of("2024-12-02 08:00");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].before), planned = make(&table[i].planned);
                wall_time now = wall_at(day_of(table[i].now), 9 * 3600);

                obligation.known = known;
                assert_int_equal(obligation_replan(&obligation, &planned, calendar, day_of(table[i].since), now),
                                 table[i].replan);
                assert_int_equal(obligation.status, table[i].status);
                assert_int_equal(obligation.known, table[i].news ? now : known);
        }
}

/* Watched from 2 December on, withdrawn on one day and in the plan again on another. */
static void test_withdrawn_and_back(void **state)
{
        static const struct {
                const char *due, *withdrawn, *back;
                enum obligation_status status; /* now and after one more sync */
        } table[] = {
                {"2024-12-10", "2024-12-09", "2024-12-09", OBLIGATION_OPEN},
                {"2024-12-10", "2024-12-05", "2024-12-10", OBLIGATION_OPEN},
                {"2024-12-10", "2024-12-05", "2024-12-11", OBLIGATION_UNCLEAR},
                {"2024-12-10", "2024-12-10", "2024-12-20", OBLIGATION_UNCLEAR},
                {"2024-12-10", "2024-12-11", "2024-12-20", OBLIGATION_OPEN}, /* it was overdue before */
                {"2024-11-29", "2024-12-05", "2024-12-20", OBLIGATION_UNCLEAR},
                {"", "2024-12-05", "2024-12-20", OBLIGATION_OPEN},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct given given = {.due = table[i].due};
                struct obligation obligation = make(&given), planned = obligation;
                wall_time back = wall_at(day_of(table[i].back), 9 * 3600);

                obligation.known = wall_of("2024-12-02 08:00");
                obligation_withdraw(&obligation, calendar, wall_at(day_of(table[i].withdrawn), 9 * 3600));
                assert_int_equal(obligation.status, OBLIGATION_WITHDRAWN);
                assert_int_equal(obligation_replan(&obligation, &planned, calendar, CIVIL_NONE, back), REPLAN_RETURNED);
                assert_int_equal(obligation.status, table[i].status);
                assert_int_equal(obligation_replan(&obligation, &planned, calendar, CIVIL_NONE, back + 1), REPLAN_SAME);
                assert_int_equal(obligation.status, table[i].status);
        }
}

/* What a plan's end makes of it: whatever was open, and nothing that was settled. */
static void test_close(void **state)
{
        static const struct {
                struct given given;
                bool closes;
                enum obligation_state state;
        } table[] = {
                {{.due = "2024-12-10"}, true, STATE_UNFINISHED},
                {{.due = "2025-12-10"}, true, STATE_UNFINISHED}, /* not even due */
                {{.due = NULL}, true, STATE_UNFINISHED},
                {{OCTOBER, .tentative = true}, true, STATE_UNFINISHED},
                {{.due = "2024-12-10", .snoozed_until = "2025-06-01"}, true, STATE_UNFINISHED},
                {{.due = "2024-12-10", .status = OBLIGATION_UNCLEAR}, true, STATE_UNFINISHED},
                /* What nobody was urged to do before, nobody is blamed for at the end. */
                {{.due = "2024-12-10", .lapses = true}, true, STATE_PASSED},
                {{OCTOBER, .tentative = true, .lapses = true}, true, STATE_PASSED},
                {{.due = "2024-05-19", .observance = true}, true, STATE_PASSED},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-12"}, false, STATE_LATE},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED}, false, STATE_WAIVED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, false, STATE_WITHDRAWN},
                {{.due = "2024-12-10", .status = OBLIGATION_UNFINISHED}, false, STATE_UNFINISHED},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();
        civil_day today = day_of("2025-03-31");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_close(&obligation), table[i].closes);
                assert_int_equal(obligation_state(&obligation, calendar, today), table[i].state);
                assert_false(obligation_is_open(&obligation));
                if (table[i].state == STATE_UNFINISHED) {
                        assert_int_equal(obligation_overdue_after(&obligation, day_of("2024-12-10")), CIVIL_NONE);
                        assert_int_equal(obligation_days_late(&obligation, calendar, today), 0);
                }
        }
}

static void test_inherit(void **state)
{
        const struct obligation from = {
                .from = 3, .due = 10, .fixed = 12, .snoozed_until = 9, .urged = 11, .known = 5, .done_on = CIVIL_NONE};
        struct obligation heir = obligation_inherit(&from);

        (void)state;
        assert_int_equal(heir.snoozed_until, CIVIL_NONE);
        assert_true(obligation_is_planned_alike(&heir, &from));
        assert_int_equal(heir.fixed, from.fixed);
        assert_int_equal(heir.urged, from.urged);
        assert_int_equal(heir.known, from.known);
        assert_int_equal(heir.status, from.status);
}

/* Each field counts. */
static void test_same(void **state)
{
        const struct obligation one = {.due = 1};
        struct obligation others[13];
        size_t n = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(others); i++)
                others[i] = one;
        others[n++].from = 2;
        others[n++].due = 2;
        others[n++].tentative = true;
        others[n++].observance = true;
        others[n++].shift = SHIFT_NONE;
        others[n++].lapses = true;
        others[n++].fixed = 2;
        others[n++].status = OBLIGATION_DONE;
        others[n++].done_on = 2;
        others[n++].snoozed_until = 2;
        others[n++].urged = 2;
        others[n++].known = 2;
        others[n++].claimed = true;
        for (size_t i = 0; i < n; i++) {
                assert_true(obligation_same(&others[i], &others[i]));
                if (obligation_same(&one, &others[i]))
                        fail_msg("field %zu", i);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_replan),
                cmocka_unit_test(test_beginning),
                cmocka_unit_test(test_replan_of_the_unclear),
                cmocka_unit_test(test_withdrawn_and_back),
                cmocka_unit_test(test_close),
                cmocka_unit_test(test_inherit),
                cmocka_unit_test(test_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
