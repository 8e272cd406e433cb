/* Tests of ladder: what becomes of each rung at a moment. */
#include "ladder_fixture.h"

#define TUESDAY_TERM &policy_report, .due = "2024-12-10"

static void test_step(void **state)
{
        /* Verdicts, one letter a rung. */
        static const char letters[] = {
                [VERDICT_LATER] = '.',   [VERDICT_HANDLED] = 'h',  [VERDICT_SEND] = 'S',    [VERDICT_SUPERSEDED] = 's',
                [VERDICT_TOO_OLD] = 'o', [VERDICT_PAST_DUE] = 'p', [VERDICT_SNOOZED] = 'z',
        };
        static const struct {
                struct given given;
                const char *handled, *now;
                const char *verdicts, *key; /* key: of the rung to send, NULL: none */
                enum notice_kind kind;
                const char *next;
        } table[] = {
                /* 30d 11-08, 14d 11-26, 7d 12-03, 3d 12-06, 1d 12-09, 0d 12-10, overdue 12-12, 12-16, 12-18 */
                {{TUESDAY_TERM}, "", "2024-11-08 07:59", ".........", NULL, 0, "2024-11-08 08:00"},
                {{TUESDAY_TERM},
                 "",
                 "2024-11-08 08:00",
                 "S........",
                 "30d@2024-12-10",
                 KIND_ADVANCE,
                 "2024-11-26 08:00"},
                {{TUESDAY_TERM}, "2024-11-08 08:00", "2024-11-08 08:00", "h........", NULL, 0, "2024-11-26 08:00"},
                {{TUESDAY_TERM},
                 "2024-11-08 08:00",
                 "2024-12-06 08:01",
                 "hssS.....",
                 "3d@2024-12-10",
                 KIND_ADVANCE,
                 "2024-12-09 08:00"},
                {{TUESDAY_TERM},
                 "2024-12-06 08:00",
                 "2024-12-09 08:00",
                 "hhhhS....",
                 "1d@2024-12-10",
                 KIND_DUE,
                 "2024-12-10 08:00"},
                {{TUESDAY_TERM},
                 "2024-12-09 08:00",
                 "2024-12-10 08:00",
                 "hhhhhS...",
                 "0d@2024-12-10",
                 KIND_DUE,
                 "2024-12-12 08:00"},
                /* A rung of the day before that leaves on the day itself says so. */
                {{TUESDAY_TERM},
                 "2024-12-03 08:00",
                 "2024-12-09 07:45",
                 "hhhS.....",
                 "3d@2024-12-10",
                 KIND_DUE,
                 "2024-12-09 08:00"},
                /* The evening before the term: it leaves in the morning. The evening of the term: too late. */
                {{TUESDAY_TERM},
                 "2024-12-03 08:00",
                 "2024-12-09 18:00",
                 "hhhsS....",
                 "1d@2024-12-10",
                 KIND_DUE,
                 "2024-12-10 08:00"},
                {{TUESDAY_TERM}, "2024-12-03 08:00", "2024-12-10 18:00", "hhhppp...", NULL, 0, "2024-12-12 08:00"},
                {{TUESDAY_TERM}, "2024-12-03 08:00", "2024-12-11 08:00", "hhhppp...", NULL, 0, "2024-12-12 08:00"},
                {{TUESDAY_TERM},
                 "",
                 "2024-12-16 08:00",
                 "sssssssS.",
                 "overdue-2024-12-16@2024-12-10",
                 KIND_OVERDUE,
                 "2024-12-18 08:00"},
                /* Overdue ones are sent however old; advance ones are not. */
                {{TUESDAY_TERM},
                 "2024-12-16 08:00",
                 "2026-12-16 08:00",
                 "hhhhhhhhS",
                 "overdue-2024-12-18@2024-12-10",
                 KIND_OVERDUE,
                 "never"},
                {{TUESDAY_TERM},
                 "",
                 "2024-11-15 08:00",
                 "S........",
                 "30d@2024-12-10",
                 KIND_ADVANCE,
                 "2024-11-26 08:00"},
                {{TUESDAY_TERM}, "", "2024-11-15 08:01", "o........", NULL, 0, "2024-11-26 08:00"},
                {{TUESDAY_TERM}, "2024-12-18 08:00", "2025-06-02 08:00", "hhhhhhhhh", NULL, 0, "never"},
                /* The clock went back: what is settled stays settled. */
                {{TUESDAY_TERM}, "2024-12-09 08:00", "2024-11-08 08:00", "hhhhh....", NULL, 0, "2024-12-10 08:00"},
                /* Monday 1 April is the effective date of a Sunday's term: a rung caught up is `due`. */
                {{&policy_inspection, .due = "2024-03-31"},
                 "",
                 "2024-04-01 08:00",
                 "ssS",
                 "1d@2024-03-31",
                 KIND_DUE,
                 "never"},
                {{&policy_inspection, .due = "2024-03-31"}, "", "2024-04-02 08:00", "ppp", NULL, 0, "never"},
                {{&policy_inspection, .due = "2024-03-31"},
                 "",
                 "2024-03-31 12:00",
                 "ssS",
                 "1d@2024-03-31",
                 KIND_DUE,
                 "never"},
                {{&policy_inspection, .due = "2024-03-31", .shift = SHIFT_PREVIOUS},
                 "",
                 "2024-03-29 12:00",
                 "ssS",
                 "1d@2024-03-31",
                 KIND_DUE,
                 "never"},
                {{&policy_inspection, .due = "2024-03-31", .shift = SHIFT_PREVIOUS},
                 "",
                 "2024-03-29 17:00",
                 "ppp",
                 NULL,
                 0,
                 "never"},
                /* Tentative: an advance to the end of the window, then silence. */
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 "",
                 "2024-10-01 08:00",
                 "sssS",
                 "start@2024-10-01",
                 KIND_ADVANCE,
                 "never"},
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 "",
                 "2024-10-09 08:00",
                 "oooo",
                 NULL,
                 0,
                 "never"},
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-02", .tentative = true},
                 "",
                 "2024-10-03 08:00",
                 "pppp",
                 NULL,
                 0,
                 "never"},
                /* An anniversary: not after its day. */
                {{&policy_inspection, .due = "2024-05-16", .observance = true},
                 "",
                 "2024-05-16 16:00",
                 "ssS",
                 "1d@2024-05-16",
                 KIND_OBSERVANCE,
                 "never"},
                {{&policy_inspection, .due = "2024-05-16", .observance = true},
                 "",
                 "2024-05-17 08:00",
                 "ppp",
                 NULL,
                 0,
                 "never"},
                /* A snooze over 3d and 1d: silence, no waking up for what it silences, one reminder at its end. */
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-11-26 08:00",
                 "2024-12-03 08:00",
                 "hhz......",
                 NULL,
                 0,
                 "2024-12-09 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-12-03 08:00",
                 "2024-12-06 08:00",
                 "hhhz.....",
                 NULL,
                 0,
                 "2024-12-09 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-12-03 08:00",
                 "2024-12-09 07:30",
                 "hhhz.....",
                 NULL,
                 0,
                 "2024-12-09 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-11-26 08:00",
                 "2024-12-09 08:00",
                 "hhssS....",
                 "snooze-end@2024-12-06",
                 KIND_DUE,
                 "2024-12-10 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-12-06 08:00",
                 "2024-12-09 08:00",
                 "hhhhS....",
                 "snooze-end@2024-12-06",
                 KIND_DUE,
                 "2024-12-10 08:00"},
                /* A snooze that ended while the daemon was down; then one over the term, by force. */
                {{TUESDAY_TERM, .snoozed_until = "2024-12-06"},
                 "2024-11-26 08:00",
                 "2024-12-12 09:00",
                 "hhssssS..",
                 "overdue-2024-12-12@2024-12-10",
                 KIND_OVERDUE,
                 "2024-12-16 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-12"},
                 "2024-11-26 08:00",
                 "2024-12-12 09:00",
                 "hhzzzzz...",
                 NULL,
                 0,
                 "2024-12-13 08:00"},
                {{TUESDAY_TERM, .snoozed_until = "2024-12-12"},
                 "2024-11-26 08:00",
                 "2024-12-13 08:00",
                 "hhsssssS..",
                 "snooze-end@2024-12-12",
                 KIND_OVERDUE,
                 "2024-12-16 08:00"},
                /* Its end is a promise: sent late, too. */
                {{&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-11-01"},
                 "",
                 "2024-11-22 08:00",
                 "S...",
                 "snooze-end@2024-11-01",
                 KIND_ADVANCE,
                 "2024-11-26 08:00"},
                {{&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-10-01"},
                 "",
                 "2024-12-05 08:00",
                 "so..",
                 NULL,
                 0,
                 "2024-12-06 08:00"},
                /* Tentative, snoozed past the end of the window: nothing is left to say. */
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true,
                  .snoozed_until = "2024-10-31"},
                 "",
                 "2024-11-01 08:00",
                 "ppppp",
                 NULL,
                 0,
                 "never"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given.policy, *state);
                struct obligation obligation = make(&table[i].given);
                struct rung rungs[LADDER_MAX];
                size_t n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);
                struct ladder_step step;
                char verdicts[LADDER_MAX + 1] = "", next[WALL_TEXT_SIZE];
                wall_time handled = wall_of(table[i].handled), now = wall_of(table[i].now);
                wall_time settled = handled > now ? handled : now;

                ladder_step(&rules, &obligation, rungs, n, handled, now, &step);
                for (size_t j = 0; j < n; j++)
                        verdicts[j] = letters[step.verdicts[j]];
                assert_string_equal(verdicts, table[i].verdicts);
                assert_string_equal(wall_text(step.next, next), table[i].next);
                assert_int_equal(ladder_next(&rules, &obligation, settled), step.next);
                if (!table[i].key) {
                        assert_int_equal(step.send, LADDER_MAX);
                        continue;
                }
                assert_true(step.send < n);
                assert_string_equal(rungs[step.send].key, table[i].key);
                assert_int_equal(step.kind, table[i].kind);
        }
}

