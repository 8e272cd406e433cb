/* Deliveries: queued, joined, claimed, finished; what becomes of their notices; retries by hand; lists and counts. */
#include "fixture.h"
#include "store/unread.h"

static int64_t one_notice(struct store *store, const char *rung)
{
        CLEANUP(occurrence_record_clear) struct occurrence_record occurrence = {0};
        int64_t id = 1;
        if (store_find_occurrence(store, "p", "one", "", &occurrence) == 1) {
                id = fixture_occurrence(store, "p", "one", "");
                fixture_obligation(store, id, "vp-ubnd", &fixture_dated, 1);
        }
        return fixture_notice(store, 1, 1, rung, KIND_OVERDUE);
}

static void test_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        char address[] = "vpubnd@laocai.example", subject[] = "Nhắc việc";
        struct delivery_record written = {.id = "0123456789abcdef0123456789abcdef",
                                          .channel = channel_webhook("gateway"),
                                          .agency = "vp-ubnd",
                                          .address = address,
                                          .kind = KIND_DIGEST,
                                          .state = DELIVERY_SENT, /* not taken over: it begins queued */
                                          .manual = true,
                                          .attempts = 7,
                                          .made_ms = INT64_C(1729000000123),
                                          .next_ms = INT64_C(1729000000456),
                                          .subject = subject};
        OK(store, store_add_delivery(store, &written, NULL, 0));
        CLEANUP(delivery_record_clear) struct delivery_record got = {0};
        OK(store, store_get_delivery(store, written.id, &got));
        assert_string_equal(got.id, written.id);
        assert_true(channel_same(&got.channel, &written.channel));
        assert_string_equal(got.agency, "vp-ubnd");
        assert_string_equal(got.address, address);
        assert_int_equal(got.kind, KIND_DIGEST);
        assert_int_equal(got.state, DELIVERY_QUEUED);
        assert_true(got.manual);
        assert_int_equal(got.attempts, 0);
        assert_int_equal(got.made_ms, INT64_C(1729000000123));
        assert_int_equal(got.next_ms, INT64_C(1729000000456));
        assert_int_equal(got.finished_ms, 0);
        assert_null(got.answer);
        assert_string_equal(got.subject, subject);
        struct delivery_record none = {.attempts = 3};
        assert_int_equal(store_get_delivery(store, "none", &none), STORE_NONE);
        assert_int_equal(none.attempts, 3);
}

/* Nothing of a delivery is written when one of its notices is not there. */
static void test_adds_all_or_nothing(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t notices[] = {one_notice(store, "r1"), 4711};
        char address[] = "a@so.example";
        struct delivery_record record = {.id = "d1", .channel = channel_mail, .address = address};
        assert_int_equal(store_add_delivery(store, &record, notices, 2), -ENOENT);
        struct delivery_record none = {0};
        assert_int_equal(store_get_delivery(store, "d1", &none), STORE_NONE);
        fixture_assert_notices(store, 1, 1, "r1:new");
        OK(store, store_add_delivery(store, &record, notices, 1));
        assert_int_equal(store_add_delivery(store, &record, notices, 1), -EEXIST);
        fixture_assert_notices(store, 1, 1, "r1:queued");
}

