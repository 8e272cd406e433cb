/* Tests of revisions: what is a change to a calendar, and how often it counts. */
#include "fixture.h"

#include "store/revisions.h"

static void assert_revision(struct store *store, int64_t obligation, int32_t number, int64_t at_ms)
{
        struct revision revision;
        OK(store, store_get_revision(store, obligation, &revision));
        assert_int_equal(revision.number, number);
        assert_int_equal(revision.at_ms, at_ms);
}

static void test_what_counts(void **state)
{
        struct fixture *fixture = *state;
        struct store *store = fixture->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "so-1", &fixture_dated, 7);
        int64_t other = fixture_obligation(store, occurrence, "so-2", &fixture_dated, 7);
        CLEANUP(obligation_record_clear) struct obligation_record record = {0};
        OK(store, store_get_obligation(store, id, &record));
        int32_t number = 0;
        int64_t now = 1000;
        static const struct {
                const char *what;
                int32_t more;
        } steps[] = {{"made", 0},  {"snoozed", 0}, {"armed", 0},   {"day", 1},     {"the same day", 0},
                     {"fixed", 1}, {"done", 1},    {"amended", 0}, {"reopened", 1}};
        for (size_t i = 0; i < ELEMENTS(steps); i++) {
                switch (i) {
                case 1:
                        record.obligation.snoozed_until = record.due - 1;
                        break;
                case 2:
                        record.next_fire = record.handled = 99;
                        break;
                case 3:
                        record.obligation.due++;
                        break;
                case 5:
                        record.obligation.fixed = record.obligation.due + 5;
                        break;
                case 6:
                        record.obligation.status = OBLIGATION_DONE;
                        record.obligation.done_on = record.due - 3;
                        break;
                case 7:
                        record.obligation.done_on = record.due - 2;
                        break;
                case 8:
                        record.obligation.status = OBLIGATION_OPEN;
                        record.obligation.done_on = CIVIL_NONE;
                        break;
                default:
                        break;
                }
                fixture_days(&record);
                OK(store, store_put_obligation(store, &record));
                number += steps[i].more;
                if (steps[i].more > 0)
                        assert_revision(store, id, number, 0);
                OK(store, store_stamp_revisions(store, ++now));
                struct revision revision;
                OK(store, store_get_revision(store, id, &revision));
                if (revision.number != number || (steps[i].more > 0 && revision.at_ms != now))
                        fail_msg("%s: %d at %lld", steps[i].what, revision.number, (long long)revision.at_ms);
        }
        assert_revision(store, other, 0, 0);
}

/* Nobody has seen what lay between. */
static void test_several_before_a_stamp_are_one(void **state)
{
        struct fixture *fixture = *state;
        struct store *store = fixture->store;
        int64_t id = fixture_obligation(store, fixture_occurrence(store, "p", "one", ""), "so-1", &fixture_dated, 7);
        OK(store, store_revise(store, id));
        OK(store, store_revise(store, id));
        assert_revision(store, id, 1, 0);
        OK(store, store_stamp_revisions(store, 5));
        OK(store, store_stamp_revisions(store, 6));
        assert_revision(store, id, 1, 5);
        OK(store, store_revise(store, id));
        assert_revision(store, id, 2, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_what_counts, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_several_before_a_stamp_are_one, fixture_file, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
