/* Notices: one rung that fell due, unique for ever; and what stops them. */
#include "store/notices.h"

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

/* The notice with the same key; each kind of key has its index. */
static int find_same(struct store *store, const struct notice_record *record, struct notice_record *ret)
{
#define SAME "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE"
        static const char of_obligation[] = SAME " obligation = ?1 AND rung = ?2";
        static const char of_occurrence[] =
                SAME " obligation IS NULL AND occurrence = ?1 AND rung = ?2 AND agency = ?3";
        static const char of_agency[] = SAME " obligation IS NULL AND occurrence IS NULL"
                                             " AND rung = ?2 AND agency = ?3 AND ?1 = 0";
        CLEANUP_QUERY struct query query =
                record->obligation_id   ? query_cached(store, STATEMENT_SAME_NOTICE_OF_OBLIGATION, of_obligation)
                : record->occurrence_id ? query_cached(store, STATEMENT_SAME_NOTICE_OF_OCCURRENCE, of_occurrence)
                                        : query_cached(store, STATEMENT_SAME_NOTICE_OF_AGENCY, of_agency);
        query_bind_integer(&query, record->obligation_id ? record->obligation_id : record->occurrence_id);
        query_bind_text(&query, record->rung);
        if (!record->obligation_id)
                query_bind_text(&query, record->agency);
        return query_fetch_one(&query, &notice_rows, ret);
}

static int put_new(struct store *store, int64_t id, const struct notice_record *record)
{
        static const char sql[] =
                "UPDATE notice SET state = ?, kind = ?, detail = ?, made_ms = ?, rung_at = ? WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_REVIVE_NOTICE, sql);
        query_bind_integer(&query, NOTICE_NEW);
        query_bind_integer(&query, record->kind);
        query_bind_text(&query, record->detail);
        query_bind_integer(&query, record->made_ms);
        query_bind_integer(&query, record->rung_at);
        query_bind_integer(&query, id);
        return query_do(&query);
}

/* The notice that exists is to be said after all, as `record` has it; or STORE_EXISTS. */
static int revive(struct store *store, struct notice_record *record)
{
        CLEANUP(notice_record_clear) struct notice_record was = {0};
        CLEANUP_FREE struct carrier *carriers = NULL;
        size_t n = 0;
        int r = find_same(store, record, &was);
        if (r != 0)
                return r;
        r = carrier_list(store, was.id, &carriers, &n);
        if (r < 0)
                return r;
        if (!notice_revives(was.state, was.detail, was.made_ms, record->made_ms, carriers, n))
                return STORE_EXISTS;
        r = put_new(store, was.id, record);
        if (r >= 0)
                r = carrier_forget(store, was.id, carriers, n);
        if (r < 0)
                return r;
        record->id = was.id;
        return 0;
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
                return record->state == NOTICE_NEW ? revive(store, record) : STORE_EXISTS;
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

int store_last_said(struct store *store, const char *agency, const char *first, const char *end,
                    struct notice_record *ret)
{
        static const char sql[] = "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE n.obligation IS NULL"
                                  " AND n.occurrence IS NULL AND n.agency = ? AND n.rung >= ? AND n.rung < ?"
                                  " AND ? >> n.state & 1 ORDER BY n.rung DESC LIMIT 1";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_LAST_SAID, sql);
        query_bind_text(&query, agency);
        query_bind_text(&query, first);
        query_bind_text(&query, end);
        query_bind_integer(&query, 1 << NOTICE_NEW | 1 << NOTICE_QUEUED | 1 << NOTICE_SENT);
        return query_fetch_one(&query, &notice_rows, ret);
}

int store_get_notice(struct store *store, int64_t id, struct notice_record *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_GET_NOTICE, "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE n.id = ?");
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &notice_rows, ret);
}

int store_new_notices(struct store *store, const char *first, const char *end, const struct notice_pause *pause,
                      struct notice_record *records, size_t n)
{
        static const char sql[] = "SELECT " NOTICE_COLUMNS " FROM notice AS n WHERE n.state = 0"
                                  " AND n.agency >= ?1 AND n.agency < ?2 AND NOT (?4 >> n.kind & 1 AND EXISTS ("
                                  "SELECT 1 FROM notice AS w WHERE w.state = 0 AND w.agency = n.agency"
                                  " AND ?4 >> w.kind & 1 AND w.made_ms > ?5 AND w.made_ms <= ?6))"
                                  " AND NOT " IS_HELD("n.agency") " ORDER BY n.agency, n.kind, n.id LIMIT ?3";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NEW_NOTICES, sql);
        query_bind_text(&query, first);
        query_bind_text(&query, end);
        query_bind_integer(&query, (int64_t)n);
        query_bind_integer(&query, pause->kinds);
        query_bind_integer(&query, pause->after_ms);
        query_bind_integer(&query, pause->until_ms);
        return query_fetch(&query, &notice_rows, records, n);
}