static void test_claims_what_has_come(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        static const struct {
                const char *id, *channel;
                int64_t next_ms;
                bool manual;
        } rows[] = {
                {"c", "mail", 30, false}, {"a", "mail", 10, false},     {"b", "mail", 20, true},
                {"d", "mail", 40, false}, {"w", "webhook:x", 5, false},
        };
        const struct {
                const char *channel;
                int64_t now_ms;
                bool manual_only;
                size_t n;
                const char *expected;
        } cases[] = {
                {"mail", 9, false, 8, ""},   {"webhook:none", 99, false, 8, ""}, {"mail", 30, true, 8, "b"},
                {"mail", 35, false, 1, "a"}, {"mail", 35, false, 8, "c"},        {"webhook:x", 35, false, 8, "w"},
                {"mail", 35, false, 8, ""},  {"mail", 40, false, 0, ""},
        };
        char address[] = "a@so.example";
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct delivery_record record = {
                        .address = address, .next_ms = rows[i].next_ms, .manual = rows[i].manual};
                (void)snprintf(record.id, sizeof(record.id), "%s", rows[i].id);
                OK(store, channel_parse(rows[i].channel, &record.channel));
                OK(store, store_add_delivery(store, &record, NULL, 0));
        }
        const struct channel none = channel_webhook("none");
        int64_t next = 0;
        OK(store, store_next_attempt(store, &channel_mail, false, &next));
        assert_int_equal(next, 10);
        OK(store, store_next_attempt(store, &channel_mail, true, &next));
        assert_int_equal(next, 20);
        OK(store, store_next_attempt(store, &none, false, &next));
        assert_true(next == INT64_MAX);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct delivery_record records[8];
                char ids[9] = "";
                struct channel channel = channel_mail;
                OK(store, channel_parse(cases[i].channel, &channel));
                int n = store_claim_deliveries(store, &channel, cases[i].now_ms, cases[i].manual_only, records,
                                               cases[i].n);
                assert_true(n >= 0);
                for (int k = 0; k < n; k++) {
                        assert_int_equal(records[k].state, DELIVERY_SENDING);
                        assert_int_equal(records[k].attempts, 1);
                        strcat(ids, records[k].id);
                        delivery_record_clear(&records[k]);
                }
                assert_string_equal(ids, cases[i].expected);
        }
        CLEANUP(delivery_record_clear) struct delivery_record got = {0};
        OK(store, store_get_delivery(store, "a", &got));
        assert_int_equal(got.state, DELIVERY_SENDING);
        assert_int_equal(got.attempts, 1);
}

static void test_records_results(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        static const struct {
                enum delivery_state result;
                const char *answer, *subject;
                int64_t next_ms, finished_ms;
                const char *expected_answer, *expected_subject;
                unsigned attempts;
        } cases[] = {
                {DELIVERY_QUEUED, "451 later", "Nhắc việc", 900, 0, "451 later", "Nhắc việc", 1},
                {DELIVERY_QUEUED, NULL, NULL, 900, 0, "451 later", "Nhắc việc", 1}, /* given back without an attempt */
                {DELIVERY_SENT, NULL, NULL, 100, 100, NULL, "Nhắc việc", 2},
        };
        int64_t notice = one_notice(store, "r1");
        fixture_delivery(store, "d1", "a@so.example", 1, &notice, 1);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                fixture_claim(store, 900, 1);
                OK(store,
                   store_finish_delivery(store, &(struct delivery_result){.delivery = fixture_number(store, "d1"),
                                                                          .state = cases[i].result,
                                                                          .next_ms = 900,
                                                                          .now_ms = 100,
                                                                          .answer = cases[i].answer,
                                                                          .subject = cases[i].subject}));
                CLEANUP(delivery_record_clear) struct delivery_record got = {0};
                OK(store, store_get_delivery(store, "d1", &got));
                assert_int_equal(got.state, cases[i].result);
                assert_int_equal(got.attempts, cases[i].attempts);
                assert_int_equal(got.next_ms, cases[i].next_ms);
                assert_int_equal(got.finished_ms, cases[i].finished_ms);
                if (cases[i].expected_answer)
                        assert_string_equal(got.answer, cases[i].expected_answer);
                else
                        assert_null(got.answer);
                assert_string_equal(got.subject, cases[i].expected_subject);
        }
        const struct {
                const char *delivery;
                enum delivery_state state;
                int expected;
        } wrong[] = {
                {"d1", DELIVERY_SENT, -ENOENT}, /* it has been */
                {"none", DELIVERY_SENT, -ENOENT},
                {"d1", DELIVERY_SENDING, -EINVAL},
                {"d1", DELIVERY_STATES, -EINVAL},
        };
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(
                        store_finish_delivery(
                                store, &(struct delivery_result){.delivery = fixture_number(store, wrong[i].delivery),
                                                                 .state = wrong[i].state}),
                        wrong[i].expected);
}

