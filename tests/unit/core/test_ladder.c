/* Tests of ladder: which rungs there are. */
#include "ladder_fixture.h"

#include "core/span.h"

/* Writes rungs as "12-09 1d@2024-12-10, …". */
static char *describe(const struct rung *rungs, size_t n)
{
        CLEANUP_FREE char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);

        assert_non_null(out);
        for (size_t i = 0; i < n; i++) {
                char moment[WALL_TEXT_SIZE];

                (void)fprintf(out, "%s%.5s %s", i ? ", " : "", wall_text(rungs[i].at, moment) + strlen("YYYY-"),
                              rungs[i].key);
        }
        assert_int_equal(fclose(out), 0);
        return TAKE_PTR(text);
}

static void test_rungs(void **state)
{
        static const struct {
                struct given given;
                const char *rungs;
        } table[] = {
                {{&policy_report, .due = "2024-12-10"}, /* a Tuesday */
                 "11-08 30d@2024-12-10, 11-26 14d@2024-12-10, 12-03 7d@2024-12-10, 12-06 3d@2024-12-10, "
                 "12-09 1d@2024-12-10, 12-10 0d@2024-12-10, "
                 "12-12 overdue-2024-12-12@2024-12-10, 12-16 overdue-2024-12-16@2024-12-10, 12-18 "
                 "overdue-2024-12-18@2024-12-10"},
                /* A quarter that begins on a holiday and ends on a Sunday. */
                {{&policy_report, .from = "2024-01-01", .due = "2024-03-31"},
                 "01-02 start@2024-01-01, 03-01 30d@2024-03-31, 03-15 14d@2024-03-31, 03-22 7d@2024-03-31, "
                 "03-28 3d@2024-03-31, 03-29 1d@2024-03-31, 04-01 0d@2024-03-31, "
                 "04-03 overdue-2024-04-03@2024-04-01, 04-05 overdue-2024-04-05@2024-04-01, 04-09 "
                 "overdue-2024-04-09@2024-04-01"},
                /* The same Sunday, with the other shifts: rungs count from the earlier date, "0d" is the day itself,
                 * keys name the nominal. */
                {{&policy_report, .due = "2024-03-31", .shift = SHIFT_PREVIOUS},
                 "02-28 30d@2024-03-31, 03-15 14d@2024-03-31, 03-22 7d@2024-03-31, 03-26 3d@2024-03-31, "
                 "03-28 1d@2024-03-31, 03-29 0d@2024-03-31, "
                 "04-02 overdue-2024-04-02@2024-03-29, 04-04 overdue-2024-04-04@2024-03-29, 04-08 "
                 "overdue-2024-04-08@2024-03-29"},
                {{&policy_report, .due = "2024-03-31", .shift = SHIFT_NONE},
                 "03-01 30d@2024-03-31, 03-15 14d@2024-03-31, 03-22 7d@2024-03-31, 03-28 3d@2024-03-31, "
                 "03-29 0d@2024-03-31, "
                 "04-02 overdue-2024-04-02@2024-03-31, 04-04 overdue-2024-04-04@2024-03-31, 04-08 "
                 "overdue-2024-04-08@2024-03-31"},
                /* In the Tet holidays: three rungs meet on the last working day before them, and the last day is the
                 * first one after them. */
                {{&policy_report, .due = "2024-02-14"},
                 "01-15 30d@2024-02-14, 01-31 14d@2024-02-14, 02-07 1d@2024-02-14, 02-15 0d@2024-02-14, "
                 "02-19 overdue-2024-02-19@2024-02-15, 02-21 overdue-2024-02-21@2024-02-15, 02-23 "
                 "overdue-2024-02-23@2024-02-15"},
                /* A Saturday worked in exchange; working days counted over 29 April to 1 May. */
                {{&policy_mixed, .due = "2024-05-04"},
                 "04-19 14d@2024-05-04, 04-24 5wd@2024-05-04, 04-26 7d@2024-05-04, 05-03 1wd@2024-05-04, "
                 "05-04 0d@2024-05-04, "
                 "05-07 overdue-2024-05-07@2024-05-04, 05-10 overdue-2024-05-10@2024-05-04, 05-13 "
                 "overdue-2024-05-13@2024-05-04, "
                 "05-16 overdue-2024-05-16@2024-05-04, 05-20 overdue-2024-05-19@2024-05-04"},
                /* Saturday, Sunday and Monday are one reminder, and the count has no gap. */
                {{&policy_daily, .due = "2024-12-06"},
                 "12-09 overdue-2024-12-07@2024-12-06, 12-10 overdue-2024-12-10@2024-12-06, 12-11 "
                 "overdue-2024-12-11@2024-12-06, "
                 "12-12 overdue-2024-12-12@2024-12-06"},
                /* Tentative: from the first day, never overdue. Fixed: a due like any other. */
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 "09-17 14d@2024-10-01, 09-27 3d@2024-10-01, 09-30 1d@2024-10-01, 10-01 start@2024-10-01"},
                {{&policy_report, .from = "2024-09-01", .due = "2024-09-30", .tentative = true},
                 "08-02 30d@2024-09-01, 08-16 14d@2024-09-01, 08-23 7d@2024-09-01, 08-29 3d@2024-09-01, "
                 "08-30 0d@2024-09-01, 09-04 start@2024-09-01"},
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true,
                  .fixed = "2024-10-15"},
                 "10-01 14d@2024-10-15, 10-11 3d@2024-10-15, 10-14 1d@2024-10-15"},
                {{&policy_inspection, .fixed = "2024-10-15"},
                 "10-01 14d@2024-10-15, 10-11 3d@2024-10-15, 10-14 1d@2024-10-15"},
                /* An appointment on a Sunday stays there; a term that was moved to one does not. */
                {{&policy_report, .fixed = "2024-12-15"},
                 "11-15 30d@2024-12-15, 11-29 14d@2024-12-15, 12-06 7d@2024-12-15, 12-12 3d@2024-12-15, "
                 "12-13 0d@2024-12-15, "
                 "12-17 overdue-2024-12-17@2024-12-15, 12-19 overdue-2024-12-19@2024-12-15, 12-23 "
                 "overdue-2024-12-23@2024-12-15"},
                {{&policy_report, .due = "2024-12-10", .fixed = "2024-12-15"},
                 "11-15 30d@2024-12-15, 11-29 14d@2024-12-15, 12-06 7d@2024-12-15, 12-12 3d@2024-12-15, "
                 "12-13 1d@2024-12-15, 12-16 0d@2024-12-15, "
                 "12-18 overdue-2024-12-18@2024-12-16, 12-20 overdue-2024-12-20@2024-12-16, 12-24 "
                 "overdue-2024-12-24@2024-12-16"},
                /* A window of one weekend begins after it has ended. */
                {{&policy_daily, .from = "2024-12-07", .due = "2024-12-08", .shift = SHIFT_PREVIOUS},
                 "12-09 overdue-2024-12-07@2024-12-06, 12-10 overdue-2024-12-10@2024-12-06, 12-11 "
                 "overdue-2024-12-11@2024-12-06, "
                 "12-12 overdue-2024-12-12@2024-12-06"},
                {{&policy_inspection, .from = "2024-12-07", .due = "2024-12-08", .shift = SHIFT_NONE},
                 "11-22 14d@2024-12-08, 12-05 3d@2024-12-08, 12-06 1d@2024-12-08, 12-09 start@2024-12-07"},
                /* An anniversary on a Sunday: announced before, and nothing after. */
                {{&policy_report, .due = "2024-05-19", .observance = true, .snoozed_until = "2024-05-01"},
                 "04-19 30d@2024-05-19, 05-04 14d@2024-05-19, 05-10 7d@2024-05-19, 05-16 3d@2024-05-19, "
                 "05-17 0d@2024-05-19"},
                /* The end of a snooze: by itself, in the place of a rung, in the place of an overdue one. */
                {{&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-11-29"},
                 "11-26 14d@2024-12-10, 12-02 snooze-end@2024-11-29, 12-06 3d@2024-12-10, 12-09 1d@2024-12-10"},
                {{&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-12-06"},
                 "11-26 14d@2024-12-10, 12-06 3d@2024-12-10, 12-09 snooze-end@2024-12-06"},
                {{&policy_daily, .due = "2024-12-06", .snoozed_until = "2024-12-09"},
                 "12-09 overdue-2024-12-07@2024-12-06, 12-10 snooze-end@2024-12-09, 12-11 "
                 "overdue-2024-12-11@2024-12-06, "
                 "12-12 overdue-2024-12-12@2024-12-06"},
                /* Nothing. */
                {{&policy_report, .due = "2024-12-10", .status = OBLIGATION_DONE}, ""},
                {{&policy_report, .due = "2024-12-10", .status = OBLIGATION_WAIVED}, ""},
                {{&policy_report, .due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, ""},
                {{&policy_report, .due = NULL}, ""},
                {{&policy_report, .due = NULL, .snoozed_until = "2024-12-10"}, ""},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given.policy, *state);
                struct obligation obligation = make(&table[i].given);
                struct rung rungs[LADDER_MAX];
                CLEANUP_FREE char *text = describe(rungs, ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs));

                assert_string_equal(text, table[i].rungs);
        }
}

