/* Notices: one rung that fell due, unique for ever; and what stops or settles them. */
#include "store/rows.h"

void notice_record_clear(struct notice_record *record)
{
        free(record->detail);
        *record = (struct notice_record){0};
}

static void clear_row(void *record)
{
        notice_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct notice_record row = {.id = query_read_id(query, "notice")};
        row.occurrence_id = query_read_or(query, 0);
        row.obligation_id = query_read_or(query, 0);
        query_read_ident_or_none(query, row.agency);
        query_read_name(query, sizeof(row.rung), row.rung);
        row.kind = (enum notice_kind)query_read_below(query, KIND_COUNT);
        row.state = (enum notice_state)query_read_below(query, NOTICE_STATES);
        CLEANUP_FREE char *detail = query_read_text(query);
        row.rung_at = query_read_moment(query);
        row.made_ms = query_read_ms(query);
        int r = query_check(query);
        if (r < 0)
                return r;
        row.detail = TAKE_PTR(detail);
        *(struct notice_record *)record = row;
        return 0;
}

const struct row_type notice_rows = {.size = sizeof(struct notice_record), .read = read_row, .clear = clear_row};

/* The id of the notice with the same key; each kind of key has its index. 1: there is none. */
static int find_same(struct store *store, const struct notice_record *record, int64_t *ret)
{
        static const char of_obligation[] = "SELECT id FROM notice WHERE obligation = ?1 AND rung = ?2";
        static const char of_occurrence[] = "SELECT id FROM notice WHERE obligation IS NULL AND occurrence = ?1"
                                            " AND rung = ?2 AND agency = ?3";
        static const char of_agency[] = "SELECT id FROM notice WHERE obligation IS NULL AND occurrence IS NULL"
                                        " AND rung = ?2 AND agency = ?3 AND ?1 = 0";
        CLEANUP_QUERY struct query query =
                record->obligation_id   ? query_cached(store, STATEMENT_SAME_NOTICE_OF_OBLIGATION, of_obligation)
                : record->occurrence_id ? query_cached(store, STATEMENT_SAME_NOTICE_OF_OCCURRENCE, of_occurrence)
                                        : query_cached(store, STATEMENT_SAME_NOTICE_OF_AGENCY, of_agency);
        query_bind_integer(&query, record->obligation_id ? record->obligation_id : record->occurrence_id);
        query_bind_text(&query, record->rung);
        if (!record->obligation_id)
                query_bind_text(&query, record->agency);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : 1;
        *ret = query_read_integer(&query);
        return query_check(&query);
}

/* What was cancelled before it left is to be said after all (an obligation reopened, an item put back); so is what was
 * passed over at a moment that is still to come, by a clock that ran ahead. 1: the notice that exists is no such. */
static int revive(struct store *store, struct notice_record *record)
{
        static const char sql[] = "UPDATE notice SET state = 0, kind = ?1, detail = ?2, made_ms = ?3, rung_at = ?5"
                                  " WHERE id = ?4 AND ((state = 4 AND detail IS NOT '" DROPPED "')"
                                  " OR (state = 5 AND made_ms > ?3))"
                                  " AND NOT EXISTS (SELECT 1 FROM carried AS c JOIN delivery AS d ON d.seq = c.delivery"
                                  " WHERE c.notice = notice.id AND d.state = 1) RETURNING id";
        int64_t id;
        int r = find_same(store, record, &id);
        if (r != 0)
                return r;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_REVIVE_NOTICE, sql);
        query_bind_integer(&query, record->kind);
        query_bind_text(&query, record->detail);
        query_bind_integer(&query, record->made_ms);
        query_bind_integer(&query, id);
        query_bind_integer(&query, record->rung_at);
        r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : 1;
        record->id = id;
        CLEANUP_QUERY struct query stop = query_cached(store, STATEMENT_STOP_REVIVED,
                                                       "UPDATE carried SET stop = 1 WHERE notice = ? AND stop = 0");
        query_bind_integer(&stop, id);
        return query_do(&stop);
}

