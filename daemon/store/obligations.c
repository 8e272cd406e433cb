/* Obligations: what each agency owes, found one by one and as what is due. */
#include "store/obligations.h"

#include "store/rows.h"

/* Written and read in these two groups. Every index but that of next_fire hangs on the keys. */
#define KEYS "occurrence, agency, tentative, observance, lapses, fixed, status, done_on, snoozed_until, due, effective"
#define KEY_VALUES "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define REST "from_day, due_day, shift, urged, known, handled, next_fire, snoozed_by, snooze_reason, done_by, note"
#define REST_VALUES "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

void obligation_record_clear(struct obligation_record *record)
{
        free(record->title);
        free(record->snoozed_by);
        free(record->snooze_reason);
        free(record->done_by);
        free(record->note);
        *record = (struct obligation_record){0};
}

static void clear_row(void *record)
{
        obligation_record_clear(record);
}

static void read_keys(struct query *query, struct obligation_record *row)
{
        row->occurrence_id = query_read_integer(query);
        query_read_ident(query, row->agency);
        row->obligation.tentative = query_read_flag(query);
        row->obligation.observance = query_read_flag(query);
        row->obligation.lapses = query_read_flag(query);
        row->obligation.fixed = query_read_day(query);
        row->obligation.status = (enum obligation_status)query_read_below(query, OBLIGATION_STATUSES);
        row->obligation.done_on = query_read_day(query);
        row->obligation.snoozed_until = query_read_day(query);
        row->due = query_read_day(query);
        row->effective = query_read_day(query);
}

static void read_rest(struct query *query, struct obligation_record *row)
{
        row->obligation.from = query_read_day(query);
        row->obligation.due = query_read_day(query);
        row->obligation.shift = (enum shift)query_read_below(query, SHIFT_NONE + 1);
        row->obligation.urged = query_read_day(query);
        row->obligation.known = query_read_moment(query);
        row->handled = query_read_moment(query);
        row->next_fire = query_read_next(query);
        row->snoozed_by = query_read_text(query);
        row->snooze_reason = query_read_text(query);
        row->done_by = query_read_text(query);
        row->note = query_read_text(query);
        row->obligation.claimed = query_read_flag(query);
}

/* What follows from other columns, as engine_arm() and the decisions write it. */
static void check_days(struct query *query, const struct obligation_record *row)
{
        const struct obligation *obligation = &row->obligation;
        if (row->due != (obligation->fixed != CIVIL_NONE ? obligation->fixed : obligation->due))
                query_damaged(query, "due", "is neither the day that was fixed nor the plan's");
        if ((row->due == CIVIL_NONE) != (row->effective == CIVIL_NONE))
                query_damaged(query, "effective", "does not go with the column due");
        if ((obligation->status == OBLIGATION_DONE) != (obligation->done_on != CIVIL_NONE))
                query_damaged(query, "done_on", "does not go with the column status");
}

static int read_row(struct query *query, void *record)
{
        struct obligation_record row = {.id = query_read_id(query, "obligation")};
        query_read_ident(query, row.plan);
        query_read_ident(query, row.item);
        query_read_key(query, row.key);
        row.title = query_read_text(query);
        read_keys(query, &row);
        read_rest(query, &row);
        check_days(query, &row);
        int r = query_check(query);
        if (r < 0) {
                obligation_record_clear(&row);
                return r;
        }
        *(struct obligation_record *)record = row;
        return 0;
}

const struct row_type obligation_rows = {
        .size = sizeof(struct obligation_record), .read = read_row, .clear = clear_row};

int store_find_obligation(struct store *store, int64_t occurrence_id, const char *agency, struct obligation_record *ret)
{
        static const char sql[] =
                "SELECT " OBLIGATION_COLUMNS " FROM " OBLIGATION_TABLES " WHERE o.occurrence = ? AND o.agency = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FIND_OBLIGATION, sql);
        query_bind_integer(&query, occurrence_id);
        query_bind_text(&query, agency);
        return query_fetch_one(&query, &obligation_rows, ret);
}

