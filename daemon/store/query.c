/* Runs SQL statements: preparing, binding, stepping. */
#include "store/query.h"

#include <errno.h>

static sqlite3_stmt *prepare(struct query *query, const char *sql, unsigned flags)
{
        sqlite3_stmt *statement = NULL;
        errno = 0;
        int code = sqlite3_prepare_v3(query->store->db, sql, -1, flags, &statement, NULL);
        if (code != SQLITE_OK)
                query->error = store_fail(query->store, code);
        return statement;
}

struct query query_cached(struct store *store, enum statement which, const char *sql)
{
        struct query query = {.store = store, .error = store->failure};
        if (!query.error && !store->statements[which])
                store->statements[which] = prepare(&query, sql, SQLITE_PREPARE_PERSISTENT);
        query.statement = store->statements[which];
        return query;
}

void query_forget(struct store *store)
{
        for (size_t i = 0; i < STATEMENTS; i++)
                sqlite3_finalize(store->statements[i]);
}

struct query query_prepared(struct store *store, const char *sql)
{
        struct query query = {.store = store, .error = store->failure, .owned = true};
        if (!query.error)
                query.statement = prepare(&query, sql, 0);
        return query;
}

void query_end(struct query *query)
{
        if (!query->statement)
                return;
        if (query->owned) {
                sqlite3_finalize(query->statement);
        } else {
                sqlite3_reset(query->statement);
                sqlite3_clear_bindings(query->statement);
        }
        query->statement = NULL;
}

void query_rewind(struct query *query)
{
        sqlite3_reset(query->statement);
        query->bound = 0;
}

static void bound(struct query *query, int code)
{
        if (code != SQLITE_OK)
                query->error = store_fail(query->store, code);
}

void query_bind_integer(struct query *query, int64_t value)
{
        if (!query->error)
                bound(query, sqlite3_bind_int64(query->statement, ++query->bound, value));
}

void query_bind_unless(struct query *query, int64_t value, int64_t none)
{
        if (value != none)
                query_bind_integer(query, value);
        else if (!query->error)
                bound(query, sqlite3_bind_null(query->statement, ++query->bound));
}

void query_bind_day(struct query *query, civil_day day)
{
        query_bind_unless(query, day, CIVIL_NONE);
}

void query_bind_text(struct query *query, const char *text)
{
        if (!query->error)
                bound(query, sqlite3_bind_text(query->statement, ++query->bound, text, -1, SQLITE_STATIC));
}

int query_step(struct query *query)
{
        if (query->error)
                return query->error;
        query->read = 0;
        errno = 0;
        int code = sqlite3_step(query->statement);
        if (code == SQLITE_ROW)
                return QUERY_ROW;
        if (code == SQLITE_DONE)
                return QUERY_END;
        return query->error = store_fail(query->store, code);
}

int64_t query_run(struct query *query)
{
        int r = query_step(query);
        return r < 0 ? r : sqlite3_changes64(query->store->db);
}

int query_do(struct query *query)
{
        int r = query_step(query);
        return r < 0 ? r : 0;
}

int query_check(const struct query *query)
{
        return query->error;
}
