/* Tests of obligation: dates, states, and what may be decided. */
#include "obligation_fixture.h"

static const struct date_bounds year_2024 = {2024, 2024, CIVIL_NONE};

static void test_dates(void **state)
{
        static const struct {
                struct given given;
                const char *from, *due, *effective, *safe;
                bool tentative;
        } table[] = {
                {{.due = "2024-12-10"}, "", "2024-12-10", "2024-12-10", "2024-12-10", false},
                /* Sunday; art. 148.5 and the other two ways. */
                {{.due = "2024-03-31"}, "", "2024-03-31", "2024-04-01", "2024-03-31", false},
                {{.due = "2024-03-31", .shift = SHIFT_PREVIOUS}, "", "2024-03-31", "2024-03-29", "2024-03-29", false},
                {{.due = "2024-03-31", .shift = SHIFT_NONE}, "", "2024-03-31", "2024-03-31", "2024-03-31", false},
                {{.due = "2024-02-08"}, "", "2024-02-08", "2024-02-15", "2024-02-08", false}, /* Tet */
                {{.due = "2024-05-04"}, "", "2024-05-04", "2024-05-04", "2024-05-04", false}, /* worked in exchange */
                {{.from = "2024-01-01", .due = "2024-03-31"},
                 "2024-01-01",
                 "2024-03-31",
                 "2024-04-01",
                 "2024-03-31",
                 false},
                /* A tentative window has no term to move, an anniversary neither. */
                {{.from = "2024-09-01", .due = "2024-09-01", .tentative = true},
                 "2024-09-01",
                 "2024-09-01",
                 "2024-09-01",
                 "2024-09-01",
                 true},
                {{.due = "2024-05-19", .observance = true}, "", "2024-05-19", "2024-05-19", "2024-05-19", false},
                /* set-date takes the place of all of it: of a term it makes another term, and where the plan leaves the
                 * day open an appointment, which is on the very day. */
                {{.due = "2024-12-10", .fixed = "2024-10-13"}, "", "2024-10-13", "2024-10-14", "2024-10-13", false},
                {{.fixed = "2024-10-13"}, "", "2024-10-13", "2024-10-13", "2024-10-13", false},
                {{.from = "2024-10-01", .due = "2024-10-31", .tentative = true, .fixed = "2024-10-13"},
                 "",
                 "2024-10-13",
                 "2024-10-13",
                 "2024-10-13",
                 false},
                {{.fixed = "2024-10-15"}, "", "2024-10-15", "2024-10-15", "2024-10-15", false},
                {{.due = NULL}, "", "", "", "", false},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);
                struct obligation_dates dates = obligation_dates(&obligation, calendar);

                assert_int_equal(dates.from, day_of(table[i].from));
                assert_int_equal(dates.due, day_of(table[i].due));
                assert_int_equal(dates.effective, day_of(table[i].effective));
                assert_int_equal(dates.safe, day_of(table[i].safe));
                assert_int_equal(dates.tentative, table[i].tentative);
        }
}

