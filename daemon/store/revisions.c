/* Revisions of what calendars say. */
#include "store/revisions.h"

#include "store/rows.h"

static int read_row(struct query *query, void *record)
{
        struct revision row = {.number = 0};
        (void)query_read_id(query, "revision");
        row.number = (int32_t)query_read_below(query, INT32_MAX);
        row.at_ms = query_read_ms_or(query, 0);
        int r = query_check(query);
        if (r == 0)
                *(struct revision *)record = row;
        return r;
}

const struct row_type revision_rows = {.size = sizeof(struct revision), .read = read_row, .clear = query_keep_row};

int store_get_revision(struct store *store, int64_t obligation, struct revision *ret)
{
        static const char sql[] = "SELECT " REVISION_COLUMNS " FROM revision WHERE obligation = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_REVISION, sql);
        query_bind_integer(&query, obligation);
        int r = query_fetch_one(&query, &revision_rows, ret);
        if (r == STORE_NONE)
                *ret = (struct revision){.number = 0};
        return r < 0 ? r : 0;
}

/* As the trigger of schema_17. */
int store_revise(struct store *store, int64_t obligation)
{
        static const char sql[] = "INSERT INTO revision VALUES (?, 1, NULL) ON CONFLICT (obligation)"
                                  " DO UPDATE SET number = number + 1, at_ms = NULL WHERE at_ms IS NOT NULL";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_REVISE, sql);
        query_bind_integer(&query, obligation);
        return query_do(&query);
}

int store_stamp_revisions(struct store *store, int64_t now_ms)
{
        static const char sql[] = "UPDATE revision SET at_ms = ? WHERE at_ms IS NULL";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_STAMP_REVISIONS, sql);
        query_bind_integer(&query, now_ms);
        return query_do(&query);
}
