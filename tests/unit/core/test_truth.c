/* Tests of truth: what a notice that waited for days is on the day it leaves. */
#include "ladder_fixture.h"

#include "core/truth.h"

static void assert_truth(const struct truth *truth, enum standing standing, enum notice_kind kind, const char *reason)
{
        assert_int_equal(truth->standing, standing);
        if (reason) {
                assert_string_equal(truth->reason, reason);
        } else {
                assert_null(truth->reason);
                assert_string_equal(kind_name(truth->kind), kind_name(kind));
        }
}

/* Due on Tuesday 10 December. The ladder of policy_inspection ends with 1d on Monday; that of policy_report has overdue
 * rungs from Thursday on. */
#define ENDS &policy_inspection, .due = "2024-12-10"
#define GOES_ON &policy_report, .due = "2024-12-10"

static void test_reminders(void **state)
{
        static const struct {
                struct given given; /* without a policy: the item is in no plan any more */
                const char *key, *at, *now;
                enum standing standing;
                enum notice_kind kind;
                const char *reason;
        } table[] = {
                /* It says what the day makes of it. */
                {{ENDS}, "3d@2024-12-10", "2024-12-06 08:00", "2024-12-06 08:00", STILL_TRUE, KIND_ADVANCE, NULL},
                {{ENDS}, "3d@2024-12-10", "2024-12-06 08:00", "2024-12-08 23:59", STILL_TRUE, KIND_ADVANCE, NULL},
                {{ENDS}, "3d@2024-12-10", "2024-12-06 08:00", "2024-12-09 00:00", STILL_TRUE, KIND_DUE, NULL},
                {{ENDS}, "1d@2024-12-10", "2024-12-09 08:00", "2024-12-10 23:59", STILL_TRUE, KIND_DUE, NULL},
                {{ENDS}, "snooze-end@2024-12-08", "2024-12-09 08:00", "2024-12-11 00:00", TRUE_TOO_LATE, 0, "past due"},
                {{GOES_ON},
                 "snooze-end@2024-12-08",
                 "2024-12-09 08:00",
                 "2024-12-11 00:00",
                 STILL_TRUE,
                 KIND_OVERDUE,
                 NULL},
                {{GOES_ON},
                 "overdue-2024-12-12@2024-12-10",
                 "2024-12-12 08:00",
                 "2024-12-30 08:00",
                 STILL_TRUE,
                 KIND_OVERDUE,
                 NULL},
                /* Its day is over: the last rung came too late, another one leaves the word to what follows. */
                {{ENDS}, "1d@2024-12-10", "2024-12-09 08:00", "2024-12-11 00:00", TRUE_TOO_LATE, 0, "past due"},
                {{ENDS}, "3d@2024-12-10", "2024-12-06 08:00", "2024-12-11 00:00", NO_LONGER_TRUE, 0, "past due"},
                {{GOES_ON}, "0d@2024-12-10", "2024-12-10 08:00", "2024-12-11 00:00", NO_LONGER_TRUE, 0, "past due"},
                {{.due = "2024-12-10"},
                 "1d@2024-12-10",
                 "2024-12-09 08:00",
                 "2024-12-11 00:00",
                 NO_LONGER_TRUE,
                 0,
                 "past due"},
                {{&policy_inspection, .from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 "start@2024-10-01",
                 "2024-10-01 08:00",
                 "2024-11-01 00:00",
                 TRUE_TOO_LATE,
                 0,
                 "past due"},
                /* Sunday 31 March: on time until Monday. */
                {{&policy_inspection, .due = "2024-03-31"},
                 "1d@2024-03-31",
                 "2024-03-29 08:00",
                 "2024-04-01 16:59",
                 STILL_TRUE,
                 KIND_DUE,
                 NULL},
                {{&policy_inspection, .due = "2024-03-31"},
                 "1d@2024-03-31",
                 "2024-03-29 08:00",
                 "2024-04-02 00:00",
                 TRUE_TOO_LATE,
                 0,
                 "past due"},
                {{&policy_inspection, .due = "2024-05-19", .observance = true},
                 "3d@2024-05-19",
                 "2024-05-16 08:00",
                 "2024-05-19 23:59",
                 STILL_TRUE,
                 KIND_OBSERVANCE,
                 NULL},
                {{&policy_inspection, .due = "2024-05-19", .observance = true},
                 "1d@2024-05-19",
                 "2024-05-17 08:00",
                 "2024-05-20 00:00",
                 TRUE_TOO_LATE,
                 0,
                 "past due"},
                /* Made by a clock that ran ahead. */
                {{GOES_ON},
                 "overdue-2024-12-12@2024-12-10",
                 "2024-12-12 08:00",
                 "2024-12-10 23:59",
                 NOT_YET_TRUE,
                 0,
                 "not yet due"},
                {{GOES_ON, .snoozed_until = "2024-12-06"},
                 "snooze-end@2024-12-06",
                 "2024-12-09 08:00",
                 "2024-12-06 12:00",
                 NOT_YET_TRUE,
                 0,
                 "snoozed"},
                /* Snoozed until the day itself. */
                {{GOES_ON, .snoozed_until = "2024-12-06"},
                 "3d@2024-12-10",
                 "2024-12-06 08:00",
                 "2024-12-06 23:59",
                 NO_LONGER_TRUE,
                 0,
                 "snoozed"},
                {{GOES_ON, .snoozed_until = "2024-12-06"},
                 "3d@2024-12-10",
                 "2024-12-06 08:00",
                 "2024-12-07 00:00",
                 STILL_TRUE,
                 KIND_ADVANCE,
                 NULL},
                {{GOES_ON, .status = OBLIGATION_DONE},
                 "0d@2024-12-10",
                 "2024-12-10 08:00",
                 "2024-12-10 08:00",
                 NO_LONGER_TRUE,
                 0,
                 "finished"},
                {{GOES_ON, .status = OBLIGATION_WAIVED},
                 "0d@2024-12-10",
                 "2024-12-10 08:00",
                 "2024-12-10 08:00",
                 NO_LONGER_TRUE,
                 0,
                 "finished"},
                {{GOES_ON, .status = OBLIGATION_WITHDRAWN},
                 "0d@2024-12-10",
                 "2024-12-10 08:00",
                 "2024-12-10 08:00",
                 NO_LONGER_TRUE,
                 0,
                 "finished"},
                /* Its date was cleared meanwhile. */
                {{GOES_ON, .claimed = true},
                 "3d@2024-12-10",
                 "2024-12-06 08:00",
                 "2024-12-06 08:00",
                 NO_LONGER_TRUE,
                 0,
                 "claimed"},
                {{&policy_inspection, .due = NULL},
                 "1d@2024-12-10",
                 "2024-12-09 08:00",
                 "2024-12-30 08:00",
                 STILL_TRUE,
                 KIND_ADVANCE,
                 NULL},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given.policy, *state);
                struct obligation obligation = make(&table[i].given);
                struct truth truth = truth_of_reminder(&rules, &obligation, table[i].key, wall_of(table[i].at),
                                                       wall_of(table[i].now));

                assert_truth(&truth, table[i].standing, table[i].kind, table[i].reason);
        }
}

