/* Holds: to whom nothing is sent just now. */
#include "store/holds.h"

#include "store/rows.h"

void hold_record_clear(struct hold_record *record)
{
        free(record->by);
        free(record->reason);
        *record = (struct hold_record){0};
}

static void clear_row(void *record)
{
        hold_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct hold_record row = {.since_ms = 0};
        query->table = "hold";
        query_read_ident_or_none(query, row.agency);
        row.until = query_read_day(query);
        row.since_ms = query_read_ms(query);
        row.by = query_read_text(query);
        row.reason = query_read_text(query);
        int r = query_check(query);
        if (r < 0) {
                hold_record_clear(&row);
                return r;
        }
        *(struct hold_record *)record = row;
        return 0;
}

const struct row_type hold_rows = {.size = sizeof(struct hold_record), .read = read_row, .clear = clear_row};

int store_put_hold(struct store *store, const struct hold_record *record)
{
        static const char sql[] = "INSERT OR REPLACE INTO hold (" HOLD_COLUMNS ") VALUES (?, ?, ?, ?, ?)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_PUT_HOLD, sql);
        query_bind_text(&query, record->agency);
        query_bind_day(&query, record->until);
        query_bind_integer(&query, record->since_ms);
        query_bind_text(&query, record->by);
        query_bind_text(&query, record->reason);
        return query_do(&query);
}

static int64_t drop(struct store *store, const char *agency)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_END_HOLD, "DELETE FROM hold WHERE agency = ?");
        query_bind_text(&query, agency);
        return query_run(&query);
}

int store_end_hold(struct store *store, const char *agency)
{
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r < 0)
                return r;
        int64_t n = drop(store, agency);
        if (n <= 0)
                return n < 0 ? (int)n : STORE_NONE;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_REARM_OCCURRENCES,
                                                        "UPDATE occurrence SET next_fire = 0 WHERE withdrawn = 0");
        r = query_do(&query);
        return r < 0 ? r : unit_commit(&unit);
}

int store_find_hold(struct store *store, const char *agency, struct hold_record *ret)
{
        static const char sql[] =
                "SELECT " HOLD_COLUMNS " FROM hold AS h WHERE " HOLD_COVERS("?1") " ORDER BY h.agency DESC LIMIT 1";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FIND_HOLD, sql);
        query_bind_text(&query, agency);
        return query_fetch_one(&query, &hold_rows, ret);
}

int store_list_holds(struct store *store, struct hold_record **ret, size_t *ret_n)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_LIST_HOLDS, "SELECT " HOLD_COLUMNS " FROM hold ORDER BY agency");
        void *records = NULL;
        int r = query_fetch_all(&query, &hold_rows, &records, ret_n);
        if (r == 0)
                *ret = records;
        return r;
}

int store_is_delivery_held(struct store *store, int64_t delivery, bool *ret)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_DELIVERY_HELD,
                                                        "SELECT 1 FROM delivery WHERE seq = ? AND " DELIVERY_IS_HELD);
        query_bind_integer(&query, delivery);
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret = r == QUERY_ROW;
        return 0;
}
