/* Notices: unique for ever, told by urgency, stopped and counted. */
#include "fixture.h"

struct about {
        int64_t occurrence, first, second; /* an occurrence and two obligations of it */
};

static struct about put_rows(struct store *store)
{
        struct about about;
        about.occurrence = fixture_occurrence(store, "tdkt-2024", "nop", "");
        about.first = fixture_obligation(store, about.occurrence, "vp-ubnd", &fixture_dated, 1);
        about.second = fixture_obligation(store, about.occurrence, "so-noi-vu", &fixture_dated, 1);
        return about;
}

static void test_a_notice_is_unique(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        int64_t other = fixture_occurrence(store, "tdkt-2024", "khac", "");
        const struct {
                int64_t occurrence, obligation;
                const char *agency, *rung;
                int expected;
        } cases[] = {
                {about.occurrence, about.first, "vp-ubnd", "7d", 0},
                {about.occurrence, about.first, "vp-ubnd", "7d", STORE_EXISTS},
                {about.occurrence, about.first, "so-noi-vu", "7d", STORE_EXISTS}, /* whoever is told */
                {about.occurrence, about.first, "vp-ubnd", "3d", 0},
                {about.occurrence, about.second, "so-noi-vu", "7d", 0},
                {about.occurrence, 0, "vp-ubnd", "7d", 0},
                {about.occurrence, 0, "vp-ubnd", "7d", STORE_EXISTS},
                {about.occurrence, 0, "so-noi-vu", "7d", 0},
                {other, 0, "vp-ubnd", "7d", 0},
                {0, 0, "vp-ubnd", "digest@2024-10-14", 0},
                {0, 0, "vp-ubnd", "digest@2024-10-14", STORE_EXISTS},
                {0, 0, "", "digest@2024-10-14", 0},
                {0, 0, "", "digest@2024-10-14", STORE_EXISTS},
                {4711, 0, "vp-ubnd", "7d", -ENOENT},
                {about.occurrence, 4711, "vp-ubnd", "7d", -ENOENT},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct notice_record record = {.id = -7,
                                               .occurrence_id = cases[i].occurrence,
                                               .obligation_id = cases[i].obligation,
                                               .kind = KIND_ADVANCE};
                (void)snprintf(record.agency, sizeof(record.agency), "%s", cases[i].agency);
                (void)snprintf(record.rung, sizeof(record.rung), "%s", cases[i].rung);
                int r = store_add_notice(store, &record);
                if (r != cases[i].expected)
                        fail_msg("case %zu: %d, not %d", i, r, cases[i].expected);
                assert_true(r == 0 ? record.id > 0 : record.id == -7);
        }
}

static void test_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        char detail[] = "superseded";
        struct notice_record written = {.occurrence_id = about.occurrence,
                                        .obligation_id = about.first,
                                        .agency = "vp-ubnd",
                                        .rung = "7d@2024-10-15",
                                        .kind = KIND_DATE_SET,
                                        .detail = detail,
                                        .rung_at = 123456789,
                                        .made_ms = INT64_C(1729000000123)};
        OK(store, store_add_notice(store, &written));
        struct notice_record got;
        assert_int_equal(store_new_notices(store, "vp-ubnd", "~", &(struct notice_pause){0}, &got, 1), 1);
        assert_int_equal(got.id, written.id);
        assert_int_equal(got.occurrence_id, about.occurrence);
        assert_int_equal(got.obligation_id, about.first);
        assert_string_equal(got.agency, "vp-ubnd");
        assert_string_equal(got.rung, "7d@2024-10-15");
        assert_int_equal(got.kind, KIND_DATE_SET);
        assert_int_equal(got.state, NOTICE_NEW);
        assert_string_equal(got.detail, "superseded");
        assert_int_equal(got.rung_at, 123456789);
        assert_int_equal(got.made_ms, INT64_C(1729000000123));
        notice_record_clear(&got);
}

