/* What is counted agrees with the rows after every kind of change, and what is counted for ever only grows. */
#include "fixture.h"

#include "store/rows.h"
#include "store/sync.h"

#define NONE CIVIL_NONE

/* The tally must agree with the rows after every kind of change. */
static void test_counts_what_is_owed(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        fixture_assert_owed(store, 100, 0, 0);
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "a", &fixture_dated, 1);
        const struct {
                const char *what;
                struct obligation obligation;
                int64_t open, overdue_on_99, overdue_on_101;
        } cases[] = {
                {"due",
                 {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 0,
                 1},
                {"moved",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 1,
                 1},
                {"tentative",
                 {90, 98, true, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 0,
                 0},
                {"fixed",
                 {90, 98, true, false, SHIFT_NEXT, false, 100, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 0,
                 1},
                {"undated",
                 {NONE, NONE, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 0,
                 0},
                {"observance",
                 {NONE, 98, false, true, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 0,
                 0,
                 0},
                {"done",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 99, NONE, NONE, 0, false},
                 0,
                 0,
                 0},
                {"reopened",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false},
                 1,
                 1,
                 1},
                {"waived",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WAIVED, NONE, NONE, NONE, 0, false},
                 0,
                 0,
                 0},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                OK(store, store_get_obligation(store, id, &record));
                record.obligation = cases[i].obligation;
                fixture_days(&record);
                OK(store, store_put_obligation(store, &record));
                print_message("%s\n", cases[i].what);
                fixture_assert_owed(store, 99, cases[i].open, cases[i].overdue_on_99);
                fixture_assert_owed(store, 101, cases[i].open, cases[i].overdue_on_101);
        }
}

/* What a transaction makes is written together; what it changes in between, and who asks, must find it. */
static void test_counts_what_a_transaction_makes(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct obligation later = fixture_dated, tentative = fixture_dated, observance = fixture_dated;
        int64_t occurrence = fixture_occurrence(store, "p", "one", ""), n_open = 0;
        size_t n = 0;
        later.due = DUE_DAY + 9;
        tentative.tentative = true;
        tentative.from = DUE_DAY - 9;
        observance.observance = true;
        const struct {
                const char *agency;
                const struct obligation *obligation;
        } made[] = {{"a", &fixture_dated}, {"b", &fixture_dated}, {"c", &later},
                    {"d", &tentative},     {"e", &fixture_dated}, {"f", &observance}};
        OK(store, store_begin(store));
        OK(store, store_begin_sync(store));
        OK(store, store_mark_occurrence(store, occurrence));
        for (size_t i = 0; i < ELEMENTS(made); i++) {
                int64_t id = fixture_obligation(store, occurrence, made[i].agency, made[i].obligation, 5);
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};
                OK(store, store_get_obligation(store, id, &record));
                assert_string_equal(record.agency, made[i].agency);
                if (strcmp(made[i].agency, "b") == 0) { /* the day's count is not written yet */
                        record.obligation.status = OBLIGATION_DONE;
                        record.obligation.done_on = DUE_DAY;
                        OK(store, store_put_obligation(store, &record));
                } else if (strcmp(made[i].agency, "e") != 0) {
                        OK(store, store_mark_obligation(store, id));
                        n_open++;
                }
        }
        fixture_assert_owed(store, DUE_DAY + 1, 4, 2);
        OK(store, store_finish_sync(store, NULL, NULL, &n)); /* takes e's back */
        OK(store, store_commit(store));
        assert_int_equal(n, 1);
        fixture_assert_owed(store, DUE_DAY + 1, n_open - 1, 1); /* an observance is not owed */
        fixture_assert_owed(store, DUE_DAY + 10, n_open - 1, 2);
        OK(store, store_begin(store));
        fixture_obligation(store, occurrence, "g", &fixture_dated, 5);
        store_rollback(store);
        fixture_obligation(store, occurrence, "h", &fixture_dated, 5);
        fixture_assert_owed(store, DUE_DAY + 1, n_open, 2);
}

static void add(struct store *store, const char *id, const struct channel *channel, int64_t made_ms)
{
        char address[] = "a@so.example";
        struct delivery_record record = {
                .channel = *channel, .agency = "a", .address = address, .made_ms = made_ms, .next_ms = made_ms};
        (void)snprintf(record.id, sizeof(record.id), "%s", id);
        OK(store, store_add_delivery(store, &record, NULL, 0));
}

