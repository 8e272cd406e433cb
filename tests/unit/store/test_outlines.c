/* Outlines: what they tell is what the obligations themselves tell, and whose plan is closed is known. */
#include "fixture.h"

#include "store/claims.h"
#include "store/outlines.h"
#include "store/plans.h"

#define NONE CIVIL_NONE

static const struct {
        const char *agency;
        struct obligation obligation;
} sample[] = {
        {"c", {90, 120, true, true, SHIFT_PREVIOUS, false, NONE, OBLIGATION_OPEN, NONE, 98, NONE, 7, false}},
        {"a", {NONE, 100, false, false, SHIFT_NEXT, true, 110, OBLIGATION_DONE, 95, NONE, 101, 0, false}},
        {"d", {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WITHDRAWN, NONE, NONE, NONE, 0, false}},
        {"b", {NONE, NONE, false, false, SHIFT_NONE, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
};

static void claim(struct store *store, int64_t obligation)
{
        struct claim_record record = {
                .obligation_id = obligation, .claim = {.on = 100, .until = NONE}, .by = (char *)"b", .made_ms = 1};

        OK(store, store_add_claim(store, &record));
}

static void assert_outline(struct store *store, int64_t occurrence, const struct outline *outline)
{
        CLEANUP(obligation_record_clear) struct obligation_record record = {0};

        OK(store, store_find_obligation(store, occurrence, outline->agency, &record));
        assert_true(obligation_same(&outline->obligation, &record.obligation));
}

static void test_outlines(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p24", "nop", ""), last = 0;
        int64_t other = fixture_occurrence(store, "p24", "khac", "");
        CLEANUP_FREE struct outline *all = NULL, *one = NULL, *none = NULL;
        size_t n;

        for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++)
                last = fixture_obligation(store, occurrence, sample[i].agency, &sample[i].obligation, WALL_NEVER);
        fixture_obligation(store, other, "a", &fixture_dated, WALL_NEVER);

        OK(store, store_outline(store, occurrence, NULL, &all, &n));
        assert_int_equal(n, 3);
        for (size_t i = 0; i < n; i++) {
                assert_string_equal(all[i].agency, ((const char *[]){"a", "b", "c"})[i]);
                assert_outline(store, occurrence, &all[i]);
        }
        assert_false(all[1].obligation.claimed);

        claim(store, last);
        OK(store, store_outline(store, occurrence, "b", &one, &n));
        assert_int_equal(n, 1);
        assert_outline(store, occurrence, one);
        assert_true(one->obligation.claimed);
        OK(store, store_outline(store, occurrence, "d", &none, &n));
        assert_int_equal(n, 0);
}

static void test_names(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t first = fixture_occurrence(store, "p24", "nop", "2024-06-10");
        struct plan_record plan = {.id = "p23", .title = (char *)"Kế hoạch", .term = {.year = 2023}, .closed = true};
        CLEANUP_FREE struct occurrence_name *names = NULL;
        size_t n;

        fixture_occurrence(store, "p23", "nop", "");
        OK(store, store_put_plan(store, &plan));
        OK(store, store_name_occurrences(store, &names, &n));
        assert_int_equal(n, 2);
        assert_true(names[0].id == first);
        assert_string_equal(names[0].plan, "p24");
        assert_string_equal(names[0].item, "nop");
        assert_string_equal(names[0].key, "2024-06-10");
        assert_false(names[0].closed);
        assert_true(names[1].closed);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_outlines, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_names, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
