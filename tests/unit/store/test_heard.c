/* What came back: each mail is known by its origin until it is forgotten; a delivery bounces, and with it what it said.
 */
#include "fixture.h"
#include "store/heard.h"
#include "store/unread.h"

static void test_known_by_its_origin(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        enum heard_outcome outcome = HEARD_KNOWN;
        assert_int_equal(store_find_heard(store, "a", &outcome), STORE_NONE);
        for (int i = 0; i < HEARD_KNOWN; i++) {
                const char origin[] = {(char)('a' + i), '\0'};
                OK(store, store_add_heard(store, origin, (enum heard_outcome)i, 100 + i));
                OK(store, store_find_heard(store, origin, &outcome));
                assert_int_equal(outcome, i);
        }
        assert_int_equal(store_add_heard(store, "a", HEARD_NOTED, 200), -EEXIST);
        OK(store, store_forget_heard(store, 101));
        assert_int_equal(store_find_heard(store, "a", &outcome), STORE_NONE);
        OK(store, store_find_heard(store, "b", &outcome));
}

static void assert_counted(struct store *store, int64_t sent, int64_t bounced, int64_t last_sent_ms)
{
        struct store_counts counts;
        OK(store, store_count(store, 0, &counts));
        assert_int_equal(counts.sent, sent);
        assert_int_equal(counts.failed, 0);
        assert_int_equal(counts.bounced, bounced);
        assert_int_equal(counts.last_sent_ms, last_sent_ms);
        fixture_assert_counts(store);
}

/* STORE_NONE, or whether the contact is to be told. */
static int bounce(struct store *store, const char *id, int64_t now_ms)
{
        bool first = false;
        int r = store_bounce_delivery(store, fixture_number(store, id), "5.1.1 no such user", now_ms, &first);
        assert_true(r == 0 || r == STORE_NONE);
        return r == 0 ? first : -STORE_NONE;
}

/* Two addresses have one notice, the first of them has another one alone. */
static void test_bounces(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p24", "one", "");
        int64_t obligation = fixture_obligation(store, occurrence, "a", &fixture_dated, WALL_NEVER);
        const int64_t both = fixture_notice(store, occurrence, obligation, "14d", KIND_ADVANCE),
                      alone = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        struct notice_counts said;
        int64_t at_ms;

        fixture_delivery(store, "d1", "one@a.example", 10, &both, 1);
        fixture_delivery(store, "d2", "two@a.example", 10, &both, 1);
        fixture_delivery(store, "d3", "ONE@a.example", 10, &alone, 1);
        assert_int_equal(bounce(store, "d1", 50), -STORE_NONE);
        fixture_claim(store, 100, 3);
        assert_int_equal(bounce(store, "d1", 50), -STORE_NONE);
        fixture_finish(store, "d2", DELIVERY_SENT, 110);
        fixture_finish(store, "d3", DELIVERY_SENT, 120);
        fixture_finish(store, "d1", DELIVERY_SENT, 130);
        assert_counted(store, 3, 0, 130);

        assert_true(bounce(store, "d1", 200) == true);
        fixture_assert_delivery(store, "d1", DELIVERY_BOUNCED);
        fixture_assert_notices(store, occurrence, obligation, "14d:sent 7d:sent"); /* the other address has it */
        assert_counted(store, 2, 1, 130);
        OK(store, store_last_failure(store, &record, &at_ms));
        assert_string_equal(record.id, "d1");
        assert_string_equal(record.answer, "5.1.1 no such user");
        assert_int_equal(at_ms, 200);
        assert_int_equal(record.finished_ms, 130);
        assert_int_equal(bounce(store, "d1", 210), -STORE_NONE); /* once */

        assert_true(bounce(store, "d3", 220) == false); /* of that address one is known */
        fixture_assert_notices(store, occurrence, obligation, "14d:sent 7d:failed");
        OK(store, store_count_notices(store, obligation, &said));
        assert_int_equal(said.reminders, 1);
        assert_counted(store, 1, 2, 130);

        assert_true(bounce(store, "d2", 230) == true); /* of another one none is */
        fixture_assert_notices(store, occurrence, obligation, "14d:failed 7d:failed");

        OK(store, store_retry_delivery(store, "d1", 300));
        fixture_assert_notices(store, occurrence, obligation, "14d:queued 7d:failed");
        assert_counted(store, 0, 2, 120); /* by the last one but that */
        assert_int_equal(store_acknowledge(store, NULL), 2);
        fixture_claim(store, 300, 1);
        fixture_finish(store, "d1", DELIVERY_SENT, 310);
        assert_counted(store, 1, 0, 310);
        assert_true(bounce(store, "d1", 320) == true); /* the others were seen to */
}

static void test_a_remark(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        fixture_delivery(store, "d1", "one@a.example", 10, NULL, 0);
        OK(store, store_remark_delivery(store, fixture_number(store, "d1"), "delayed: 4.4.1"));
        OK(store, store_get_delivery(store, "d1", &record));
        assert_null(record.answer); /* it is not sent yet */
        delivery_record_clear(&record);
        fixture_claim(store, 100, 1);
        fixture_finish(store, "d1", DELIVERY_SENT, 110);
        OK(store, store_remark_delivery(store, fixture_number(store, "d1"), "delayed: 4.4.1"));
        OK(store, store_get_delivery(store, "d1", &record));
        assert_string_equal(record.answer, "delayed: 4.4.1");
        assert_int_equal(record.state, DELIVERY_SENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_known_by_its_origin, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_bounces, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_a_remark, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