static void test_states(void **state)
{
        static const struct {
                struct given given;
                const char *today;
                enum obligation_state state;
        } table[] = {
                {{.due = "2024-12-10"}, "2024-12-10", STATE_PENDING},
                {{.due = "2024-12-10"}, "2024-12-11", STATE_OVERDUE},
                {{.due = "2024-03-31"}, "2024-04-01", STATE_PENDING},
                {{.due = "2024-03-31"}, "2024-04-02", STATE_OVERDUE},
                {{OCTOBER}, "2024-10-31", STATE_PENDING},
                {{OCTOBER}, "2024-11-01", STATE_OVERDUE},
                {{OCTOBER, .tentative = true}, "2024-09-01", STATE_TENTATIVE},
                {{OCTOBER, .tentative = true}, "2025-01-01", STATE_TENTATIVE}, /* never overdue */
                {{OCTOBER, .tentative = true, .fixed = "2024-10-15"}, "2024-10-15", STATE_PENDING},
                {{OCTOBER, .tentative = true, .fixed = "2024-10-15"}, "2024-10-16", STATE_OVERDUE},
                {{.due = NULL}, "2024-10-15", STATE_UNDATED},
                {{.fixed = "2024-10-15"}, "2024-10-15", STATE_PENDING},
                {{.due = "2024-05-19", .observance = true}, "2024-05-19", STATE_PENDING},
                {{.due = "2024-05-19", .observance = true}, "2024-05-20", STATE_PASSED},
                /* What nobody is urged to do has passed with its day, an inspection or a standing task; it is late
                 * neither then nor when somebody ticks it at last. */
                {{.due = "2024-03-31", .lapses = true}, "2024-04-01", STATE_PENDING},
                {{.due = "2024-03-31", .lapses = true}, "2024-04-02", STATE_PASSED},
                {{OCTOBER, .lapses = true}, "2024-11-01", STATE_PASSED},
                {{OCTOBER, .tentative = true, .lapses = true}, "2024-11-01", STATE_TENTATIVE},
                {{OCTOBER, .tentative = true, .fixed = "2024-10-15", .lapses = true}, "2024-10-16", STATE_PASSED},
                {{.due = "2024-12-10", .lapses = true, .snoozed_until = "2024-12-16"}, "2024-12-17", STATE_PASSED},
                {{.due = "2024-12-10", .lapses = true, .status = OBLIGATION_DONE, .done_on = "2024-12-12"},
                 "2024-12-12",
                 STATE_DONE},
                {{.lapses = true}, "2024-12-12", STATE_UNDATED},
                /* A snooze is shown until its last day, over what it silences. */
                {{.due = "2024-12-10", .snoozed_until = "2024-12-05"}, "2024-12-05", STATE_SNOOZED},
                {{.due = "2024-12-10", .snoozed_until = "2024-12-05"}, "2024-12-06", STATE_PENDING},
                {{.due = "2024-12-10", .snoozed_until = "2024-12-16"}, "2024-12-12", STATE_SNOOZED},
                {{OCTOBER, .tentative = true, .snoozed_until = "2024-09-20"}, "2024-09-20", STATE_SNOOZED},
                {{.snoozed_until = "2024-09-20"}, "2024-09-20", STATE_UNDATED},
                {{.due = "2024-05-19", .observance = true, .snoozed_until = "2024-05-01"}, "2024-05-01", STATE_PENDING},
                /* What is closed is nothing else. */
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-10"}, "2025-01-01", STATE_DONE},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-11"}, "2024-12-11", STATE_LATE},
                {{.due = "2024-03-31", .status = OBLIGATION_DONE, .done_on = "2024-04-01"}, "2024-04-01", STATE_DONE},
                {{OCTOBER, .tentative = true, .status = OBLIGATION_DONE, .done_on = "2024-12-11"},
                 "2024-12-11",
                 STATE_DONE},
                {{.status = OBLIGATION_DONE, .done_on = "2024-12-11"}, "2024-12-11", STATE_DONE},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED}, "2025-01-01", STATE_WAIVED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, "2025-01-01", STATE_WITHDRAWN},
                {{.due = "2024-05-19", .observance = true, .status = OBLIGATION_WITHDRAWN},
                 "2024-05-20",
                 STATE_WITHDRAWN},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_state(&obligation, calendar, day_of(table[i].today)), table[i].state);
                assert_int_equal(obligation_is_open(&obligation),
                                 obligation.status == OBLIGATION_OPEN && !obligation.observance);
        }
}

static void test_days_late(void **state)
{
        static const struct {
                struct given given;
                const char *on;
                int32_t days;
        } table[] = {
                {{.due = "2024-12-10"}, "2024-12-10", 0},
                {{.due = "2024-12-10"}, "2024-12-01", 0},
                {{.due = "2024-12-10"}, "2024-12-11", 1},
                {{.due = "2024-12-06"}, "2024-12-08", 0}, /* no working day yet */
                {{.due = "2024-12-06"}, "2024-12-09", 1},
                {{.due = "2024-03-31"}, "2024-04-02", 1}, /* from the effective date */
                {{.due = "2024-02-07"}, "2024-02-15", 1}, /* over Tet */
                {{OCTOBER, .tentative = true}, "2024-11-11", 0},
                {{.due = "2024-05-19", .observance = true}, "2024-11-11", 0},
                {{.due = "2024-12-10", .lapses = true}, "2024-12-31", 0},
                {{.due = NULL}, "2024-11-11", 0},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-12"}, "2024-12-12", 2},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_days_late(&obligation, calendar, day_of(table[i].on)), table[i].days);
        }
}

