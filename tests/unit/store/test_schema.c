/* Migrations by steps of the test's own; copies and backups. */
#include "fixture.h"

#include "store/revisions.h"
#include "store/schema.h"

static const char *const steps[] = {
        "CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES (1);",
        "ALTER TABLE one ADD COLUMN b INTEGER; UPDATE one SET b = a + 1;",
        "CREATE TABLE two (c INTEGER) STRICT; INSERT INTO two SELECT b + 1 FROM one;",
};
static const char *const broken_steps[] = {
        "CREATE TABLE one (a INTEGER) STRICT; INSERT INTO one VALUES (1);",
        "INSERT INTO one VALUES (2);",
        "INSERT INTO nowhere VALUES (3);",
};

static char *plain_path(const struct fixture *fixture, const char *suffix)
{
        char *path = NULL;
        assert_true(asprintf(&path, "%s/plain.db%s", fixture->folder, suffix) > 0);
        return path;
}

static int open_plain(struct store *store, const char *path, const char *const *of, size_t n)
{
        assert_int_equal(sqlite3_open(path, &store->db), SQLITE_OK);
        return schema_open(store, path, &(struct schema){.steps = of, .n = n});
}

static void close_plain(struct store *store)
{
        assert_int_equal(sqlite3_finalize(store->statements[STATEMENT_BEGIN]), SQLITE_OK);
        assert_int_equal(sqlite3_finalize(store->statements[STATEMENT_COMMIT]), SQLITE_OK);
        assert_int_equal(sqlite3_finalize(store->statements[STATEMENT_ROLLBACK]), SQLITE_OK);
        assert_int_equal(sqlite3_close(store->db), SQLITE_OK);
        *store = (struct store){.lock = -1};
}

/* The one number of a query on a file; -1: the query is not possible. */
static int64_t ask_file(const char *path, const char *sql)
{
        sqlite3 *db = NULL;
        sqlite3_stmt *statement = NULL;
        int64_t answer = -1;
        assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
        if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
                answer = sqlite3_column_int64(statement, 0);
        sqlite3_finalize(statement);
        sqlite3_close(db);
        return answer;
}

