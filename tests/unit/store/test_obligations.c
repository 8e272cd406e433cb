/* Occurrences and obligations: every field there and back, lists by filter, what is due, what a sync withdraws. */
#include "fixture.h"

#include "store/query.h"

static void test_occurrence_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        char title[] = "Kiểm tra công tác thi đua, khen thưởng";
        const struct occurrence_record cases[] = {
                {.plan = "tdkt-2024",
                 .item = "kiem-tra",
                 .key = "",
                 .title = title,
                 .planned = {.from = 19997, .due = 20027, .tentative = true, .shift = SHIFT_PREVIOUS, .lapses = true},
                 .fix_by = 19986,
                 .withdrawn = false,
                 .handled = WALL_NONE,
                 .next_fire = wall_at(19990, 8 * 3600)},
                {.plan = "tdkt-2024",
                 .item = "bao-cao-thang",
                 .key = "2024-12-25",
                 .title = title,
                 .planned = {.from = CIVIL_NONE, .due = CIVIL_NONE, .observance = true, .shift = SHIFT_NONE},
                 .fix_by = CIVIL_NONE,
                 .withdrawn = true,
                 .handled = 5,
                 .next_fire = WALL_NEVER},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct occurrence_record written = cases[i];
                OK(store, store_put_occurrence(store, &written));
                assert_true(written.id > 0);
                OK(store, store_put_occurrence(store, &written)); /* as it is */
                for (int by_name = 0; by_name < 2; by_name++) {
                        CLEANUP(occurrence_record_clear) struct occurrence_record got = {0};
                        OK(store, by_name ? store_find_occurrence(store, written.plan, written.item, written.key, &got)
                                          : store_get_occurrence(store, written.id, &got));
                        assert_int_equal(got.id, written.id);
                        assert_string_equal(got.plan, written.plan);
                        assert_string_equal(got.item, written.item);
                        assert_string_equal(got.key, written.key);
                        assert_string_equal(got.title, title);
                        assert_int_equal(got.planned.from, written.planned.from);
                        assert_int_equal(got.planned.due, written.planned.due);
                        assert_int_equal(got.planned.tentative, written.planned.tentative);
                        assert_int_equal(got.planned.observance, written.planned.observance);
                        assert_int_equal(got.planned.shift, written.planned.shift);
                        assert_int_equal(got.planned.lapses, written.planned.lapses);
                        assert_int_equal(got.planned.fixed, CIVIL_NONE);
                        assert_int_equal(got.fix_by, written.fix_by);
                        assert_int_equal(got.withdrawn, written.withdrawn);
                        assert_true(got.handled == written.handled);
                        assert_true(got.next_fire == written.next_fire);
                }
        }
        struct occurrence_record none = {.id = 77};
        assert_int_equal(store_find_occurrence(store, "tdkt-2024", "kiem-tra", "2024-01-01", &none), STORE_NONE);
        assert_int_equal(none.id, 77);
        none = cases[0];
        none.id = 4711;
        (void)snprintf(none.item, sizeof(none.item), "khac");
        assert_int_equal(store_put_occurrence(store, &none), -ENOENT);
}

static void assert_text(const char *got, const char *expected)
{
        if (expected)
                assert_string_equal(got, expected);
        else
                assert_null(got);
}

static void assert_same(const struct obligation_record *got, const struct obligation_record *expected)
{
        assert_int_equal(got->id, expected->id);
        assert_int_equal(got->occurrence_id, expected->occurrence_id);
        assert_string_equal(got->agency, expected->agency);
        assert_int_equal(got->obligation.from, expected->obligation.from);
        assert_int_equal(got->obligation.due, expected->obligation.due);
        assert_int_equal(got->obligation.tentative, expected->obligation.tentative);
        assert_int_equal(got->obligation.observance, expected->obligation.observance);
        assert_int_equal(got->obligation.shift, expected->obligation.shift);
        assert_int_equal(got->obligation.lapses, expected->obligation.lapses);
        assert_int_equal(got->obligation.fixed, expected->obligation.fixed);
        assert_int_equal(got->obligation.status, expected->obligation.status);
        assert_int_equal(got->obligation.done_on, expected->obligation.done_on);
        assert_int_equal(got->obligation.snoozed_until, expected->obligation.snoozed_until);
        assert_int_equal(got->due, expected->due);
        assert_int_equal(got->effective, expected->effective);
        assert_true(got->obligation.known == expected->obligation.known);
        assert_true(got->handled == expected->handled);
        assert_true(got->next_fire == expected->next_fire);
        assert_text(got->snoozed_by, expected->snoozed_by);
        assert_text(got->snooze_reason, expected->snooze_reason);
        assert_text(got->done_by, expected->done_by);
        assert_text(got->note, expected->note);
}