static void test_history(void **state)
{
        const civil_day day = civil_from(2024, 6, 14);
        const wall_time soon = wall_at(day + 3, 0);

        (void)state;
        assert_true(obligation_is_history(day, WALL_NEVER, day + 1));
        assert_false(obligation_is_history(day, WALL_NEVER, day));
        assert_false(obligation_is_history(day, soon, day + 1));
        assert_false(obligation_is_history(CIVIL_NONE, WALL_NEVER, day));
}

static void test_snooze(void **state)
{
        static const struct {
                struct given given;
                const char *today, *cap, *until;
                enum refusal refusal, forced;
        } table[] = {
                {{.due = "2024-12-10"}, "2024-12-02", "2024-12-09", "2024-12-09", REFUSED_NOT, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-02", "2024-12-09", "2024-12-10", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-02", "2024-12-09", "2024-12-02", REFUSED_NOT, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-02", "2024-12-09", "2024-12-01", REFUSED_PAST, REFUSED_PAST},
                /* Monday's last working day before is Friday; a Sunday's too. */
                {{.due = "2024-12-09"}, "2024-12-02", "2024-12-06", "2024-12-07", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                {{.due = "2024-03-31"}, "2024-03-01", "2024-03-29", "2024-03-29", REFUSED_NOT, REFUSED_NOT},
                {{.due = "2024-03-31"}, "2024-03-01", "2024-03-29", "2024-03-30", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                {{.due = "2024-03-31", .shift = SHIFT_PREVIOUS},
                 "2024-03-01",
                 "2024-03-28",
                 "2024-03-29",
                 REFUSED_SNOOZE_CAP,
                 REFUSED_NOT},
                /* On the due day, and on the effective one, not even until tonight. */
                {{.due = "2024-12-10"}, "2024-12-10", "2024-12-09", "2024-12-10", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                {{.due = "2024-03-31"}, "2024-04-01", "2024-03-29", "2024-04-01", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                /* Overdue: five working days. */
                {{.due = "2024-12-10"}, "2024-12-11", "2024-12-18", "2024-12-18", REFUSED_NOT, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-11", "2024-12-18", "2024-12-19", REFUSED_SNOOZE_CAP, REFUSED_NOT},
                {{.due = "2024-02-01"}, "2024-02-06", "2024-02-20", "2024-02-20", REFUSED_NOT, REFUSED_NOT},
                /* Tentative: its day may be the first of the window, then any. */
                {{OCTOBER, .tentative = true}, "2024-09-16", "2024-09-30", "2024-09-30", REFUSED_NOT, REFUSED_NOT},
                {{OCTOBER, .tentative = true},
                 "2024-09-16",
                 "2024-09-30",
                 "2024-10-01",
                 REFUSED_SNOOZE_CAP,
                 REFUSED_NOT},
                {{OCTOBER, .tentative = true}, "2024-10-01", "2024-10-30", "2024-10-30", REFUSED_NOT, REFUSED_NOT},
                {{.due = NULL}, "2024-10-01", "", "2024-10-30", REFUSED_UNDATED, REFUSED_UNDATED},
                {{.due = "2024-12-19", .observance = true},
                 "2024-10-01",
                 "",
                 "2024-10-30",
                 REFUSED_OBSERVANCE,
                 REFUSED_OBSERVANCE},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-10-01"},
                 "2024-10-01",
                 "2024-12-09",
                 "2024-10-30",
                 REFUSED_CLOSED,
                 REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED},
                 "2024-10-01",
                 "2024-12-09",
                 "2024-10-30",
                 REFUSED_CLOSED,
                 REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN},
                 "2024-10-01",
                 "2024-12-09",
                 "2024-10-30",
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);
                civil_day today = day_of(table[i].today), until = day_of(table[i].until);

                assert_int_equal(obligation_snooze_cap(&obligation, calendar, today), day_of(table[i].cap));
                assert_int_equal(obligation_may_snooze(&obligation, calendar, today, until, false), table[i].refusal);
                assert_int_equal(obligation_may_snooze(&obligation, calendar, today, until, true), table[i].forced);
        }
}

static void test_decisions(void **state)
{
        static const struct {
                struct given given;
                enum refusal finish, reopen, waive, set_date, clear_date;
        } table[] = {
                {{.due = "2024-12-10"}, REFUSED_NOT, REFUSED_OPEN, REFUSED_NOT, REFUSED_NOT, REFUSED_NOT_FIXED},
                {{.due = "2024-12-10", .fixed = "2024-12-12"},
                 REFUSED_NOT,
                 REFUSED_OPEN,
                 REFUSED_NOT,
                 REFUSED_NOT,
                 REFUSED_NOT},
                {{.due = NULL}, REFUSED_NOT, REFUSED_OPEN, REFUSED_NOT, REFUSED_NOT, REFUSED_NOT_FIXED},
                {{.due = "2024-12-19", .observance = true},
                 REFUSED_OBSERVANCE,
                 REFUSED_OPEN,
                 REFUSED_NOT,
                 REFUSED_OBSERVANCE,
                 REFUSED_NOT_FIXED},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-01"},
                 REFUSED_CLOSED,
                 REFUSED_NOT,
                 REFUSED_CLOSED,
                 REFUSED_CLOSED,
                 REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED},
                 REFUSED_CLOSED,
                 REFUSED_NOT,
                 REFUSED_CLOSED,
                 REFUSED_CLOSED,
                 REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN},
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN},
        };
        civil_day today = day_of("2024-12-05");
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_may_finish(&obligation, calendar, 2024, today, today), table[i].finish);
                assert_int_equal(obligation_may_reopen(&obligation), table[i].reopen);
                assert_int_equal(obligation_may_waive(&obligation), table[i].waive);
                assert_int_equal(
                        obligation_may_set_date(&obligation, calendar, &year_2024, day_of("2024-12-20"), false),
                        table[i].set_date);
                assert_int_equal(obligation_may_clear_date(&obligation), table[i].clear_date);
        }
}