static void test_new_notices_by_agency_and_urgency(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        struct notice_record records[5];
        const struct {
                const char *agency, *rung;
                enum notice_kind kind;
                enum notice_state state;
        } rows[] = {
                {"so-noi-vu", "r1", KIND_ADVANCE, NOTICE_NEW},  {"so-noi-vu", "r2", KIND_OVERDUE, NOTICE_NEW},
                {"so-noi-vu", "r3", KIND_ADVANCE, NOTICE_NEW},  {"bao-lao-cai", "r4", KIND_DUE, NOTICE_SKIPPED},
                {"vp-ubnd", "r5", KIND_ESCALATION, NOTICE_NEW}, {"", "r6", KIND_FAILURE, NOTICE_NEW},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct notice_record record = {
                        .occurrence_id = about.occurrence, .kind = rows[i].kind, .state = rows[i].state};
                (void)snprintf(record.agency, sizeof(record.agency), "%s", rows[i].agency);
                (void)snprintf(record.rung, sizeof(record.rung), "%s", rows[i].rung);
                OK(store, store_add_notice(store, &record));
        }
        const struct {
                const char *first, *end;
                size_t n;
                const char *expected;
        } cases[] = {
                {"0", "~", 5, "r2 r1 r3 r5 "},
                {"0", "~", 2, "r2 r1 "},
                {"0", "vp-ubnd", 5, "r2 r1 r3 "},
                {"so-noi-vu", "vp-ubnd", 1, "r2 "},
                {"so-noi-vv", "~", 5, "r5 "},
                {"bao-lao-cai", "so-noi-vu", 5, ""},
                {"", "0", 5, "r6 "}, /* the contact */
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char rungs[40] = "";
                int n = store_new_notices(store, cases[i].first, cases[i].end, &(struct notice_pause){0}, records,
                                          cases[i].n);
                assert_true(n >= 0);
                for (int k = 0; k < n; k++) {
                        strcat(rungs, records[k].rung);
                        strcat(rungs, " ");
                        notice_record_clear(&records[k]);
                }
                assert_string_equal(rungs, cases[i].expected);
        }
}

/* Two agencies with a reminder and two confirmations each, made at 10 and 20, and at 30 and 40. */
static void test_confirmations_wait_for_the_last_of_their_agency(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        const struct {
                const char *agency, *rung;
                enum notice_kind kind;
                int64_t made_ms;
        } rows[] = {
                {"a", "a1", KIND_ADVANCE, 40},   {"a", "a2", KIND_COMPLETED, 10}, {"a", "a3", KIND_SNOOZED, 20},
                {"b", "b1", KIND_COMPLETED, 30}, {"b", "b2", KIND_ADVANCE, 40},   {"b", "b3", KIND_COMPLETED, 40},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct notice_record record = {.kind = rows[i].kind, .made_ms = rows[i].made_ms};
                (void)snprintf(record.agency, sizeof(record.agency), "%s", rows[i].agency);
                (void)snprintf(record.rung, sizeof(record.rung), "%s", rows[i].rung);
                OK(store, store_add_notice(store, &record));
        }
        const struct {
                int64_t after_ms, until_ms;
                const char *expected;
                int64_t since; /* 0: nothing waits */
        } cases[] = {
                {5, 40, "a1 b2 ", 20},
                {19, 40, "a1 b2 ", 20},
                {20, 40, "a1 a3 a2 b2 ", 40},
                {39, 40, "a1 a3 a2 b2 ", 40},
                {40, 40, "a1 a3 a2 b2 b1 b3 ", 0},
                {31, 39, "a1 a3 a2 b2 b1 b3 ", 0},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                const struct notice_pause pause = {.kinds = 1 << KIND_COMPLETED | 1 << KIND_SNOOZED,
                                                   .after_ms = cases[i].after_ms,
                                                   .until_ms = cases[i].until_ms};
                struct notice_record records[ELEMENTS(rows)];
                char rungs[40] = "";
                int64_t since = 0;
                int n = store_new_notices(store, "0", "~", &pause, records, ELEMENTS(records));
                for (int k = 0; k < n; k++) {
                        strcat(rungs, records[k].rung);
                        strcat(rungs, " ");
                        notice_record_clear(&records[k]);
                }
                assert_string_equal(rungs, cases[i].expected);
                assert_int_equal(store_paused_since(store, &pause, &since), cases[i].since ? 0 : STORE_NONE);
                assert_int_equal(since, cases[i].since);
        }
}

static int take_detail(void *userdata, const struct notice_record *record)
{
        (void)snprintf(userdata, 40, "%s", record->detail ? record->detail : "-");
        return 0;
}

