/* Deliveries: one message to one address, and the notices that it carries. */
#include "store/deliveries.h"

#include "store/listing.h"
#include "store/rows.h"

#include <string.h>

void delivery_record_clear(struct delivery_record *record)
{
        free(record->address);
        free(record->answer);
        free(record->subject);
        *record = (struct delivery_record){0};
}

static void clear_row(void *record)
{
        delivery_record_clear(record);
}

static int read_row(struct query *query, void *record)
{
        struct delivery_record row = {.number = query_read_id(query, "delivery")};
        query_read_name(query, sizeof(row.id), row.id);
        query_read_channel(query, &row.channel);
        query_read_ident_or_none(query, row.agency);
        row.address = query_read_text(query);
        row.kind = (enum notice_kind)query_read_below(query, KIND_COUNT);
        row.state = (enum delivery_state)query_read_below(query, DELIVERY_STATES);
        row.manual = query_read_flag(query);
        row.attempts = query_read_count(query);
        row.made_ms = query_read_ms(query);
        row.next_ms = query_read_ms(query);
        row.finished_ms = query_read_ms(query);
        row.answer = query_read_text(query);
        row.subject = query_read_text(query);
        row.elsewhere = query_read_flag(query);
        int r = query_check(query);
        if (r < 0) {
                delivery_record_clear(&row);
                return r;
        }
        *(struct delivery_record *)record = row;
        return 0;
}

const struct row_type delivery_rows = {.size = sizeof(struct delivery_record), .read = read_row, .clear = clear_row};

static int insert(struct store *store, const struct delivery_record *record)
{
        static const char sql[] = "INSERT INTO delivery (id, server, agency, address, kind, state, manual, attempts,"
                                  " made_ms, next_ms, finished_ms, answer, subject, elsewhere)"
                                  " VALUES (?, ?, ?, ?, ?, 0, ?, 0, ?, ?, 0, NULL, ?, ?)";
        char server[CHANNEL_TEXT_SIZE];
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_ADD_DELIVERY, sql);
        query_bind_text(&query, record->id);
        query_bind_text(&query, channel_format(&record->channel, server));
        query_bind_text(&query, record->agency);
        query_bind_text(&query, record->address);
        query_bind_integer(&query, record->kind);
        query_bind_integer(&query, record->manual);
        query_bind_integer(&query, record->made_ms);
        query_bind_integer(&query, record->next_ms);
        query_bind_text(&query, record->subject);
        query_bind_integer(&query, record->elsewhere);
        return query_do(&query);
}

int store_add_delivery(struct store *store, const struct delivery_record *record, const int64_t *notices, size_t n)
{
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r < 0)
                return r;
        r = insert(store, record);
        tally_move(store, record->channel.kind, TALLY_NOWHERE, DELIVERY_QUEUED, 1, 0);
        int64_t delivery = sqlite3_last_insert_rowid(store->db);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = carried_add(store, delivery, notices[i]);
        return r < 0 ? r : unit_commit(&unit);
}

int store_get_delivery(struct store *store, const char *id, struct delivery_record *ret)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_DELIVERY, sql);
        query_bind_text(&query, id);
        return query_fetch_one(&query, &delivery_rows, ret);
}

int store_get_delivery_numbered(struct store *store, int64_t number, struct delivery_record *ret)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE seq = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_DELIVERY_BY_ROW, sql);
        query_bind_integer(&query, number);
        return query_fetch_one(&query, &delivery_rows, ret);
}

int store_delivery_notices(struct store *store, int64_t delivery, struct notice_record *records, size_t n)
{
        static const char sql[] =
                "SELECT " NOTICE_COLUMNS " FROM carried AS c CROSS JOIN notice AS n ON n.id = c.notice"
                " WHERE c.delivery = ? AND c.stop = ? AND ? >> n.state & 1 ORDER BY c.notice LIMIT ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NOTICES_OF_DELIVERY, sql);
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, STOP_NONE);
        query_bind_integer(&query, notice_states_said());
        query_bind_integer(&query, (int64_t)n);
        return query_fetch(&query, &notice_rows, records, n);
}

/* A delivery as far as it is to be moved. */
struct found {
        int64_t number;
        enum delivery_state state;
        struct channel channel;
};

/* Or STORE_NONE. */
static int find(struct store *store, const char *id, struct found *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FIND_DELIVERY, "SELECT seq, state, server FROM delivery WHERE id = ?");
        query_bind_text(&query, id);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        struct found found = {.number = query_read_id(&query, "delivery")};
        found.state = (enum delivery_state)query_read_below(&query, DELIVERY_STATES);
        query_read_channel(&query, &found.channel);
        r = query_check(&query);
        if (r >= 0)
                *ret = found;
        return r;
}