/* The moment: inside the hours, whatever `at` says. */
static void test_moments(void **state)
{
        static const struct hours always = {0};
        static const struct {
                int32_t at;
                const struct hours *hours;
                const char *first, *last;
        } table[] = {
                {CLOCK(8, 0), &office, "2024-11-26 08:00", "2024-12-09 08:00"},
                {CLOCK(6, 0), &office, "2024-11-26 07:30", "2024-12-09 07:30"},
                {CLOCK(17, 0), &office, "2024-11-27 07:30", "2024-12-10 07:30"},
                {CLOCK(23, 0), &always, "2024-11-26 23:00", "2024-12-09 23:00"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct policy policy = policy_inspection;
                struct ladder_rules rules = rules_of(&policy, *state);
                struct obligation obligation = make(&(struct given){.due = "2024-12-10"});
                struct rung rungs[LADDER_MAX];
                size_t n;

                policy.at = table[i].at;
                rules.hours = table[i].hours;
                n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);
                assert_int_equal(n, 3);
                assert_int_equal(rungs[0].at, wall_of(table[i].first));
                assert_int_equal(rungs[n - 1].at, wall_of(table[i].last));
        }
}

static void test_bounds(void **state)
{
        struct offset many[700];
        struct policy policy = {.overdue_every = {.workdays = 2}, .overdue_limit = OVERDUE_UNLIMITED};
        struct ladder_rules rules = rules_of(&policy, *state);
        struct obligation obligation = make(&(struct given){.due = "2024-12-10"});
        struct rung rungs[LADDER_MAX];

        assert_int_equal(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs), LADDER_MAX);
        assert_string_equal(rungs[LADDER_MAX - 1].key, "overdue-2029-01-18@2024-12-10");
        /* A span of nothing would never come to an end. */
        policy.overdue_every = (struct offset){0};
        assert_int_equal(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs), 0);
        /* The end of the calendar. */
        policy.overdue_every = (struct offset){.days = 3660};
        assert_int_equal(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs), 7);

        for (size_t i = 0; i < ELEMENTS(many); i++)
                many[i] = (struct offset){.workdays = (int32_t)i};
        policy.before = many;
        policy.n_before = ELEMENTS(many);
        assert_int_equal(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs), LADDER_MAX);
        for (size_t i = 1; i < LADDER_MAX; i++)
                assert_true(rungs[i - 1].at < rungs[i].at);
}

