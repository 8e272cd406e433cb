/* Plans, as far as they outlive their files: what a report needs, and when each closes. */
#include "store/plans.h"

#include "store/rows.h"

#define FIELDS "id, year, title, closes, moved, closed, ends"

void plan_record_clear(struct plan_record *record)
{
        free(record->title);
        *record = (struct plan_record){0};
}

static void clear_row(void *record)
{
        plan_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct plan_record row = {0};
        query_read_ident(query, row.id);
        row.term.year = (int32_t)query_read_below(query, CIVIL_LAST_YEAR + 1);
        CLEANUP_FREE char *title = query_read_text(query);
        row.term.closes = query_read_day(query);
        row.term.moved = query_read_day(query);
        row.closed = query_read_flag(query);
        row.term.ends = query_read_day(query);
        int r = query_check(query);
        if (r < 0)
                return r;
        row.title = TAKE_PTR(title);
        *(struct plan_record *)record = row;
        return 0;
}

static const struct row_type plan_rows = {.size = sizeof(struct plan_record), .read = read_row, .clear = clear_row};

int store_find_plan(struct store *store, const char *id, struct plan_record *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FIND_PLAN, "SELECT " FIELDS " FROM plan WHERE id = ?");
        query_bind_text(&query, id);
        return query_fetch_one(&query, &plan_rows, ret);
}

int store_put_plan(struct store *store, const struct plan_record *record)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_PUT_PLAN, "INSERT OR REPLACE INTO plan (" FIELDS ") VALUES (?, ?, ?, ?, ?, ?, ?)");
        query_bind_text(&query, record->id);
        query_bind_integer(&query, record->term.year);
        query_bind_text(&query, record->title ? record->title : "");
        query_bind_day(&query, record->term.closes);
        query_bind_day(&query, record->term.moved);
        query_bind_integer(&query, record->closed);
        query_bind_day(&query, record->term.ends);
        return query_do(&query);
}

int store_all_plans(struct store *store, struct plan_record **ret, size_t *ret_n)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_ALL_PLANS, "SELECT " FIELDS " FROM plan ORDER BY year, id");
        void *plans = NULL;
        int r = query_fetch_all(&query, &plan_rows, &plans, ret_n);
        if (r == 0)
                *ret = plans;
        return r;
}

void store_free_plans(struct plan_record *plans, size_t n)
{
        for (size_t i = 0; i < n; i++)
                plan_record_clear(&plans[i]);
        free(plans);
}
