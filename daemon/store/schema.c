/* The tables and their indexes; checks a file before use and migrates an older one. */
#include "store/schema.h"

#include "core/claim.h"
#include "core/heard.h"
#include "core/kind.h"
#include "core/obligation.h"
#include "store/rows.h"
#include "store/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* What is written as a number stays that number: a new name goes to the end, anything else needs a migration. */
_Static_assert(KIND_ESCALATION == 0 && KIND_OVERDUE == 1 && KIND_DUE == 2 && KIND_FIX_DATE == 3 && KIND_DATE_SET == 4 &&
                       KIND_ADVANCE == 5 && KIND_OBSERVANCE == 6 && KIND_SNOOZED == 7 && KIND_COMPLETED == 8 &&
                       KIND_DIGEST == 9 && KIND_FAILURE == 10 && KIND_TEST == 11 && KIND_DATE_CLEARED == 12 &&
                       KIND_WAIVED == 13 && KIND_WITHDRAWN == 14 && KIND_REOPENED == 15 && KIND_CLAIMED == 16 &&
                       KIND_REQUEST_ANSWERED == 17 && KIND_ASSIST == 18 && KIND_BOUNCED == 19 && KIND_COUNT == 20,
               "kinds are stored as numbers");
_Static_assert(NOTICE_NEW == 0 && NOTICE_QUEUED == 1 && NOTICE_SENT == 2 && NOTICE_FAILED == 3 &&
                       NOTICE_CANCELLED == 4 && NOTICE_SKIPPED == 5,
               "states of notices are stored as numbers");
_Static_assert(DELIVERY_QUEUED == 0 && DELIVERY_SENDING == 1 && DELIVERY_SENT == 2 && DELIVERY_FAILED == 3 &&
                       DELIVERY_CANCELLED == 4 && DELIVERY_BOUNCED == 5,
               "states of deliveries are stored as numbers");
_Static_assert(STOP_NONE == 0 && STOP_FOR_GOOD == 1 && STOP_AFTER_ATTEMPT == 2 && STOP_FOR_NOW == 3,
               "stops are stored as numbers");
_Static_assert(OBLIGATION_OPEN == 0 && OBLIGATION_DONE == 1 && OBLIGATION_WAIVED == 2 && OBLIGATION_WITHDRAWN == 3 &&
                       OBLIGATION_UNCLEAR == 4 && OBLIGATION_UNFINISHED == 5,
               "statuses of obligations are stored as numbers");
_Static_assert(CLAIM_OPEN == 0 && CLAIM_CONFIRMED == 1 && CLAIM_REJECTED == 2 && CLAIM_GRANTED == 3 &&
                       CLAIM_OVERTAKEN == 4,
               "states of claims are stored as numbers");
_Static_assert(CHANNEL_MAIL == 0 && CHANNEL_WEBHOOK == 1 && CHANNEL_KINDS == 2, "channels are stored as numbers");
_Static_assert(COURSE_DUE == 0 && COURSE_LAPSING == 1 && COURSE_OBSERVANCE == 2 && COURSE_TENTATIVE == 3 &&
                       COURSE_UNDATED == 4 && COURSE_DONE == 5 && COURSE_LATE == 6 && COURSE_WAIVED == 7 &&
                       COURSE_WITHDRAWN == 8 && COURSE_UNCLEAR == 9 && COURSE_UNFINISHED == 10 && COURSE_PASSED == 11 &&
                       COURSES == 12,
               "courses are stored as numbers");
_Static_assert(CLAIM_BY_MAIL == 0 && CLAIM_BY_PAGE == 1 && CLAIM_BY_CLERK == 2, "channels are stored as numbers");
_Static_assert(HEARD_RECORDED == 0 && HEARD_NOTED == 1 && HEARD_IGNORED == 2 && HEARD_REVIEW == 3,
               "what became of mails is stored as numbers");
_Static_assert(SHIFT_NEXT == 0 && SHIFT_PREVIOUS == 1 && SHIFT_NONE == 2, "shifts are stored as numbers");

/* Days and moments are integers (civil.h), NULL where there is none; a next_fire of NULL never comes. Partial
 * indexes hold only what can still happen, so that no tick pays for what is over. open_tally and delivery_tally are
 * the counts of `status`, the first kept by triggers: counting a year of rows on every look would cost more than the
 * work. */
