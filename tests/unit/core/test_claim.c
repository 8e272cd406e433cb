/* Tests of claims: what an agency can say of what it owes, what becomes of that, and when it is believed by itself. */
#include "ladder_fixture.h"

#include "core/claim.h"
#include "core/mark.h"

static struct claim claim_of(const char *on, const char *until)
{
        return (struct claim){.on = day_of(on), .until = day_or_none(until), .channel = CLAIM_BY_MAIL};
}

static void test_names(void **state)
{
        static const char *const states[] = {"open", "confirmed", "rejected", "granted", "overtaken"};
        static const char *const channels[] = {"mail", "page", "clerk"};
        struct claim claim = claim_of("2024-12-02", NULL), request = claim_of("2024-12-02", "2024-12-20");

        (void)state;
        assert_int_equal(ELEMENTS(states), CLAIM_STATES);
        for (int i = 0; i < CLAIM_STATES; i++)
                assert_string_equal(claim_state_name((enum claim_state)i), states[i]);
        assert_int_equal(ELEMENTS(channels), CLAIM_CHANNELS);
        for (int i = 0; i < CLAIM_CHANNELS; i++)
                assert_string_equal(claim_channel_name((enum claim_channel)i), channels[i]);
        assert_string_equal(claim_kind_name(&claim), "claim");
        assert_string_equal(claim_kind_name(&request), "request");
}

static void test_answers(void **state)
{
        static const struct {
                const char *until;
                enum claim_state to;
                bool may;
        } table[] = {
                {NULL, CLAIM_CONFIRMED, true},
                {NULL, CLAIM_GRANTED, false},
                {NULL, CLAIM_REJECTED, true},
                {NULL, CLAIM_OVERTAKEN, true},
                {NULL, CLAIM_OPEN, false},
                {"2024-12-20", CLAIM_CONFIRMED, false},
                {"2024-12-20", CLAIM_GRANTED, true},
                {"2024-12-20", CLAIM_REJECTED, true},
                {"2024-12-20", CLAIM_OVERTAKEN, true},
                {"2024-12-20", CLAIM_OPEN, false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct claim claim = claim_of("2024-12-02", table[i].until);

                assert_int_equal(claim_may_become(&claim, table[i].to), table[i].may);
                for (claim.state = CLAIM_CONFIRMED; claim.state < CLAIM_STATES; claim.state++)
                        assert_false(claim_may_become(&claim, table[i].to));
        }
}

/* Today is 6 December 2024, the plan is of that year, and its document allows no day after 30 June. */
static void test_what_can_be_said(void **state)
{
        const struct date_bounds bounds = {2024, 2024, day_of("2025-06-30")};
        static const struct {
                struct given given;
                const char *on, *until;
                enum refusal refusal;
        } table[] = {
                {{.due = "2024-12-10"}, "2024-12-06", NULL, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-02", NULL, REFUSED_NOT},
                {{.due = "2024-12-02"}, "2024-12-06", NULL, REFUSED_NOT},
                {{.due = "2024-12-10", .claimed = true}, "2024-12-06", NULL, REFUSED_NOT},
                {{.due = "2024-12-02", .status = OBLIGATION_UNCLEAR}, "2024-12-06", NULL, REFUSED_NOT},
                {{.due = NULL}, "2024-12-06", NULL, REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-07", NULL, REFUSED_PAST},
                {{.due = "2024-12-10"}, "2021-12-07", NULL, REFUSED_EARLY},
                {{.due = "2024-12-10", .observance = true}, "2024-12-06", NULL, REFUSED_OBSERVANCE},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE}, "2024-12-06", NULL, REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WAIVED}, "2024-12-06", NULL, REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_WITHDRAWN}, "2024-12-06", NULL, REFUSED_WITHDRAWN},
                {{.due = "2024-12-10"}, "2024-12-06", "2024-12-11", REFUSED_NOT},
                {{.due = "2024-12-02"}, "2024-12-06", "2024-12-06", REFUSED_NOT},
                {{.due = NULL}, "2024-12-06", "2024-12-20", REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-06", "2024-12-10", REFUSED_SOONER},
                {{.due = "2024-12-10"}, "2024-12-06", "2024-12-07", REFUSED_SOONER},
                {{.due = "2024-12-02"}, "2024-12-06", "2024-12-05", REFUSED_PAST},
                {{.due = "2024-12-10"}, "2024-12-06", "2026-01-01", REFUSED_YEAR},
                {{.due = "2024-12-10"}, "2024-12-06", "2025-06-30", REFUSED_NOT},
                {{.due = "2024-12-10"}, "2024-12-06", "2025-07-01", REFUSED_LIMIT},
                {{.due = "2024-12-10", .observance = true}, "2024-12-06", "2024-12-20", REFUSED_OBSERVANCE},
                {{.due = "2024-12-10", .status = OBLIGATION_DONE}, "2024-12-06", "2024-12-20", REFUSED_CLOSED},
                {{.due = "2024-12-10", .status = OBLIGATION_UNFINISHED}, "2024-12-06", "2024-12-20", REFUSED_ENDED},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);
                struct claim claim = claim_of(table[i].on, table[i].until);

                if (claim_may_be_made(&claim, &obligation, *state, &bounds, day_of("2024-12-06")) != table[i].refusal)
                        fail_msg("row %zu", i);
        }
}