int store_add_notice(struct store *store, struct notice_record *record)
{
        static const char sql[] = "INSERT INTO notice (occurrence, obligation, agency, rung, kind, state, detail,"
                                  " rung_at, made_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_ADD_NOTICE, sql);
        query_bind_unless(&query, record->occurrence_id, 0);
        query_bind_unless(&query, record->obligation_id, 0);
        query_bind_text(&query, record->agency);
        query_bind_text(&query, record->rung);
        query_bind_integer(&query, record->kind);
        query_bind_integer(&query, record->state);
        query_bind_text(&query, record->detail);
        query_bind_integer(&query, record->rung_at);
        query_bind_integer(&query, record->made_ms);
        int64_t r = query_run(&query);
        if (r < 0)
                return (int)r;
        if (r == 0)
                return record->state == NOTICE_NEW ? revive(store, record) : 1;
        record->id = sqlite3_last_insert_rowid(store->db);
        return 0;
}

int store_rename_notice(struct store *store, const struct notice_record *record, const char *rung)
{
        static const char sql[] = "UPDATE OR IGNORE notice SET rung = ? WHERE obligation IS NULL AND occurrence = ?"
                                  " AND agency = ? AND rung = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_RENAME_NOTICE, sql);
        query_bind_text(&query, rung);
        query_bind_integer(&query, record->occurrence_id);
        query_bind_text(&query, record->agency);
        query_bind_text(&query, record->rung);
        return query_do(&query);
}

int store_get_notice(struct store *store, int64_t id, struct notice_record *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_GET_NOTICE, "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE n.id = ?");
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &notice_rows, ret);
}

int store_new_notices(struct store *store, const char *first, const char *end, struct notice_record *records, size_t n)
{
        static const char sql[] = "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE n.state = 0"
                                  " AND n.agency >= ? AND n.agency < ? ORDER BY n.agency, n.kind, n.id LIMIT ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NEW_NOTICES, sql);
        query_bind_text(&query, first);
        query_bind_text(&query, end);
        query_bind_integer(&query, (int64_t)n);
        return query_fetch(&query, &notice_rows, records, n);
}

int store_set_notice(struct store *store, int64_t id, enum notice_state state, const char *detail)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_SET_NOTICE,
                             "UPDATE notice SET state = iif(state = 2 AND ?1 = 4, 2, ?1), detail = coalesce(?2, detail)"
                             " WHERE id = ?3");
        query_bind_integer(&query, state);
        query_bind_text(&query, detail);
        query_bind_integer(&query, id);
        int64_t r = query_run(&query);
        if (r < 0)
                return (int)r;
        return r > 0 ? 0 : store_missing(store, "notice", id);
}

int store_count_notices(struct store *store, int64_t obligation_id, struct notice_counts *ret)
{
        static const char sql[] = "SELECT kind, sent_ms FROM notice WHERE obligation = ? AND state = 2";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_COUNT_NOTICES, sql);
        query_bind_integer(&query, obligation_id);
        struct notice_counts counts = {0};
        int r;
        while ((r = query_step(&query)) > 0) {
                enum notice_kind kind = (enum notice_kind)query_read_below(&query, KIND_COUNT);
                int64_t sent_ms = query_read_ms_or(&query, 0);
                if (!kind_reminds(kind))
                        continue;
                counts.reminders++;
                counts.overdue += kind == KIND_OVERDUE;
                if (sent_ms > counts.last_ms)
                        counts.last_ms = sent_ms;
        }
        if (r >= 0)
                r = query_check(&query);
        if (r < 0)
                return r;
        *ret = counts;
        return 0;
}