/* One notice over two deliveries: what its state is after each of their results. */
/* Each attempt in turn, and the last failure after it. */
static void test_keeps_the_last_failure(void **state)
{
        static const struct {
                const char *delivery;
                enum delivery_state state;
                const char *answer;
                int64_t now_ms;
                const char *expected; /* "delivery answer at" */
        } attempts[] = {
                {"d1", DELIVERY_SENT, "250 ok", 10, ""},
                {"d2", DELIVERY_QUEUED, "451 later", 20, "d2 451 later 20"},
                {"d3", DELIVERY_QUEUED, NULL, 30, "d2 451 later 20"}, /* given back without an attempt */
                {"d2", DELIVERY_SENT, "250 ok", 40, "d2 451 later 20"},
                {"d4", DELIVERY_CANCELLED, "nothing left to say", 50, "d2 451 later 20"},
                {"d3", DELIVERY_FAILED, "550 no such user", 60, "d3 550 no such user 60"},
                {"d5", DELIVERY_FAILED, NULL, 70, "d5 (null) 70"},
        };
        struct store *store = ((struct fixture *)*state)->store;
        for (char id[] = "d1"; id[1] <= '5'; id[1]++)
                fixture_delivery(store, id, "a@so.example", 0, NULL, 0);
        for (size_t i = 0; i < ELEMENTS(attempts); i++) {
                CLEANUP(delivery_record_clear) struct delivery_record record = {0};
                char found[80] = "";
                int64_t at_ms = 0;
                OK(store, store_finish_delivery(store, &(struct delivery_result){
                                                               .delivery = fixture_number(store, attempts[i].delivery),
                                                               .state = attempts[i].state,
                                                               .next_ms = attempts[i].now_ms,
                                                               .now_ms = attempts[i].now_ms,
                                                               .answer = attempts[i].answer}));
                int r = store_last_failure(store, &record, &at_ms);
                if (r == 0)
                        (void)snprintf(found, sizeof(found), "%s %s %lld", record.id,
                                       record.answer ? record.answer : "(null)", (long long)at_ms);
                assert_int_equal(r, attempts[i].expected[0] ? 0 : 1);
                assert_string_equal(found, attempts[i].expected);
        }
}

static void test_settles_notices(void **state)
{
        static const struct {
                enum delivery_state first, second;
                const char *after_first, *after_second;
        } cases[] = {
                {DELIVERY_SENT, DELIVERY_SENT, "sent", "sent"},
                {DELIVERY_SENT, DELIVERY_FAILED, "sent", "sent"},
                {DELIVERY_FAILED, DELIVERY_SENT, "queued", "sent"},
                {DELIVERY_FAILED, DELIVERY_FAILED, "queued", "failed"},
                {DELIVERY_FAILED, DELIVERY_QUEUED, "queued", "queued"},
                {DELIVERY_FAILED, DELIVERY_CANCELLED, "queued", "failed"},
                {DELIVERY_CANCELLED, DELIVERY_FAILED, "queued", "failed"},
                {DELIVERY_CANCELLED, DELIVERY_CANCELLED, "queued", "cancelled"},
                {DELIVERY_QUEUED, DELIVERY_SENT, "queued", "sent"},
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char agency[16], ids[2][16], expected[40];
                (void)snprintf(agency, sizeof(agency), "so-%zu", i);
                int64_t obligation = fixture_obligation(store, occurrence, agency, &fixture_dated, 1);
                int64_t notice = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
                for (int k = 0; k < 2; k++) {
                        (void)snprintf(ids[k], sizeof(ids[k]), "d%zu-%d", i, k);
                        fixture_delivery(store, ids[k], "a@so.example", (int64_t)i, &notice, 1);
                }
                fixture_claim(store, (int64_t)i, 2);
                fixture_finish(store, ids[0], cases[i].first, 100);
                (void)snprintf(expected, sizeof(expected), "7d:%s", cases[i].after_first);
                fixture_assert_notices(store, 0, obligation, expected);
                fixture_finish(store, ids[1], cases[i].second, 100);
                (void)snprintf(expected, sizeof(expected), "7d:%s", cases[i].after_second);
                fixture_assert_notices(store, 0, obligation, expected);
        }
}

static void test_carries_notices_in_their_order(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t obligation = fixture_obligation(store, occurrence, "vp-ubnd", &fixture_dated, 1);
        int64_t ids[] = {
                fixture_notice(store, occurrence, obligation, "r0", KIND_ADVANCE),
                fixture_notice(store, occurrence, obligation, "r1", KIND_OVERDUE),
                fixture_notice(store, occurrence, obligation, "r2", KIND_DUE),
                fixture_notice(store, occurrence, obligation, "r3", KIND_DUE),
        };
        fixture_delivery(store, "d1", "a@so.example", 1, ids, 4);
        OK(store, store_set_notice(store, ids[3], NOTICE_CANCELLED, "snoozed"));
        struct notice_record records[4];
        assert_int_equal(store_delivery_notices(store, fixture_number(store, "d1"), records, 4), 3);
        const char *const expected[] = {"r0", "r1", "r2"};
        for (int i = 0; i < 3; i++) {
                assert_string_equal(records[i].rung, expected[i]);
                notice_record_clear(&records[i]);
        }
        assert_int_equal(store_delivery_notices(store, fixture_number(store, "d1"), records, 1), 1);
        notice_record_clear(&records[0]);
        /* What composing left out did not arrive with the rest. */
        fixture_claim(store, 1, 1);
        fixture_finish(store, "d1", DELIVERY_SENT, 2);
        fixture_assert_notices(store, 0, obligation, "r0:sent r1:sent r2:sent r3:cancelled");
}