/* The first rung after a moment, as the timer is armed for it. */
static bool next_rung(const struct ladder_rules *rules, const struct obligation *obligation, wall_time after,
                      struct rung *ret)
{
        struct rung rungs[LADDER_MAX];
        size_t n = ladder_of_obligation(rules, obligation, after, rungs);

        for (size_t i = 0; i < n; i++)
                if (rungs[i].at > after) {
                        *ret = rungs[i];
                        return true;
                }
        return false;
}

/* Without a limit it goes on until it is done: rung after rung the same moments and names as where they are counted. */
static void test_until_it_is_done(void **state)
{
        static const struct {
                const char *due;
                struct offset every;
                int32_t at;
                const char *until, *last; /* looked at until then; the last of them */
                int32_t n;
        } table[] = {
                {"2022-01-04", {.days = 1}, CLOCK(8, 0), "2027-01-03 12:00", "2026-12-31 08:00", 1247},
                {"2022-01-04", {.workdays = 1}, CLOCK(8, 0), "2027-01-03 12:00", "2026-12-31 08:00", 1247},
                {"2022-01-04", {.workdays = 2}, CLOCK(8, 0), "2027-01-03 12:00", "2026-12-30 08:00", 623},
                {"2022-01-04", {.days = 2}, CLOCK(17, 0), "2027-01-03 12:00", "2026-12-30 07:30", 752},
                {"2022-01-04", {.days = 7}, CLOCK(8, 0), "2042-01-03 12:00", "2041-12-31 08:00", 1041},
                {"2022-01-04", {.workdays = 5}, CLOCK(8, 0), "2042-01-03 12:00", "2041-12-31 08:00", 997},
                {"2022-01-04", {.days = 3660}, CLOCK(8, 0), "2100-12-31 12:00", "2092-02-26 08:00", 7},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct policy policy = {
                        .at = table[i].at, .overdue_every = table[i].every, .overdue_limit = OVERDUE_UNLIMITED};
                struct policy counted = policy;
                struct ladder_rules rules = rules_of(&policy, *state), counting = rules_of(&counted, *state);
                struct obligation obligation = make(&(struct given){.due = table[i].due});
                wall_time at = WALL_NONE, until = wall_of(table[i].until);
                char last[WALL_TEXT_SIZE];
                struct rung rung, same;
                int32_t n = 0;

                counted.overdue_limit = OVERDUE_UNLIMITED - 1;
                while (next_rung(&rules, &obligation, at, &rung) && rung.at <= until) {
                        /* Counted ones are found from the first: too slow to compare them all. */
                        if (n % 97 == 0) {
                                assert_true(next_rung(&counting, &obligation, at, &same));
                                assert_string_equal(rung.key, same.key);
                                assert_int_equal(rung.at, same.at);
                        }
                        at = rung.at;
                        n++;
                }
                assert_string_equal(wall_text(at, last), table[i].last);
                assert_int_equal(n, table[i].n);
        }
}

