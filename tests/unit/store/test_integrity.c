/* Damage that SQLite alone does not see: indexes that disagree with their tables, and values that cannot be. */
#include "fixture.h"

#include "store/audit.h"
#include "store/backup.h"
#include "store/query.h"

#include <fcntl.h>

#define N_OBLIGATIONS 8

#define DELIVERY(state, attempts) \
        "INSERT INTO delivery (seq, id, server, agency, address, kind, state, manual, attempts, made_ms, next_ms," \
        " finished_ms) VALUES (1, 'd', 'mail', 'so-1', 'a@khoi.example', 0, " state ", 0, " attempts ", 0, 0, 0)"

static sqlite3 *open_raw(const struct fixture *fixture)
{
        CLEANUP_FREE char *path = fixture_path(fixture, STORE_FILE);
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        return db;
}

static void run_raw(sqlite3 *db, const char *sql)
{
        char *error = NULL;
        if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
                fail_msg("%s: %s", sql, error);
}

/* Changes the table behind the back of these indexes, as a flipped bit in them or in it would. */
static void change_behind(const struct fixture *fixture, const char *indexes, const char *change)
{
        sqlite3 *db = open_raw(fixture);
        char sql[400];
        (void)snprintf(sql, sizeof(sql),
                       "PRAGMA writable_schema = ON;"
                       "CREATE TEMP TABLE kept AS SELECT * FROM main.sqlite_schema WHERE name IN (%s);"
                       "DELETE FROM main.sqlite_schema WHERE name IN (%s);"
                       "PRAGMA writable_schema = RESET;",
                       indexes, indexes);
        run_raw(db, sql);
        run_raw(db, change);
        run_raw(db, "PRAGMA writable_schema = ON;"
                    "INSERT INTO main.sqlite_schema SELECT * FROM kept;"
                    "PRAGMA writable_schema = RESET;");
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int make_block(void **state)
{
        fixture_file(state);
        struct fixture *fixture = *state;
        int64_t occurrence = fixture_occurrence(fixture->store, "p", "one", "");
        for (int i = 0; i < N_OBLIGATIONS; i++) {
                char agency[16];
                snprintf(agency, sizeof(agency), "so-%d", i);
                int64_t obligation =
                        fixture_obligation(fixture->store, occurrence, agency, &fixture_dated, wall_at(DUE_DAY, i));
                struct notice_record notice = {
                        .occurrence_id = occurrence, .obligation_id = obligation, .rung = "7d", .made_ms = 5};
                OK(fixture->store, store_add_notice(fixture->store, &notice));
        }
        struct audit_record audit = {.at_ms = 5, .who = (char[]){"clerk"}, .verb = (char[]){"done"}};
        OK(fixture->store, store_add_audit(fixture->store, &audit));
        OK(fixture->store, store_set_fact(fixture->store, "a", "1"));
        return 0;
}

/* ---- indexes ---- */

/* In whatever order the checks come upon them. */
static void assert_same_names(const char *names, const char *expected)
{
        CLEANUP_FREE char *words = strdup(expected);
        char *rest = NULL;
        assert_int_equal(strlen(names), strlen(expected));
        for (char *name = strtok_r(words, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest))
                if (!strstr(names, name))
                        fail_msg("%s is not among %s", name, names);
}

static void test_makes_an_index_anew(void **state)
{
        static const struct {
                const char *index, *change, *mended;
        } cases[] = {
                {"'obligation_fire'", "UPDATE obligation SET next_fire = next_fire + 1000000 WHERE id = 3",
                 "obligation_fire"},
                {"'occurrence_fire'", "UPDATE occurrence SET next_fire = 7", "occurrence_fire"},
                {"'obligation_overdue'", "UPDATE obligation SET effective = 100 WHERE id = 2", "obligation_overdue"},
                {"'audit_time'",
                 "INSERT INTO audit SELECT 9, 6, who, uid, verb, plan, item, key, agency, detail"
                 " FROM audit",
                 "audit_time"},
                {"'obligation_fire', 'notice_new'",
                 "UPDATE obligation SET next_fire = NULL WHERE id = 3; UPDATE notice SET state = 2 WHERE id = 1",
                 "obligation_fire, notice_new"},
        };
        struct fixture *fixture = *state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP_FREE char *mended = NULL, *none = NULL;
                fixture_close(fixture);
                change_behind(fixture, cases[i].index, cases[i].change);
                fixture_open(fixture);
                OK(fixture->store, store_get_fact(fixture->store, FACT_MENDED, &mended));
                assert_same_names(mended, cases[i].mended);
                OK(fixture->store, store_set_fact(fixture->store, FACT_MENDED, NULL));
                fixture_close(fixture);
                fixture_open(fixture);
                assert_int_equal(store_get_fact(fixture->store, FACT_MENDED, &none), STORE_NONE); /* once */
        }
}