int store_get_obligation(struct store *store, int64_t id, struct obligation_record *ret)
{
        static const char sql[] = "SELECT " OBLIGATION_COLUMNS " FROM " OBLIGATION_TABLES " WHERE o.id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_GET_OBLIGATION, sql);
        query_bind_integer(&query, id);
        return query_fetch_one(&query, &obligation_rows, ret);
}

static void bind_keys(struct query *query, const struct obligation_record *record)
{
        query_bind_integer(query, record->occurrence_id);
        query_bind_text(query, record->agency);
        query_bind_integer(query, record->obligation.tentative);
        query_bind_integer(query, record->obligation.observance);
        query_bind_integer(query, record->obligation.lapses);
        query_bind_day(query, record->obligation.fixed);
        query_bind_integer(query, record->obligation.status);
        query_bind_day(query, record->obligation.done_on);
        query_bind_day(query, record->obligation.snoozed_until);
        query_bind_day(query, record->due);
        query_bind_day(query, record->effective);
}

static void bind_rest(struct query *query, const struct obligation_record *record)
{
        query_bind_day(query, record->obligation.from);
        query_bind_day(query, record->obligation.due);
        query_bind_integer(query, record->obligation.shift);
        query_bind_day(query, record->obligation.urged);
        query_bind_integer(query, record->obligation.known);
        query_bind_integer(query, record->handled);
        query_bind_unless(query, record->next_fire, WALL_NEVER);
        query_bind_text(query, record->snoozed_by);
        query_bind_text(query, record->snooze_reason);
        query_bind_text(query, record->done_by);
        query_bind_text(query, record->note);
}

static int count_made(struct store *store, const struct obligation_record *record)
{
        civil_day day;
        enum course course = obligation_course(&record->obligation, record->effective, &day);
        return made_add(store, course, day);
}

static int insert(struct store *store, struct obligation_record *record)
{
        static const char sql[] =
                "INSERT INTO obligation (" KEYS ", " REST ") VALUES (" KEY_VALUES ", " REST_VALUES ")";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_INSERT_OBLIGATION, sql);
        bind_keys(&query, record);
        bind_rest(&query, record);
        int r = query_do(&query);
        if (r < 0)
                return r;
        int64_t id = sqlite3_last_insert_rowid(store->db);
        r = count_made(store, record);
        if (r < 0)
                return r;
        record->id = id;
        return 0;
}

/* SQLite rewrites the index entries of every column that an UPDATE names, changed or not: nine of them. So the keys are
 * named only where one of them did change. */
static int update_keys(struct store *store, const struct obligation_record *record)
{
        static const char sql[] = "UPDATE obligation SET (" KEYS ") = (" KEY_VALUES ")"
                                  " WHERE id = ? AND (" KEYS ") IS NOT (" KEY_VALUES ")";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_UPDATE_OBLIGATION_KEYS, sql);
        bind_keys(&query, record);
        query_bind_integer(&query, record->id);
        bind_keys(&query, record);
        int r = made_write(store);
        return r < 0 ? r : query_do(&query);
}

static int update_rest(struct store *store, const struct obligation_record *record)
{
        static const char sql[] = "UPDATE obligation SET (" REST ") = (" REST_VALUES ") WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_UPDATE_OBLIGATION, sql);
        bind_rest(&query, record);
        query_bind_integer(&query, record->id);
        int64_t r = query_run(&query);
        if (r < 0)
                return (int)r;
        return r > 0 ? 0 : store_missing(store, "obligation", record->id);
}

static int update(struct store *store, const struct obligation_record *record)
{
        int r = update_keys(store, record);
        return r < 0 ? r : update_rest(store, record);
}

int store_put_obligation(struct store *store, struct obligation_record *record)
{
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = record->id == 0 ? insert(store, record) : update(store, record);
        return r < 0 ? r : unit_commit(&unit);
}

int store_arm_obligation(struct store *store, int64_t id, wall_time handled, wall_time next_fire)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_ARM_OBLIGATION, "UPDATE obligation SET handled = ?, next_fire = ? WHERE id = ?");
        query_bind_integer(&query, handled);
        query_bind_unless(&query, next_fire, WALL_NEVER);
        query_bind_integer(&query, id);
        int64_t r = query_run(&query);
        if (r < 0)
                return (int)r;
        return r > 0 ? 0 : store_missing(store, "obligation", id);
}