/* Its notices are settled by what was decided on a delivery. */
static int settle(struct store *store, int64_t delivery, enum delivery_state state, int64_t now_ms, const char *reason)
{
        CLEANUP_FREE struct carried *carried = NULL;
        size_t n = 0;
        int r = carried_list(store, delivery, &carried, &n);
        return r < 0 ? r : carried_settle(store, carried, n, state, now_ms, reason);
}

static int queue_again(struct store *store, const struct found *found, enum delivery_step step, int64_t now_ms)
{
        static const char sql[] = "UPDATE delivery SET state = ?1, manual = max(manual, ?2), next_ms = ?3,"
                                  " finished_ms = 0, made_ms = iif(?4, ?3, made_ms) WHERE seq = ?5";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_QUEUE_AGAIN, sql);
        query_bind_integer(&query, DELIVERY_QUEUED);
        query_bind_integer(&query, step == STEP_RETRY);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, step == STEP_RESUME); /* it is tried for as long as a new one */
        query_bind_integer(&query, found->number);
        int r = query_do(&query);
        if (r < 0)
                return r;
        tally_move(store, found->channel.kind, (int)found->state, DELIVERY_QUEUED, 1, 0);
        return settle(store, found->number, DELIVERY_QUEUED, now_ms, NULL);
}

int store_retry_delivery(struct store *store, const char *id, int64_t now_ms)
{
        CLEANUP_UNIT struct unit unit = {0};
        struct found found;
        int r = unit_begin(store, &unit);
        if (r == 0)
                r = find(store, id, &found);
        if (r != 0)
                return r;
        if (!delivery_may(found.state, STEP_RETRY))
                return STORE_NONE;
        r = tally_forget_last(store, found.number);
        if (r >= 0)
                r = queue_again(store, &found, STEP_RETRY, now_ms);
        if (r >= 0)
                r = unread_forget(store, found.number);
        return r < 0 ? r : unit_commit(&unit);
}

/* Where it is not to go it does not go by another delivery either: see store_resume_notice(). */
int store_drop_delivery(struct store *store, const char *id, int64_t now_ms)
{
        static const char sql[] = "UPDATE delivery SET state = ?, finished_ms = ? WHERE seq = ?";
        CLEANUP_UNIT struct unit unit = {0};
        struct found found;
        int r = unit_begin(store, &unit);
        if (r == 0)
                r = find(store, id, &found);
        if (r != 0)
                return r;
        if (!delivery_may(found.state, STEP_DROP))
                return STORE_NONE;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_DROP_DELIVERY, sql);
        query_bind_integer(&query, DELIVERY_CANCELLED);
        query_bind_integer(&query, now_ms);
        query_bind_integer(&query, found.number);
        r = query_do(&query);
        if (r < 0)
                return r;
        tally_move(store, found.channel.kind, (int)found.state, DELIVERY_CANCELLED, 1, now_ms);
        r = settle(store, found.number, DELIVERY_CANCELLED, now_ms, NOTICE_DROPPED);
        if (r >= 0)
                r = carried_stop_all(store, found.number);
        return r < 0 ? r : unit_commit(&unit);
}

/* The last delivery that had it there, or STORE_NONE. */
static int find_carrier(struct store *store, int64_t notice, const struct channel *channel, const char *address,
                        int64_t except, struct carrier *ret)
{
        static const char sql[] = "SELECT d.seq, d.state, c.stop FROM carried AS c"
                                  " CROSS JOIN delivery AS d ON d.seq = c.delivery"
                                  " WHERE c.notice = ? AND d.server = ? AND d.address = ? COLLATE NOCASE AND d.seq <> ?"
                                  " ORDER BY c.delivery DESC LIMIT 1";
        char server[CHANNEL_TEXT_SIZE];
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FIND_CARRIER, sql);
        query_bind_integer(&query, notice);
        query_bind_text(&query, channel_format(channel, server));
        query_bind_text(&query, address);
        query_bind_integer(&query, except);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        return carrier_rows.read(&query, ret);
}

int store_resume_notice(struct store *store, int64_t notice, const struct channel *channel, const char *address,
                        int64_t except, int64_t now_ms)
{
        CLEANUP_UNIT struct unit unit = {0};
        struct carrier carrier;
        int r = find_carrier(store, notice, channel, address, except, &carrier);
        if (r != 0)
                return r;
        if (!notice_goes_on(&carrier))
                return 0;
        r = unit_begin(store, &unit);
        if (r >= 0)
                r = carried_go_on(store, carrier.delivery, notice);
        if (r >= 0)
                r = queue_again(store, &(struct found){carrier.delivery, carrier.state, *channel}, STEP_RESUME, now_ms);
        if (r >= 0)
                r = unit_commit(&unit);
        return r < 0 ? r : STORE_RESUMED;
}