static const char schema_1[] =
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"

        "CREATE TABLE occurrence ("
        "  id INTEGER PRIMARY KEY,"
        "  plan TEXT NOT NULL, item TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL,"
        "  from_day INTEGER, due_day INTEGER,"
        "  tentative INTEGER NOT NULL, observance INTEGER NOT NULL, shift INTEGER NOT NULL,"
        "  fix_by INTEGER, withdrawn INTEGER NOT NULL, handled INTEGER NOT NULL, next_fire INTEGER,"
        "  UNIQUE (plan, item, key)) STRICT;"
        "CREATE INDEX occurrence_item ON occurrence (item, key);"
        "CREATE INDEX occurrence_fire ON occurrence (next_fire) WHERE next_fire IS NOT NULL;"

        /* from_day to shift: the plan's; due and effective: the days in force, after set-date and the shift. */
        "CREATE TABLE obligation ("
        "  id INTEGER PRIMARY KEY,"
        "  occurrence INTEGER NOT NULL REFERENCES occurrence, agency TEXT NOT NULL,"
        "  from_day INTEGER, due_day INTEGER,"
        "  tentative INTEGER NOT NULL, observance INTEGER NOT NULL, shift INTEGER NOT NULL,"
        "  fixed INTEGER, status INTEGER NOT NULL, done_on INTEGER, snoozed_until INTEGER,"
        "  due INTEGER, effective INTEGER,"
        "  handled INTEGER NOT NULL, next_fire INTEGER,"
        "  snoozed_by TEXT, snooze_reason TEXT, done_by TEXT, note TEXT,"
        "  dateless INTEGER NOT NULL AS (due IS NULL OR (tentative = 1 AND fixed IS NULL)),"
        "  overdue_after INTEGER AS (CASE WHEN status = 0 AND observance = 0 AND NOT dateless THEN effective END),"
        "  UNIQUE (occurrence, agency)) STRICT;"
        "CREATE INDEX obligation_fire ON obligation (next_fire, agency) WHERE next_fire IS NOT NULL;"
        "CREATE INDEX obligation_due ON obligation (due);"
        "CREATE INDEX obligation_open ON obligation (due) WHERE status = 0;"
        "CREATE INDEX obligation_agency ON obligation (agency, due);"
        "CREATE INDEX obligation_done ON obligation (done_on) WHERE done_on IS NOT NULL;"
        "CREATE INDEX obligation_dateless ON obligation (due) WHERE dateless = 1;"
        "CREATE INDEX obligation_overdue ON obligation (overdue_after) WHERE overdue_after IS NOT NULL;"

        /* What is owed (open, no observance) by the day after which it is overdue; NO_DAY: no such day. */
        "CREATE TABLE open_tally (day INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
        "CREATE TRIGGER obligation_owed AFTER INSERT ON obligation"
        "  WHEN new.status = 0 AND new.observance = 0"
        "  BEGIN"
        "    INSERT INTO open_tally VALUES (coalesce(new.overdue_after, " NO_DAY "), 1)"
        "      ON CONFLICT (day) DO UPDATE SET n = n + 1;"
        "  END;"
        "CREATE TRIGGER obligation_moved"
        "  AFTER UPDATE OF status, observance, tentative, fixed, due, effective ON obligation"
        "  BEGIN"
        "    UPDATE open_tally SET n = n - 1"
        "      WHERE old.status = 0 AND old.observance = 0 AND day = coalesce(old.overdue_after, " NO_DAY ");"
        "    INSERT INTO open_tally SELECT coalesce(new.overdue_after, " NO_DAY "), 1"
        "      WHERE new.status = 0 AND new.observance = 0"
        "      ON CONFLICT (day) DO UPDATE SET n = n + 1;"
        "  END;"

        "CREATE TABLE notice ("
        "  id INTEGER PRIMARY KEY,"
        "  occurrence INTEGER REFERENCES occurrence, obligation INTEGER REFERENCES obligation,"
        "  agency TEXT NOT NULL, rung TEXT NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL,"
        "  detail TEXT, rung_at INTEGER NOT NULL, made_ms INTEGER NOT NULL, sent_ms INTEGER) STRICT;"
        "CREATE UNIQUE INDEX notice_of_obligation ON notice (obligation, rung) WHERE obligation IS NOT NULL;"
        "CREATE UNIQUE INDEX notice_of_occurrence ON notice (occurrence, agency, rung)"
        "  WHERE obligation IS NULL AND occurrence IS NOT NULL;"
        "CREATE UNIQUE INDEX notice_of_agency ON notice (agency, rung) WHERE obligation IS NULL AND occurrence IS NULL;"
        "CREATE INDEX notice_new ON notice (agency, kind) WHERE state = 0;"

        "CREATE TABLE delivery ("
        "  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
        "  server TEXT NOT NULL, agency TEXT NOT NULL, address TEXT NOT NULL,"
        "  kind INTEGER NOT NULL, state INTEGER NOT NULL, manual INTEGER NOT NULL, attempts INTEGER NOT NULL,"
        "  made_ms INTEGER NOT NULL, next_ms INTEGER NOT NULL, finished_ms INTEGER NOT NULL,"
        "  answer TEXT, subject TEXT) STRICT;"
        "CREATE INDEX delivery_queue ON delivery (server, next_ms) WHERE state = 0;"
        "CREATE INDEX delivery_manual ON delivery (server, next_ms) WHERE state = 0 AND manual = 1;"
        "CREATE INDEX delivery_fresh ON delivery (address, server, kind) WHERE state = 0 AND attempts = 0;"
        "CREATE INDEX delivery_unsent ON delivery (state) WHERE state <> 2;"
        "CREATE INDEX delivery_agency ON delivery (agency);"

        /* stop: as enum stop has it; 0: to be said. */
        "CREATE TABLE carried ("
        "  delivery INTEGER NOT NULL REFERENCES delivery, notice INTEGER NOT NULL REFERENCES notice,"
        "  stop INTEGER NOT NULL DEFAULT 0,"
        "  PRIMARY KEY (delivery, notice)) STRICT, WITHOUT ROWID;"
        "CREATE INDEX carried_notice ON carried (notice);"

        "CREATE TABLE delivery_tally (state INTEGER PRIMARY KEY, n INTEGER NOT NULL, last_ms INTEGER NOT NULL) STRICT;"
        "INSERT INTO delivery_tally VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0);"
        "CREATE TRIGGER delivery_made AFTER INSERT ON delivery BEGIN"
        "    UPDATE delivery_tally SET n = n + 1 WHERE state = new.state;"
        "  END;"
        "CREATE TRIGGER delivery_moved AFTER UPDATE OF state ON delivery WHEN new.state <> old.state BEGIN"
        "    UPDATE delivery_tally SET n = n - 1 WHERE state = old.state;"
        "    UPDATE delivery_tally SET n = n + 1, last_ms = max(last_ms, new.finished_ms) WHERE state = new.state;"
        "  END;"

        "CREATE TABLE audit ("
        "  id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, who TEXT NOT NULL, uid INTEGER NOT NULL,"
        "  verb TEXT NOT NULL, plan TEXT NOT NULL, item TEXT NOT NULL, key TEXT NOT NULL, agency TEXT NOT NULL,"
        "  detail TEXT NOT NULL) STRICT;"
        "CREATE INDEX audit_time ON audit (at_ms);"
        "CREATE INDEX audit_item ON audit (item, at_ms);"
        "CREATE INDEX audit_agency ON audit (agency, at_ms);"
        "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the log is only added to'); END;"
        "CREATE TRIGGER audit_holds BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the log is only added to'); END;";