/* A notice that comes into each state, in order, and then is set: only where core lets it, and its detail with it. */
static void test_sets_a_notice_where_it_may(void **state)
{
        static const enum delivery_state results[] = {
                [NOTICE_QUEUED] = DELIVERY_QUEUED,
                [NOTICE_SENT] = DELIVERY_SENT,
                [NOTICE_FAILED] = DELIVERY_FAILED,
                [NOTICE_CANCELLED] = DELIVERY_CANCELLED,
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (int i = 0; i < NOTICE_STATES * NOTICE_STATES; i++) {
                enum notice_state from = (enum notice_state)(i / NOTICE_STATES);
                enum notice_state to = (enum notice_state)(i % NOTICE_STATES);
                bool may = notice_may_become(from, to);
                char name[16], detail[40] = "", expected[40];
                (void)snprintf(name, sizeof(name), "so-%d", i);
                int64_t obligation = fixture_obligation(store, occurrence, name, &fixture_dated, 1);
                int64_t id = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
                if (from == NOTICE_SKIPPED)
                        OK(store, store_set_notice(store, id, NOTICE_SKIPPED, "before"));
                else if (from != NOTICE_NEW) {
                        fixture_delivery(store, name, "a@so.example", 1, &id, 1);
                        fixture_finish(store, name, results[from], 20);
                }
                OK(store, store_set_notice(store, id, to, "after"));
                (void)snprintf(expected, sizeof(expected), "7d:%s", notice_state_name(may ? to : from));
                fixture_assert_notices(store, 0, obligation, expected);
                OK(store, store_each_notice(store, 0, obligation, take_detail, detail));
                assert_string_equal(detail, may ? "after" : from == NOTICE_SKIPPED ? "before" : "-");
                if (may) { /* NULL: what it has stays */
                        OK(store, store_set_notice(store, id, NOTICE_CANCELLED, NULL));
                        OK(store, store_each_notice(store, 0, obligation, take_detail, detail));
                        assert_string_equal(detail, "after");
                }
        }
}

static void test_renames(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        struct notice_record notice = {.occurrence_id = about.occurrence, .agency = "vp-ubnd", .rung = "old"};
        fixture_notice(store, about.occurrence, about.first, "old", KIND_ADVANCE);
        OK(store, store_rename_notice(store, &notice, "new")); /* an obligation's is none of the occurrence */
        fixture_notice(store, about.occurrence, 0, "old", KIND_ESCALATION);
        fixture_notice(store, about.occurrence, 0, "other", KIND_ESCALATION);
        OK(store, store_rename_notice(store, &notice, "other")); /* is taken */
        fixture_assert_notices(store, about.occurrence, 0, "old:new other:new");
        OK(store, store_rename_notice(store, &notice, "new"));
        fixture_assert_notices(store, about.occurrence, 0, "new:new other:new");
        fixture_assert_notices(store, 0, about.first, "old:new");
}

static void test_cancels_by_kind(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        fixture_notice(store, about.occurrence, about.first, "7d", KIND_ADVANCE);
        fixture_notice(store, about.occurrence, about.first, "overdue-1", KIND_OVERDUE);
        fixture_notice(store, about.occurrence, about.second, "7d", KIND_ADVANCE);
        fixture_notice(store, about.occurrence, 0, "fix-3d", KIND_FIX_DATE);
        fixture_notice(store, about.occurrence, 0, "escalation-0", KIND_ESCALATION);

        OK(store, store_cancel_notices(store, about.occurrence, about.first, KIND_ADVANCE, "snoozed"));
        fixture_assert_notices(store, 0, about.first, "7d:cancelled overdue-1:new");
        OK(store, store_cancel_notices(store, about.occurrence, 0, KIND_FIX_DATE, "fixed"));
        fixture_assert_notices(store, about.occurrence, 0, "fix-3d:cancelled escalation-0:new");
        OK(store, store_cancel_notices(store, about.occurrence, about.first, KIND_COUNT, "done"));
        fixture_assert_notices(store, 0, about.first, "7d:cancelled overdue-1:cancelled");
        OK(store, store_cancel_notices(store, about.occurrence, 0, KIND_COUNT, "withdrawn"));
        fixture_assert_notices(store, about.occurrence, 0, "fix-3d:cancelled escalation-0:cancelled");
        fixture_assert_notices(store, 0, about.second, "7d:new"); /* another's */
}

static void assert_stops(struct store *store, const char *delivery, int expected_notices)
{
        struct notice_record records[4];
        int n = store_delivery_notices(store, fixture_number(store, delivery), records, 4);
        assert_int_equal(n, expected_notices);
        for (int i = 0; i < n; i++)
                notice_record_clear(&records[i]);
}

/* One delivery carries two obligations, another only the one that is done: the first goes on without it. */
static void test_cancelling_empties_deliveries(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        int64_t ids[] = {fixture_notice(store, about.occurrence, about.first, "7d", KIND_ADVANCE),
                         fixture_notice(store, about.occurrence, about.second, "7d", KIND_ADVANCE)};
        fixture_delivery(store, "both", "a@so.example", 1, ids, 2);
        fixture_delivery(store, "one", "b@so.example", 1, ids, 1);
        assert_stops(store, "both", 2);
        OK(store, store_cancel_notices(store, about.occurrence, about.first, KIND_COUNT, "done"));
        fixture_assert_delivery(store, "both", DELIVERY_QUEUED);
        fixture_assert_delivery(store, "one", DELIVERY_CANCELLED);
        assert_stops(store, "both", 1);
        assert_stops(store, "one", 0);
}

/* The first address has it, the second waits for another attempt: once it is done, the second stays silent. */
static void test_done_stops_the_other_address(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        int64_t id = fixture_notice(store, about.occurrence, about.first, "overdue-1", KIND_OVERDUE);
        fixture_delivery(store, "a", "a@so.example", 1, &id, 1);
        fixture_delivery(store, "b", "b@so.example", 2, &id, 1);
        fixture_claim(store, 10, 2);
        fixture_finish(store, "a", DELIVERY_SENT, 20);
        fixture_finish(store, "b", DELIVERY_QUEUED, 1000);
        fixture_assert_notices(store, 0, about.first, "overdue-1:sent");
        OK(store, store_cancel_notices(store, about.occurrence, about.first, KIND_COUNT, "done"));
        fixture_assert_notices(store, 0, about.first, "overdue-1:sent");
        fixture_assert_delivery(store, "a", DELIVERY_SENT);
        fixture_assert_delivery(store, "b", DELIVERY_CANCELLED);
}

/* What is on the wire when it is cancelled: if it arrives it was sent, if not it is not tried again. */
static void test_cancelling_what_is_on_the_wire(void **state)
{
        static const struct {
                enum delivery_state result, expected;
                const char *notices;
        } cases[] = {
                {DELIVERY_SENT, DELIVERY_SENT, "7d:sent"},
                {DELIVERY_QUEUED, DELIVERY_CANCELLED, "7d:cancelled"},
                {DELIVERY_FAILED, DELIVERY_FAILED, "7d:cancelled"},
                {DELIVERY_CANCELLED, DELIVERY_CANCELLED, "7d:cancelled"},
        };
        struct store *store = ((struct fixture *)*state)->store;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char item[16], delivery[16];
                (void)snprintf(item, sizeof(item), "item-%zu", i);
                (void)snprintf(delivery, sizeof(delivery), "d%zu", i);
                int64_t occurrence = fixture_occurrence(store, "p", item, "");
                int64_t obligation = fixture_obligation(store, occurrence, "vp-ubnd", &fixture_dated, 1);
                int64_t id = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
                fixture_delivery(store, delivery, "a@so.example", 1, &id, 1);
                fixture_claim(store, 10, 1);
                OK(store, store_cancel_notices(store, occurrence, obligation, KIND_COUNT, "done"));
                fixture_assert_delivery(store, delivery, DELIVERY_SENDING);
                fixture_assert_notices(store, 0, obligation, "7d:cancelled");
                fixture_finish(store, delivery, cases[i].result, 20);
                fixture_assert_delivery(store, delivery, cases[i].expected);
                fixture_assert_notices(store, 0, obligation, cases[i].notices);
        }
}