static void test_awaits_day(void **state)
{
        static const struct {
                struct given given;
                bool awaits;
        } table[] = {
                {{.due = NULL}, true},
                {{.due = NULL, .fixed = "2024-10-15"}, false},
                {{.from = "2024-10-01", .due = "2024-10-31", .tentative = true}, true},
                {{.from = "2024-10-01", .due = "2024-10-31", .tentative = true, .fixed = "2024-10-15"}, false},
                {{.from = "2024-10-01", .due = "2024-10-31"}, false},
                {{.due = "2024-10-31"}, false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                if (obligation_awaits_day(&obligation) != table[i].awaits)
                        fail_msg("row %zu", i);
        }
}

/* What the document allows at most holds whether somebody insists or not. */
static void test_limit(void **state)
{
        static const struct {
                const char *due, *fixed, *limit, *day;
                bool force;
                enum refusal refusal;
        } table[] = {
                {"2024-01-31", NULL, "2024-02-15", "2024-02-15", false, REFUSED_NOT},
                {"2024-01-31", NULL, "2024-02-15", "2024-02-16", false, REFUSED_LIMIT},
                {"2024-01-31", NULL, "2024-02-15", "2024-02-16", true, REFUSED_LIMIT},
                {"2024-01-31", "2024-02-15", "2024-02-15", "2024-02-05", false, REFUSED_NOT},
                {NULL, NULL, "2024-02-15", "2024-02-15", false, REFUSED_NOT},
                {NULL, NULL, "2024-02-15", "2024-02-17", true, REFUSED_LIMIT},
                /* A Saturday within it is still asked for. */
                {"2024-01-31", NULL, "2024-02-18", "2024-02-17", false, REFUSED_DAY_OFF},
                {"2024-01-31", NULL, "2024-02-18", "2024-02-17", true, REFUSED_NOT},
                {"2024-01-31", NULL, NULL, "2024-11-15", false, REFUSED_NOT},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&(struct given){.due = table[i].due, .fixed = table[i].fixed});
                const struct date_bounds bounds = {2024, 2024, day_or_none(table[i].limit)};

                if (obligation_may_set_date(&obligation, calendar, &bounds, day_of(table[i].day), table[i].force) !=
                    table[i].refusal)
                        fail_msg("row %zu", i);
        }
}