/* 9 December 2024 is a Monday. */
static void test_acceptance(void **state)
{
        static const struct {
                struct claim_acceptance acceptance;
                const char *until, *made, *at; /* "": never */
        } table[] = {
                {{false, {0, 0}, 0}, NULL, "2024-12-06 10:00", ""},
                {{true, {0, 0}, 0}, NULL, "2024-12-06 10:00", "2024-12-06 10:00"},
                {{true, {0, 0}, 0}, "2024-12-20", "2024-12-06 10:00", ""},
                {{true, {0, 2}, 0}, NULL, "2024-12-06 10:00", "2024-12-10 10:00"},
                {{true, {2, 0}, 0}, NULL, "2024-12-06 10:00", "2024-12-08 10:00"},
                {{true, {0, 0}, 90 * 60}, NULL, "2024-12-06 23:00", "2024-12-07 00:30"},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct claim claim = claim_of("2024-12-06", table[i].until);
                wall_time made = wall_of(table[i].made);

                assert_int_equal(claim_accepted_at(&table[i].acceptance, &claim, *state, made),
                                 *table[i].at ? wall_of(table[i].at) : WALL_NEVER);
                claim.state = CLAIM_REJECTED;
                assert_int_equal(claim_accepted_at(&table[i].acceptance, &claim, *state, made), WALL_NEVER);
        }
}

/* It silences the ladder, and nothing else. */
static void test_silence(void **state)
{
        static const struct given given = {.due = "2024-12-10"};
        struct obligation obligation = make(&given);
        struct ladder_rules rules = rules_of(&policy_report, *state);
        struct rung rungs[LADDER_MAX];
        civil_day late = day_of("2024-12-12");

        assert_true(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs) > 0);
        obligation.claimed = true;
        assert_int_equal(ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs), 0);
        assert_int_equal(ladder_next(&rules, &obligation, wall_of("2024-12-01 08:00")), WALL_NEVER);
        assert_int_equal(obligation_state(&obligation, *state, late), STATE_OVERDUE);
        assert_int_equal(obligation_days_late(&obligation, *state, late), 2);
        assert_true(obligation_is_open(&obligation));
        assert_int_equal(mark_of(STATE_OVERDUE, true), MARK_CLAIMED);
        assert_int_equal(mark_of(STATE_OVERDUE, false), MARK_OVERDUE);
        assert_false(obligation_inherit(&obligation).claimed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_answers),
                cmocka_unit_test(test_what_can_be_said),
                cmocka_unit_test(test_acceptance),
                cmocka_unit_test(test_silence),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
