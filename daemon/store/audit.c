/* The audit log: who decided what, only ever added to. */
#include "store/audit.h"

#include "store/listing.h"
#include "store/rows.h"

void audit_record_clear(struct audit_record *record)
{
        free(record->who);
        free(record->verb);
        free(record->detail);
        *record = (struct audit_record){0};
}

static void clear_row(void *record)
{
        audit_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct audit_record row = {.id = query_read_id(query, "audit")};
        row.at_ms = query_read_ms(query);
        row.who = query_read_text(query);
        row.uid = query_read_integer(query);
        row.verb = query_read_text(query);
        query_read_name(query, sizeof(row.plan), row.plan);
        query_read_name(query, sizeof(row.item), row.item);
        query_read_name(query, sizeof(row.key), row.key);
        query_read_name(query, sizeof(row.agency), row.agency);
        row.detail = query_read_text(query);
        int r = query_check(query);
        if (r < 0) {
                audit_record_clear(&row);
                return r;
        }
        *(struct audit_record *)record = row;
        return 0;
}

const struct row_type audit_rows = {.size = sizeof(struct audit_record), .read = read_row, .clear = clear_row};

int store_add_audit(struct store *store, const struct audit_record *record)
{
        static const char sql[] = "INSERT INTO audit (at_ms, who, uid, verb, plan, item, key, agency, detail)"
                                  " VALUES (?, coalesce(?, ''), ?, coalesce(?, ''), ?, ?, ?, ?, coalesce(?, ''))";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_ADD_AUDIT, sql);
        query_bind_integer(&query, record->at_ms);
        query_bind_text(&query, record->who);
        query_bind_integer(&query, record->uid);
        query_bind_text(&query, record->verb);
        query_bind_text(&query, record->plan);
        query_bind_text(&query, record->item);
        query_bind_text(&query, record->key);
        query_bind_text(&query, record->agency);
        query_bind_text(&query, record->detail);
        return query_do(&query);
}

static int list(struct store *store, const struct audit_filter *filter, int64_t **ret, size_t *ret_n)
{
        const struct condition conditions[] = {
                {filter->plan, "plan = ?", .text = filter->plan},
                {filter->item, "item = ?", .text = filter->item},
                {filter->key, "key = ?", .text = filter->key},
                {filter->agency, "agency = ?", .text = filter->agency},
                {filter->since_ms, "at_ms >= ?", .number = filter->since_ms},
        };
        const struct listing listing = {
                .select = "SELECT id FROM audit",
                .conditions = conditions,
                .n = ELEMENTS(conditions),
                .order = "at_ms, id",
                .limit = filter->limit,
                .offset = filter->offset,
        };
        return listing_ids(store, &listing, ret, ret_n);
}

static int get_audit(struct store *store, int64_t id, struct audit_record *ret)
{
        static const char sql[] = "SELECT " AUDIT_COLUMNS " FROM audit WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_AUDIT, sql);
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &audit_rows, ret);
}

int store_each_audit(struct store *store, const struct audit_filter *filter, audit_visitor visit, void *userdata)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = list(store, filter, &ids, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(audit_record_clear) struct audit_record record = {0};
                r = get_audit(store, ids[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}