/* Reads as many entries of its index as it returns, however many are due: after a rearm that is everything. */
int store_due_obligations(struct store *store, wall_time now, struct obligation_record *records, size_t n)
{
        static const char sql[] = "SELECT " OBLIGATION_COLUMNS " FROM obligation AS o"
                                  " CROSS JOIN occurrence AS c ON c.id = o.occurrence WHERE o.next_fire <= ?"
                                  " AND NOT " IS_HELD("o.agency") " ORDER BY o.next_fire, o.agency, o.id LIMIT ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_DUE_OBLIGATIONS, sql);
        query_bind_integer(&query, now);
        query_bind_integer(&query, (int64_t)n);
        return query_fetch(&query, &obligation_rows, records, n);
}

static int read_dates(struct query *query, void *record)
{
        struct open_dates row = {.obligation.from = query_read_day(query)};
        row.obligation.due = query_read_day(query);
        row.obligation.tentative = query_read_flag(query);
        row.obligation.shift = (enum shift)query_read_below(query, SHIFT_NONE + 1);
        row.obligation.fixed = query_read_day(query);
        row.obligation.urged = query_read_day(query);
        row.effective = query_read_day(query);
        int r = query_check(query);
        if (r == 0)
                *(struct open_dates *)record = row;
        return r;
}

int store_open_dates(struct store *store, int64_t occurrence_id, struct open_dates **ret, size_t *ret_n)
{
        static const char sql[] =
                "SELECT DISTINCT from_day, due_day, tentative, shift, fixed, urged, effective FROM obligation"
                " WHERE occurrence = ? AND status = 0 AND observance = 0 ORDER BY effective";
        static const struct row_type rows = {
                .size = sizeof(struct open_dates), .read = read_dates, .clear = query_keep_row};
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_OPEN_DATES, sql);
        query_bind_integer(&query, occurrence_id);
        void *dates = NULL;
        int r = query_fetch_all(&query, &rows, &dates, ret_n);
        if (r == 0)
                *ret = dates;
        return r;
}

int store_last_due(struct store *store, wall_time now, wall_time *ret)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_LAST_DUE,
                                                        "SELECT max(next_fire) FROM obligation WHERE next_fire <= ?"
                                                        " AND NOT " IS_HELD("obligation.agency"));
        query_bind_integer(&query, now);
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret = query_read_next(&query);
        return query_check(&query);
}

int store_next_fire(struct store *store, wall_time *ret)
{
        static const char sql[] = "SELECT min(at) FROM ("
                                  "SELECT min(next_fire) AS at FROM occurrence WHERE next_fire IS NOT NULL UNION ALL "
                                  "SELECT min(next_fire) FROM obligation WHERE next_fire IS NOT NULL"
                                  " AND NOT " IS_HELD("obligation.agency") ")";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NEXT_FIRE, sql);
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret = query_read_next(&query);
        return query_check(&query);
}

static int unsettle(struct store *store, enum statement which, const char *sql, wall_time now)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        query_bind_integer(&query, now);
        return query_do(&query);
}

/* Up to just before now: what falls due at this very moment is still to come. */
int store_rewind_handled(struct store *store, wall_time now)
{
        static const char occurrences[] = "UPDATE occurrence SET handled = ?1 - 1, next_fire = iif(withdrawn, NULL, 0)"
                                          " WHERE handled > ?1";
        static const char obligations[] = "UPDATE obligation SET handled = ?1 - 1, next_fire = iif(status, NULL, 0)"
                                          " WHERE handled > ?1";
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = unsettle(store, STATEMENT_UNSETTLE_OCCURRENCES, occurrences, now);
        if (r >= 0)
                r = unsettle(store, STATEMENT_UNSETTLE_OBLIGATIONS, obligations, now);
        return r < 0 ? r : unit_commit(&unit);
}