/* Those of an obligation, or with obligation 0 those of an occurrence itself. */
static int notices_of(struct store *store, int64_t occurrence, int64_t obligation, int64_t **ret, size_t *ret_n)
{
        static const char of_obligation[] = "SELECT id FROM notice WHERE obligation = ? ORDER BY id";
        static const char of_occurrence[] =
                "SELECT id FROM notice WHERE occurrence = ? AND obligation IS NULL ORDER BY id";
        CLEANUP_QUERY struct query query =
                obligation ? query_cached(store, STATEMENT_NOTICES_OF_OBLIGATION, of_obligation)
                           : query_cached(store, STATEMENT_NOTICES_OF_OCCURRENCE, of_occurrence);
        query_bind_integer(&query, obligation ? obligation : occurrence);
        return query_fetch_ids(&query, ret, ret_n);
}

int store_each_notice(struct store *store, int64_t occurrence_id, int64_t obligation_id, notice_visitor visit,
                      void *userdata)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = notices_of(store, occurrence_id, obligation_id, &ids, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(notice_record_clear) struct notice_record record = {0};
                r = store_get_notice(store, ids[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}

/* ---- stopping ---- */

static int cancel(struct store *store, int64_t id, const char *reason)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_CANCEL_NOTICE,
                             "UPDATE notice SET state = 4, detail = ? WHERE id = ? AND state IN (0, 1)");
        query_bind_text(&query, reason);
        query_bind_integer(&query, id);
        return query_do(&query);
}

/* A notice that was sent to one address may still wait for another: that too is not to be said any more. */
static int stop_waiting(struct store *store, int64_t id)
{
        static const char sql[] = "UPDATE carried SET stop = 1 + (d.state = 1) FROM delivery AS d"
                                  " WHERE carried.notice = ? AND carried.stop = 0"
                                  " AND d.seq = carried.delivery AND d.state IN (0, 1)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_STOP_CARRIED, sql);
        query_bind_integer(&query, id);
        return query_do(&query);
}

#define NOTHING_TO_SAY \
        "NOT EXISTS (SELECT 1 FROM carried AS c JOIN notice AS n ON n.id = c.notice" \
        " WHERE c.delivery = delivery.seq AND c.stop = 0 AND n.state NOT IN (4, 5))"

static int cancel_empty(struct store *store, int64_t notice)
{
        static const char sql[] = "UPDATE delivery SET state = 4 WHERE state = 0"
                                  " AND seq IN (SELECT delivery FROM carried WHERE notice = ?) AND " NOTHING_TO_SAY;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_CANCEL_EMPTY, sql);
        query_bind_integer(&query, notice);
        int64_t n = query_run(&query);
        if (n < 0)
                return (int)n;
        tally_move(store, DELIVERY_QUEUED, DELIVERY_CANCELLED, n, 0);
        return 0;
}

static int notice_stop(struct store *store, int64_t id, const char *reason)
{
        int r = cancel(store, id, reason);
        if (r >= 0)
                r = stop_waiting(store, id);
        if (r >= 0)
                r = cancel_empty(store, id);
        return r;
}

/* The sent ones too: see stop_waiting(). */
static int unsaid(struct store *store, int64_t occurrence, int64_t obligation, enum notice_kind kind, int64_t **ret,
                  size_t *ret_n)
{
        static const char of_obligation[] =
                "SELECT id FROM notice WHERE obligation = ? AND state IN (0, 1, 2) AND kind BETWEEN ? AND ?";
        static const char of_occurrence[] = "SELECT id FROM notice WHERE occurrence = ? AND obligation IS NULL"
                                            " AND state IN (0, 1, 2) AND kind BETWEEN ? AND ?";
        CLEANUP_QUERY struct query query = obligation
                                                   ? query_cached(store, STATEMENT_UNSAID_OF_OBLIGATION, of_obligation)
                                                   : query_cached(store, STATEMENT_UNSAID_OF_OCCURRENCE, of_occurrence);
        query_bind_integer(&query, obligation ? obligation : occurrence);
        query_bind_integer(&query, kind == KIND_COUNT ? 0 : kind);
        query_bind_integer(&query, kind);
        return query_fetch_ids(&query, ret, ret_n);
}

