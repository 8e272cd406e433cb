/* Occurrences: one date of an item, with the rungs that concern all its agencies at once. */
#include "store/occurrences.h"

#include "store/rows.h"

#define VALUES "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

void occurrence_record_clear(struct occurrence_record *record)
{
        free(record->title);
        *record = (struct occurrence_record){0};
}

static void clear_row(void *record)
{
        occurrence_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct occurrence_record row = {
                .planned = {.fixed = CIVIL_NONE, .done_on = CIVIL_NONE, .snoozed_until = CIVIL_NONE},
        };
        row.id = query_read_id(query, "occurrence");
        query_read_ident(query, row.plan);
        query_read_ident(query, row.item);
        query_read_key(query, row.key);
        CLEANUP_FREE char *title = query_read_text(query);
        row.planned.from = query_read_day(query);
        row.planned.due = query_read_day(query);
        row.planned.tentative = query_read_flag(query);
        row.planned.observance = query_read_flag(query);
        row.planned.shift = (enum shift)query_read_below(query, SHIFT_NONE + 1);
        row.planned.lapses = query_read_flag(query);
        row.fix_by = query_read_day(query);
        row.withdrawn = query_read_flag(query);
        row.handled = query_read_moment(query);
        row.next_fire = query_read_next(query);
        int r = query_check(query);
        if (r < 0)
                return r;
        row.title = TAKE_PTR(title);
        *(struct occurrence_record *)record = row;
        return 0;
}

const struct row_type occurrence_rows = {
        .size = sizeof(struct occurrence_record), .read = read_row, .clear = clear_row};

int store_find_occurrence(struct store *store, const char *plan, const char *item, const char *key,
                          struct occurrence_record *ret)
{
        static const char sql[] =
                "SELECT id, " OCCURRENCE_FIELDS " FROM occurrence WHERE plan = ? AND item = ? AND key = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FIND_OCCURRENCE, sql);
        query_bind_text(&query, plan);
        query_bind_text(&query, item);
        query_bind_text(&query, key);
        return query_fetch_one(&query, &occurrence_rows, ret);
}

int store_get_occurrence(struct store *store, int64_t id, struct occurrence_record *ret)
{
        static const char sql[] = "SELECT id, " OCCURRENCE_FIELDS " FROM occurrence WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_OCCURRENCE, sql);
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &occurrence_rows, ret);
}

int store_put_occurrence(struct store *store, struct occurrence_record *record)
{
        static const char insert[] = "INSERT INTO occurrence (" OCCURRENCE_FIELDS ", id) VALUES (" VALUES ", ?)";
        static const char update[] = "UPDATE occurrence SET (" OCCURRENCE_FIELDS ") = (" VALUES ") WHERE id = ?";
        bool new = record->id == 0;
        CLEANUP_QUERY struct query query = query_cached(
                store, new ? STATEMENT_INSERT_OCCURRENCE : STATEMENT_UPDATE_OCCURRENCE, new ? insert : update);
        query_bind_text(&query, record->plan);
        query_bind_text(&query, record->item);
        query_bind_text(&query, record->key);
        query_bind_text(&query, record->title ? record->title : "");
        query_bind_day(&query, record->planned.from);
        query_bind_day(&query, record->planned.due);
        query_bind_integer(&query, record->planned.tentative);
        query_bind_integer(&query, record->planned.observance);
        query_bind_integer(&query, record->planned.shift);
        query_bind_integer(&query, record->planned.lapses);
        query_bind_day(&query, record->fix_by);
        query_bind_integer(&query, record->withdrawn);
        query_bind_integer(&query, record->handled);
        query_bind_unless(&query, record->next_fire, WALL_NEVER);
        query_bind_unless(&query, record->id, 0);
        int64_t r = query_run(&query);
        if (r < 0)
                return (int)r;
        if (r == 0)
                return store_missing(store, "occurrence", record->id);
        if (new)
                record->id = sqlite3_last_insert_rowid(store->db);
        return 0;
}

int store_due_occurrences(struct store *store, wall_time now, struct occurrence_record *records, size_t n)
{
        static const char sql[] =
                "SELECT id, " OCCURRENCE_FIELDS " FROM occurrence WHERE next_fire <= ? ORDER BY next_fire, id LIMIT ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_DUE_OCCURRENCES, sql);
        query_bind_integer(&query, now);
        query_bind_integer(&query, (int64_t)n);
        return query_fetch(&query, &occurrence_rows, records, n);
}