/* Indexes for lists: in the order in which they are read, and of what few rows have. No tick touches them.
 * failure: one row, the last attempt that failed, with the words of then, which the delivery's next attempt would
 * cover. */
static const char schema_2[] =
        "DROP INDEX obligation_due;"
        "DROP INDEX obligation_open;"
        "CREATE INDEX obligation_due ON obligation (due, occurrence, agency);"
        "CREATE INDEX obligation_open ON obligation (due, occurrence, agency) WHERE status = 0;"
        "CREATE INDEX obligation_snoozed ON obligation (snoozed_until) WHERE snoozed_until IS NOT NULL;"
        "CREATE INDEX obligation_aside ON obligation (due) WHERE status >= 2;"

        "CREATE TABLE failure ("
        "  only INTEGER PRIMARY KEY CHECK (only = 1),"
        "  delivery INTEGER NOT NULL, at_ms INTEGER NOT NULL, answer TEXT) STRICT;"
        "INSERT INTO failure SELECT 1, seq, finished_ms, answer FROM delivery WHERE state <> 2 AND state = 3"
        "  ORDER BY finished_ms DESC, seq DESC LIMIT 1;";

/* Deliveries are counted by the program: tally.c says why. */
static const char schema_3[] = "DROP TRIGGER delivery_made;"
                               "DROP TRIGGER delivery_moved;";

/* What each message enters and leaves is fewer indexes: none of what was never tried, and in that of what is not sent
 * nothing that is queued, which delivery_queue has. carried_notice has all that is asked of it. */