int store_put_entry(struct store *store, int64_t obligation_id, const char *address, civil_day day)
{
        CLEANUP_QUERY struct query query =
                day == CIVIL_NONE
                        ? query_cached(store, STATEMENT_DROP_ENTRY,
                                       "DELETE FROM entry WHERE obligation = ? AND address = ?")
                        : query_cached(store, STATEMENT_PUT_ENTRY,
                                       "INSERT OR REPLACE INTO entry (obligation, address, day) VALUES (?, ?, ?)");
        query_bind_integer(&query, obligation_id);
        query_bind_text(&query, address);
        if (day != CIVIL_NONE)
                query_bind_day(&query, day);
        return query_do(&query);
}

int store_get_entry(struct store *store, int64_t obligation_id, const char *address, civil_day *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_GET_ENTRY, "SELECT day FROM entry WHERE obligation = ? AND address = ?");
        query_bind_integer(&query, obligation_id);
        query_bind_text(&query, address);
        int r = query_step(&query);
        if (r < 0)
                return r;
        civil_day day = r > 0 ? query_read_day(&query) : CIVIL_NONE;
        r = query_check(&query);
        if (r == 0)
                *ret = day;
        return r;
}

/* First by arrival: a delivery made earlier may arrive later, and the head of a thread must not change. */
int store_thread_root(struct store *store, int64_t obligation_id, const char *address,
                      char ret_id[static DELIVERY_ID_SIZE])
{
        static const char sql[] = "SELECT d.finished_ms, d.seq, d.id FROM notice AS n"
                                  " CROSS JOIN carried AS c ON c.notice = n.id"
                                  " CROSS JOIN delivery AS d ON d.seq = c.delivery"
                                  " WHERE n.obligation = ? AND c.stop IN (0, 2) AND d.state = 2 AND d.address = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_THREAD_ROOT, sql);
        query_bind_integer(&query, obligation_id);
        query_bind_text(&query, address);
        /* Not by ORDER BY: mostly there are one or two, and SQLite's sorter costs more than all the rest. */
        char first[DELIVERY_ID_SIZE] = "";
        int64_t first_ms = 0, first_row = 0;
        int r;
        while ((r = query_step(&query)) > 0) {
                int64_t ms = query_read_ms(&query), row = query_read_integer(&query);
                if (*first && (ms > first_ms || (ms == first_ms && row > first_row)))
                        continue;
                query_read_name(&query, sizeof(first), first);
                first_ms = ms;
                first_row = row;
        }
        if (r >= 0)
                r = query_check(&query);
        if (r < 0)
                return r;
        if (!*first)
                return STORE_NONE;
        memcpy(ret_id, first, sizeof(first));
        return 0;
}

#define OF_OBLIGATION \
        "seq IN (SELECT c.delivery FROM notice AS n CROSS JOIN carried AS c ON c.notice = n.id WHERE n.obligation = " \
        "?)"
#define OF_OCCURRENCE \
        "seq IN (WITH x (id) AS (SELECT ?)" \
        " SELECT c.delivery FROM x CROSS JOIN obligation AS o ON o.occurrence = x.id" \
        " CROSS JOIN notice AS n ON n.obligation = o.id CROSS JOIN carried AS c ON c.notice = n.id" \
        " UNION SELECT c.delivery FROM x CROSS JOIN notice AS n ON n.occurrence = x.id AND n.obligation IS NULL" \
        " CROSS JOIN carried AS c ON c.notice = n.id)"

/* The "+" keeps SQLite from reading the whole table in its own order to find the queued ones. */
static int list(struct store *store, const struct delivery_filter *filter, int64_t **ret, size_t *ret_n)
{
        bool apart = filter->state >= 0 && filter->state != DELIVERY_QUEUED && filter->state != DELIVERY_SENT;
        const struct condition conditions[] = {
                {filter->obligation_id, OF_OBLIGATION, .number = filter->obligation_id},
                {filter->occurrence_id, OF_OCCURRENCE, .number = filter->occurrence_id},
                {.asked = filter->state == DELIVERY_QUEUED, .sql = DELIVERY_IN_QUEUE},
                {.asked = filter->state == DELIVERY_SENT, .sql = "state = 2"},
                {apart, DELIVERY_IS_RARE " AND state = ?", .number = filter->state},
                {filter->agency, "agency = ?", .text = filter->agency},
        };
        const struct listing listing = {
                .select = "SELECT seq FROM delivery",
                .conditions = conditions,
                .n = ELEMENTS(conditions),
                .order = filter->state == DELIVERY_QUEUED ? "+seq DESC" : "seq DESC",
                .limit = filter->limit,
                .offset = filter->offset,
        };
        return listing_ids(store, &listing, ret, ret_n);
}

int store_each_delivery(struct store *store, const struct delivery_filter *filter, delivery_visitor visit,
                        void *userdata)
{
        CLEANUP_FREE int64_t *rows = NULL;
        size_t n = 0;
        int r = list(store, filter, &rows, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(delivery_record_clear) struct delivery_record record = {0};
                r = store_get_delivery_numbered(store, rows[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}