static void test_retries_and_drops_by_hand(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        const struct {
                enum delivery_state state;
                int retry, drop;
                const char *after_retry, *after_drop;
        } cases[] = {
                {DELIVERY_QUEUED, 0, 0, "7d:queued", "7d:cancelled"},
                {DELIVERY_SENDING, 1, 1, "7d:queued", "7d:queued"},
                {DELIVERY_SENT, 1, 1, "7d:sent", "7d:sent"},
                {DELIVERY_FAILED, 0, 1, "7d:queued", "7d:failed"},
                {DELIVERY_CANCELLED, 1, 1, "7d:cancelled", "7d:cancelled"},
        };
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < 2 * ELEMENTS(cases); i++) {
                size_t c = i / 2;
                bool drop = i % 2;
                char agency[16], id[16];
                (void)snprintf(agency, sizeof(agency), "so-%zu", i);
                (void)snprintf(id, sizeof(id), "d%zu", i);
                int64_t obligation = fixture_obligation(store, occurrence, agency, &fixture_dated, 1);
                int64_t notice = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
                fixture_delivery(store, id, "a@so.example", (int64_t)i, &notice, 1);
                fixture_claim(store, (int64_t)i, 1);
                if (cases[c].state != DELIVERY_SENDING)
                        fixture_finish(store, id, cases[c].state, 1000);

                int r = drop ? store_drop_delivery(store, id, 77) : store_retry_delivery(store, id, 77);
                assert_int_equal(r, drop ? cases[c].drop : cases[c].retry);
                fixture_assert_notices(store, 0, obligation, drop ? cases[c].after_drop : cases[c].after_retry);
                CLEANUP(delivery_record_clear) struct delivery_record got = {0};
                OK(store, store_get_delivery(store, id, &got));
                if (r == 0 && !drop) {
                        assert_true(got.manual);
                        assert_int_equal(got.next_ms, 77);
                        assert_int_equal(got.finished_ms, 0);
                        assert_int_equal(got.state, DELIVERY_QUEUED);
                        assert_int_equal(store_drop_delivery(store, id, 78), 0);
                } else if (r == 0) {
                        assert_int_equal(got.finished_ms, 77);
                        assert_int_equal(got.state, DELIVERY_CANCELLED);
                } else {
                        assert_int_equal(got.state, cases[c].state);
                }
        }
        assert_int_equal(store_retry_delivery(store, "none", 1), STORE_NONE);
        assert_int_equal(store_drop_delivery(store, "none", 1), STORE_NONE);
}

static void bring_into(struct store *store, const char *id, enum delivery_state state)
{
        fixture_delivery(store, id, "a@so.example", 1, NULL, 0);
        fixture_claim(store, 1, 1);
        if (state != DELIVERY_SENDING)
                fixture_finish(store, id, state, 1000);
}

static int take(struct store *store, const char *id, enum delivery_step step)
{
        struct delivery_record record;
        int n;
        switch (step) {
        case STEP_CLAIM:
                n = store_claim_deliveries(store, &channel_mail, 1000, false, &record, 1);
                if (n == 1)
                        delivery_record_clear(&record);
                return n == 1 ? 0 : 1;
        case STEP_RECOVER:
                return store_recover_deliveries(store, 5000) == 1 ? 0 : 1;
        case STEP_FINISH:
                return store_finish_delivery(store, &(struct delivery_result){.delivery = fixture_number(store, id),
                                                                              .state = DELIVERY_SENT}) == 0
                               ? 0
                               : 1;
        case STEP_RETRY:
                return store_retry_delivery(store, id, 5000);
        case STEP_DROP:
                return store_drop_delivery(store, id, 5000);
        default:
                return -1;
        }
}

/* Some of what core says stands in the SQL too, so that an index is found: all of it, tried in each state. What is
 * resumed or emptied depends on what it carries. */