static void test_decision_days(void **state)
{
        static const struct {
                const char *day;
                enum refusal finish, set_date;
        } table[] = {
                {"1968-01-01", REFUSED_EARLY, REFUSED_YEAR},  {"2023-12-10", REFUSED_EARLY, REFUSED_YEAR},
                {"2023-12-11", REFUSED_NOT, REFUSED_YEAR},    {"2023-12-31", REFUSED_NOT, REFUSED_YEAR},
                {"2024-01-01", REFUSED_NOT, REFUSED_DAY_OFF}, {"2024-12-08", REFUSED_PAST, REFUSED_DAY_OFF},
                {"2024-05-04", REFUSED_NOT, REFUSED_NOT},     {"2024-12-05", REFUSED_NOT, REFUSED_NOT},
                {"2024-12-06", REFUSED_PAST, REFUSED_NOT},    {"2025-12-31", REFUSED_PAST, REFUSED_NOT},
                {"2026-01-01", REFUSED_PAST, REFUSED_YEAR},   {"2100-12-31", REFUSED_PAST, REFUSED_YEAR},
        };
        struct obligation obligation = make(&(struct given){.due = "2024-12-10"});
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day day = day_of(table[i].day);

                if (obligation_may_finish(&obligation, calendar, 2024, day_of("2024-12-05"), day) != table[i].finish ||
                    obligation_may_set_date(&obligation, calendar, &year_2024, day, false) != table[i].set_date)
                        fail_msg("%s", table[i].day);
        }
}

/* On no day that another year's plan is more likely about. */
static void test_first_day_of_being_finished(void **state)
{
        static const struct {
                struct given given;
                int32_t year;
                const char *first;
        } table[] = {
                {{.due = "2025-12-31"}, 2025, "2025-01-01"},
                {{.due = "2025-07-04"}, 2025, "2024-07-05"},
                {{.due = "2024-02-29"}, 2024, "2023-03-01"},
                {{.from = "2025-10-01", .due = "2025-10-31", .tentative = true}, 2025, "2024-11-01"},
                {{.due = "2025-12-28", .shift = SHIFT_PREVIOUS}, 2025, "2024-12-29"}, /* a Sunday */
                {{.due = "2025-12-31", .fixed = "2026-03-10"}, 2025, "2025-01-01"},   /* to the year after */
                {{.due = NULL}, 2025, "2024-01-01"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);
                civil_day first = day_of(table[i].first), today = day_of("2025-12-31");

                if (obligation_first_finish(&obligation, calendar, table[i].year) != first ||
                    obligation_may_finish(&obligation, calendar, table[i].year, today, first - 1) != REFUSED_EARLY ||
                    obligation_may_finish(&obligation, calendar, table[i].year, today, first) != REFUSED_NOT)
                        fail_msg("row %zu", i);
        }
}

static void test_snooze_hides(void **state)
{
        static const struct {
                struct given given;
                bool hides;
        } table[] = {
                {{.due = "2024-12-10"}, false},
                {{.due = "2024-12-10", .snoozed_until = "2024-12-09"}, false},
                {{.due = "2024-12-10", .snoozed_until = "2024-12-10"}, true},
                {{.due = "2024-12-10", .fixed = "2024-11-29", .snoozed_until = "2024-12-06"}, true},
                {{.due = "2024-12-10", .fixed = "2024-12-31", .snoozed_until = "2024-12-09"}, false},
                {{.fixed = "2024-12-09", .snoozed_until = "2024-12-06"}, false},
                {{.fixed = "2024-12-09", .snoozed_until = "2024-12-07"}, true},
                {{OCTOBER, .tentative = true, .snoozed_until = "2024-09-30"}, false},
                {{OCTOBER, .tentative = true, .snoozed_until = "2024-10-01"}, true},
                {{.snoozed_until = "2024-10-01"}, false}, /* undated: nothing to hide */
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_snooze_hides(&obligation, calendar), table[i].hides);
        }
}