static void test_migrates_and_keeps_the_old(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = plain_path(fixture, "");
        CLEANUP_FREE char *copy = plain_path(fixture, ".v1.bak");
        struct store store = {.lock = -1};

        assert_int_equal(open_plain(&store, path, steps, 1), 0);
        close_plain(&store);
        assert_int_equal(ask_file(path, "PRAGMA user_version"), 1);
        assert_int_equal(ask_file(path, "PRAGMA application_id"), SCHEMA_APPLICATION);
        assert_int_equal(access(copy, F_OK), -1); /* a new file has no past */

        CLEANUP_FREE char *half = plain_path(fixture, ".v1.bak.new"); /* of a crash while it was copied */
        CLEANUP_FCLOSE FILE *file = fopen(half, "we");
        assert_non_null(file);
        assert_int_equal(fputs("half a copy", file), 1);

        assert_int_equal(open_plain(&store, path, steps, 3), 0);
        close_plain(&store);
        assert_int_equal(ask_file(path, "PRAGMA user_version"), 3);
        assert_int_equal(ask_file(path, "SELECT c FROM two"), 3);
        assert_int_equal(access(half, F_OK), -1);
        assert_int_equal(ask_file(copy, "PRAGMA user_version"), 1);
        assert_int_equal(ask_file(copy, "PRAGMA application_id"), SCHEMA_APPLICATION);
        assert_int_equal(ask_file(copy, "SELECT a FROM one"), 1);
        assert_int_equal(ask_file(copy, "SELECT b FROM one"), -1);
        struct stat status;
        assert_int_equal(stat(copy, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);

        assert_int_equal(open_plain(&store, path, steps, 2), -ENOTRECOVERABLE);
        close_plain(&store);
        assert_int_equal(ask_file(path, "PRAGMA user_version"), 3);
}

static void test_a_failed_migration_changes_nothing(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = plain_path(fixture, "");
        struct store store = {.lock = -1};
        assert_int_equal(open_plain(&store, path, broken_steps, 1), 0);
        close_plain(&store);
        for (int attempt = 0; attempt < 2; attempt++) {
                assert_true(open_plain(&store, path, broken_steps, 3) < 0);
                close_plain(&store);
                assert_int_equal(ask_file(path, "PRAGMA user_version"), 1);
                assert_int_equal(ask_file(path, "SELECT count(*) FROM one"), 1);
        }
        assert_int_equal(open_plain(&store, path, broken_steps, 2), 0); /* over the copy of the failed attempt */
        close_plain(&store);
        assert_int_equal(ask_file(path, "SELECT count(*) FROM one"), 2);
}

/* What is claimed, in the order in which it is. */
static void assert_claims(struct store *store, bool manual_only, const char *expected)
{
        struct delivery_record records[4];
        char ids[80] = "";
        int n = store_claim_deliveries(store, &channel_mail, 100, manual_only, records, ELEMENTS(records));
        assert_true(n >= 0);
        for (int i = 0; i < n; i++) {
                (void)snprintf(ids + strlen(ids), sizeof(ids) - strlen(ids), "%s ", records[i].id);
                delivery_record_clear(&records[i]);
        }
        assert_string_equal(ids, expected);
}

/* Deliveries are counted as their rows are. Not store_recount(): the rows here were sent from the beginning, so that
 * nothing counted when the last one was. */
static void assert_tally(struct store *store)
{
        static const char sql[] = "SELECT count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),"
                                  " count(*) FILTER (WHERE state = 2),"
                                  " count(*) FILTER (WHERE state = 3 AND seq IN (SELECT delivery FROM unread))"
                                  " FROM delivery";
        struct store_counts counts;
        sqlite3_stmt *rows = NULL;
        OK(store, store_count(store, 0, &counts));
        assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &rows, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
        assert_int_equal(counts.queued, sqlite3_column_int64(rows, 0));
        assert_int_equal(counts.sending, sqlite3_column_int64(rows, 1));
        assert_int_equal(counts.sent, sqlite3_column_int64(rows, 2));
        assert_int_equal(counts.failed, sqlite3_column_int64(rows, 3));
        sqlite3_finalize(rows);
}

static int append_id(void *userdata, const struct delivery_record *record)
{
        char *ids = userdata;
        (void)snprintf(ids + strlen(ids), 80 - strlen(ids), "%s ", record->id);
        return 0;
}

/* What the first version left: the failure that is newest is the last one, what waits is sent, and what was on the wire
 * waits again. */
static void test_from_the_first_version(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = plain_path(fixture, "");
        struct store store = {.lock = -1};
        struct delivery_record record = {0};
        int64_t at_ms;
        assert_int_equal(open_plain(&store, path, schema_current.steps, 1), 0);
        assert_int_equal(sqlite3_exec(store.db,
                                      "INSERT INTO delivery VALUES"
                                      " (1, 'old', 'mail', 'a', 'a@so.example', 0, 3, 0, 1, 1, 1, 70, 'no', NULL),"
                                      " (2, 'new', 'mail', 'a', 'a@so.example', 0, 3, 0, 1, 1, 1, 90, 'never', NULL),"
                                      " (3, 'well', 'mail', 'a', 'a@so.example', 0, 2, 0, 1, 1, 1, 99, 'ok', NULL),"
                                      " (4, 'wait', 'mail', 'a', 'a@so.example', 0, 0, 0, 0, 1, 50, 0, NULL, NULL),"
                                      " (5, 'hand', 'mail', 'a', 'a@so.example', 0, 0, 1, 0, 1, 60, 0, NULL, NULL),"
                                      " (6, 'wire', 'mail', 'a', 'a@so.example', 0, 1, 0, 1, 1, 1, 0, NULL, NULL)",
                                      NULL, NULL, NULL),
                         SQLITE_OK);
        close_plain(&store);

        assert_int_equal(open_plain(&store, path, schema_current.steps, schema_current.n), 0);
        assert_int_equal(store_last_failure(&store, &record, &at_ms), 0);
        assert_string_equal(record.id, "new");
        assert_string_equal(record.answer, "never");
        assert_int_equal(at_ms, 90);
        delivery_record_clear(&record);
        char failed[80] = "";
        const struct delivery_filter filter = {.state = DELIVERY_FAILED};
        assert_int_equal(store_each_delivery(&store, &filter, append_id, failed), 0);
        assert_string_equal(failed, "new old ");
        assert_int_equal(store_recover_deliveries(&store, 40), 1);
        assert_claims(&store, true, "hand ");
        assert_claims(&store, false, "wire wait ");
        assert_tally(&store);
        for (size_t i = 0; i < STATEMENTS; i++) {
                sqlite3_finalize(store.statements[i]);
                store.statements[i] = NULL;
        }
        close_plain(&store);
}

#define SEQUENCE 500 /* seconds */
#define MADE "1577837300000"
_Static_assert(1577836800 + SEQUENCE == 1577837300, "MADE is that moment since 1970, in milliseconds");

/* An office in the midst of its work, in the columns that every version has: an obligation of which one mail tells
 * alone, one of which a mail tells with another, one that is done; and of each state of a delivery one or more. The
 * last two statements count as the program does where no trigger does any more. */
static const char office[] =
        "INSERT INTO occurrence (id, plan, item, key, title, due_day, tentative, observance, shift, withdrawn, handled)"
        " VALUES (1, 'p', 'one', '', 'Báo cáo', 20000, 0, 0, 2, 0, 0);"
        "INSERT INTO obligation (id, occurrence, agency, due_day, tentative, observance, shift, status, done_on, due,"
        " effective, handled, next_fire) VALUES"
        " (1, 1, 'a', 20000, 0, 0, 2, 0, NULL, 20000, 20000, 0, 5000),"
        " (2, 1, 'b', 20000, 0, 0, 2, 0, NULL, 20000, 20000, 0, 6000),"
        " (3, 1, 'c', 20000, 0, 0, 2, 1, 19990, 20000, 20000, 0, NULL);"
        "INSERT INTO notice (id, occurrence, obligation, agency, rung, kind, state, rung_at, made_ms) VALUES"
        " (1, 1, 1, 'a', '7d', 5, 2, 0, 1), (2, 1, 2, 'b', '7d', 5, 2, 0, 1), (3, 1, 3, 'c', '7d', 5, 2, 0, 1),"
        " (4, 1, 1, 'a', '1d', 5, 1, 0, 1), (5, 1, 2, 'b', '1d', 5, 3, 0, 1);"
        "INSERT INTO delivery (seq, id, server, agency, address, kind, state, manual, attempts, made_ms, next_ms,"
        " finished_ms) VALUES"
        " (1, 'alone', 'mail', 'a', 'a@so.example', 5, 2, 0, 1, " MADE ", 1, 70),"
        " (2, 'two', 'mail', 'b', 'b@so.example', 5, 2, 0, 1, " MADE ", 1, 70),"
        " (3, 'hook', 'webhook:x', 'a', 'x', 5, 2, 0, 1, " MADE ", 1, 70),"
        " (4, 'never', 'mail', 'b', 'b@so.example', 5, 3, 0, 1, " MADE ", 1, 90),"
        " (5, 'wait', 'mail', 'a', 'a@so.example', 5, 0, 0, 0, " MADE ", 50, 0),"
        " (6, 'wire', 'mail', 'a', 'a2@so.example', 5, 1, 0, 1, " MADE ", 1, 0);"
        "INSERT INTO carried (delivery, notice) VALUES (1, 1), (2, 2), (2, 3), (3, 1), (4, 5), (5, 4), (6, 4);";
static const char counts_to_14[] =
        "UPDATE delivery_tally SET n = (SELECT count(*) FROM delivery AS d WHERE d.state = delivery_tally.state);"
        "INSERT INTO open_tally SELECT 20000, 2 WHERE NOT EXISTS (SELECT 1 FROM open_tally);";
static const char counts_of_15[] =
        "INSERT INTO obligation_tally SELECT course, course_day, count(*) FROM obligation GROUP BY 1, 2;"
        "INSERT INTO delivery_tally SELECT server <> 'mail', state, count(*), count(*), max(finished_ms) FROM delivery"
        "  GROUP BY 1, 2;";
static const char failure_of_6[] = "INSERT INTO unread VALUES (4, 0, 90);";
static const char mails_of_7[] = "INSERT INTO entry VALUES (1, 'a@so.example', 20000);"
                                 "UPDATE delivery SET sequence = 500 WHERE id IN ('wait', 'wire');";

static void assert_entry(struct store *store, int64_t obligation, const char *address, civil_day expected)
{
        civil_day day = 0;
        OK(store, store_get_entry(store, obligation, address, &day));
        assert_int_equal(day, expected);
}

static void assert_revision(struct store *store, int64_t obligation, int32_t expected)
{
        struct revision revision;
        OK(store, store_get_revision(store, obligation, &revision));
        assert_int_equal(revision.number, expected);
}

static void assert_office(struct store *store)
{
        CLEANUP(obligation_record_clear) struct obligation_record record = {0};
        struct store_counts counts;
        OK(store, store_get_obligation(store, 1, &record));
        assert_int_equal(record.obligation.known, WALL_NONE);
        assert_int_equal(record.next_fire, 5000);
        OK(store, store_count(store, DUE_DAY, &counts));
        assert_int_equal(counts.obligations_open, 2);
        assert_int_equal(counts.failed, 1);
        assert_entry(store, 1, "A@so.example", DUE_DAY);
        assert_entry(store, 1, "a2@so.example", CIVIL_NONE); /* may have arrived, or not */
        assert_entry(store, 1, "x", CIVIL_NONE);             /* no mail */
        assert_entry(store, 2, "b@so.example", CIVIL_NONE);  /* a mail of two brings no entry */
        assert_entry(store, 3, "b@so.example", CIVIL_NONE);
        for (int64_t i = 1; i <= 3; i++)
                assert_revision(store, i, SEQUENCE + 1); /* above all that calendars have */
}

/* What each version left is whole in this one, and goes on there. */
static void test_from_every_version(void **state)
{
        struct fixture *fixture = *state;
        for (size_t version = 1; version < schema_current.n; version++) {
                CLEANUP_FREE char *path = NULL;
                struct store plain = {.lock = -1};
                assert_int_equal(mkdir(fixture->dir, 0700), 0);
                path = fixture_path(fixture, STORE_FILE);
                assert_int_equal(open_plain(&plain, path, schema_current.steps, version), 0);
                if (sqlite3_exec(plain.db, office, NULL, NULL, NULL) != SQLITE_OK ||
                    sqlite3_exec(plain.db, version < 15 ? counts_to_14 : counts_of_15, NULL, NULL, NULL) != SQLITE_OK ||
                    (version >= 6 && sqlite3_exec(plain.db, failure_of_6, NULL, NULL, NULL) != SQLITE_OK) ||
                    (version >= 7 && sqlite3_exec(plain.db, mails_of_7, NULL, NULL, NULL) != SQLITE_OK))
                        fail_msg("version %zu: %s", version, sqlite3_errmsg(plain.db));
                close_plain(&plain);

                for (int start = 0; start < 2; start++) {
                        fixture_open(fixture);
                        assert_office(fixture->store);
                        assert_tally(fixture->store);
                        fixture_close(fixture);
                }
                fixture_open(fixture);
                assert_int_equal(store_recover_deliveries(fixture->store, 60), 1);
                assert_claims(fixture->store, false, "wait wire ");
                fixture_close(fixture);
                fixture_remove(fixture->dir);
        }
}

static void test_writes_a_copy(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = fixture_path(fixture, "copy.db");
        OK(fixture->store, store_set_fact(fixture->store, "a", "1"));
        fixture_occurrence(fixture->store, "p", "one", "");
        OK(fixture->store, schema_copy_into(fixture->store, path));
        assert_int_equal(schema_copy_into(fixture->store, path), -EEXIST);
        assert_int_equal(ask_file(path, "SELECT count(*) FROM occurrence"), 1);
        assert_int_equal(ask_file(path, "SELECT value FROM fact WHERE name = 'a'"), 1);
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);

        CLEANUP_FREE char *nowhere = fixture_path(fixture, "no/such/copy.db");
        assert_int_equal(schema_copy_into(fixture->store, nowhere), -ENOENT);
        assert_int_equal(unlink(path), 0);
        OK(fixture->store, store_begin(fixture->store));
        assert_int_equal(schema_copy_into(fixture->store, path), -EINVAL);
        store_rollback(fixture->store);
        assert_int_equal(access(path, F_OK), -1);
}

