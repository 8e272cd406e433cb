/* Lists of obligations: by filter, in pages, by visitors that end the visit or use the store. */
#include "fixture.h"

#include "store/obligation-list.h"

#define NONE CIVIL_NONE

static const struct {
        const char *plan, *item, *key, *agency;
        struct obligation obligation;
} sample[] = {
        {"p24",
         "nop",
         "",
         "b",
         {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, 98, NONE, 0, false}},
        {"p24",
         "nop",
         "",
         "a",
         {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 95, NONE, NONE, 0, false}},
        {"p24",
         "hop",
         "",
         "a",
         {90, 120, true, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
        {"p24",
         "hop",
         "",
         "b",
         {90, 120, true, false, SHIFT_NEXT, false, 110, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
        {"p24",
         "cho",
         "",
         "a",
         {NONE, NONE, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
        {"p24",
         "sinh",
         "",
         "a",
         {NONE, 80, false, true, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
        {"p24",
         "cu",
         "",
         "a",
         {NONE, 70, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WITHDRAWN, NONE, NONE, NONE, 0, false}},
        {"p23",
         "nop",
         "",
         "a",
         {NONE, 60, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WAIVED, NONE, NONE, NONE, 0, false}},
        {"p23",
         "thang",
         "1970-01-26",
         "a",
         {NONE, 25, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0, false}},
        {"p23",
         "thang",
         "1970-02-25",
         "a",
         {NONE, 25, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 99, NONE, NONE, 0, false}},
};

static void put_sample(struct store *store)
{
        for (size_t i = 0; i < ELEMENTS(sample); i++) {
                CLEANUP(occurrence_record_clear) struct occurrence_record occurrence = {0};
                int64_t id;
                if (store_find_occurrence(store, sample[i].plan, sample[i].item, sample[i].key, &occurrence) == 0)
                        id = occurrence.id;
                else
                        id = fixture_occurrence(store, sample[i].plan, sample[i].item, sample[i].key);
                fixture_obligation(store, id, sample[i].agency, &sample[i].obligation, WALL_NEVER);
        }
}

#define NAMES_SIZE 400

static int name_one(void *userdata, const struct obligation_record *record)
{
        char *names = userdata;
        size_t n = strlen(names);
        char name[REFERENCE_TEXT_SIZE];
        (void)snprintf(names + n, NAMES_SIZE - n, "%s%s:%s", n ? " " : "",
                       reference_format(record->plan, record->item, record->key, name), record->agency);
        return 0;
}

static void test_lists_by_filter(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put_sample(store);
        const struct {
                struct obligation_filter filter;
                const char *expected;
        } cases[] = {
                {{0},
                 "p23/thang@1970-01-26:a p23/thang@1970-02-25:a p23/nop:a p24/cu:a p24/sinh:a p24/nop:a p24/nop:b "
                 "p24/hop:b p24/hop:a p24/cho:a"},
                {{.reverse = true},
                 "p24/cho:a p24/hop:a p24/hop:b p24/nop:b p24/nop:a p24/sinh:a p24/cu:a p23/nop:a "
                 "p23/thang@1970-02-25:a p23/thang@1970-01-26:a"},
                {{.as_planned = true},
                 "p23/thang@1970-01-26:a p23/thang@1970-02-25:a p23/nop:a p24/cu:a p24/sinh:a p24/nop:a p24/nop:b "
                 "p24/hop:b p24/hop:a p24/cho:a"},
                {{.plan = "p23"}, "p23/thang@1970-01-26:a p23/thang@1970-02-25:a p23/nop:a"},
                {{.item = "nop"}, "p23/nop:a p24/nop:a p24/nop:b"},
                {{.plan = "p24", .item = "nop", .agency = "b"}, "p24/nop:b"},
                {{.item = "thang", .key = "1970-02-25"}, "p23/thang@1970-02-25:a"},
                {{.item = "thang", .key = ""}, ""},
                {{.agency = "b"}, "p24/nop:b p24/hop:b"},
                {{.occurrence_id = 1}, "p24/nop:a p24/nop:b"},
                {{.open_only = true}, "p23/thang@1970-01-26:a p24/sinh:a p24/nop:b p24/hop:b p24/hop:a p24/cho:a"},
                {{.no_withdrawn = true, .due_from = 60, .due_to = 100}, "p23/nop:a p24/sinh:a p24/nop:a p24/nop:b"},
                {{.due_from = 110, .due_to = 110}, "p24/hop:b"},
                {{.due_from = CIVIL_NONE, .due_to = 59}, "p23/thang@1970-01-26:a p23/thang@1970-02-25:a"},
                {{.done_from = 95, .done_to = 98}, "p24/nop:a"},
                {{.done_from = 95, .done_to = 99, .agency = "a"}, "p23/thang@1970-02-25:a p24/nop:a"},
                {{.dateless = true}, "p24/hop:a p24/cho:a"},
                {{.effective_before = 110}, "p23/thang@1970-01-26:a p24/nop:b"},
                {{.effective_before = 111}, "p23/thang@1970-01-26:a p24/nop:b p24/hop:b"},
                {{.effective_before = 100}, "p23/thang@1970-01-26:a"},
                {{.snoozed_from = 98}, "p24/nop:b"},
                {{.snoozed_from = 99}, ""},
                {{.set_aside = true}, "p23/nop:a p24/cu:a"},
                {{.limit = 2}, "p23/thang@1970-01-26:a p23/thang@1970-02-25:a"},
                {{.limit = 2, .offset = 2}, "p23/nop:a p24/cu:a"},
                {{.offset = 8}, "p24/hop:a p24/cho:a"},
                {{.offset = 80}, ""},
                {{.agency = "'; DROP TABLE obligation; --"}, ""},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char names[NAMES_SIZE] = "";
                OK(store, store_each_obligation(store, &cases[i].filter, name_one, names));
                if (strcmp(names, cases[i].expected) != 0)
                        fail_msg("case %zu: \"%s\", not \"%s\"", i, names, cases[i].expected);
        }
}

struct pages {
        char names[NAMES_SIZE];
        int64_t last;
        size_t n;
};

static int note_page(void *userdata, const struct obligation_record *record)
{
        struct pages *pages = userdata;
        pages->last = record->id;
        pages->n++;
        return name_one(pages->names, record);
}

/* Whatever the size of a page, all of them together are the list in one. */
static void test_pages_by_cursor(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put_sample(store);
        const struct obligation_filter filters[] = {
                {0},
                {.plan = "p24"},
                {.item = "nop"},
                {.agency = "a"},
                {.open_only = true},
                {.set_aside = true},
                {.dateless = true},
                {.no_withdrawn = true},
                {.effective_before = 111},
                {.done_from = 95, .done_to = 99},
                {.snoozed_from = 98},
                {.due_from = 60, .due_to = 100},
                {.agency = "nobody"},
        };
        for (size_t i = 0; i < ELEMENTS(filters); i++)
                for (size_t limit = 1; limit < 12; limit++) {
                        struct obligation_filter filter = filters[i];
                        char whole[NAMES_SIZE] = "";
                        struct pages pages = {0};
                        filter.as_planned = true;
                        OK(store, store_each_obligation(store, &filter, name_one, whole));
                        filter.by_cursor = true;
                        filter.limit = limit;
                        do {
                                filter.after = pages.last;
                                pages.n = 0;
                                OK(store, store_each_obligation(store, &filter, note_page, &pages));
                                assert_true(pages.n <= limit);
                        } while (pages.n == limit);
                        if (strcmp(pages.names, whole) != 0)
                                fail_msg("filter %zu by %zu: \"%s\", not \"%s\"", i, limit, pages.names, whole);
                }
        const struct obligation_filter wrong[] = {{.by_cursor = true, .limit = 1},
                                                  {.as_planned = true, .by_cursor = true},
                                                  {.as_planned = true, .by_cursor = true, .limit = 1, .offset = 1},
                                                  {.as_planned = true, .by_cursor = true, .limit = 1, .reverse = true}};
        for (size_t i = 0; i < ELEMENTS(wrong); i++)
                assert_int_equal(store_each_obligation(store, &wrong[i], name_one, (char[NAMES_SIZE]){0}), -EINVAL);
}

static int stop_at_second(void *userdata, const struct obligation_record *record)
{
        (void)record;
        return ++*(int *)userdata == 2 ? -ECANCELED : 0;
}

static void test_a_visitor_ends_the_visit(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put_sample(store);
        int n = 0;
        assert_int_equal(store_each_obligation(store, &(struct obligation_filter){0}, stop_at_second, &n), -ECANCELED);
        assert_int_equal(n, 2);
}

struct visit {
        struct store *store;
        int n;
};

/* Moves what is visited along the very index that the list goes by, reads it anew and lists inside the list. */
static int move_along(void *userdata, const struct obligation_record *record)
{
        struct visit *visit = userdata;
        char title[64];
        (void)snprintf(title, sizeof(title), "%s", record->title);
        CLEANUP(obligation_record_clear) struct obligation_record mine = {0};
        OK(visit->store, store_get_obligation(visit->store, record->id, &mine));
        mine.obligation.fixed = mine.due = mine.effective = 1000 + visit->n;
        OK(visit->store, store_begin(visit->store));
        OK(visit->store, store_put_obligation(visit->store, &mine));
        OK(visit->store, store_commit(visit->store));
        char names[NAMES_SIZE] = "";
        OK(visit->store, store_each_obligation(visit->store, &(struct obligation_filter){0}, name_one, names));
        OK(visit->store, store_begin(visit->store));
        store_rollback(visit->store);
        assert_string_equal(record->title, title);
        visit->n++;
        return 0;
}

static void test_a_visitor_may_use_the_store(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put_sample(store);
        struct visit visit = {.store = store};
        OK(store, store_each_obligation(store, &(struct obligation_filter){0}, move_along, &visit));
        assert_int_equal(visit.n, (int)ELEMENTS(sample)); /* each once */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_lists_by_filter),
                TEST(test_pages_by_cursor),
                TEST(test_a_visitor_ends_the_visit),
                TEST(test_a_visitor_may_use_the_store),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