int store_paused_since(struct store *store, const struct notice_pause *pause, int64_t *ret_ms)
{
        static const char sql[] = "SELECT max(made_ms) AS last FROM notice WHERE state = 0 AND ? >> kind & 1"
                                  " AND made_ms > ? AND made_ms <= ?"
                                  " AND NOT " IS_HELD("notice.agency") " GROUP BY agency ORDER BY last LIMIT 1";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_PAUSED_SINCE, sql);
        query_bind_integer(&query, pause->kinds);
        query_bind_integer(&query, pause->after_ms);
        query_bind_integer(&query, pause->until_ms);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        int64_t last = query_read_ms(&query);
        r = query_check(&query);
        if (r == 0)
                *ret_ms = last;
        return r;
}

/* A bit for each state in which something is so. */
static int64_t states_before(enum notice_state state)
{
        int64_t states = 0;
        for (int from = 0; from < NOTICE_STATES; from++)
                if (notice_may_become((enum notice_state)from, state))
                        states |= INT64_C(1) << from;
        return states;
}

int64_t notice_states_said(void)
{
        int64_t states = 0;
        for (int state = 0; state < NOTICE_STATES; state++)
                if (notice_is_said((enum notice_state)state, STOP_NONE))
                        states |= INT64_C(1) << state;
        return states;
}

int notice_put(struct store *store, int64_t id, enum notice_state state, const char *detail)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_PUT_NOTICE,
                                                        "UPDATE notice SET state = ?, detail = coalesce(?, detail)"
                                                        " WHERE id = ? AND ? >> state & 1");
        query_bind_integer(&query, state);
        query_bind_text(&query, detail);
        query_bind_integer(&query, id);
        query_bind_integer(&query, states_before(state));
        return query_do(&query);
}

int store_set_notice(struct store *store, int64_t id, enum notice_state state, const char *detail)
{
        return notice_put(store, id, state, detail);
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
                if (!kind_is_on_ladder(kind))
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

/* The sent ones too: they may wait for another address. */
static int said(struct store *store, int64_t occurrence, int64_t obligation, enum notice_kind kind, int64_t **ret,
                size_t *ret_n)
{
#define SAID " AND kind BETWEEN ? AND ? AND ? >> state & 1"
        static const char of_obligation[] = "SELECT id FROM notice WHERE obligation = ?" SAID;
        static const char of_occurrence[] = "SELECT id FROM notice WHERE occurrence = ? AND obligation IS NULL" SAID;
        CLEANUP_QUERY struct query query = obligation
                                                   ? query_cached(store, STATEMENT_SAID_OF_OBLIGATION, of_obligation)
                                                   : query_cached(store, STATEMENT_SAID_OF_OCCURRENCE, of_occurrence);
        query_bind_integer(&query, obligation ? obligation : occurrence);
        query_bind_integer(&query, kind == KIND_COUNT ? 0 : kind);
        query_bind_integer(&query, kind);
        query_bind_integer(&query, notice_states_said());
        return query_fetch_ids(&query, ret, ret_n);
}

static int stop_each(struct store *store, const int64_t *ids, size_t n, const char *reason)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = notice_put(store, ids[i], NOTICE_CANCELLED, reason);
                if (r >= 0)
                        r = carrier_stop(store, ids[i]);
        }
        return r;
}

int store_cancel_notices(struct store *store, int64_t occurrence_id, int64_t obligation_id, enum notice_kind kind,
                         const char *reason)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = said(store, occurrence_id, obligation_id, kind, &ids, &n);
        if (r >= 0)
                r = stop_each(store, ids, n, reason);
        return r < 0 ? r : unit_commit(&unit);
}

/* Escalations are each told: every level may have other readers. */
static int64_t kinds_of_newest_only(void)
{
        int64_t kinds = INT64_C(1) << KIND_FIX_DATE;
        for (int kind = 0; kind < KIND_COUNT; kind++)
                if (kind_is_on_ladder((enum notice_kind)kind))
                        kinds |= INT64_C(1) << kind;
        return kinds;
}

static int said_before(struct store *store, int64_t occurrence, int64_t obligation, wall_time before, int64_t **ret,
                       size_t *ret_n)
{
#define BEFORE " AND rung_at < ? AND ? >> kind & 1 AND ? >> state & 1"
        static const char of_obligation[] = "SELECT id FROM notice WHERE obligation = ?" BEFORE;
        static const char of_occurrence[] = "SELECT id FROM notice WHERE occurrence = ? AND obligation IS NULL" BEFORE;
        CLEANUP_QUERY struct query query =
                obligation ? query_cached(store, STATEMENT_SAID_BEFORE, of_obligation)
                           : query_cached(store, STATEMENT_SAID_BEFORE_OF_OCCURRENCE, of_occurrence);
        query_bind_integer(&query, obligation ? obligation : occurrence);
        query_bind_integer(&query, before);
        query_bind_integer(&query, kinds_of_newest_only());
        query_bind_integer(&query, notice_states_said());
        return query_fetch_ids(&query, ret, ret_n);
}

int store_supersede(struct store *store, int64_t occurrence_id, int64_t obligation_id, wall_time before,
                    const char *reason)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = said_before(store, occurrence_id, obligation_id, before, &ids, &n);
        if (r >= 0)
                r = stop_each(store, ids, n, reason);
        if (r >= 0)
                r = unit_commit(&unit);
        return r < 0 ? r : (int)n;
}