/* As a store that was opened before the damage came. */
static void open_unlooked(struct fixture *fixture)
{
        fixture->store = calloc(1, sizeof(*fixture->store));
        assert_non_null(fixture->store);
        fixture->store->lock = -1;
        fixture->store->db = open_raw(fixture);
}

/* While it runs: what is due is found again. */
static void test_verifies_what_is_due(void **state)
{
        struct fixture *fixture = *state;
        OK(fixture->store, store_verify(fixture->store));
        fixture_close(fixture);
        change_behind(fixture, "'obligation_fire'", "UPDATE obligation SET next_fire = next_fire - 5000000000");
        open_unlooked(fixture);
        assert_int_equal(store_verify(fixture->store), STORE_CHANGED);
        assert_int_equal(store_verify(fixture->store), 0);
        CLEANUP_FREE char *mended = NULL;
        OK(fixture->store, store_get_fact(fixture->store, FACT_MENDED, &mended));
        assert_string_equal(mended, "obligation_fire");
}

/* A copy is looked at before anybody relies on it. */
static void test_makes_no_backup_of_damage(void **state)
{
        static const struct {
                const char *change, *words;
        } cases[] = {
                {"UPDATE obligation SET next_fire = 5 WHERE id = 3", "obligation_fire disagrees"},
                {"UPDATE obligation SET fixed = 7 WHERE id = 3", "table obligation, row 3, column due"},
        };
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = fixture_path(fixture, "../target"), *copy = fixture_path(fixture, STORE_FILE ".copy");
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                fixture_close(fixture);
                change_behind(fixture, "'obligation_fire'", cases[i].change);
                open_unlooked(fixture);
                struct store_backup *backup = NULL;
                CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
                uint64_t bytes = 0;
                assert_int_equal(store_backup_new(fixture->store, &backup), 0);
                assert_int_equal(store_backup_write(backup, fd, &bytes), -EUCLEAN);
                if (!strstr(store_backup_error(backup), cases[i].words))
                        fail_msg("%s", store_backup_error(backup));
                store_backup_free(backup);
                assert_int_equal(bytes + (uint64_t)lseek(fd, 0, SEEK_END), 0);
                assert_int_equal(access(copy, F_OK), -1);
                assert_int_equal(store_verify(fixture->store), i == 0 ? STORE_CHANGED : 0);
        }
}

/* ---- refusals ---- */

struct files {
        char *bytes[4];
        size_t n[4];
};

