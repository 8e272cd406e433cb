/* Claims and requests: what agencies said, and how it was answered. */
#include "store/claims.h"

#include "store/listing.h"
#include "store/rows.h"

void claim_record_clear(struct claim_record *record)
{
        free(record->by);
        free(record->text);
        free(record->answered_by);
        free(record->answer);
        *record = (struct claim_record){0};
}

static void clear_row(void *record)
{
        claim_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct claim_record row = {.id = query_read_id(query, "claim")};
        row.obligation_id = query_read_integer(query);
        query_read_ident(query, row.plan);
        query_read_ident(query, row.item);
        query_read_key(query, row.key);
        query_read_ident(query, row.agency);
        row.claim.on = query_read_day(query);
        row.claim.until = query_read_day(query);
        row.claim.channel = (enum claim_channel)query_read_below(query, CLAIM_CHANNELS);
        row.claim.state = (enum claim_state)query_read_below(query, CLAIM_STATES);
        row.by = query_read_text(query);
        row.text = query_read_text(query);
        row.made_ms = query_read_ms(query);
        row.answered_ms = query_read_ms_or(query, 0);
        row.answered_by = query_read_text(query);
        row.answer = query_read_text(query);
        int r = query_check(query);
        if (r < 0) {
                claim_record_clear(&row);
                return r;
        }
        *(struct claim_record *)record = row;
        return 0;
}

const struct row_type claim_rows = {.size = sizeof(struct claim_record), .read = read_row, .clear = clear_row};

static int overtake(struct store *store, int64_t obligation_id)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_OVERTAKE_CLAIM, "UPDATE claim SET state = 4 WHERE obligation = ? AND state = 0");
        query_bind_integer(&query, obligation_id);
        return query_do(&query);
}

static int insert(struct store *store, const struct claim_record *record)
{
        static const char sql[] = "INSERT INTO claim (obligation, on_day, until_day, channel, state, by, text, made_ms)"
                                  " VALUES (?, ?, ?, ?, 0, ?, ?, ?)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_ADD_CLAIM, sql);
        query_bind_integer(&query, record->obligation_id);
        query_bind_day(&query, record->claim.on);
        query_bind_day(&query, record->claim.until);
        query_bind_integer(&query, record->claim.channel);
        query_bind_text(&query, record->by);
        query_bind_text(&query, record->text);
        query_bind_integer(&query, record->made_ms);
        return query_do(&query);
}

int store_add_claim(struct store *store, struct claim_record *record)
{
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = overtake(store, record->obligation_id);
        if (r >= 0)
                r = insert(store, record);
        if (r < 0)
                return r;
        record->id = sqlite3_last_insert_rowid(store->db);
        return unit_commit(&unit);
}

int store_get_claim(struct store *store, int64_t id, struct claim_record *ret)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_GET_CLAIM, "SELECT " CLAIM_COLUMNS " FROM " CLAIM_TABLES " WHERE k.id = ?");
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &claim_rows, ret);
}

int store_find_open_claim(struct store *store, int64_t obligation_id, struct claim_record *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FIND_OPEN_CLAIM,
                             "SELECT " CLAIM_COLUMNS " FROM " CLAIM_TABLES " WHERE k.obligation = ? AND k.state = 0");
        query_bind_integer(&query, obligation_id);
        return query_fetch_one(&query, &claim_rows, ret);
}

int store_answer_claim(struct store *store, int64_t id, enum claim_state state, const char *by, const char *answer,
                       int64_t now_ms)
{
        static const char sql[] = "UPDATE claim SET state = ?, answered_by = ?, answer = ?, answered_ms = ?"
                                  " WHERE id = ? AND state = 0";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_ANSWER_CLAIM, sql);
        query_bind_integer(&query, state);
        query_bind_text(&query, by);
        query_bind_text(&query, answer);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, id);
        int64_t n = query_run(&query);
        return n < 0 ? (int)n : n == 0 ? STORE_NONE : 0;
}

int store_each_claim(struct store *store, const struct claim_filter *filter, claim_visitor visit, void *userdata)
{
        const struct condition conditions[] = {
                {filter->agency, "o.agency = ?", .text = filter->agency},
                {filter->state >= 0, "k.state = ?", .number = filter->state},
        };
        const struct listing listing = {
                .select = "SELECT k.id FROM claim AS k CROSS JOIN obligation AS o ON o.id = k.obligation",
                .conditions = conditions,
                .n = ELEMENTS(conditions),
                .order = "k.id DESC",
                .limit = filter->limit,
                .offset = filter->offset,
        };
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = listing_ids(store, &listing, &ids, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(claim_record_clear) struct claim_record record = {0};
                r = store_get_claim(store, ids[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}