/* After years away the newest is the one that is sent, however long ago it fell due, and then the series goes on. */
static void test_away_for_years(void **state)
{
        static const struct {
                int32_t limit;
                const char *sent, *next; /* NULL: nothing more */
        } table[] = {
                {OVERDUE_UNLIMITED, "overdue-2026-12-30@2022-01-04", "2026-12-31 08:00"},
                {1, "overdue-2022-01-05@2022-01-04", NULL},
                {10, "overdue-2022-01-18@2022-01-04", NULL},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct policy policy = {
                        .at = CLOCK(8, 0), .overdue_every = {.days = 1}, .overdue_limit = table[i].limit};
                struct ladder_rules rules = rules_of(&policy, *state);
                struct obligation obligation = make(&(struct given){.due = "2022-01-04"});
                wall_time handled = wall_of("2022-01-04 09:00"), now = wall_of("2026-12-30 10:00");
                struct rung rungs[LADDER_MAX];
                size_t n = ladder_of_obligation(&rules, &obligation, ladder_since(handled, now), rungs);
                struct ladder_step step;

                ladder_step(&rules, &obligation, rungs, n, handled, now, &step);
                assert_true(step.send < n);
                assert_string_equal(rungs[step.send].key, table[i].sent);
                assert_int_equal(step.next, table[i].next ? wall_of(table[i].next) : WALL_NEVER);
        }
}