static void test_counts_reminders(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct about about = put_rows(store);
        struct notice_counts counts = {.reminders = 9};
        OK(store, store_count_notices(store, about.first, &counts));
        assert_int_equal(counts.reminders, 0);
        assert_int_equal(counts.last_ms, 0);
        const struct {
                enum notice_kind kind;
                enum delivery_state result;
                int64_t at_ms;
                int reminders, overdue;
                int64_t last_ms;
        } cases[] = {
                {KIND_ADVANCE, DELIVERY_SENT, 100, 1, 0, 100},    {KIND_DUE, DELIVERY_FAILED, 200, 1, 0, 100},
                {KIND_DUE, DELIVERY_SENT, 300, 2, 0, 300},        {KIND_OVERDUE, DELIVERY_SENT, 400, 3, 1, 400},
                {KIND_DATE_SET, DELIVERY_SENT, 500, 3, 1, 400},   {KIND_OVERDUE, DELIVERY_SENT, 600, 4, 2, 600},
                {KIND_OBSERVANCE, DELIVERY_SENT, 700, 5, 2, 700},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char rung[16], delivery[16];
                (void)snprintf(rung, sizeof(rung), "r%zu", i);
                (void)snprintf(delivery, sizeof(delivery), "d%zu", i);
                int64_t id = fixture_notice(store, about.occurrence, about.first, rung, cases[i].kind);
                fixture_delivery(store, delivery, "a@so.example", 1, &id, 1);
                fixture_claim(store, 10, 1);
                fixture_finish(store, delivery, cases[i].result, cases[i].at_ms);
                OK(store, store_count_notices(store, about.first, &counts));
                assert_int_equal(counts.reminders, cases[i].reminders);
                assert_int_equal(counts.overdue, cases[i].overdue);
                assert_int_equal(counts.last_ms, cases[i].last_ms);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_a_notice_is_unique),
                TEST(test_there_and_back),
                TEST(test_new_notices_by_agency_and_urgency),
                TEST(test_confirmations_wait_for_the_last_of_their_agency),
                TEST(test_sets_a_notice_where_it_may),
                TEST(test_renames),
                TEST(test_cancels_by_kind),
                TEST(test_cancelling_empties_deliveries),
                TEST(test_done_stops_the_other_address),
                TEST(test_cancelling_what_is_on_the_wire),
                TEST(test_counts_reminders),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
