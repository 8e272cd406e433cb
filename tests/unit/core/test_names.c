/* Tests of the names that files, headers and the command line use, both ways. */
#include "fixture.h"

#include "core/delivery.h"
#include "core/kind.h"
#include "core/ladder.h"
#include "core/notice.h"
#include "core/obligation.h"

#include <errno.h>

static void test_kinds(void **state)
{
        static const char *const names[] = {
                "escalation", "overdue",   "due",     "fix_date",         "date_set", "advance",      "observance",
                "snoozed",    "completed", "digest",  "failure",          "test",     "date_cleared", "waived",
                "withdrawn",  "reopened",  "claimed", "request_answered", "assist",   "bounced",
        };
        enum notice_kind kind = KIND_TEST;

        (void)state;
        assert_int_equal(ELEMENTS(names), KIND_COUNT);
        for (int i = 0; i < KIND_COUNT; i++) {
                assert_string_equal(kind_name((enum notice_kind)i), names[i]);
                assert_int_equal(kind_parse(names[i], &kind), 0);
                assert_int_equal(kind, i);
        }
        assert_int_equal(kind_parse("", &kind), -EINVAL);
        assert_int_equal(kind_parse("Overdue", &kind), -EINVAL);
        assert_int_equal(kind_parse("overdue ", &kind), -EINVAL);
}

/* What is true of each kind, in one line of letters. */
static const struct {
        char letter;
        bool (*is)(enum notice_kind kind);
} traits[] = {
        {'r', kind_reminds},        {'c', kind_confirms},    {'t', kind_tells_date},   {'b', kind_takes_back},
        {'d', kind_tells_decision}, {'v', kind_tells_event}, {'p', kind_reports},      {'o', kind_ends_debt},
        {'e', kind_ends_entry},     {'n', kind_names_day},   {'l', kind_is_on_ladder}, {'f', kind_tells_failure},
};

static void test_traits(void **state)
{
        static const char *const expected[] = {
                [KIND_ESCALATION] = "p",
                [KIND_OVERDUE] = "rnl",
                [KIND_DUE] = "rnl",
                [KIND_FIX_DATE] = "p",
                [KIND_DATE_SET] = "tdvn",
                [KIND_ADVANCE] = "rnl",
                [KIND_OBSERVANCE] = "nl",
                [KIND_SNOOZED] = "cdv",
                [KIND_COMPLETED] = "cdvoe",
                [KIND_DIGEST] = "",
                [KIND_FAILURE] = "f",
                [KIND_TEST] = "",
                [KIND_DATE_CLEARED] = "tbdve",
                [KIND_WAIVED] = "bdvoe",
                [KIND_WITHDRAWN] = "bdvoe",
                [KIND_REOPENED] = "bdvn",
                [KIND_CLAIMED] = "vp",
                [KIND_REQUEST_ANSWERED] = "tdvn",
                [KIND_ASSIST] = "v",
                [KIND_BOUNCED] = "f",
        };

        (void)state;
        assert_int_equal(ELEMENTS(expected), KIND_COUNT);
        for (enum notice_kind kind = 0; kind < KIND_COUNT; kind++) {
                char letters[ELEMENTS(traits) + 1];
                size_t n = 0;

                for (size_t i = 0; i < ELEMENTS(traits); i++)
                        if (traits[i].is(kind))
                                letters[n++] = traits[i].letter;
                letters[n] = '\0';
                assert_string_equal(letters, expected[kind]);
        }
}

static void test_urgency(void **state)
{
        /* From the most urgent to the least. */
        static const struct urgency order[] = {
                {KIND_ESCALATION, 200}, {KIND_OVERDUE, CIVIL_NONE}, {KIND_OVERDUE, 99}, {KIND_OVERDUE, 100},
                {KIND_DUE, 1},          {KIND_ADVANCE, 1},
        };

        (void)state;
        for (int i = 0; i < (int)ELEMENTS(order); i++)
                for (int j = 0; j < (int)ELEMENTS(order); j++)
                        assert_int_equal(urgency_compare(&order[i], &order[j]), (i > j) - (i < j));
}

static void test_states(void **state)
{
        static const char *const names[] = {
                "pending", "overdue", "snoozed",   "tentative", "undated", "done",
                "late",    "waived",  "withdrawn", "passed",    "unclear", "unfinished",
        };
        enum obligation_state parsed = STATE_PENDING;

        (void)state;
        assert_int_equal(ELEMENTS(names), STATE_COUNT);
        for (int i = 0; i < STATE_COUNT; i++) {
                assert_string_equal(obligation_state_name((enum obligation_state)i), names[i]);
                assert_int_equal(obligation_state_parse(names[i], &parsed), 0);
                assert_int_equal(parsed, i);
        }
        assert_int_equal(obligation_state_parse("open", &parsed), -EINVAL);
        assert_int_equal(obligation_state_parse("", &parsed), -EINVAL);
}

static void test_verdicts(void **state)
{
        static const char *const names[] = {
                "later", "handled", "send", "superseded", "too old", "past due", "snoozed",
        };

        (void)state;
        assert_int_equal(ELEMENTS(names), VERDICT_SNOOZED + 1);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                assert_string_equal(verdict_name((enum verdict)i), names[i]);
}

static void test_notices(void **state)
{
        static const char *const names[] = {"new", "queued", "sent", "failed", "cancelled", "skipped"};

        (void)state;
        assert_int_equal(ELEMENTS(names), NOTICE_STATES);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                assert_string_equal(notice_state_name((enum notice_state)i), names[i]);
}

static void test_deliveries(void **state)
{
        static const char *const names[] = {"queued", "sending", "sent", "failed", "cancelled", "bounced"};
        enum delivery_state parsed = DELIVERY_QUEUED;

        (void)state;
        assert_int_equal(ELEMENTS(names), DELIVERY_STATES);
        for (int i = 0; i < DELIVERY_STATES; i++) {
                assert_string_equal(delivery_state_name((enum delivery_state)i), names[i]);
                assert_int_equal(delivery_state_parse(names[i], &parsed), 0);
                assert_int_equal(parsed, i);
        }
        assert_int_equal(delivery_state_parse("", &parsed), -EINVAL);
        assert_int_equal(delivery_state_parse("Sent", &parsed), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_kinds),      cmocka_unit_test(test_traits),   cmocka_unit_test(test_urgency),
                cmocka_unit_test(test_states),     cmocka_unit_test(test_verdicts), cmocka_unit_test(test_notices),
                cmocka_unit_test(test_deliveries),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