static const char schema_4[] = "DROP INDEX delivery_fresh;"
                               "DROP INDEX delivery_unsent;"
                               "CREATE INDEX delivery_apart ON delivery (state) WHERE state <> 0 AND state <> 2;"
                               "DROP INDEX carried_notice;"
                               "CREATE INDEX carried_notice ON carried (notice, delivery, stop);";

/* What is owed is counted by the program where an obligation is made: tally.c says why. */
static const char schema_5[] = "DROP TRIGGER obligation_owed;";

/* known: since when the obligation is in a plan, the least number (WALL_NONE) where that was before it
 * was noted.
 * unread: what went wrong for good and nobody has acknowledged: a delivery that failed (notice 0), or a notice that
 * came too late (by a delivery, or by 0 before any was made). */
static const char schema_6[] =
        "ALTER TABLE obligation ADD COLUMN known INTEGER NOT NULL DEFAULT -9223372036854775808;"
        "CREATE TABLE unread ("
        "  delivery INTEGER NOT NULL, notice INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
        "  PRIMARY KEY (delivery, notice)) STRICT, WITHOUT ROWID;"
        "INSERT INTO unread SELECT seq, 0, finished_ms FROM delivery WHERE state <> 0 AND state <> 2 AND state = 3;";

/* sequence: grows with every delivery, as the SEQUENCE of its calendar entry; in seconds since 2020, or one
 * more than the one before. What is not sent yet gets one; what was sent had minutes since 1970, which are less.
 * entry: what stands in the calendar of an address, by the messages that it got. */
static const char schema_7[] =
        "ALTER TABLE delivery ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;"
        "UPDATE delivery SET sequence = max(made_ms / 1000 - 1577836800, 0)"
        "  WHERE (state = 0 AND server > '') OR (state <> 0 AND state <> 2 AND state = 1);"
        "CREATE TABLE entry ("
        "  obligation INTEGER NOT NULL REFERENCES obligation, address TEXT NOT NULL COLLATE NOCASE,"
        "  day INTEGER NOT NULL,"
        "  PRIMARY KEY (obligation, address)) STRICT, WITHOUT ROWID;"
        "INSERT OR REPLACE INTO entry SELECT o.id, d.address, o.effective FROM obligation AS o"
        "  CROSS JOIN notice AS n ON n.obligation = o.id AND n.kind IN (1, 2, 4, 5, 6)"
        "  CROSS JOIN carried AS c ON c.notice = n.id CROSS JOIN delivery AS d ON d.seq = c.delivery"
        "  WHERE o.status = 0 AND o.dateless = 0 AND d.state = 2 AND d.server = 'mail'"
        "  AND NOT EXISTS (SELECT 1 FROM carried AS x WHERE x.delivery = d.seq AND x.notice <> n.id);";

/* urged: the day on which an unclear obligation was declared overdue. */
static const char schema_8[] = "ALTER TABLE obligation ADD COLUMN urged INTEGER;";

/* lapses: nobody is urged to do it, which the next sync says of each. */
static const char schema_9[] =
        "DROP TRIGGER obligation_moved;"
        "DROP INDEX obligation_overdue;"
        "ALTER TABLE obligation DROP COLUMN overdue_after;"
        "ALTER TABLE obligation ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;"
        "ALTER TABLE obligation ADD COLUMN overdue_after INTEGER"
        "  AS (CASE WHEN status = 0 AND observance = 0 AND lapses = 0 AND NOT dateless THEN effective END);"
        "CREATE INDEX obligation_overdue ON obligation (overdue_after) WHERE overdue_after IS NOT NULL;"
        "CREATE TRIGGER obligation_moved"
        "  AFTER UPDATE OF status, observance, lapses, tentative, fixed, due, effective ON obligation"
        "  BEGIN"
        "    UPDATE open_tally SET n = n - 1"
        "      WHERE old.status = 0 AND old.observance = 0 AND day = coalesce(old.overdue_after, " NO_DAY ");"
        "    INSERT INTO open_tally SELECT coalesce(new.overdue_after, " NO_DAY "), 1"
        "      WHERE new.status = 0 AND new.observance = 0"
        "      ON CONFLICT (day) DO UPDATE SET n = n + 1;"
        "  END;"
        "ALTER TABLE occurrence ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;"
        "DELETE FROM fact WHERE name = 'synced' OR name LIKE 'item %';";
/* plan: what stays of a plan when its file is put away. closes: as the file says; moved: as somebody decided; closed:
 * its obligations are as that day leaves them. */
static const char schema_10[] =
        "CREATE TABLE plan ("
        "  id TEXT PRIMARY KEY, year INTEGER NOT NULL, title TEXT NOT NULL,"
        "  closes INTEGER NOT NULL, moved INTEGER, closed INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
        "DELETE FROM fact WHERE name = 'synced';";