static void test_takes_the_steps_that_core_allows(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        const int steps = STEP_RESUME;
        for (int i = 0; i < DELIVERY_STATES * steps; i++) {
                enum delivery_state from = (enum delivery_state)(i / steps);
                enum delivery_step step = (enum delivery_step)(i % steps);
                char id[16];
                (void)snprintf(id, sizeof(id), "d%d", i);
                bring_into(store, id, from);
                if (take(store, id, step) != (delivery_may(from, step) ? 0 : 1))
                        fail_msg("step %d from %s", (int)step, delivery_state_name(from));
                /* Out of the way of the next. */
                if (take(store, id, STEP_FINISH) == 0)
                        fixture_assert_delivery(store, id, DELIVERY_SENT);
        }
}

static int resume(struct store *store, int64_t notice)
{
        return store_resume_notice(store, notice, &channel_mail, "a@so.example", 0, 5);
}

/* What an address has had, or was kept from, and what can be taken up again. */
static void test_carriers(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t obligation = fixture_obligation(store, occurrence, "so-y", &fixture_dated, 1);
        int64_t notice = fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE);
        const struct channel webhook = channel_webhook("a");
        assert_int_equal(resume(store, notice), STORE_NONE);
        fixture_delivery(store, "d1", "a@so.example", 1, &notice, 1);
        fixture_delivery(store, "d2", "b@so.example", 1, &notice, 1);
        assert_int_equal(resume(store, notice), 0);
        assert_int_equal(store_resume_notice(store, notice, &webhook, "a@so.example", 0, 5), STORE_NONE);
        assert_int_equal(
                store_resume_notice(store, notice, &channel_mail, "a@so.example", fixture_number(store, "d1"), 5),
                STORE_NONE);
        const struct delivery_result gone = {.delivery = fixture_number(store, "d1"),
                                             .state = DELIVERY_CANCELLED,
                                             .now_ms = 2,
                                             .answer = "no longer an address"};
        OK(store, store_finish_delivery(store, &gone));
        fixture_assert_notices(store, 0, obligation, "7d:queued");
        assert_int_equal(resume(store, notice), STORE_RESUMED);
        fixture_assert_delivery(store, "d1", DELIVERY_QUEUED);
        assert_int_equal(resume(store, notice), 0);
        OK(store, store_drop_delivery(store, "d1", 6));
        OK(store, store_drop_delivery(store, "d2", 6));
        assert_int_equal(resume(store, notice), 0);
        fixture_assert_notices(store, 0, obligation, "7d:cancelled");
}

/* What happens to a delivery of two notices, and to its first: in letters. */
static void befall(struct store *store, const char *id, char event)
{
        const struct delivery_result given_back = {
                .delivery = fixture_number(store, id), .state = DELIVERY_QUEUED, .next_ms = 10, .now_ms = 10};
        switch (event) {
        case 'l': /* an answer is lost */
                fixture_claim(store, 10, 1);
                fixture_finish(store, id, DELIVERY_QUEUED, 10);
                break;
        case 'a': /* it arrives */
                fixture_claim(store, 10, 1);
                fixture_finish(store, id, DELIVERY_SENT, 10);
                break;
        case 'g': /* it is claimed and given back */
                fixture_claim(store, 10, 1);
                OK(store, store_finish_delivery(store, &given_back));
                break;
        case 'd': /* the process dies */
                fixture_claim(store, 10, 1);
                assert_int_equal(store_recover_deliveries(store, 10), 1);
                break;
        default:
                fail_msg("no event: %c", event);
        }
}

