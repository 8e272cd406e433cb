/* Want of memory, at one allocation after the other: an error in time, nothing half done, a store that works again. */
#include "fixture.h"
#include "workload.h"

#include <sqlite3.h>

static sqlite3_mem_methods usual;
static long countdown; /* the allocation that fails, and one of every three after it; 0: none */

static bool fails(void)
{
        if (countdown == 0 || countdown-- > 1)
                return false;
        countdown = 3;
        return true;
}

static void *failing_malloc(int n)
{
        return fails() ? NULL : usual.xMalloc(n);
}

static void *failing_realloc(void *old, int n)
{
        return fails() ? NULL : usual.xRealloc(old, n);
}

static int hook_allocator(void **state)
{
        (void)state;
        sqlite3_mem_methods failing;
        if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual) != SQLITE_OK)
                return -1;
        failing = usual;
        failing.xMalloc = failing_malloc;
        failing.xRealloc = failing_realloc;
        return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) == SQLITE_OK ? 0 : -1;
}

/* One attempt within one transaction; 0 when memory was enough. */
static int attempt(struct store *store, long at)
{
        countdown = at;
        int r = store_begin(store);
        if (r >= 0)
                r = workload_run(store);
        if (r >= 0)
                r = store_commit(store);
        countdown = 0;
        store_rollback(store);
        return r < 0 ? r : 0;
}

#define ATTEMPTS_MAX 60000
#define EACH 1000 /* of some twenty thousand allocations: after them each 23rd fails, for the sake of time */

static long next(long at)
{
        return at + (at < EACH ? 1 : 23);
}

static void test_allocations_may_fail(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        long at = 1;
        for (; at < ATTEMPTS_MAX; at = next(at)) {
                int r = attempt(store, at);
                if (r == 0)
                        break;
                if (r != -ENOMEM)
                        fail_msg("allocation %ld: %d, %s", at, r, store_error(store));
                struct store_counts counts;
                OK(store, store_count(store, 200, &counts));
                assert_int_equal(counts.obligations_open + counts.sent, 0);
        }
        assert_true(at > 100 && at < ATTEMPTS_MAX);
}

static void test_opening_may_fail(void **state)
{
        struct fixture *fixture = *state;
        int r = -ENOMEM;
        long at = 1;
        for (; r != 0 && at < ATTEMPTS_MAX; at = next(at)) {
                CLEANUP_FREE char *said = NULL;
                countdown = at;
                r = store_open(fixture->dir, &fixture->store, &said);
                countdown = 0;
                if (r != 0 && r != -ENOMEM)
                        fail_msg("allocation %ld: %d, %s", at, r, said ? said : "no words");
        }
        assert_int_equal(r, 0);
        assert_true(at > 50);
        OK(fixture->store, workload_run(fixture->store));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_allocations_may_fail, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_opening_may_fail, fixture_folder, fixture_end),
        };
        return cmocka_run_group_tests(tests, hook_allocator, NULL);
}
