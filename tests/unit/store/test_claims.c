/* Claims: every field there and back, one open at a time, how each is answered, and what overtakes it. */
#include "fixture.h"
#include "store/claims.h"

#define NOW INT64_C(1000)

/* Of an item of its own. */
static int64_t obligation_of(struct store *store, const char *agency)
{
        return fixture_obligation(store, fixture_occurrence(store, "p24", agency, ""), agency, &fixture_dated,
                                  WALL_NEVER);
}

static int64_t claim(struct store *store, int64_t obligation, civil_day until)
{
        char by[] = "van-thu@a.example", text[] = "đã nộp";
        struct claim_record record = {
                .obligation_id = obligation,
                .claim = {.on = 98, .until = until, .channel = CLAIM_BY_CLERK},
                .by = by,
                .text = text,
                .made_ms = NOW,
        };
        OK(store, store_add_claim(store, &record));
        return record.id;
}

static enum claim_state state_of(struct store *store, int64_t id)
{
        CLEANUP(claim_record_clear) struct claim_record record = {0};
        OK(store, store_get_claim(store, id, &record));
        return record.claim.state;
}

static bool is_claimed(struct store *store, int64_t obligation)
{
        CLEANUP(obligation_record_clear) struct obligation_record record = {0};
        OK(store, store_get_obligation(store, obligation, &record));
        return record.obligation.claimed;
}

static void test_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t obligation = obligation_of(store, "a"), id = claim(store, obligation, 120);
        CLEANUP(claim_record_clear) struct claim_record record = {0};
        OK(store, store_find_open_claim(store, obligation, &record));
        assert_int_equal(record.id, id);
        assert_int_equal(record.obligation_id, obligation);
        assert_string_equal(record.plan, "p24");
        assert_string_equal(record.item, "a");
        assert_string_equal(record.agency, "a");
        assert_int_equal(record.claim.on, 98);
        assert_int_equal(record.claim.until, 120);
        assert_int_equal(record.claim.channel, CLAIM_BY_CLERK);
        assert_int_equal(record.claim.state, CLAIM_OPEN);
        assert_string_equal(record.by, "van-thu@a.example");
        assert_string_equal(record.text, "đã nộp");
        assert_int_equal(record.made_ms, NOW);
        assert_int_equal(record.answered_ms, 0);
        assert_null(record.answered_by);
        assert_true(is_claimed(store, obligation));
        assert_false(is_claimed(store, obligation_of(store, "b")));
}

static void test_answers(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t obligation = obligation_of(store, "a"), id = claim(store, obligation, CIVIL_NONE);
        CLEANUP(claim_record_clear) struct claim_record record = {0};
        OK(store, store_answer_claim(store, id, CLAIM_REJECTED, "vanthu", "chưa thấy", NOW + 5));
        OK(store, store_get_claim(store, id, &record));
        assert_int_equal(record.claim.state, CLAIM_REJECTED);
        assert_string_equal(record.answered_by, "vanthu");
        assert_string_equal(record.answer, "chưa thấy");
        assert_int_equal(record.answered_ms, NOW + 5);
        assert_false(is_claimed(store, obligation));
        assert_int_equal(store_answer_claim(store, id, CLAIM_CONFIRMED, "vanthu", NULL, NOW), STORE_NONE);
        assert_int_equal(store_answer_claim(store, 99, CLAIM_CONFIRMED, "vanthu", NULL, NOW), STORE_NONE);
        assert_int_equal(store_find_open_claim(store, obligation, &record), STORE_NONE);
        assert_int_equal(store_get_claim(store, 99, &record), STORE_NONE);
}

static void test_the_newest_word_counts(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t obligation = obligation_of(store, "a"), other = obligation_of(store, "b");
        int64_t first = claim(store, obligation, 120), theirs = claim(store, other, 120);
        int64_t second = claim(store, obligation, CIVIL_NONE);
        assert_int_equal(state_of(store, first), CLAIM_OVERTAKEN);
        assert_int_equal(state_of(store, second), CLAIM_OPEN);
        assert_int_equal(state_of(store, theirs), CLAIM_OPEN);
}

/* Whatever settles an obligation leaves nothing of a word that was open; what does not, does. */
static void test_what_overtakes(void **state)
{
        static const bool overtakes[OBLIGATION_STATUSES] = {
                [OBLIGATION_DONE] = true, [OBLIGATION_WAIVED] = true, [OBLIGATION_WITHDRAWN] = true};
        struct store *store = ((struct fixture *)*state)->store;
        int64_t obligation = obligation_of(store, "a");
        for (enum obligation_status status = 0; status < OBLIGATION_STATUSES; status++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                int64_t id;
                OK(store, store_get_obligation(store, obligation, &record));
                record.obligation.status = OBLIGATION_OPEN;
                record.obligation.done_on = CIVIL_NONE;
                OK(store, store_put_obligation(store, &record));
                id = claim(store, obligation, CIVIL_NONE);
                record.obligation.status = status;
                record.obligation.done_on = status == OBLIGATION_DONE ? 99 : CIVIL_NONE;
                OK(store, store_put_obligation(store, &record));
                assert_int_equal(state_of(store, id), overtakes[status] ? CLAIM_OVERTAKEN : CLAIM_OPEN);
                assert_int_equal(is_claimed(store, obligation), !overtakes[status]);
        }
}

static int note_id(void *userdata, const struct claim_record *record)
{
        char *ids = userdata;
        size_t n = strlen(ids);
        (void)snprintf(ids + n, 40 - n, "%s%d", n ? " " : "", (int)record->id);
        return 0;
}

static void test_lists_by_filter(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t a = obligation_of(store, "a"), b = obligation_of(store, "b");
        struct store_counts counts;
        (void)claim(store, a, CIVIL_NONE);
        (void)claim(store, b, CIVIL_NONE);
        (void)claim(store, a, 120);
        const struct {
                struct claim_filter filter;
                const char *expected;
        } cases[] = {
                {{.state = -1}, "3 2 1"},
                {{.state = CLAIM_OPEN}, "3 2"},
                {{.state = CLAIM_OVERTAKEN}, "1"},
                {{.state = -1, .agency = "a"}, "3 1"},
                {{.state = CLAIM_OPEN, .agency = "a"}, "3"},
                {{.state = -1, .limit = 1, .offset = 1}, "2"},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char ids[40] = "";
                OK(store, store_each_claim(store, &cases[i].filter, note_id, ids));
                if (strcmp(ids, cases[i].expected) != 0)
                        fail_msg("case %zu: %s, not %s", i, ids, cases[i].expected);
        }
        OK(store, store_count(store, 90, &counts));
        assert_int_equal(counts.claims, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_there_and_back, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_answers, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_the_newest_word_counts, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_what_overtakes, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_lists_by_filter, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