/* A notice that gave way is said after all by the delivery that had it, unless that has left without it. */
static void test_goes_on_in_the_delivery_that_it_had(void **state)
{
        static const struct {
                const char *before, *after; /* what befalls the delivery before and after the first gives way */
                bool on_the_wire;           /* it gives way during an attempt whose answer is lost */
                bool alone;                 /* nothing else is in it */
                bool expected;
        } cases[] = {
                {"", "", false, false, true},    {"l", "", false, false, true},    {"l", "", false, true, true},
                {"", "", true, false, true},     {"", "", true, true, true},       {"d", "", false, true, true},
                {"l", "g", false, false, true},  {"l", "gg", false, false, true},  {"", "g", true, false, true},
                {"l", "l", false, false, false}, {"", "l", true, false, false},    {"l", "d", false, false, false},
                {"l", "a", false, false, false}, {"l", "ga", false, false, false}, {"", "l", false, false, false},
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char id[16], name[16];
                (void)snprintf(id, sizeof(id), "d%zu", i);
                (void)snprintf(name, sizeof(name), "so-%zu", i);
                int64_t obligation = fixture_obligation(store, occurrence, name, &fixture_dated, 1);
                (void)snprintf(name, sizeof(name), "other-%zu", i);
                int64_t other = fixture_obligation(store, occurrence, name, &fixture_dated, 1);
                int64_t notices[] = {fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE),
                                     fixture_notice(store, occurrence, other, "7d", KIND_ADVANCE)};
                fixture_delivery(store, id, "a@so.example", 1, notices, cases[i].alone ? 1 : 2);
                for (const char *event = cases[i].before; *event; event++)
                        befall(store, id, *event);
                if (cases[i].on_the_wire)
                        fixture_claim(store, 10, 1);
                OK(store, store_cancel_notices(store, occurrence, obligation, KIND_COUNT, "superseded"));
                if (cases[i].on_the_wire)
                        fixture_finish(store, id, DELIVERY_QUEUED, 10);
                for (const char *event = cases[i].after; *event; event++)
                        befall(store, id, *event);
                if (cases[i].alone)
                        fixture_assert_delivery(store, id, DELIVERY_CANCELLED);
                assert_int_equal(fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE), notices[0]);
                fixture_assert_notices(store, 0, obligation, "7d:new");
                if (resume(store, notices[0]) != (cases[i].expected ? STORE_RESUMED : 0))
                        fail_msg("case %zu", i);
                fixture_assert_notices(store, 0, obligation, cases[i].expected ? "7d:queued" : "7d:new");
                if (cases[i].expected) {
                        befall(store, id, 'a');
                        fixture_assert_notices(store, 0, obligation, "7d:sent");
                } else
                        OK(store, store_cancel_notices(store, occurrence, other, KIND_COUNT, "done"));
        }
}

/* A claim is not yet an attempt: what gives way before that begins is left out, and does not arrive with the rest. */
static void test_gives_way_between_claim_and_attempt(void **state)
{
        static const struct {
                const char *before; /* what befalls the delivery before it is claimed */
                bool begun;         /* its attempt has begun when the first gives way */
                enum delivery_state result;
                const char *expected;
                bool goes_on; /* in that delivery, when it is to be said after all */
        } cases[] = {
                {"", false, DELIVERY_SENT, "7d:cancelled", false},  {"", true, DELIVERY_SENT, "7d:sent", false},
                {"l", false, DELIVERY_SENT, "7d:cancelled", false}, {"", false, DELIVERY_QUEUED, "7d:cancelled", false},
                {"", true, DELIVERY_QUEUED, "7d:cancelled", true},
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char id[16], name[16];
                (void)snprintf(id, sizeof(id), "d%zu", i);
                (void)snprintf(name, sizeof(name), "so-%zu", i);
                int64_t obligation = fixture_obligation(store, occurrence, name, &fixture_dated, 1);
                (void)snprintf(name, sizeof(name), "other-%zu", i);
                int64_t other = fixture_obligation(store, occurrence, name, &fixture_dated, 1);
                const int64_t notices[] = {fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE),
                                           fixture_notice(store, occurrence, other, "7d", KIND_ADVANCE)};
                fixture_delivery(store, id, "a@so.example", 1, notices, ELEMENTS(notices));
                for (const char *event = cases[i].before; *event; event++)
                        befall(store, id, *event);
                fixture_claim(store, 10, 1);
                if (cases[i].begun)
                        OK(store, store_begin_attempt(store, fixture_number(store, id)));
                OK(store, store_cancel_notices(store, occurrence, obligation, KIND_COUNT, "done"));
                if (!cases[i].begun)
                        OK(store, store_begin_attempt(store, fixture_number(store, id)));
                fixture_finish(store, id, cases[i].result, 20);
                fixture_assert_notices(store, 0, obligation, cases[i].expected);
                OK(store, store_cancel_notices(store, occurrence, other, KIND_COUNT, "done"));
                if (cases[i].result == DELIVERY_SENT)
                        continue;
                assert_int_equal(fixture_notice(store, occurrence, obligation, "7d", KIND_ADVANCE), notices[0]);
                assert_int_equal(resume(store, notices[0]), cases[i].goes_on ? STORE_RESUMED : 0);
                OK(store, store_cancel_notices(store, occurrence, obligation, KIND_COUNT, "done"));
        }
}