/* Offsets in any order make the same ladder. */
static void test_order_of_offsets(void **state)
{
        struct offset before[ELEMENTS(report_before)];
        struct policy policy = policy_report;
        struct rung rungs[LADDER_MAX], reversed[LADDER_MAX];

        policy.before = before;
        for (size_t i = 0; i < ELEMENTS(before); i++)
                before[i] = report_before[ELEMENTS(before) - 1 - i];
        for (civil_day due = day_of("2024-01-01"); due <= day_of("2024-12-31"); due++) {
                struct ladder_rules rules = rules_of(&policy_report, *state), other = rules_of(&policy, *state);
                struct obligation obligation = make(&(struct given){.due = "2024-12-10"});
                size_t n;

                obligation.due = due;
                n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);
                assert_int_equal(ladder_of_obligation(&other, &obligation, WALL_NONE, reversed), n);
                for (size_t i = 0; i < n; i++)
                        assert_string_equal(rungs[i].key, reversed[i].key);
        }
}

/* When those who help are told: whatever happened to the reminders of who owes it. */
static void test_first_word(void **state)
{
        static const struct policy overdue_only = {
                .at = CLOCK(8, 0), .overdue_every = {.workdays = 2}, .overdue_limit = OVERDUE_UNLIMITED};
        static const struct {
                struct given given;
                bool event;
                const char *moment; /* "": never */
        } table[] = {
                {{.policy = &policy_report, .due = "2024-12-10"}, false, "2024-11-08"},
                {{.policy = &policy_report, .due = "2024-12-10", .snoozed_until = "2024-12-05"}, false, "2024-11-08"},
                {{.policy = &policy_report, .due = "2024-12-10", .snoozed_until = "2024-10-05"}, false, "2024-11-08"},
                {{.policy = &policy_report, .due = "2024-12-10", .claimed = true}, false, "2024-11-08"},
                {{.policy = &policy_report, .due = "2024-12-10", .status = OBLIGATION_DONE}, false, ""},
                {{.policy = &policy_report, .from = "2024-10-01", .due = "2024-12-10"}, false, "2024-10-01"},
                {{.policy = &policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 false,
                 "2024-09-17"},
                {{.policy = &policy_report, .due = NULL}, false, ""},
                {{.policy = &policy_report, .due = NULL, .fixed = "2024-12-10"}, false, "2024-11-08"},
                {{.policy = &overdue_only, .due = "2024-12-10"}, false, ""},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given.policy, *state);
                struct obligation obligation = make(&table[i].given);
                wall_time moment;

                rules.event = table[i].event;
                moment = ladder_first_word(&rules, &obligation);
                if (*table[i].moment ? moment == WALL_NEVER || wall_day(moment) != day_of(table[i].moment)
                                     : moment != WALL_NEVER)
                        fail_msg("row %zu: %d", i, moment == WALL_NEVER ? 0 : wall_day(moment));
        }
}