int store_cancel_notices(struct store *store, int64_t occurrence_id, int64_t obligation_id, enum notice_kind kind,
                         const char *reason)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = unsaid(store, occurrence_id, obligation_id, kind, &ids, &n);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = notice_stop(store, ids[i], reason);
        return r < 0 ? r : unit_commit(&unit);
}

int delivery_cancel_if_empty(struct store *store, int64_t delivery, int64_t now_ms)
{
        static const char sql[] = "UPDATE delivery SET state = 4, finished_ms = ? WHERE seq = ? AND state = 0"
                                  " AND EXISTS (SELECT 1 FROM carried WHERE delivery = seq) AND " NOTHING_TO_SAY;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_CANCEL_IF_EMPTY, sql);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, delivery);
        int64_t n = query_run(&query);
        if (n < 0)
                return (int)n;
        tally_move(store, DELIVERY_QUEUED, DELIVERY_CANCELLED, n, now_ms);
        return 0;
}

static int arrived(struct store *store, int64_t notice, bool stopped, int64_t now_ms)
{
        static const char sql[] = "UPDATE notice SET state = 2, sent_ms = ?1"
                                  " WHERE id = ?2 AND (state IN (1, 3) OR (?3 AND state = 4))";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NOTICE_ARRIVED, sql);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, notice);
        query_bind_integer(&query, stopped);
        return query_do(&query);
}

/* The judgement below, where it is plain: what the delivery carried has arrived. */
static int settle_sent(struct store *store, int64_t delivery, int64_t now_ms)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_CARRIED_BY, "SELECT notice, stop FROM carried WHERE delivery = ?");
        query_bind_integer(&query, delivery);
        int r;
        while ((r = query_step(&query)) > 0) {
                int64_t notice = query_read_integer(&query), stop = query_read_integer(&query);
                if (stop != 1)
                        r = arrived(store, notice, stop == 2, now_ms);
                if (r < 0)
                        return r;
        }
        return r;
}

/* Sent when any delivery was; else queued while any may still be; else failed when any did; else cancelled. What was
 * cancelled stays so, unless it was on the wire at that moment and arrived. */
int notices_settle(struct store *store, int64_t delivery, enum delivery_state state, int64_t now_ms)
{
        static const char sql[] =
                "UPDATE notice SET (state, sent_ms) ="
                " (SELECT CASE WHEN total(arrived) THEN 2 WHEN notice.state = 4 THEN 4"
                "         WHEN total(waits) THEN 1 WHEN total(failed) THEN 3 ELSE 4 END,"
                "         CASE WHEN total(arrived) THEN ? END"
                "  FROM (SELECT d.state = 2 AND (c.stop = 2 OR (c.stop = 0 AND notice.state <> 4)) AS arrived,"
                "               d.state < 2 AND c.stop = 0 AS waits, d.state = 3 AS failed"
                "        FROM carried AS c JOIN delivery AS d ON d.seq = c.delivery WHERE c.notice = notice.id))"
                " WHERE state IN (1, 3, 4) AND id IN (SELECT notice FROM carried WHERE delivery = ?)";
        if (state == DELIVERY_SENT)
                return settle_sent(store, delivery, now_ms);
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_SETTLE_NOTICES, sql);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, delivery);
        return query_do(&query);
}

int notices_give_reason(struct store *store, int64_t delivery, const char *reason)
{
        static const char sql[] = "UPDATE notice SET detail = ? WHERE state = 4 AND detail IS NULL"
                                  " AND id IN (SELECT notice FROM carried WHERE delivery = ?)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NOTICE_REASON, sql);
        query_bind_text(&query, reason);
        query_bind_integer(&query, delivery);
        return query_do(&query);
}