/* agency: '' for all of them. until: the last day, or NULL. */
static const char schema_11[] =
        "CREATE TABLE hold ("
        "  agency TEXT NOT NULL PRIMARY KEY, until INTEGER, since_ms INTEGER NOT NULL, by TEXT NOT NULL,"
        "  reason TEXT NOT NULL) STRICT, WITHOUT ROWID;";

/* elsewhere: a test to an address that was given with it. */
static const char schema_12[] = "ALTER TABLE delivery ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;";

/* ends: the last day of the plan's time. Of what is put away already it was the last of the year, of the others the
 * next sync writes it. */
static const char schema_13[] =
        "ALTER TABLE plan ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;"
        "UPDATE plan SET ends = CAST(julianday(year || '-12-31') - julianday('1970-01-01') AS INTEGER);";

/* claim: what agencies said, one open at a time of each obligation. What settles an obligation overtakes it, which has
 * to be said here: a sync withdraws without looking at each. */
static const char schema_14[] =
        "CREATE TABLE claim ("
        "  id INTEGER PRIMARY KEY, obligation INTEGER NOT NULL REFERENCES obligation,"
        "  on_day INTEGER NOT NULL, until_day INTEGER, channel INTEGER NOT NULL, state INTEGER NOT NULL,"
        "  by TEXT NOT NULL, text TEXT, made_ms INTEGER NOT NULL,"
        "  answered_ms INTEGER, answered_by TEXT, answer TEXT) STRICT;"
        "CREATE UNIQUE INDEX claim_open ON claim (obligation) WHERE state = 0;"
        "CREATE TRIGGER claim_overtaken AFTER UPDATE OF status ON obligation WHEN new.status IN (1, 2, 3) BEGIN"
        "    UPDATE claim SET state = 4 WHERE obligation = new.id AND state = 0;"
        "  END;";

/* course, course_day: as obligation_course() says, NO_DAY for CIVIL_NONE. obligation_tally counts by them, kept
 * by a trigger but for what is made (tally.c). delivery_tally by channel; total: how many ever came into a state that
 * ends a delivery, and of sending (1) the attempts that were made. It is only added to, so that it stays when rows go.
 */
static const char schema_15[] =
        "ALTER TABLE obligation ADD COLUMN course INTEGER AS (CASE status"
        "  WHEN 0 THEN CASE WHEN observance THEN 2 WHEN due IS NULL THEN 4 WHEN dateless THEN 3"
        "    WHEN lapses THEN 1 ELSE 0 END"
        "  WHEN 1 THEN iif(done_on > effective AND NOT (observance OR lapses OR dateless), 6, 5)"
        "  WHEN 5 THEN iif(observance OR lapses, 11, 10) ELSE status + 5 END);"
        "ALTER TABLE obligation ADD COLUMN course_day INTEGER"
        "  AS (CASE WHEN course < 3 THEN coalesce(effective, " NO_DAY ") ELSE " NO_DAY " END);"
        "DROP TRIGGER obligation_moved;"
        "DROP TABLE open_tally;"
        "CREATE TABLE obligation_tally ("
        "  course INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL,"
        "  PRIMARY KEY (course, day)) STRICT, WITHOUT ROWID;"
        "INSERT INTO obligation_tally SELECT course, course_day, count(*) FROM obligation GROUP BY 1, 2;"
        "CREATE TRIGGER obligation_moved"
        "  AFTER UPDATE OF status, done_on, observance, lapses, tentative, fixed, due, effective ON obligation"
        "  WHEN (new.course, new.course_day) <> (old.course, old.course_day)"
        "  BEGIN"
        "    UPDATE obligation_tally SET n = n - 1 WHERE course = old.course AND day = old.course_day;"
        "    DELETE FROM obligation_tally WHERE course = old.course AND day = old.course_day AND n = 0;"
        "    INSERT INTO obligation_tally VALUES (new.course, new.course_day, 1)"
        "      ON CONFLICT (course, day) DO UPDATE SET n = n + 1;"
        "  END;"
        "DROP TABLE delivery_tally;"
        "CREATE TABLE delivery_tally ("
        "  channel INTEGER NOT NULL, state INTEGER NOT NULL, n INTEGER NOT NULL, total INTEGER NOT NULL,"
        "  last_ms INTEGER NOT NULL, PRIMARY KEY (channel, state)) STRICT, WITHOUT ROWID;"
        "INSERT INTO delivery_tally SELECT server <> 'mail', state, count(*), iif(state >= 2, count(*), 0),"
        "  max(finished_ms) FROM delivery GROUP BY 1, 2;"
        "INSERT INTO delivery_tally SELECT server <> 'mail', 1, 0, sum(attempts), 0 FROM delivery WHERE true GROUP BY 1"
        "  ON CONFLICT (channel, state) DO UPDATE SET total = excluded.total;"
        "CREATE INDEX claim_state ON claim (state);";