static void test_fix_rungs(void **state)
{
        static const struct {
                const char *fix_by, *window_end, *rungs;
        } table[] = {
                {"2024-09-20", "2024-10-04",
                 "09-06 fix-14d@2024-09-20, 09-17 fix-3d@2024-09-20, 09-20 fix-0d@2024-09-20, "
                 "09-24 fix-late-2024-09-24@2024-09-20, 09-26 fix-late-2024-09-26@2024-09-20, 09-30 "
                 "fix-late-2024-09-30@2024-09-20, "
                 "10-02 fix-late-2024-10-02@2024-09-20, 10-04 fix-late-2024-10-04@2024-09-20"},
                {"2024-09-22", "2024-09-25",
                 "09-06 fix-14d@2024-09-22, 09-19 fix-3d@2024-09-22, 09-20 fix-0d@2024-09-22, "
                 "09-24 fix-late-2024-09-24@2024-09-22"},
                {"2024-09-20", "2024-09-18", "09-06 fix-14d@2024-09-20, 09-17 fix-3d@2024-09-20"},
                {"", "2024-10-31", ""},
                {"2024-09-20", "", ""},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(&policy_inspection, *state);
                struct rung rungs[LADDER_MAX];
                size_t n = ladder_of_fix(&rules, day_of(table[i].fix_by), day_of(table[i].window_end), rungs);
                CLEANUP_FREE char *text = describe(rungs, n);

                assert_string_equal(text, table[i].rungs);
        }
}

static void test_escalation_rungs(void **state)
{
        static struct escalation crossed[] = {
                {.after = {.days = 10}}, {.after = {.workdays = 3}}, {.after = {.days = 3}}, {.after = {.days = 0}}};
        static const struct policy policy_crossed = {
                .at = CLOCK(8, 0), .escalations = crossed, .n_escalations = ELEMENTS(crossed)};
        static const struct {
                const struct policy *policy;
                const char *effective, *rungs;
        } table[] = {
                {&policy_report, "2024-12-10", "12-13 escalate-3wd@2024-12-10, 12-24 escalate-10wd@2024-12-10"},
                /* In time order; two levels on one day stay two. */
                {&policy_crossed, "2024-12-05",
                 "12-05 escalate-0d@2024-12-05, 12-09 escalate-3d@2024-12-05, 12-10 escalate-3wd@2024-12-05, "
                 "12-16 escalate-10d@2024-12-05"},
                {&policy_crossed, "2024-12-06",
                 "12-06 escalate-0d@2024-12-06, 12-09 escalate-3d@2024-12-06, 12-11 escalate-3wd@2024-12-06, "
                 "12-16 escalate-10d@2024-12-06"},
                {&policy_crossed, "2024-12-10",
                 "12-10 escalate-0d@2024-12-10, 12-13 escalate-3wd@2024-12-10, 12-13 escalate-3d@2024-12-10, "
                 "12-20 escalate-10d@2024-12-10"},
                {&policy_inspection, "2024-12-10", ""},
                {&policy_report, "", ""},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].policy, *state);
                struct rung rungs[LADDER_MAX];
                size_t n = ladder_of_escalation(&rules, day_of(table[i].effective), rungs);
                CLEANUP_FREE char *text = describe(rungs, n);

                assert_string_equal(text, table[i].rungs);
        }
}