static const char *const beside[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm", STORE_FILE "-journal"};

static struct files files_now(const struct fixture *fixture)
{
        struct files files = {0};
        for (size_t i = 0; i < ELEMENTS(beside); i++) {
                CLEANUP_FREE char *path = fixture_path(fixture, beside[i]);
                if (access(path, F_OK) == 0)
                        files.bytes[i] = fixture_slurp(path, &files.n[i]);
        }
        return files;
}

static void files_clear(struct files *files)
{
        for (size_t i = 0; i < ELEMENTS(beside); i++)
                free(files->bytes[i]);
}

static void assert_untouched(const struct fixture *fixture, const struct files *before)
{
        CLEANUP(files_clear) struct files after = files_now(fixture);
        for (size_t i = 0; i < ELEMENTS(beside); i++) {
                if (!before->bytes[i] != !after.bytes[i] || before->n[i] != after.n[i] ||
                    (before->bytes[i] && memcmp(before->bytes[i], after.bytes[i], after.n[i]) != 0))
                        fail_msg("%s was touched", beside[i]);
        }
}

static void assert_refused(struct fixture *fixture, const char *words)
{
        CLEANUP(files_clear) struct files before = files_now(fixture);
        CLEANUP_FREE char *said = NULL;
        struct store *store = NULL;
        assert_int_equal(store_open(fixture->dir, &store, &said), -EUCLEAN);
        if (!strstr(said, words))
                fail_msg("\"%s\" is not in \"%s\"", words, said);
        assert_non_null(strstr(said, "put back a copy of it, as reminderd(8) tells"));
        assert_untouched(fixture, &before);
}

/* Two indexes that agree with each other and not with the table: it is the row that was changed. */
static void test_refuses_a_row_that_was_changed(void **state)
{
        struct fixture *fixture = *state;
        fixture_close(fixture);
        change_behind(fixture, "'obligation_due', 'obligation_open', 'obligation_agency'",
                      "UPDATE obligation SET due = 20001, due_day = 20001 WHERE id = 3");
        assert_refused(fixture, "row 3 missing from index obligation_");
}

/* Values that nothing in the program writes. What was written last may still be in the log, and stays there. */
static void test_refuses_impossible_values(void **state)
{
        static const struct {
                const char *change, *words;
        } cases[] = {
                {"UPDATE obligation SET fixed = 2147483647, due = 2147483647, effective = 2147483647 WHERE id = 4",
                 "table obligation, row 4, column fixed is 2147483647, out of its range"},
                {"UPDATE obligation SET fixed = 7 WHERE id = 4", "row 4, column due is neither the day that was fixed"},
                {"UPDATE obligation SET fixed = 60000, due = 60000, effective = 60000 WHERE id = 4",
                 "column fixed is 60000"},
                {"UPDATE obligation SET effective = NULL WHERE id = 4", "row 4, column effective does not go with"},
                {"UPDATE obligation SET snoozed_until = -9999999999 WHERE id = 4",
                 "column snoozed_until is -9999999999"},
                {"UPDATE obligation SET snoozed_until = 40000 WHERE id = 4",
                 "row 4, column snoozed_until was set by nobody"},
                {"UPDATE obligation SET status = 1 WHERE id = 5", "row 5, column done_on does not go with"},
                {"UPDATE obligation SET status = 6 WHERE id = 5", "row 5, column status is 6"},
                {"UPDATE obligation SET tentative = 2 WHERE id = 5", "row 5, column tentative is 2"},
                {"UPDATE obligation SET shift = -1 WHERE id = 5", "row 5, column shift is -1"},
                {"UPDATE obligation SET agency = 'Sở' WHERE id = 5", "row 5, column agency is no id"},
                {"UPDATE obligation SET note = CAST(x'c328' AS TEXT) WHERE id = 5", "row 5, column note is no text"},
                {"UPDATE obligation SET note = CAST(x'410042' AS TEXT) WHERE id = 5", "row 5, column note is no text"},
                {"UPDATE obligation SET handled = 9223372036854775807 WHERE id = 5", "row 5, column handled is 92"},
                {"UPDATE obligation SET next_fire = 9223372036854775806 WHERE id = 5", "row 5, column next_fire is 92"},
                {"UPDATE occurrence SET key = '2024-13-01'", "table occurrence, row 1, column key is no date"},
                {"UPDATE occurrence SET fix_by = 2147483647", "table occurrence, row 1, column fix_by is 2147483647"},
                {"UPDATE occurrence SET plan = ''", "table occurrence, row 1, column plan is no id"},
                {"UPDATE notice SET kind = 99 WHERE id = 2", "table notice, row 2, column kind is 99"},
                {"UPDATE notice SET state = 6 WHERE id = 2", "table notice, row 2, column state is 6"},
                {"UPDATE notice SET made_ms = -9223372036854775807 WHERE id = 2",
                 "table notice, row 2, column made_ms"},
                {"PRAGMA foreign_keys = OFF; UPDATE notice SET obligation = 99 WHERE id = 2",
                 "table notice, row 2, refers to a row of obligation that is not there"},
                {DELIVERY("6", "0"), "table delivery, row 1, column state is 6"},
                {DELIVERY("2", "-1"), "table delivery, row 1, column attempts is -1"},
                {"PRAGMA foreign_keys = OFF; INSERT INTO carried VALUES (1, 1, 4)",
                 "table carried, row 1, column stop is 4"},
                {"INSERT INTO audit VALUES (2, 0, 'x', 1, CAST(x'ff' AS TEXT), '', '', '', '', '')",
                 "table audit, row 2, column verb is no text"},
                {"UPDATE fact SET value = CAST(x'ff' AS TEXT)", "table fact, row 0, column value is no text"},
                {"INSERT INTO hold VALUES ('Sở', NULL, 0, 'x', 'y')", "table hold, row 0, column agency is no id"},
                {"INSERT INTO hold VALUES ('', 60000, 0, 'x', 'y')", "table hold, row 0, column until is 60000"},
                {"INSERT INTO claim (obligation, on_day, channel, state, by, made_ms) VALUES (1, 100, 0, 9, 'x', 0)",
                 "table claim, row 1, column state is 9"},
                {"INSERT INTO claim (obligation, on_day, channel, state, by, made_ms) VALUES (1, 100, 7, 0, 'x', 0)",
                 "table claim, row 1, column channel is 7"},
                {"INSERT INTO delivery_tally VALUES (0, 2, -1, 0, 0)", "column n is -1"},
        };
        struct fixture *fixture = *state;
        CLEANUP_FREE char *path = fixture_path(fixture, STORE_FILE), *wal = fixture_path(fixture, STORE_FILE "-wal");
        fixture_close(fixture);
        size_t n;
        CLEANUP_FREE char *sound = fixture_slurp(path, &n);
        for (size_t i = 0; i < 2 * ELEMENTS(cases); i++) {
                fixture_spill(path, sound, n);
                (void)unlink(wal);
                sqlite3 *db = open_raw(fixture);
                /* Every other time it is left in the log. */
                assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, i % 2, NULL), SQLITE_OK);
                run_raw(db, cases[i / 2].change);
                assert_int_equal(sqlite3_close(db), SQLITE_OK);
                assert_refused(fixture, cases[i / 2].words);
        }
}