static void try_once(struct store *store, const char *id, const struct channel *channel, enum delivery_state state,
                     const char *answer, int64_t now_ms)
{
        struct delivery_record record = {0};
        assert_int_equal(store_claim_deliveries(store, channel, now_ms, false, &record, 1), 1);
        assert_string_equal(record.id, id);
        delivery_record_clear(&record);
        OK(store, store_finish_delivery(store, &(struct delivery_result){.delivery = fixture_number(store, id),
                                                                         .channel = channel->kind,
                                                                         .state = state,
                                                                         .next_ms = now_ms,
                                                                         .now_ms = now_ms,
                                                                         .answer = answer}));
}

static void assert_channel(struct store *store, enum channel_kind kind, const struct channel_totals *expected)
{
        struct store_totals totals;
        OK(store, store_total(store, 0, &totals));
        const struct channel_totals *got = &totals.channels[kind];
        assert_int_equal(got->waiting, expected->waiting);
        assert_int_equal(got->attempts, expected->attempts);
        assert_int_equal(got->last_sent_ms, expected->last_sent_ms);
        for (int state = 0; state < DELIVERY_STATES; state++)
                assert_int_equal(got->finished[state], expected->finished[state]);
}

static void test_counts_deliveries_for_ever(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        const struct channel webhook = channel_webhook("x");
        struct store_totals totals;
        add(store, "m", &channel_mail, 10);
        add(store, "n", &channel_mail, 20);
        add(store, "w", &webhook, 30);
        OK(store, store_total(store, 0, &totals));
        assert_int_equal(totals.oldest_made_ms, 10);
        try_once(store, "m", &channel_mail, DELIVERY_QUEUED, NULL, 15); /* given back, not attempted */
        assert_channel(store, CHANNEL_MAIL, &(struct channel_totals){.waiting = 2});
        try_once(store, "m", &channel_mail, DELIVERY_QUEUED, "later", 16);
        try_once(store, "m", &channel_mail, DELIVERY_FAILED, "never", 17);
        assert_channel(store, CHANNEL_MAIL,
                       &(struct channel_totals){.waiting = 1, .attempts = 2, .finished = {[DELIVERY_FAILED] = 1}});
        OK(store, store_retry_delivery(store, "m", 18));
        try_once(store, "m", &channel_mail, DELIVERY_SENT, NULL, 19);
        OK(store, store_drop_delivery(store, "n", 21));
        struct channel_totals mail = {
                .attempts = 3,
                .finished = {[DELIVERY_SENT] = 1, [DELIVERY_FAILED] = 1, [DELIVERY_CANCELLED] = 1},
                .last_sent_ms = 19};
        assert_channel(store, CHANNEL_MAIL, &mail);
        assert_channel(store, CHANNEL_WEBHOOK, &(struct channel_totals){.waiting = 1});

        struct delivery_record record = {0};
        assert_int_equal(store_claim_deliveries(store, &webhook, 40, false, &record, 1), 1);
        delivery_record_clear(&record);
        OK(store, store_total(store, 0, &totals));
        assert_int_equal(totals.oldest_made_ms, 30); /* on the wire */
        assert_int_equal(store_recover_deliveries(store, 50), 1);
        assert_channel(store, CHANNEL_WEBHOOK, &(struct channel_totals){.waiting = 1, .attempts = 1});

        /* Rows that are gone were counted. */
        assert_int_equal(sqlite3_exec(store->db, "DELETE FROM unread; DELETE FROM failure; DELETE FROM delivery", NULL,
                                      NULL, NULL),
                         SQLITE_OK);
        assert_int_equal(store_recount(store), STORE_CHANGED);
        mail.last_sent_ms = 0;
        assert_channel(store, CHANNEL_MAIL, &mail);
        assert_channel(store, CHANNEL_WEBHOOK, &(struct channel_totals){.attempts = 1});
        assert_int_equal(store_recount(store), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_counts_what_is_owed),
                TEST(test_counts_what_a_transaction_makes),
                TEST(test_counts_deliveries_for_ever),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
