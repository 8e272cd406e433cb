/* A sync withdraws what is not marked. */
#include "fixture.h"

#include "store/sync.h"

static void test_a_sync_withdraws_what_is_gone(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t stays = fixture_occurrence(store, "p", "stays", "");
        int64_t goes = fixture_occurrence(store, "p", "goes", "");
        struct obligation done = fixture_dated, observance = fixture_dated;
        done.status = OBLIGATION_DONE;
        done.done_on = 7;
        observance.observance = true;
        const struct {
                const char *agency;
                int64_t occurrence;
                const struct obligation *obligation;
                bool marked;
                enum obligation_status expected;
        } rows[] = {
                {"a", stays, &fixture_dated, true, OBLIGATION_OPEN},
                {"b", stays, &fixture_dated, false, OBLIGATION_WITHDRAWN}, /* left the block */
                {"a", goes, &fixture_dated, false, OBLIGATION_WITHDRAWN},
                {"b", goes, &done, false, OBLIGATION_DONE},
                {"c", goes, &observance, false, OBLIGATION_WITHDRAWN},
        };
        int64_t ids[ELEMENTS(rows)];
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                ids[i] = fixture_obligation(store, rows[i].occurrence, rows[i].agency, rows[i].obligation, 5);
        int64_t queued = fixture_notice(store, goes, ids[2], "7d", KIND_ADVANCE);
        fixture_delivery(store, "d1", "a@so.example", 1, &queued, 1);
        fixture_notice(store, goes, 0, "escalation-0", KIND_ESCALATION);

        size_t n = 99;
        assert_int_equal(store_finish_sync(store, NULL, NULL, &n), -EINVAL);
        assert_int_equal(store_mark_obligation(store, ids[0]), -EINVAL);
        assert_int_equal(n, 99);
        for (int round = 0; round < 2; round++) {
                OK(store, store_begin(store));
                OK(store, store_begin_sync(store));
                OK(store, store_mark_occurrence(store, stays));
                for (size_t i = 0; i < ELEMENTS(rows); i++)
                        if (rows[i].marked)
                                OK(store, store_mark_obligation(store, ids[i]));
                OK(store, store_finish_sync(store, NULL, NULL, &n));
                OK(store, store_commit(store));
                assert_int_equal(n, round == 0 ? 3 : 0);
        }

        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                OK(store, store_get_obligation(store, ids[i], &record));
                assert_int_equal(record.obligation.status, rows[i].expected);
                assert_true(record.next_fire == (rows[i].expected == OBLIGATION_WITHDRAWN ? WALL_NEVER : 5));
        }
        CLEANUP(occurrence_record_clear) struct occurrence_record occurrence = {0};
        OK(store, store_get_occurrence(store, goes, &occurrence));
        assert_true(occurrence.withdrawn);
        fixture_assert_notices(store, goes, ids[2], "7d:cancelled");
        fixture_assert_notices(store, goes, 0, "escalation-0:cancelled");
        fixture_assert_delivery(store, "d1", DELIVERY_CANCELLED);
        fixture_assert_owed(store, DUE_DAY + 1, 1, 1);
}

/* Marks of a sync that was given up say nothing in the next. */
static void test_a_sync_begins_without_marks(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "a", &fixture_dated, 5);
        OK(store, store_begin_sync(store));
        OK(store, store_mark_obligation(store, id));
        OK(store, store_mark_obligation(store, 1000000));
        OK(store, store_begin_sync(store));
        OK(store, store_mark_occurrence(store, occurrence));
        size_t n = 0;
        OK(store, store_finish_sync(store, NULL, NULL, &n));
        assert_int_equal(n, 1);
}

/* An item is kept with all that is owed of it, if all of it is there. */
static void test_a_sync_keeps_items(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t first = fixture_occurrence(store, "p", "one", "2024-01-25");
        int64_t second = fixture_occurrence(store, "p", "one", "2024-02-25");
        fixture_obligation(store, first, "a", &fixture_dated, 5);
        fixture_obligation(store, second, "a", &fixture_dated, 5);
        fixture_obligation(store, fixture_occurrence(store, "p", "other", ""), "a", &fixture_dated, 5);
        size_t n = 0;
        OK(store, store_begin_sync(store));
        assert_int_equal(store_keep_item(store, "p", "one", 1), STORE_CHANGED);
        assert_int_equal(store_keep_item(store, "q", "one", 2), STORE_CHANGED);
        OK(store, store_keep_item(store, "p", "one", 2));
        OK(store, store_finish_sync(store, NULL, NULL, &n));
        assert_int_equal(n, 1); /* what is owed of the other */

        OK(store, store_begin_sync(store));
        OK(store, store_mark_occurrence(store, first));
        OK(store, store_finish_sync(store, NULL, NULL, &n));
        assert_int_equal(n, 2); /* it was marked, what is owed of it was not */
        OK(store, store_begin_sync(store));
        assert_int_equal(store_keep_item(store, "p", "one", 2), STORE_CHANGED); /* one was away */
        OK(store, store_keep_item(store, "p", "one", 1));
        OK(store, store_finish_sync(store, NULL, NULL, &n));
        assert_int_equal(n, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_a_sync_withdraws_what_is_gone),
                TEST(test_a_sync_begins_without_marks),
                TEST(test_a_sync_keeps_items),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