/* ---- counts ---- */

/* A count that can be, and is not of what is there. */
static void test_counts_anew(void **state)
{
        static const char *const changes[] = {
                "UPDATE obligation_tally SET n = n + 3",
                "UPDATE obligation_tally SET n = 0",
                "UPDATE obligation_tally SET day = day + 1",
                "DELETE FROM obligation_tally",
                "INSERT INTO obligation_tally VALUES (0, 7, 2), (3, -2147483648, 1)",
                "UPDATE obligation_tally SET course = 1",
                "INSERT INTO delivery_tally VALUES (0, 0, 1, 0, 0)",
                "UPDATE delivery_tally SET n = 0 WHERE state = 2",
                "UPDATE delivery_tally SET last_ms = last_ms + 1 WHERE state = 2",
                "UPDATE delivery_tally SET last_ms = 0 WHERE state = 2",
                "UPDATE delivery_tally SET channel = 1",
                "UPDATE delivery_tally SET total = 0 WHERE state = 2",
                "DELETE FROM delivery_tally",
        };
        struct fixture *fixture = *state;
        struct store_counts sound, counts;
        sqlite3 *db = open_raw(fixture);
        run_raw(db, DELIVERY("2", "1"));
        run_raw(db, "UPDATE delivery SET finished_ms = 7;"
                    "INSERT INTO delivery_tally VALUES (0, 2, 1, 1, 7)");
        assert_int_equal(store_recount(fixture->store), 0);
        OK(fixture->store, store_count(fixture->store, DUE_DAY + 1, &sound));
        assert_int_equal(sound.overdue, N_OBLIGATIONS);
        assert_int_equal(sound.last_sent_ms, 7);
        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                run_raw(db, changes[i]);
                assert_int_equal(store_recount(fixture->store), STORE_CHANGED);
                OK(fixture->store, store_count(fixture->store, DUE_DAY + 1, &counts));
                assert_memory_equal(&counts, &sound, sizeof(counts));
                assert_int_equal(store_recount(fixture->store), 0);
        }
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- a log that is held ---- */

static void test_tells_of_a_log_that_is_held(void **state)
{
        struct fixture *fixture = *state;
        struct store *store = fixture->store;
        sqlite3 *reader = open_raw(fixture);
        char text[8000];
        memset(text, 'x', sizeof(text) - 1);
        text[sizeof(text) - 1] = '\0';
        run_raw(reader, "BEGIN; SELECT count(*) FROM fact");
        for (int i = 0; i < 2000; i++) {
                text[0] = (char)('a' + i % 2);
                OK(store, store_set_fact(store, "large", text));
        }
        assert_true(store_held_back(store) > 4 * 1024 * 1024);
        run_raw(reader, "COMMIT");
        assert_int_equal(sqlite3_close(reader), SQLITE_OK);
        OK(store, store_set_fact(store, "large", "little"));
        assert_int_equal(store_held_back(store), 0);
}

static void test_finds_damaged_values(void **state)
{
        static const char *const cases[] = {
                "agency = printf('%.64c', 'x')",
                "status = 6",
                "status = -1",
                "tentative = 2",
                "shift = 3",
                "due = 2147483648",
                "fixed = -2147483648",
        };
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        int64_t id = fixture_obligation(store, occurrence, "so-1", &fixture_dated, 1);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP_FREE char *sql = NULL;
                assert_true(asprintf(&sql, "BEGIN; UPDATE obligation SET %s", cases[i]) > 0);
                assert_int_equal(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK);
                struct obligation_record untouched = {.id = 77};
                if (store_get_obligation(store, id, &untouched) != -EUCLEAN)
                        fail_msg("%s", cases[i]);
                assert_int_equal(untouched.id, 77);
                assert_non_null(strstr(store_error(store), "damaged"));
                assert_int_equal(sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
        }
        assert_int_equal(
                sqlite3_exec(store->db, "UPDATE obligation SET agency = printf('%.63c', 'x')", NULL, NULL, NULL),
                SQLITE_OK);
        CLEANUP(obligation_record_clear) struct obligation_record longest = {0};
        OK(store, store_get_obligation(store, id, &longest));
        assert_int_equal(strlen(longest.agency), ID_SIZE - 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_makes_an_index_anew, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_verifies_what_is_due, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_makes_no_backup_of_damage, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_a_row_that_was_changed, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_impossible_values, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_finds_damaged_values, fixture_scratch, fixture_end),
                cmocka_unit_test_setup_teardown(test_counts_anew, make_block, fixture_end),
                cmocka_unit_test_setup_teardown(test_tells_of_a_log_that_is_held, make_block, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