static void test_copies_into_a_scratch_store(void **state)
{
        struct fixture *fixture = *state;
        int64_t occurrence = fixture_occurrence(fixture->store, "p", "one", "");
        int64_t obligation = fixture_obligation(fixture->store, occurrence, "so-1", &fixture_dated, 7);
        CLEANUP_FREE char *said = NULL;
        struct store *scratch = NULL;
        assert_int_equal(store_open(NULL, &scratch, &said), 0);
        fixture_occurrence(scratch, "q", "other", ""); /* gives way */
        OK(scratch, store_copy(fixture->store, scratch));

        CLEANUP(obligation_record_clear) struct obligation_record record = {0};
        OK(scratch, store_get_obligation(scratch, obligation, &record));
        assert_string_equal(record.plan, "p");
        record.next_fire = 9;
        OK(scratch, store_begin(scratch));
        OK(scratch, store_put_obligation(scratch, &record));
        OK(scratch, store_commit(scratch));
        wall_time next = 0;
        OK(scratch, store_next_fire(scratch, &next));
        assert_int_equal(next, 9);
        scratch = store_close(scratch);
        OK(fixture->store, store_next_fire(fixture->store, &next));
        assert_int_equal(next, 7);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_migrates_and_keeps_the_old, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_a_failed_migration_changes_nothing, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_from_the_first_version, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_from_every_version, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_writes_a_copy, fixture_file, fixture_end),
                cmocka_unit_test_setup_teardown(test_copies_into_a_scratch_store, fixture_file, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
