/* The audit log: every field there and back, lists by filter, and that it is only ever added to. */
#include "fixture.h"

#include "store/audit.h"
#include "store/query.h"

static void put(struct store *store, int64_t at_ms, const char *plan, const char *item, const char *key,
                const char *agency)
{
        char who[] = "vanthu", verb[] = "snooze", detail[] = "đến 20/10/2024: chờ văn bản";
        struct audit_record record = {.at_ms = at_ms, .who = who, .uid = 1000, .verb = verb, .detail = detail};
        (void)snprintf(record.plan, sizeof(record.plan), "%s", plan);
        (void)snprintf(record.item, sizeof(record.item), "%s", item);
        (void)snprintf(record.key, sizeof(record.key), "%s", key);
        (void)snprintf(record.agency, sizeof(record.agency), "%s", agency);
        OK(store, store_add_audit(store, &record));
}

static int note_time(void *userdata, const struct audit_record *record)
{
        char *times = userdata;
        size_t n = strlen(times);
        (void)snprintf(times + n, 40 - n, "%s%d", n ? " " : "", (int)record->at_ms);
        assert_string_equal(record->who, "vanthu");
        assert_int_equal(record->uid, 1000);
        assert_string_equal(record->verb, "snooze");
        assert_string_equal(record->detail, "đến 20/10/2024: chờ văn bản");
        return 0;
}

static void test_lists_by_filter(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put(store, 30, "p24", "nop", "", "a");
        put(store, 10, "p24", "nop", "", "b");
        put(store, 20, "p24", "thang", "2024-10-25", "a");
        put(store, 20, "p23", "nop", "", "a"); /* in the same millisecond, later */
        put(store, 40, "", "", "", "");
        const struct {
                struct audit_filter filter;
                const char *expected;
        } cases[] = {
                {{0}, "10 20 20 30 40"},
                {{.since_ms = 20}, "20 20 30 40"},
                {{.plan = "p24"}, "10 20 30"},
                {{.item = "nop"}, "10 20 30"},
                {{.item = "nop", .agency = "a"}, "20 30"},
                {{.item = "thang", .key = "2024-10-25"}, "20"},
                {{.agency = "a", .since_ms = 21}, "30"},
                {{.limit = 2, .offset = 1}, "20 20"},
                {{.agency = "none"}, ""},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                char times[40] = "";
                OK(store, store_each_audit(store, &cases[i].filter, note_time, times));
                if (strcmp(times, cases[i].expected) != 0)
                        fail_msg("case %zu: %s, not %s", i, times, cases[i].expected);
        }
}

static void test_is_only_added_to(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        put(store, 30, "p24", "nop", "", "a");
        const char *const attempts[] = {"DELETE FROM audit", "UPDATE audit SET who = 'nobody'"};
        for (size_t i = 0; i < ELEMENTS(attempts); i++)
                assert_int_equal(sqlite3_exec(store->db, attempts[i], NULL, NULL, NULL), SQLITE_CONSTRAINT_TRIGGER);
        char times[40] = "";
        OK(store, store_each_audit(store, &(struct audit_filter){0}, note_time, times));
        assert_string_equal(times, "30");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_lists_by_filter, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_is_only_added_to, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