/* Any number that a file may give for a day: no search runs over it, and nothing is due by it. */
static void test_forged_days(void **state)
{
        static const civil_day forged[] = {
                INT32_MAX, INT32_MAX - 1, INT32_MIN + 1, CIVIL_LAST_DAY + 1, CIVIL_FIRST_DAY - 1, 1000000, -1000000,
        };
        const struct calendar *calendar = *state;
        const struct ladder_rules rules = {.policy = &policy_report, .calendar = calendar, .hours = &office};

        for (size_t i = 0; i < ELEMENTS(forged); i++) {
                civil_day day = forged[i], sound = day_of("2024-03-08");
                const struct obligation given[] = {
                        {.from = CIVIL_NONE, .due = sound, .fixed = day, .done_on = day, .snoozed_until = day},
                        {.from = CIVIL_NONE, .due = day, .fixed = CIVIL_NONE, .snoozed_until = CIVIL_NONE},
                        {.from = day, .due = sound, .tentative = true, .fixed = CIVIL_NONE, .snoozed_until = day},
                        {.from = CIVIL_NONE, .due = sound, .fixed = CIVIL_NONE, .snoozed_until = day},
                };
                struct rung rungs[LADDER_MAX];

                for (size_t k = 0; k < ELEMENTS(given); k++) {
                        size_t n = ladder_of_obligation(&rules, &given[k], WALL_NONE, rungs);

                        for (size_t r = 0; r < n; r++)
                                assert_true(civil_is_known(wall_day(rungs[r].at)));
                        (void)obligation_days_late(&given[k], calendar, day);
                        (void)obligation_state(&given[k], calendar, day);
                }
                assert_int_equal(ladder_of_obligation(&rules, &given[0], WALL_NONE, rungs), 0);
                assert_int_equal(ladder_of_fix(&rules, day, sound, rungs), 0);
                assert_int_equal(ladder_of_fix(&rules, sound, day, rungs), 0);
                assert_int_equal(ladder_of_escalation(&rules, day, rungs), 0);
                assert_int_equal(calendar_next_working(calendar, day), day);
                assert_int_equal(calendar_previous_working(calendar, day), day);
                assert_int_equal(calendar_add_working(calendar, day, INT32_MAX), day);
                assert_in_range(calendar_working_between(calendar, CIVIL_FIRST_DAY, INT32_MAX), 30000, 40000);
                assert_int_equal(calendar_working_between(calendar, INT32_MAX - 1, INT32_MAX), 0);
                assert_int_equal(calendar_working_between(calendar, INT32_MIN, INT32_MIN + 1), 0);
        }
}

/* It is announced before it begins, also where it begins on a day off, and nothing is said after that. */
static void test_event(void **state)
{
        static struct offset before[] = {{.days = 7}, {.days = 1}, {.days = 0}};
        struct policy policy = {.before = before,
                                .n_before = ELEMENTS(before),
                                .overdue_every = {.days = 1},
                                .overdue_limit = 3,
                                .shift = SHIFT_NEXT};
        static const struct {
                struct given given;
                const char *expected;
        } table[] = {
                {{.due = "2024-12-10"}, "12-03 7d@2024-12-10, 12-09 1d@2024-12-10, 12-10 0d@2024-12-10"},
                {{.due = "2024-12-08"}, "11-29 7d@2024-12-08, 12-06 0d@2024-12-08"},
                {{.from = "2024-12-07", .due = "2024-12-12"}, "11-29 7d@2024-12-07, 12-06 0d@2024-12-07"},
                {{.from = "2024-12-01", .due = "2024-12-31", .tentative = true},
                 "11-22 7d@2024-12-01, 11-29 0d@2024-12-01, 12-02 start@2024-12-01"},
                {{.from = "2024-12-01", .due = "2024-12-31", .tentative = true, .fixed = "2024-12-10"},
                 "12-03 7d@2024-12-10, 12-09 1d@2024-12-10, 12-10 0d@2024-12-10"},
        };

        policy_attend(&policy);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(&policy, *state);
                struct given given = table[i].given;

                rules.event = true;
                given.policy = &policy;
                given.shift = policy.shift;

                struct obligation obligation = make(&given);
                struct rung rungs[LADDER_MAX];
                CLEANUP_FREE char *text = describe(rungs, ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs));

                assert_string_equal(text, table[i].expected);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_rungs),
                cmocka_unit_test(test_event),
                cmocka_unit_test(test_moments),
                cmocka_unit_test(test_bounds),
                cmocka_unit_test(test_until_it_is_done),
                cmocka_unit_test(test_order_of_offsets),
                cmocka_unit_test(test_first_word),
                cmocka_unit_test(test_fix_rungs),
                cmocka_unit_test(test_escalation_rungs),
                cmocka_unit_test(test_forged_days),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