static void test_decisions(void **state)
{
        static const struct given open = {.due = "2024-12-10"};
        static const struct given snoozed = {.due = "2024-12-10", .snoozed_until = "2024-12-06"};
        static const struct given undated = {.due = NULL};
        static const struct given tentative = {.from = "2024-10-01", .due = "2024-12-10", .tentative = true};
        static const struct given done = {.due = "2024-12-10", .status = OBLIGATION_DONE};
        static const struct given unclear = {.due = "2024-12-05", .status = OBLIGATION_UNCLEAR};
        static const struct given waived = {.due = "2024-12-10", .status = OBLIGATION_WAIVED};
        static const struct given withdrawn = {.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN};
        static const struct {
                enum notice_kind kind;
                const struct given *given;
                const char *reason; /* NULL: it is so */
        } table[] = {
                {KIND_COMPLETED, &done, NULL},
                {KIND_COMPLETED, &open, "taken back"},
                {KIND_COMPLETED, &waived, "taken back"},
                {KIND_SNOOZED, &snoozed, NULL},
                {KIND_SNOOZED, &open, "taken back"},
                {KIND_WAIVED, &waived, NULL},
                {KIND_WAIVED, &open, "taken back"},
                {KIND_WITHDRAWN, &withdrawn, NULL},
                {KIND_WITHDRAWN, &open, "taken back"},
                {KIND_REOPENED, &open, NULL},
                {KIND_REOPENED, &done, "taken back"},
                {KIND_DATE_SET, &open, NULL},
                {KIND_DATE_SET, &tentative, NULL},
                {KIND_DATE_SET, &done, "finished"},
                {KIND_DATE_CLEARED, &undated, NULL},
                {KIND_DATE_CLEARED, &tentative, NULL},
                {KIND_DATE_CLEARED, &open, "taken back"},
                {KIND_DATE_CLEARED, &done, "taken back"},
                {KIND_REQUEST_ANSWERED, &open, NULL},
                {KIND_REQUEST_ANSWERED, &unclear, NULL},
                {KIND_REQUEST_ANSWERED, &done, "taken back"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(table[i].given);
                struct truth truth = truth_of_decision(*state, &obligation, table[i].kind, day_of("2024-12-06"));

                assert_truth(&truth, table[i].reason ? NO_LONGER_TRUE : STILL_TRUE, table[i].kind, table[i].reason);
        }
}

static void test_occurrences(void **state)
{
        static const struct {
                const char *effective;
                size_t n_open;
                enum standing standing;
                const char *reason;
        } table[] = {
                {"2024-12-09", 1, STILL_TRUE, NULL},
                {"2024-12-10", 1, NOT_YET_TRUE, "not yet due"},
                {"2024-12-10", 0, NOT_YET_TRUE, "not yet due"},
                {"2024-12-09", 0, NO_LONGER_TRUE, "all have finished"},
                {"", 2, STILL_TRUE, NULL},
                {"", 0, NO_LONGER_TRUE, "all have finished"},
        };
        struct truth truth;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                truth = truth_of_escalation(day_of(table[i].effective), table[i].n_open, day_of("2024-12-10"));
                assert_truth(&truth, table[i].standing, KIND_ESCALATION, table[i].reason);
        }
        truth = truth_of_claim(true);
        assert_truth(&truth, STILL_TRUE, KIND_CLAIMED, NULL);
        truth = truth_of_claim(false);
        assert_truth(&truth, NO_LONGER_TRUE, 0, "answered");
        truth = truth_of_assistance(false, 2);
        assert_truth(&truth, STILL_TRUE, KIND_ASSIST, NULL);
        truth = truth_of_assistance(false, 0);
        assert_truth(&truth, NO_LONGER_TRUE, 0, "all have finished");
        truth = truth_of_assistance(true, 0);
        assert_truth(&truth, STILL_TRUE, KIND_ASSIST, NULL);
        truth = truth_of_assistance(true, 1);
        assert_truth(&truth, NO_LONGER_TRUE, 0, "not all have finished");
        truth = truth_of_fix(1);
        assert_truth(&truth, STILL_TRUE, KIND_FIX_DATE, NULL);
        truth = truth_of_fix(0);
        assert_truth(&truth, NO_LONGER_TRUE, 0, "the date is fixed");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_reminders),
                cmocka_unit_test(test_decisions),
                cmocka_unit_test(test_occurrences),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