static void test_shifts_attempts(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        fixture_delivery(store, "d1", "a@so.example", 1000, NULL, 0);
        fixture_delivery(store, "d2", "b@so.example", 1500, NULL, 0);
        fixture_claim(store, 1000, 1);
        OK(store, store_shift_attempts(store, -300, INT64_MAX));
        int64_t next = 0;
        OK(store, store_next_attempt(store, &channel_mail, false, &next));
        assert_int_equal(next, 1200);
        assert_int_equal(store_recover_deliveries(store, 700), 1);
        OK(store, store_next_attempt(store, &channel_mail, false, &next));
        assert_int_equal(next, 700);
}

static void test_heads_a_thread(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        char root[DELIVERY_ID_SIZE] = "untouched";
        int64_t first = one_notice(store, "r1"), second = one_notice(store, "r2");
        fixture_delivery(store, "d1", "a@so.example", 1, &first, 1);
        fixture_delivery(store, "d2", "a@so.example", 1, &second, 1);
        fixture_delivery(store, "d3", "b@so.example", 1, &second, 1);
        assert_int_equal(store_thread_root(store, 1, "a@so.example", root), STORE_NONE);
        assert_string_equal(root, "untouched");
        fixture_claim(store, 1, 3);
        fixture_finish(store, "d2", DELIVERY_SENT, 10);
        OK(store, store_thread_root(store, 1, "a@so.example", root));
        assert_string_equal(root, "d2");
        fixture_finish(store, "d1", DELIVERY_SENT, 20); /* made earlier, came later */
        fixture_finish(store, "d3", DELIVERY_SENT, 5);
        OK(store, store_thread_root(store, 1, "a@so.example", root));
        assert_string_equal(root, "d2");
        OK(store, store_thread_root(store, 1, "b@so.example", root));
        assert_string_equal(root, "d3");
        assert_int_equal(store_thread_root(store, 2, "a@so.example", root), STORE_NONE);
}

static int note_id(void *userdata, const struct delivery_record *record)
{
        strcat(userdata, record->id);
        return 0;
}

static void test_lists_and_counts(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t first = fixture_obligation(store, occurrence, "a", &fixture_dated, 1);
        int64_t second = fixture_obligation(store, occurrence, "b", &fixture_dated, 1);
        const struct {
                const char *id, *agency;
                int64_t obligation, occurrence;
                enum delivery_state state;
        } rows[] = {
                {"1", "a", first, occurrence, DELIVERY_SENT},    {"2", "b", second, occurrence, DELIVERY_FAILED},
                {"3", "h", 0, occurrence, DELIVERY_SENT},        {"4", "a", 0, 0, DELIVERY_CANCELLED},
                {"5", "a", first, occurrence, DELIVERY_SENDING}, {"6", "b", second, occurrence, DELIVERY_QUEUED},
        };
        char address[] = "x@so.example";
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct delivery_record record = {.channel = channel_mail, .address = address, .next_ms = (int64_t)i};
                (void)snprintf(record.id, sizeof(record.id), "%s", rows[i].id);
                (void)snprintf(record.agency, sizeof(record.agency), "%s", rows[i].agency);
                int64_t notice = fixture_notice(store, rows[i].occurrence, rows[i].obligation, rows[i].id, KIND_DUE);
                OK(store, store_add_delivery(store, &record, &notice, 1));
                if (rows[i].state == DELIVERY_QUEUED)
                        continue;
                fixture_claim(store, (int64_t)i, 1);
                if (rows[i].state != DELIVERY_SENDING)
                        fixture_finish(store, rows[i].id, rows[i].state, 100 + (int64_t)i);
        }
        const struct {
                struct delivery_filter filter;
                const char *expected;
        } cases[] = {
                {{.state = -1}, "654321"},
                {{.state = DELIVERY_SENT}, "31"},
                {{.state = DELIVERY_FAILED}, "2"},
                {{.state = DELIVERY_QUEUED}, "6"},
                {{.state = DELIVERY_SENDING, .agency = "a"}, "5"},
                {{.state = -1, .agency = "a"}, "541"},
                {{.state = -1, .obligation_id = second}, "62"},
                {{.state = -1, .occurrence_id = occurrence}, "65321"},
                {{.state = DELIVERY_SENT, .occurrence_id = occurrence, .agency = "h"}, "3"},
                {{.state = -1, .limit = 2, .offset = 1}, "54"},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char ids[16] = "";
                OK(store, store_each_delivery(store, &cases[i].filter, note_id, ids));
                if (strcmp(ids, cases[i].expected) != 0)
                        fail_msg("case %zu: %s, not %s", i, ids, cases[i].expected);
        }
        struct store_counts counts;
        OK(store, store_count(store, 0, &counts));
        assert_int_equal(counts.queued, 1);
        assert_int_equal(counts.sending, 1);
        assert_int_equal(counts.sent, 2);
        assert_int_equal(counts.failed, 1);
        assert_int_equal(counts.last_sent_ms, 102);
}

