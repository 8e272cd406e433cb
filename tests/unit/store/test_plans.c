/* Every statement goes by an index: what it costs grows with what it returns, not with what is stored. */
#include "fixture.h"
#include "workload.h"

#include "store/query.h"

/* Reading all of these is what is meant, or they are small. */
static const char *const allowed[] = {
        "SCAN obligation_tally",                       /* a row for each day that something is due on */
        "SCAN delivery_tally",                         /* a row for each channel and state */
        "SCAN claim USING COVERING INDEX claim_state", /* two bytes of each that a person made */
        "SCAN plan",                                   /* a row for each plan there ever was */
        "SCAN unread",                                 /* what nobody has acknowledged */
        "SCAN hold",                                   /* to whom nothing is sent just now: none, or one or two */
        "SCAN h",
        "SCAN x",         /* the one value of a list's WITH */
        "SCAN (subquery", /* the rows of an inner query, which stand in the plan themselves */
        "SCAN CONSTANT ROW",
};

/* Reading all of a partial index is reading what was asked for: it holds nothing else. */
static const char *const partial[] = {
        "obligation_open", "obligation_dateless", "obligation_fire", "obligation_aside", "obligation_snoozed",
        "occurrence_fire", "notice_new",          "claim_open",      "revision_unseen",
};

/* Statements that are to read a whole table: rare (a sync; a start, a reload, a clock that was set, a hold; a look at
 * whether indexes and tables agree; a retry by hand). */
static const enum statement whole[] = {STATEMENT_LIVE_OCCURRENCES,     STATEMENT_UNSETTLE_OCCURRENCES,
                                       STATEMENT_UNSETTLE_OBLIGATIONS, STATEMENT_VERIFY_OCCURRENCES,
                                       STATEMENT_VERIFY_OBLIGATIONS,   STATEMENT_REARM_OCCURRENCES,
                                       STATEMENT_FORGET_LAST_SENT,     STATEMENT_NAME_OCCURRENCES};

static bool is_allowed(const char *detail)
{
        for (size_t i = 0; i < ELEMENTS(allowed); i++)
                if (strncmp(detail, allowed[i], strlen(allowed[i])) == 0)
                        return true;
        for (size_t i = 0; i < ELEMENTS(partial); i++)
                if (strstr(detail, partial[i]))
                        return true;
        return false;
}

static int assert_no_scan(sqlite3 *db, const char *sql)
{
        CLEANUP_FREE char *explain = NULL;
        assert_true(asprintf(&explain, "EXPLAIN QUERY PLAN %s", sql) > 0);
        sqlite3_stmt *statement = NULL;
        assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &statement, NULL), SQLITE_OK);
        int steps = 0;
        while (sqlite3_step(statement) == SQLITE_ROW) {
                const char *detail = (const char *)sqlite3_column_text(statement, 3);
                if (getenv("PLANS"))
                        print_message("%s\n    %s\n", sql, detail);
                if (strncmp(detail, "SCAN", 4) == 0 && !is_allowed(detail))
                        fail_msg("%s\n    %s", sql, detail);
                steps++;
        }
        sqlite3_finalize(statement);
        return steps;
}

static bool reads_all(size_t which)
{
        for (size_t i = 0; i < ELEMENTS(whole); i++)
                if (whole[i] == which)
                        return true;
        return false;
}

static void test_cached_statements(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        OK(store, store_begin_read(store));
        store_end_read(store);
        OK(store, store_begin(store));
        OK(store, workload_run(store));
        OK(store, store_commit(store));
        int steps = 0;
        for (size_t i = 0; i < STATEMENTS; i++) {
                if (!store->statements[i])
                        fail_msg("the workload never ran statement %zu", i);
                if (!reads_all(i))
                        steps += assert_no_scan(store->db, sqlite3_sql(store->statements[i]));
        }
        assert_true(steps > STATEMENTS / 2);
}

struct lists {
        char *sql[96];
        size_t n;
};

/* https://www.sqlite.org/c3ref/trace_v2.html */
static int collect(unsigned event, void *userdata, void *statement, void *text)
{
        struct lists *lists = userdata;
        const char *sql = sqlite3_sql(statement);
        (void)event;
        (void)text;
        if (sql && strstr(sql, "LIMIT ? OFFSET ?") && lists->n < ELEMENTS(lists->sql))
                lists->sql[lists->n++] = strdup(sql);
        return 0;
}

static void test_lists(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        struct lists lists = {0};
        int64_t obligations[2] = {1, 2};
        sqlite3_trace_v2(store->db, SQLITE_TRACE_STMT, collect, &lists);
        OK(store, workload_views(store, obligations, 1));
        sqlite3_trace_v2(store->db, 0, NULL, NULL);
        assert_int_equal(lists.n, 49);
        for (size_t i = 0; i < lists.n; i++) {
                assert_no_scan(store->db, lists.sql[i]);
                free(lists.sql[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_cached_statements, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_lists, fixture_scratch, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