/* Nothing is sent of what is unclear until somebody urges it, and then as if it had become overdue that day. */
static void test_urge(void **state)
{
        static const struct {
                struct given given;
                enum refusal urge, snooze, done, reopen, set_date;
        } table[] = {
                {{.due = "2024-12-10", .status = OBLIGATION_UNCLEAR},
                 REFUSED_NOT,
                 REFUSED_UNCLEAR,
                 REFUSED_NOT,
                 REFUSED_UNCLEAR,
                 REFUSED_NOT},
                {{.due = "2024-12-10"}, REFUSED_OPEN, REFUSED_NOT, REFUSED_NOT, REFUSED_OPEN, REFUSED_NOT},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE, .done_on = "2024-12-01"},
                 REFUSED_CLOSED,
                 REFUSED_CLOSED,
                 REFUSED_CLOSED,
                 REFUSED_NOT,
                 REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN},
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN,
                 REFUSED_WITHDRAWN},
                /* Its plan is closed: it may still be received or waived, and nothing else. */
                {{.due = "2024-12-10", .status = OBLIGATION_UNFINISHED},
                 REFUSED_ENDED,
                 REFUSED_ENDED,
                 REFUSED_NOT,
                 REFUSED_ENDED,
                 REFUSED_ENDED},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();
        civil_day today = day_of("2024-12-20");
        struct obligation urged = make(&(struct given){.due = "2024-12-10"});

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(obligation_may_urge(&obligation), table[i].urge);
                assert_int_equal(obligation_may_snooze(&obligation, calendar, today, today + 1, true), table[i].snooze);
                assert_int_equal(obligation_may_finish(&obligation, calendar, 2024, today, today), table[i].done);
                assert_int_equal(obligation_may_reopen(&obligation), table[i].reopen);
                assert_int_equal(obligation_may_set_date(&obligation, calendar, &year_2024, today, true),
                                 table[i].set_date);
        }
        assert_int_equal(obligation_late_from(&urged, calendar), day_of("2024-12-10"));
        urged.urged = today;
        assert_int_equal(obligation_late_from(&urged, calendar), today);
        assert_int_equal(obligation_state(&urged, calendar, today), STATE_OVERDUE);
        urged.status = OBLIGATION_UNCLEAR;
        assert_int_equal(obligation_state(&urged, calendar, today), STATE_UNCLEAR);
        assert_int_equal(obligation_days_late(&urged, calendar, today), 0);
        assert_false(obligation_is_open(&urged));
}

static void test_unsnooze(void **state)
{
        static const struct {
                const char *handled, *settled;
        } table[] = {
                {"2024-12-02 08:00", "2024-12-02 08:00"},
                {"2024-12-03 23:59", "2024-12-03 23:59"},
                {"2024-12-04 09:00", ""}, /* today's are judged again */
                {"", NULL},
        };
        civil_day today = day_of("2024-12-04");

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation =
                        make(&(struct given){.due = "2024-12-10", .snoozed_until = "2024-12-06"});
                wall_time settled = obligation_unsnooze(&obligation, today, wall_of(table[i].handled));

                assert_int_equal(obligation.snoozed_until, today - 1);
                assert_false(obligation_is_snoozed(&obligation, today));
                if (!table[i].settled)
                        assert_int_equal(settled, WALL_NONE);
                else
                        assert_int_equal(settled,
                                         *table[i].settled ? wall_of(table[i].settled) : wall_at(today, 0) - 1);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_dates),         cmocka_unit_test(test_states),
                cmocka_unit_test(test_days_late),     cmocka_unit_test(test_history),
                cmocka_unit_test(test_snooze),        cmocka_unit_test(test_decisions),
                cmocka_unit_test(test_awaits_day),    cmocka_unit_test(test_limit),
                cmocka_unit_test(test_decision_days), cmocka_unit_test(test_first_day_of_being_finished),
                cmocka_unit_test(test_snooze_hides),  cmocka_unit_test(test_urge),
                cmocka_unit_test(test_unsnooze),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
