/* What is due, and when something is next; dates of what is open; moments that are no longer settled. */
#include "fixture.h"

static void test_what_is_due(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        wall_time next = 0;
        OK(store, store_next_fire(store, &next));
        assert_true(next == WALL_NEVER);

        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        const struct {
                const char *agency;
                wall_time next_fire;
        } rows[] = {{"d", 20}, {"b", 10}, {"a", 20}, {"c", 10}, {"e", WALL_NEVER}, {"f", 30}};
        for (size_t i = 0; i < ELEMENTS(rows); i++)
                fixture_obligation(store, occurrence, rows[i].agency, &fixture_dated, rows[i].next_fire);

        const struct {
                wall_time now;
                size_t n;
                const char *expected;
        } cases[] = {
                {9, 8, ""},     {10, 8, "bc"}, {19, 8, "bc"}, {20, 8, "bcad"},
                {20, 3, "bca"}, {20, 2, "bc"}, {20, 1, "b"},  {WALL_NEVER, 8, "bcadf"},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct obligation_record records[8];
                char agencies[9] = "";
                int n = store_due_obligations(store, cases[i].now, records, cases[i].n);
                assert_true(n >= 0);
                for (int k = 0; k < n; k++) {
                        agencies[k] = records[k].agency[0];
                        agencies[k + 1] = '\0';
                        obligation_record_clear(&records[k]);
                }
                assert_string_equal(agencies, cases[i].expected);
        }
        OK(store, store_next_fire(store, &next));
        assert_int_equal(next, 10);
}

/* The dates of those that are open, each once. */
static void test_open_dates(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        static const struct {
                const char *agency;
                civil_day from, due, fixed;
                bool tentative, observance;
                enum obligation_status status;
        } rows[] = {
                {"a", CIVIL_NONE, 120, CIVIL_NONE, false, false, OBLIGATION_OPEN},
                {"b", 100, 110, CIVIL_NONE, true, false, OBLIGATION_OPEN},
                {"c", CIVIL_NONE, 120, CIVIL_NONE, false, false, OBLIGATION_OPEN}, /* as a */
                {"d", 100, 110, 105, true, false, OBLIGATION_OPEN},
                {"e", CIVIL_NONE, 90, CIVIL_NONE, false, false, OBLIGATION_DONE},
                {"f", CIVIL_NONE, 91, CIVIL_NONE, false, true, OBLIGATION_OPEN},
                {"g", CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false, false, OBLIGATION_OPEN},
        };
        static const struct {
                civil_day effective, from, due, fixed;
                bool tentative;
        } expected[] = {
                {CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false},
                {105, 100, 110, 105, true},
                {110, 100, 110, CIVIL_NONE, true},
                {120, CIVIL_NONE, 120, CIVIL_NONE, false},
        };
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct obligation obligation = fixture_dated;
                obligation.from = rows[i].from;
                obligation.due = rows[i].due;
                obligation.fixed = rows[i].fixed;
                obligation.tentative = rows[i].tentative;
                obligation.observance = rows[i].observance;
                obligation.status = rows[i].status;
                obligation.shift = SHIFT_PREVIOUS;
                fixture_obligation(store, occurrence, rows[i].agency, &obligation, WALL_NEVER);
        }
        fixture_obligation(store, fixture_occurrence(store, "p", "two", ""), "a", &fixture_dated, WALL_NEVER);

        CLEANUP_FREE struct open_dates *dates = NULL;
        size_t n = 0;
        OK(store, store_open_dates(store, occurrence, &dates, &n));
        assert_int_equal(n, ELEMENTS(expected));
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(dates[i].effective, expected[i].effective);
                assert_int_equal(dates[i].obligation.from, expected[i].from);
                assert_int_equal(dates[i].obligation.due, expected[i].due);
                assert_int_equal(dates[i].obligation.fixed, expected[i].fixed);
                assert_int_equal(dates[i].obligation.tentative, expected[i].tentative);
                assert_int_equal(dates[i].obligation.shift, SHIFT_PREVIOUS);
        }
}

static void test_due_occurrences_and_unsettle(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t ids[3];
        const wall_time fires[] = {30, 10, WALL_NEVER}, handled[] = {9, 5, 9};
        const char *const items[] = {"one", "two", "three"};
        for (int i = 0; i < 3; i++) {
                ids[i] = fixture_occurrence(store, "p", items[i], "");
                CLEANUP(occurrence_record_clear) struct occurrence_record record = {0};
                OK(store, store_get_occurrence(store, ids[i], &record));
                record.next_fire = fires[i];
                record.handled = handled[i];
                record.withdrawn = i == 2;
                OK(store, store_put_occurrence(store, &record));
        }
        struct obligation done = fixture_dated;
        done.status = OBLIGATION_DONE;
        done.done_on = DUE_DAY;
        fixture_obligation(store, ids[0], "a", &fixture_dated, WALL_NEVER);
        fixture_obligation(store, ids[0], "b", &done, WALL_NEVER);

        struct occurrence_record records[4];
        assert_int_equal(store_due_occurrences(store, 30, records, 4), 2);
        assert_string_equal(records[0].item, "two");
        assert_string_equal(records[1].item, "one");
        for (int i = 0; i < 2; i++)
                occurrence_record_clear(&records[i]);
        wall_time next = 0;
        OK(store, store_next_fire(store, &next));
        assert_int_equal(next, 10);

        OK(store, store_rewind_handled(store, 5));
        assert_int_equal(store_due_occurrences(store, 5, records, 4), 1); /* nothing of the others lies ahead */
        assert_string_equal(records[0].item, "one");
        assert_int_equal(records[0].handled, 4);
        occurrence_record_clear(&records[0]);
}

static void test_unsettles_what_lies_ahead(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        struct obligation done = fixture_dated;
        done.status = OBLIGATION_DONE;
        done.done_on = DUE_DAY;
        static const struct {
                wall_time handled, expected;
        } table[] = {{4, 4}, {5, 5}, {6, 4}, {9000, 4}};
        int64_t ids[ELEMENTS(table)];
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char agency[2] = {(char)('a' + i), '\0'};
                ids[i] = fixture_obligation(store, occurrence, agency, i == 2 ? &done : &fixture_dated, WALL_NEVER);
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                OK(store, store_get_obligation(store, ids[i], &record));
                record.handled = table[i].handled;
                OK(store, store_put_obligation(store, &record));
        }
        OK(store, store_rewind_handled(store, 5));
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                OK(store, store_get_obligation(store, ids[i], &record));
                assert_int_equal(record.handled, table[i].expected);
                assert_int_equal(record.next_fire, i == 3 ? FIRE_AT_ONCE : WALL_NEVER); /* done: never */
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_what_is_due),
                TEST(test_open_dates),
                TEST(test_due_occurrences_and_unsettle),
                TEST(test_unsettles_what_lies_ahead),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