/* heard: the mails that were told of, by what tells one from another, and what became of each. */
static const char schema_16[] =
        "CREATE TABLE heard ("
        "  origin TEXT PRIMARY KEY, outcome INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
        "CREATE INDEX heard_time ON heard (at_ms);";

/* revision: how often what a calendar says of an obligation has changed, which is the SEQUENCE of its entries (RFC
 * 5545, section 3.8.7.4), and when it did last: NULL until somebody may have seen it (store_stamp_revisions()). There
 * is no row where nothing has. Said here, since a sync withdraws without looking at each. Up to now each delivery had a
 * number of its own; what stands in calendars has these, so that all begin above. */
static const char schema_17[] =
        "CREATE TABLE revision ("
        "  obligation INTEGER PRIMARY KEY REFERENCES obligation, number INTEGER NOT NULL, at_ms INTEGER) STRICT;"
        "CREATE INDEX revision_unseen ON revision (obligation) WHERE at_ms IS NULL;"
        "INSERT INTO revision SELECT o.id, s.n, NULL FROM obligation AS o,"
        "  (SELECT max(sequence) + 1 AS n FROM delivery) AS s WHERE s.n > 1;"
        "ALTER TABLE delivery DROP COLUMN sequence;"
        "CREATE TRIGGER obligation_revised AFTER UPDATE OF due, effective, tentative, fixed, status ON obligation"
        "  WHEN (new.due, new.effective, new.tentative AND new.fixed IS NULL, new.status)"
        "    IS NOT (old.due, old.effective, old.tentative AND old.fixed IS NULL, old.status)"
        "  BEGIN"
        "    INSERT INTO revision VALUES (new.id, 1, NULL) ON CONFLICT (obligation)"
        "      DO UPDATE SET number = number + 1, at_ms = NULL WHERE at_ms IS NOT NULL;"
        "  END;";

static const char *const schema_steps[] = {schema_1,  schema_2,  schema_3,  schema_4,  schema_5,  schema_6,
                                           schema_7,  schema_8,  schema_9,  schema_10, schema_11, schema_12,
                                           schema_13, schema_14, schema_15, schema_16, schema_17};
const struct schema schema_current = {
        .steps = schema_steps, .n = ELEMENTS(schema_steps), .check_rows = integrity_check_rows};

#define CACHE "PRAGMA cache_size = -16384;" /* KiB */

/* A pragma that yields one number, or a count. */
static int ask(struct store *store, const char *sql, int64_t *ret)
{
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret = r > 0 ? query_read_integer(&query) : 0;
        return 0;
}

static int run(struct store *store, const char *sql)
{
        errno = 0;
        int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
        return code == SQLITE_OK ? 0 : store_fail(store, code);
}