/* One row goes through all these lives, so that every field is seen to change. */
static void test_obligation_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "tdkt-2024", "kiem-tra", "2024-10-15");
        char who[] = "vanthu", why[] = "chờ văn bản của tỉnh", note[] = "đã gửi bản giấy";
        const struct obligation_record lives[] = {
                {.obligation = {.from = 19997,
                                .due = 20027,
                                .tentative = true,
                                .fixed = CIVIL_NONE,
                                .done_on = CIVIL_NONE,
                                .snoozed_until = CIVIL_NONE,
                                .urged = CIVIL_NONE,
                                .known = WALL_NONE},
                 .due = 20027,
                 .effective = 20028,
                 .handled = WALL_NONE,
                 .next_fire = 12345},
                {.obligation = {.from = CIVIL_NONE,
                                .due = 20027,
                                .observance = true,
                                .shift = SHIFT_NONE,
                                .lapses = true,
                                .fixed = 20020,
                                .done_on = CIVIL_NONE,
                                .snoozed_until = 20015,
                                .urged = CIVIL_NONE,
                                .known = 12000},
                 .due = 20020,
                 .effective = 20020,
                 .handled = 12345,
                 .next_fire = 67890,
                 .snoozed_by = who,
                 .snooze_reason = why},
                {.obligation = {.from = CIVIL_NONE,
                                .due = CIVIL_NONE,
                                .shift = SHIFT_PREVIOUS,
                                .fixed = CIVIL_NONE,
                                .status = OBLIGATION_DONE,
                                .done_on = 20010,
                                .snoozed_until = CIVIL_NONE,
                                .urged = 20030,
                                .known = 12000},
                 .due = CIVIL_NONE,
                 .effective = CIVIL_NONE,
                 .handled = 12345,
                 .next_fire = WALL_NEVER,
                 .done_by = who,
                 .note = note},
        };
        int64_t id = 0;
        for (size_t i = 0; i < ELEMENTS(lives); i++) {
                struct obligation_record written = lives[i];
                written.id = id;
                written.occurrence_id = occurrence;
                (void)snprintf(written.agency, sizeof(written.agency), "vp-ubnd");
                OK(store, store_put_obligation(store, &written));
                id = written.id;
                CLEANUP(obligation_record_clear) struct obligation_record got = {0}, found = {0};
                OK(store, store_get_obligation(store, id, &got));
                assert_same(&got, &written);
                OK(store, store_find_obligation(store, occurrence, "vp-ubnd", &found));
                assert_same(&found, &written);
                assert_string_equal(got.plan, "tdkt-2024");
                assert_string_equal(got.item, "kiem-tra");
                assert_string_equal(got.key, "2024-10-15");
                assert_string_equal(got.title, "Báo cáo tổng kết");
        }
        assert_int_equal(id, 1);
}

static void test_refuses_wrong_obligations(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        fixture_obligation(store, occurrence, "so-1", &fixture_dated, 1);
        const struct {
                const char *what, *agency;
                int64_t id, occurrence;
                int error;
        } cases[] = {
                {"a second one", "so-1", 0, occurrence, -EEXIST},
                {"of no occurrence", "so-2", 0, 4711, -ENOENT},
                {"one that is not there", "so-2", 4711, occurrence, -ENOENT},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct obligation_record record = {
                        .id = cases[i].id, .occurrence_id = cases[i].occurrence, .obligation = fixture_dated};
                (void)snprintf(record.agency, sizeof(record.agency), "%s", cases[i].agency);
                if (store_put_obligation(store, &record) != cases[i].error)
                        fail_msg("%s: %s", cases[i].what, store_error(store));
        }
        struct obligation_record none = {.id = 77};
        assert_int_equal(store_get_obligation(store, 4711, &none), STORE_NONE);
        assert_int_equal(store_find_obligation(store, occurrence, "so-9", &none), STORE_NONE);
        assert_int_equal(none.id, 77);
}

/* Values that pass the file's check and are none of ours: bounded when they are read. */
static void test_finds_damaged_values(void **state)
{
        static const char *const cases[] = {
                "agency = printf('%.64c', 'x')",
                "status = 6",
                "status = -1",
                "tentative = 2",
                "shift = 3",
                "due = 2147483648",
                "fixed = -2147483648",
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "so-1", &fixture_dated, 1);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP_FREE char *sql = NULL;
                assert_true(asprintf(&sql, "BEGIN; UPDATE obligation SET %s", cases[i]) > 0);
                assert_int_equal(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK);
                struct obligation_record untouched = {.id = 77};
                if (store_get_obligation(store, id, &untouched) != -EUCLEAN)
                        fail_msg("%s", cases[i]);
                assert_int_equal(untouched.id, 77);
                assert_non_null(strstr(store_error(store), "damaged"));
                assert_int_equal(sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
        }
        assert_int_equal(
                sqlite3_exec(store->db, "UPDATE obligation SET agency = printf('%.63c', 'x')", NULL, NULL, NULL),
                SQLITE_OK);
        CLEANUP(obligation_record_clear) struct obligation_record longest = {0};
        OK(store, store_get_obligation(store, id, &longest));
        assert_int_equal(strlen(longest.agency), ID_SIZE - 1);
}