static void assert_unread(struct store *store, int64_t failed, int64_t too_late)
{
        struct store_counts counts;
        OK(store, store_count(store, 0, &counts));
        assert_int_equal(counts.failed, failed);
        assert_int_equal(counts.too_late, too_late);
}

static void test_acknowledges(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", ""), notice;
        int64_t obligation = fixture_obligation(store, occurrence, "so-1", &fixture_dated, WALL_NEVER);
        for (int64_t i = 0; i < 3; i++) {
                const char *const ids[] = {"1", "2", "3"};
                struct delivery_record record = {
                        .channel = channel_mail, .agency = "so-1", .address = (char *)"a@so.example"};
                (void)snprintf(record.id, sizeof(record.id), "%s", ids[i]);
                notice = fixture_notice(store, occurrence, obligation, ids[i], KIND_DUE);
                OK(store, store_add_delivery(store, &record, &notice, 1));
                fixture_claim(store, i, 1);
                fixture_finish(store, ids[i], i < 2 ? DELIVERY_FAILED : DELIVERY_CANCELLED, 100 + i);
        }
        assert_unread(store, 2, 0);
        /* By the third delivery, and another before one was made. */
        OK(store, store_add_late(store, notice, 3, 103));
        OK(store, store_add_late(store, notice, 3, 103));
        OK(store, store_add_late(store, notice, 0, 104));
        assert_unread(store, 2, 2);
        assert_int_equal(store_acknowledge(store, "3"), 1);
        assert_unread(store, 2, 1);
        assert_int_equal(store_acknowledge(store, "3"), 0);
        assert_int_equal(store_acknowledge(store, "nothing"), 0);
        assert_int_equal(store_acknowledge(store, "2"), 1);
        assert_unread(store, 1, 1);
        /* What is tried again has not failed; and what fails again is not acknowledged. */
        OK(store, store_retry_delivery(store, "1", 105));
        assert_unread(store, 0, 1);
        OK(store, store_retry_delivery(store, "2", 105));
        fixture_claim(store, 105, 2);
        fixture_finish(store, "2", DELIVERY_FAILED, 106);
        assert_unread(store, 1, 1);
        assert_int_equal(store_acknowledge(store, NULL), 2);
        assert_unread(store, 0, 0);
}

static void test_names_states(void **state)
{
        (void)state;
        for (unsigned i = 0; i < DELIVERY_STATES; i++) {
                enum delivery_state parsed = DELIVERY_STATES;
                assert_int_equal(delivery_state_parse(delivery_state_name((enum delivery_state)i), &parsed), 0);
                assert_int_equal(parsed, i);
        }
        enum delivery_state untouched = DELIVERY_STATES;
        assert_int_equal(delivery_state_parse("lost", &untouched), -EINVAL);
        assert_int_equal(untouched, DELIVERY_STATES);
        assert_string_equal(notice_state_name(NOTICE_SKIPPED), "skipped");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_there_and_back),
                TEST(test_adds_all_or_nothing),
                TEST(test_claims_what_has_come),
                TEST(test_records_results),
                TEST(test_keeps_the_last_failure),
                TEST(test_settles_notices),
                TEST(test_carries_notices_in_their_order),
                TEST(test_retries_and_drops_by_hand),
                TEST(test_takes_the_steps_that_core_allows),
                TEST(test_carriers),
                TEST(test_goes_on_in_the_delivery_that_it_had),
                TEST(test_gives_way_between_claim_and_attempt),
                TEST(test_shifts_attempts),
                TEST(test_heads_a_thread),
                TEST(test_lists_and_counts),
                TEST(test_acknowledges),
                cmocka_unit_test(test_names_states),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