/* The tables, indexes and triggers as the steps make them, in memory. */
static int make_pattern(struct store *pattern, const struct schema *schema, int64_t version)
{
        int code = sqlite3_open_v2(
                ":memory:", &pattern->db,
                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        int r = code == SQLITE_OK ? 0 : store_fail(pattern, code);
        for (int64_t i = 0; r >= 0 && i < version; i++)
                r = run(pattern, schema->steps[i]);
        return r;
}

/* The words of the schema are in the file too: a trigger that names another table fails at the first change, an index
 * with another condition holds other rows. What somebody added is not ours to judge. */
static int compare_schema(struct store *store, struct store *pattern)
{
        CLEANUP_QUERY struct query ours =
                query_prepared(pattern, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
        CLEANUP_QUERY struct query theirs =
                query_prepared(store, "SELECT count(*) FROM sqlite_schema WHERE (type, name, sql) = (?, ?, ?)");
        int r;
        while ((r = query_step(&ours)) > 0) {
                CLEANUP_FREE char *type = query_read_text(&ours), *name = query_read_text(&ours),
                                  *sql = query_read_text(&ours);
                query_bind_text(&theirs, type);
                query_bind_text(&theirs, name);
                query_bind_text(&theirs, sql);
                r = query_check(&ours) < 0 ? store_refuse(store, -ENOMEM, "out of memory") : query_step(&theirs);
                if (r < 0)
                        return r;
                if (query_read_integer(&theirs) != 1)
                        return store_refuse(store, -EUCLEAN, DAMAGED " (the %s %s is not the one that was made)", type,
                                            name);
                query_rewind(&theirs);
        }
        return r < 0 ? store_refuse(store, r, "%s", pattern->error) : 0;
}

static int check_schema(struct store *store, const struct schema *schema, int64_t version)
{
        struct store pattern = {.lock = -1};
        int r = make_pattern(&pattern, schema, version);
        r = r < 0 ? store_refuse(store, r, "%s", pattern.error) : compare_schema(store, &pattern);
        (void)sqlite3_close(pattern.db);
        return r;
}

/* What a file is found to be. */
struct finding {
        int64_t version; /* 0: it is empty */
        char *indexes;   /* that are to be made anew, or NULL */
};

static void finding_clear(struct finding *finding)
{
        free(finding->indexes);
}

static int check_file(struct store *store, const struct schema *schema, struct finding *ret)
{
        int64_t application = 0, version = 0, tables = 0;
        int r = ask(store, "PRAGMA application_id", &application);
        if (r < 0)
                return r;
        r = ask(store, "PRAGMA user_version", &version);
        if (r < 0)
                return r;
        r = ask(store, "SELECT count(*) FROM sqlite_schema", &tables);
        if (r < 0)
                return r;

        bool empty = application == 0 && version == 0 && tables == 0;
        if (!empty && (application != SCHEMA_APPLICATION || version <= 0))
                return store_refuse(store, -EUCLEAN, "the file is a database, but none of reminderd's; move it away");
        if (version > (int64_t)schema->n)
                return store_refuse(store, -ENOTRECOVERABLE,
                                    "the database was written by a newer reminderd (schema %lld, this one knows %zu); "
                                    "install that version, or put back a copy from before",
                                    (long long)version, schema->n);
        ret->version = version;
        r = empty ? 0 : check_schema(store, schema, version);
        if (r >= 0 && !empty)
                r = integrity_check(store, &ret->indexes);
        if (r >= 0 && version == (int64_t)schema->n && schema->check_rows)
                r = schema->check_rows(store);
        return r;
}

static int open_to_look(const struct store *store, struct store *look, const char *path, bool alone, bool logged)
{
        sqlite3_vfs *vfs = NULL; /* that of the store */
        (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
        int code = sqlite3_open_v2(path, &look->db,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
                                           SQLITE_OPEN_EXRESCODE,
                                   vfs ? vfs->zName : NULL);
        if (code != SQLITE_OK)
                return store_fail(look, code);
        (void)sqlite3_db_config(look->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, logged, NULL);
        int r = alone ? run(look, "PRAGMA locking_mode = EXCLUSIVE") : 0; /* before anything is read */
        return r < 0 ? r : run(look, CACHE);
}

/* By a connection of its own, which only reads: a file that is refused is left as it is, with all beside it. Alone on
 * the file, SQLite keeps the index of the WAL in memory instead of in -shm (https://www.sqlite.org/wal.html#noshm); its
 * last connection to close would move the WAL into the file, which is left out, and remove it, which is left to it
 * where it made it. */
static int look_at(struct store *store, const char *path, const struct schema *schema, bool alone, struct finding *ret)
{
        struct store look = {.lock = -1};
        CLEANUP_FREE char *wal = NULL;
        if (asprintf(&wal, "%s-wal", path) < 0) {
                wal = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        bool logged = access(wal, F_OK) == 0;
        int r = open_to_look(store, &look, path, alone, logged);
        if (r >= 0)
                r = check_file(&look, schema, ret);
        query_forget(&look);
        (void)sqlite3_close(look.db);
        return r < 0 ? store_refuse(store, r, "%s", look.error) : 0;
}

/* Somebody who reads the file in a shell is no reason not to start. */
static int inspect(struct store *store, const char *path, const struct schema *schema, struct finding *ret)
{
        int r = look_at(store, path, schema, true, ret);
        return r == -EBUSY ? look_at(store, path, schema, false, ret) : r;
}

/* The connection, not the file (but for journal_mode). cache_size in KiB; a WAL is cut back to journal_size_limit
 * bytes once a large transaction is over. */
static int set_up(struct store *store, bool scratch)
{
        static const char always[] = "PRAGMA foreign_keys = ON;"
                                     "PRAGMA temp_store = MEMORY;"
                                     "PRAGMA secure_delete = OFF;"
                                     "PRAGMA trusted_schema = OFF;";
        static const char durable[] = "PRAGMA journal_mode = WAL;"
                                      "PRAGMA synchronous = FULL;" CACHE "PRAGMA journal_size_limit = 67108864;";
        int r = run(store, always);
        if (r < 0)
                return r;
        return run(store, scratch ? "PRAGMA synchronous = OFF;" : durable);
}

static int migrate(struct store *store, const struct schema *schema, int64_t from)
{
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        for (size_t version = (size_t)from; r >= 0 && version < schema->n; version++)
                r = run(store, schema->steps[version]);
        if (r >= 0 && from > 0 && schema->check_rows)
                r = schema->check_rows(store);
        if (r < 0)
                return r;

        char stamp[96]; /* pragmas take no bound values; two numbers fit */
        (void)snprintf(stamp, sizeof(stamp), "PRAGMA application_id = %d; PRAGMA user_version = %zu;",
                       SCHEMA_APPLICATION, schema->n);
        r = run(store, stamp);
        if (r < 0)
                return r;
        return unit_commit(&unit);
}

static int cannot(struct store *store, int error, const char *path, const char *what)
{
        return store_refuse(store, errno_of_io(error, -error), "%s can't be %s: %s", path, what, strerror(error));
}

static int vacuum_into(struct store *store, const char *path)
{
        CLEANUP_QUERY struct query query = query_prepared(store, "VACUUM INTO ?");
        query_bind_text(&query, path);
        int r = query_do(&query);
        /* The statement is sound: what SQLite minds here is that it can't look at the file. */
        if (r < 0 && sqlite3_errcode(store->db) == SQLITE_ERROR)
                return cannot(store, EIO, path, "written");
        if (r < 0)
                return r;
        r = statedir_sync(path, O_RDONLY);
        return r < 0 ? cannot(store, -r, path, "synced") : 0;
}

/* SQLite would read "file:…" as a URI. VACUUM INTO takes an empty file as it takes none, and keeps its mode. */
static int write_copy(struct store *store, const char *path)
{
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0)
                return cannot(store, errno, path, "made");
        (void)close(fd);
        int r = vacuum_into(store, path);
        if (r < 0)
                (void)unlink(path);
        return r;
}

/* Not every file system knows RENAME_NOREPLACE; there whoever makes that name in between loses it. */
static int name_copy(const char *fresh, const char *path, bool replace)
{
        if (replace)
                return rename(fresh, path);
        int r = renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE);
        return r < 0 && errno == EINVAL ? rename(fresh, path) : r;
}

/* Whole and durable before it has its name: a power loss leaves no half copy that could be taken for a good one. */
static int copy_as(struct store *store, const char *path, bool replace)
{
        if (store->in_transaction)
                return store_refuse(store, -EINVAL, "no copy is made inside a transaction");
        if (!replace && access(path, F_OK) == 0)
                return cannot(store, EEXIST, path, "made");

        CLEANUP_FREE char *fresh = NULL;
        if (asprintf(&fresh, "%s%s.new", path[0] == '/' ? "" : "./", path) < 0) {
                fresh = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        (void)unlink(fresh); /* of a crash in the middle */
        int r = write_copy(store, fresh);
        if (r < 0)
                return r;
        if (name_copy(fresh, path, replace) < 0) {
                int error = errno;
                (void)unlink(fresh);
                return cannot(store, error, path, "made");
        }
        r = statedir_sync_parent(fresh);
        return r < 0 ? cannot(store, -r, path, "kept in its folder") : 0;
}

int schema_copy_into(struct store *store, const char *path)
{
        return copy_as(store, path, false);
}

/* A copy from an earlier attempt at the same migration gives way: this one is no older. */
static int keep_old(struct store *store, const char *path, int64_t version)
{
        CLEANUP_FREE char *kept = NULL;
        if (asprintf(&kept, "%s.v%lld.bak", path, (long long)version) < 0) {
                kept = NULL;
                return store_refuse(store, -ENOMEM, "out of memory");
        }
        return copy_as(store, kept, true);
}

int schema_open(struct store *store, const char *path, const struct schema *schema)
{
        CLEANUP(finding_clear) struct finding found = {0};
        int r = path ? inspect(store, path, schema, &found) : 0;
        if (r >= 0)
                r = set_up(store, !path);
        if (r >= 0 && found.indexes)
                r = integrity_mend(store, found.indexes);
        if (r < 0 || found.version == (int64_t)schema->n)
                return r;
        if (found.version > 0) {
                r = keep_old(store, path, found.version);
                if (r < 0)
                        return r;
        }
        return migrate(store, schema, found.version);
}