/* ---- lists ---- */

#define NONE CIVIL_NONE

static const struct {
        const char *plan, *item, *key, *agency;
        struct obligation obligation;
} sample[] = {
        {"p24", "nop", "", "b", {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, 98, NONE, 0}},
        {"p24", "nop", "", "a", {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 95, NONE, NONE, 0}},
        {"p24", "hop", "", "a", {90, 120, true, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0}},
        {"p24", "hop", "", "b", {90, 120, true, false, SHIFT_NEXT, false, 110, OBLIGATION_OPEN, NONE, NONE, NONE, 0}},
        {"p24",
         "cho",
         "",
         "a",
         {NONE, NONE, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0}},
        {"p24",
         "sinh",
         "",
         "a",
         {NONE, 80, false, true, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0}},
        {"p24",
         "cu",
         "",
         "a",
         {NONE, 70, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WITHDRAWN, NONE, NONE, NONE, 0}},
        {"p23",
         "nop",
         "",
         "a",
         {NONE, 60, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WAIVED, NONE, NONE, NONE, 0}},
        {"p23",
         "thang",
         "1970-01-26",
         "a",
         {NONE, 25, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0}},
        {"p23",
         "thang",
         "1970-02-25",
         "a",
         {NONE, 25, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 99, NONE, NONE, 0}},
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

/* ---- what is due ---- */

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

/* ---- counts ---- */

static void assert_counts(struct store *store, civil_day today, int64_t open, int64_t overdue)
{
        struct store_counts counts;
        OK(store, store_count(store, today, &counts));
        assert_int_equal(counts.obligations_open, open);
        assert_int_equal(counts.overdue, overdue);
}

/* The tally must agree with the rows after every kind of change. */
static void test_counts_what_is_owed(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        assert_counts(store, 100, 0, 0);
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "a", &fixture_dated, 1);
        const struct {
                const char *what;
                struct obligation obligation;
                int64_t open, overdue_on_99, overdue_on_101;
        } cases[] = {
                {"due",
                 {NONE, 100, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 1,
                 0,
                 1},
                {"moved",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 1,
                 1,
                 1},
                {"tentative",
                 {90, 98, true, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 1,
                 0,
                 0},
                {"fixed", {90, 98, true, false, SHIFT_NEXT, false, 100, OBLIGATION_OPEN, NONE, NONE, NONE, 0}, 1, 0, 1},
                {"undated",
                 {NONE, NONE, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 1,
                 0,
                 0},
                {"observance",
                 {NONE, 98, false, true, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 0,
                 0,
                 0},
                {"done",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_DONE, 99, NONE, NONE, 0},
                 0,
                 0,
                 0},
                {"reopened",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_OPEN, NONE, NONE, NONE, 0},
                 1,
                 1,
                 1},
                {"waived",
                 {NONE, 98, false, false, SHIFT_NEXT, false, NONE, OBLIGATION_WAIVED, NONE, NONE, NONE, 0},
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
                assert_counts(store, 99, cases[i].open, cases[i].overdue_on_99);
                assert_counts(store, 101, cases[i].open, cases[i].overdue_on_101);
        }
}

/* ---- sync ---- */

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
        assert_counts(store, DUE_DAY + 1, 1, 1);
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
        assert_counts(store, DUE_DAY + 1, 4, 2);
        OK(store, store_finish_sync(store, NULL, NULL, &n)); /* takes e's back */
        OK(store, store_commit(store));
        assert_int_equal(n, 1);
        assert_counts(store, DUE_DAY + 1, n_open - 1, 1); /* an observance is not owed */
        assert_counts(store, DUE_DAY + 10, n_open - 1, 2);
        OK(store, store_begin(store));
        fixture_obligation(store, occurrence, "g", &fixture_dated, 5);
        store_rollback(store);
        fixture_obligation(store, occurrence, "h", &fixture_dated, 5);
        assert_counts(store, DUE_DAY + 1, n_open, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_occurrence_there_and_back),
                TEST(test_obligation_there_and_back),
                TEST(test_refuses_wrong_obligations),
                TEST(test_finds_damaged_values),
                TEST(test_lists_by_filter),
                TEST(test_pages_by_cursor),
                TEST(test_a_visitor_ends_the_visit),
                TEST(test_a_visitor_may_use_the_store),
                TEST(test_what_is_due),
                TEST(test_open_dates),
                TEST(test_due_occurrences_and_unsettle),
                TEST(test_unsettles_what_lies_ahead),
                TEST(test_counts_what_is_owed),
                TEST(test_a_sync_withdraws_what_is_gone),
                TEST(test_a_sync_begins_without_marks),
                TEST(test_a_sync_keeps_items),
                TEST(test_counts_what_a_transaction_makes),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