/* Where nothing is to be caught up, a timer that is a few seconds late still sends. */
static void test_no_catch_up(void **state)
{
        struct ladder_rules rules = rules_of(&policy_inspection, *state);
        struct obligation obligation = make(&(struct given){.due = "2024-12-10"});
        struct rung rungs[LADDER_MAX];
        size_t n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);
        struct ladder_step step;

        rules.catch_up = 0;
        ladder_step(&rules, &obligation, rungs, n, WALL_NONE, rungs[0].at + 3, &step);
        assert_int_equal(step.verdicts[0], VERDICT_SEND);
        ladder_step(&rules, &obligation, rungs, n, WALL_NONE, rungs[0].at + 61, &step);
        assert_int_equal(step.verdicts[0], VERDICT_TOO_OLD);
}

/* What comes back is judged again as far as it may still be caught up. */
static void test_catch_up_floor(void **state)
{
        static const struct {
                const char *handled, *floor;
        } table[] = {
                {"2024-12-10 08:00", "2024-12-03 08:00"},
                {"2024-12-03 08:01", "2024-12-03 08:00"},
                {"2024-12-02 08:00", "2024-12-02 08:00"},
                {"", ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(ladder_catch_up_floor(wall_of(table[i].handled), wall_of("2024-12-10 08:00"),
                                                       7 * (int64_t)DAY_SECONDS),
                                 wall_of(table[i].floor));
}

/* Too late: the last word before the deadline was not said, and none will be. */
static void test_missed(void **state)
{
        static struct offset two_weeks[] = {{.days = 14}};
        static const struct policy policy_early = {.before = two_weeks, .n_before = 1, .at = CLOCK(8, 0)};
        static const struct given early = {&policy_early, .due = "2024-12-10"};
        static const struct given only = {&policy_inspection, .due = "2024-12-10"};
        static const struct given urged = {&policy_report, .due = "2024-12-10"};
        static const struct given window = {&policy_inspection, .from = "2024-10-01", .due = "2024-10-31",
                                            .tentative = true};
        /* Tết: the first working day comes after the last day of the window. */
        static const struct given holidays = {&policy_inspection, .from = "2024-02-08", .due = "2024-02-14",
                                              .tentative = true};
        static const struct given silent = {&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-12-09"};
        static const struct given forced = {&policy_inspection, .due = "2024-12-10", .snoozed_until = "2024-12-12"};
        static const struct given silent_urged = {&policy_report, .due = "2024-12-10", .snoozed_until = "2024-12-09"};
        static const struct given done = {&policy_inspection, .due = "2024-12-10", .status = OBLIGATION_DONE};
        static const struct {
                const struct given *given;
                const char *known, *handled, *now;
                const char *key; /* of the rung that came too late; NULL: none did */
        } table[] = {
                /* Away over all three, over the last one, and until the last day closed. */
                {&only, "", "", "2024-12-11 08:00", "1d@2024-12-10"},
                {&only, "", "2024-12-06 08:00", "2024-12-11 07:30", "1d@2024-12-10"},
                {&only, "", "2024-12-06 08:00", "2024-12-10 17:00", "1d@2024-12-10"},
                /* Back in time: it is said. */
                {&only, "", "2024-12-06 08:00", "2024-12-10 16:59", NULL},
                /* Said, or told already. */
                {&only, "", "2024-12-09 08:00", "2024-12-11 08:00", NULL},
                {&only, "", "2024-12-11 08:00", "2025-02-03 08:00", NULL},
                /* Too old to be said: another one is to come, and none is. */
                {&only, "", "", "2024-12-04 08:00", NULL},
                {&early, "", "", "2024-12-04 08:00", "14d@2024-12-10"},
                /* Nobody knew of it then. */
                {&only, "2024-12-11 08:00", "", "2024-12-11 08:00", NULL},
                {&only, "2024-12-09 08:00", "", "2024-12-11 08:00", NULL},
                {&only, "2024-12-09 07:59", "", "2024-12-11 08:00", "1d@2024-12-10"},
                /* What is urged afterwards speaks in its place, now or later. */
                {&urged, "", "", "2024-12-11 08:00", NULL},
                {&urged, "", "", "2024-12-12 08:00", NULL},
                /* The window is over. */
                {&window, "", "", "2024-11-01 08:00", "start@2024-10-01"},
                {&holidays, "", "2024-02-07 08:00", "2024-02-15 08:00", NULL},
                {&holidays, "", "2024-02-06 08:00", "2024-02-15 08:00", "1d@2024-02-08"},
                /* What ends a snooze is said, however late; but not of what has lapsed. */
                {&silent_urged, "", "", "2024-12-11 08:00", NULL},
                {&silent, "", "", "2024-12-11 08:00", "snooze-end@2024-12-09"},
                {&forced, "", "", "2024-12-13 08:00", NULL},
                {&done, "", "", "2024-12-11 08:00", NULL},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given->policy, *state);
                struct obligation obligation = make(table[i].given);
                wall_time handled = wall_of(table[i].handled), now = wall_of(table[i].now);
                struct rung rungs[LADDER_MAX];
                size_t n = ladder_of_obligation(&rules, &obligation, ladder_since(handled, now), rungs), missed;
                struct ladder_step step;

                ladder_step(&rules, &obligation, rungs, n, handled, now, &step);
                missed = ladder_missed(&rules, &obligation, rungs, n, &step, wall_of(table[i].known));
                if (!table[i].key) {
                        assert_int_equal(missed, LADDER_MAX);
                        continue;
                }
                assert_true(missed < n);
                assert_string_equal(rungs[missed].key, table[i].key);
                assert_false(ladder_goes_on(&rules, &obligation, rungs[missed].at));
                assert_true(ladder_goes_on(&rules, &obligation, rungs[0].at - 1));
        }
}

static void test_step_occurrence(void **state)
{
        struct ladder_rules rules = rules_of(&policy_report, *state);
        struct rung rungs[LADDER_MAX];
        struct ladder_step step;
        size_t n = ladder_of_escalation(&rules, day_of("2024-12-10"), rungs);

        /* Escalations: each level has other readers. */
        assert_int_equal(n, 2);
        ladder_step_occurrence(rungs, n, WALL_NONE, wall_of("2024-12-13 07:59"), &step);
        assert_int_equal(step.send, LADDER_MAX);
        assert_int_equal(step.next, wall_of("2024-12-13 08:00"));
        ladder_step_occurrence(rungs, n, WALL_NONE, wall_of("2025-03-03 08:00"), &step);
        assert_int_equal(step.verdicts[0], VERDICT_SEND);
        assert_int_equal(step.verdicts[1], VERDICT_SEND);
        assert_int_equal(step.send, 1);
        assert_int_equal(step.kind, KIND_ESCALATION);
        assert_int_equal(step.next, WALL_NEVER);
        ladder_step_occurrence(rungs, n, wall_of("2024-12-13 08:00"), wall_of("2024-12-13 08:00"), &step);
        assert_int_equal(step.verdicts[0], VERDICT_HANDLED);
        assert_int_equal(step.verdicts[1], VERDICT_LATER);
        assert_int_equal(step.next, wall_of("2024-12-24 08:00"));

        /* Of fix rungs the newest, however old. */
        n = ladder_of_fix(&rules, day_of("2024-09-20"), day_of("2024-09-27"), rungs);
        assert_int_equal(n, 5);
        ladder_step_occurrence(rungs, n, wall_of("2024-09-06 08:00"), wall_of("2024-09-23 08:00"), &step);
        assert_int_equal(step.verdicts[0], VERDICT_HANDLED);
        assert_int_equal(step.verdicts[1], VERDICT_SUPERSEDED);
        assert_int_equal(step.verdicts[2], VERDICT_SEND);
        assert_int_equal(step.verdicts[3], VERDICT_LATER);
        assert_int_equal(step.send, 2);
        assert_int_equal(step.kind, KIND_FIX_DATE);
        assert_int_equal(step.next, wall_of("2024-09-24 08:00"));
        ladder_step_occurrence(rungs, n, WALL_NONE, wall_of("2025-09-23 08:00"), &step);
        assert_int_equal(step.send, 4);
}

static void test_kinds(void **state)
{
        static const struct {
                struct given given;
                enum rung_class class;
                const char *day;
                enum notice_kind kind;
        } table[] = {
                {{.due = "2024-12-10"}, RUNG_BEFORE, "2024-12-08", KIND_ADVANCE},
                {{.due = "2024-12-10"}, RUNG_BEFORE, "2024-12-09", KIND_DUE},
                {{.due = "2024-12-10"}, RUNG_START, "2024-12-10", KIND_DUE},
                {{.due = "2024-12-10"}, RUNG_SNOOZE_END, "2024-12-11", KIND_OVERDUE},
                {{.due = "2024-12-10"}, RUNG_OVERDUE, "2024-12-11", KIND_OVERDUE},
                /* The first of Tet: due on the eve of the effective day and on the day itself. */
                {{.due = "2024-02-10"}, RUNG_BEFORE, "2024-02-09", KIND_ADVANCE},
                {{.due = "2024-02-10"}, RUNG_BEFORE, "2024-02-13", KIND_ADVANCE},
                {{.due = "2024-02-10"}, RUNG_BEFORE, "2024-02-14", KIND_DUE},
                {{.due = "2024-02-10"}, RUNG_BEFORE, "2024-02-15", KIND_DUE},
                {{.due = "2024-02-10"}, RUNG_SNOOZE_END, "2024-02-16", KIND_OVERDUE},
                {{.from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 RUNG_BEFORE,
                 "2024-10-31",
                 KIND_ADVANCE},
                {{.due = "2024-05-19", .observance = true}, RUNG_BEFORE, "2024-05-19", KIND_OBSERVANCE},
                {{.due = "2024-12-10"}, RUNG_FIX, "2024-12-10", KIND_FIX_DATE},
                {{.due = "2024-12-10"}, RUNG_ESCALATION, "2024-12-10", KIND_ESCALATION},
                {{.due = NULL}, RUNG_BEFORE, "2024-12-10", KIND_ADVANCE},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                assert_int_equal(ladder_kind(&obligation, *state, table[i].class, day_of(table[i].day)), table[i].kind);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_step),        cmocka_unit_test(test_away_for_years),
                cmocka_unit_test(test_no_catch_up), cmocka_unit_test(test_catch_up_floor),
                cmocka_unit_test(test_missed),      cmocka_unit_test(test_step_occurrence),
                cmocka_unit_test(test_kinds),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
