/* Opening a store: the folder, its lock, and files that must not be touched. */
#include "fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

static unsigned mode_of(const char *path)
{
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        return status.st_mode & 07777;
}

/* Opening fails with that error, with words that hold that text, and leaves the file as it was. */
static void assert_refused(const struct fixture *fixture, int error, const char *words)
{
        CLEANUP_FREE char *path = fixture_path(fixture, STORE_FILE);
        size_t n_before, n_after;
        CLEANUP_FREE char *before = fixture_slurp(path, &n_before);
        CLEANUP_FREE char *said = NULL;
        struct store *store = NULL;
        assert_int_equal(store_open(fixture->dir, &store, &said), error);
        assert_null(store);
        assert_non_null(said);
        if (!strstr(said, words))
                fail_msg("\"%s\" is not in \"%s\"", words, said);
        fixture_assert_plain(said);
        CLEANUP_FREE char *after = fixture_slurp(path, &n_after);
        assert_int_equal(n_after, n_before);
        assert_memory_equal(after, before, n_before);
}

/* Runs SQL on the file, from outside, and leaves what it changed in the -wal: opening must not move it on. */
static void meddle(const struct fixture *fixture, const char *sql)
{
        CLEANUP_FREE char *path = fixture_path(fixture, STORE_FILE);
        sqlite3 *db = NULL;
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int put_fifo(const char *victim, const char *path)
{
        (void)victim;
        return mkfifo(path, 0600);
}

static void test_makes_a_private_folder(void **state)
{
        struct fixture *fixture = *state;
        mode_t mask = umask(0);
        fixture_open(fixture);
        OK(fixture->store, store_set_fact(fixture->store, "a", "b"));
        umask(mask);
        assert_int_equal(mode_of(fixture->dir), 0700);
        const char *const names[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm", "reminderd.lock"};
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                CLEANUP_FREE char *path = fixture_path(fixture, names[i]);
                assert_int_equal(mode_of(path), 0600);
        }
}

static void test_tightens_what_is_ours(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        fixture_close(fixture);
        CLEANUP_FREE char *path = fixture_path(fixture, STORE_FILE);
        assert_int_equal(chmod(path, 0644), 0);
        assert_int_equal(chmod(fixture->dir, 0755), 0);
        fixture_open(fixture);
        assert_int_equal(mode_of(path), 0600);
        assert_int_equal(mode_of(fixture->dir), 0700);
}

static void test_keeps_what_was_written(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        OK(fixture->store, store_set_fact(fixture->store, "fingerprint", "abc"));
        OK(fixture->store, store_set_fact(fixture->store, "fingerprint", "def"));
        fixture_close(fixture);
        fixture_open(fixture);
        CLEANUP_FREE char *value = NULL;
        OK(fixture->store, store_get_fact(fixture->store, "fingerprint", &value));
        assert_string_equal(value, "def");
        char *none = NULL;
        assert_int_equal(store_get_fact(fixture->store, "other", &none), STORE_NONE);
        OK(fixture->store, store_set_fact(fixture->store, "fingerprint", NULL));
        assert_int_equal(store_get_fact(fixture->store, "fingerprint", &none), STORE_NONE);
        assert_null(none);
}

static void test_refuses_a_second_daemon(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        assert_refused(fixture, -EALREADY, "another reminderd works in");
        fixture_close(fixture);
        fixture_open(fixture);
}

static void test_refuses_links(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        fixture_close(fixture);
        CLEANUP_FREE char *link = NULL, *slashed = NULL, *said = NULL, *said_slashed = NULL, *said_file = NULL;
        assert_true(asprintf(&link, "%s/link", fixture->folder) > 0);
        assert_true(asprintf(&slashed, "%s//", link) > 0);
        assert_int_equal(symlink(fixture->dir, link), 0);
        struct store *store = NULL;
        assert_int_equal(store_open(link, &store, &said), -ELOOP);
        assert_non_null(strstr(said, "is a symbolic link"));
        assert_int_equal(store_open(slashed, &store, &said_slashed), -ELOOP);

        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        CLEANUP_FREE char *elsewhere = fixture_path(fixture, "elsewhere.db");
        assert_int_equal(rename(file, elsewhere), 0);
        assert_int_equal(symlink(elsewhere, file), 0);
        assert_int_equal(store_open(fixture->dir, &store, &said_file), -ELOOP);
        assert_null(store);
}

/* Whatever lies where a file of the store should: nothing is written through it, and its mode stays. */
static void test_refuses_what_leads_elsewhere(void **state)
{
        static const char *const names[] = {STORE_FILE, STORE_FILE "-wal", STORE_FILE "-shm", STORE_FILE "-journal",
                                            "reminderd.lock"};
        static const struct {
                const char *words;
                int error;
                int (*put)(const char *victim, const char *path);
        } kinds[] = {
                {"is a symbolic link", -ELOOP, symlink},
                {"has a second name", -EUCLEAN, link},
                {"is no regular file", -EUCLEAN, put_fifo},
        };
        struct fixture *fixture = *state;
        CLEANUP_FREE char *victim = NULL;
        assert_true(asprintf(&victim, "%s/victim", fixture->folder) > 0);
        fixture_spill(victim, "precious", strlen("precious"));
        assert_int_equal(chmod(victim, 0644), 0);
        assert_int_equal(mkdir(fixture->dir, 0700), 0);
        for (size_t i = 0; i < ELEMENTS(names); i++)
                for (size_t k = 0; k < ELEMENTS(kinds); k++) {
                        CLEANUP_FREE char *path = fixture_path(fixture, names[i]), *words = NULL, *said = NULL;
                        struct store *store = NULL;
                        (void)unlink(path);
                        assert_true(asprintf(&words, "%s %s", names[i], kinds[k].words) > 0);
                        assert_int_equal(kinds[k].put(victim, path), 0);
                        assert_int_equal(store_open(fixture->dir, &store, &said), kinds[k].error);
                        assert_non_null(strstr(said, words));
                        assert_int_equal(mode_of(victim), 0644);
                        assert_int_equal(unlink(path), 0);
                }
        fixture_open(fixture);
        struct stat status;
        assert_int_equal(stat(victim, &status), 0);
        assert_int_equal(status.st_size, strlen("precious"));
}

static void test_follows_a_link_above_the_folder(void **state)
{
        struct fixture *fixture = *state;
        CLEANUP_FREE char *link = NULL, *dir = NULL, *said = NULL;
        assert_true(asprintf(&link, "%s/link", fixture->folder) > 0);
        assert_true(asprintf(&dir, "%s/state", link) > 0);
        assert_int_equal(symlink(fixture->folder, link), 0);
        assert_int_equal(store_open(dir, &fixture->store, &said), 0);
}

static void test_refuses_what_it_cannot_use(void **state)
{
        const struct {
                const char *what, *words;
                int error;
        } cases[] = {
                {"missing/state", "its parent folder is missing", -ENOENT},
                {"file", "can't be opened", -ENOTDIR},
        };
        struct fixture *fixture = *state;
        CLEANUP_FREE char *file = NULL;
        assert_true(asprintf(&file, "%s/file", fixture->folder) > 0);
        fixture_spill(file, "x", 1);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                CLEANUP_FREE char *path = NULL, *said = NULL;
                struct store *store = NULL;
                assert_true(asprintf(&path, "%s/%s", fixture->folder, cases[i].what) > 0);
                assert_int_equal(store_open(path, &store, &said), cases[i].error);
                assert_non_null(strstr(said, cases[i].words));
        }
}

/* Root may write anywhere, so an unprivileged child tries. */
#define NOBODY 65534

static int open_as_nobody(const char *dir)
{
        if (geteuid() == 0 && (setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
                return -EINVAL;
        struct store *store = NULL;
        char *said = NULL;
        int r = store_open(dir, &store, &said);
        free(said);
        store_close(store);
        return r;
}

static int child_opens(const char *dir)
{
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
                _exit(-open_as_nobody(dir) & 0xff);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        return -WEXITSTATUS(status);
}

static void give_away(const char *path)
{
        if (geteuid() == 0)
                assert_int_equal(chown(path, NOBODY, NOBODY), 0);
}

static void test_refuses_a_read_only_folder(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        fixture_close(fixture);
        assert_int_equal(chmod(fixture->folder, 0755), 0);
        const char *const names[] = {STORE_FILE, "reminderd.lock"};
        for (size_t i = 0; i < ELEMENTS(names); i++) {
                CLEANUP_FREE char *path = fixture_path(fixture, names[i]);
                give_away(path);
        }
        give_away(fixture->dir);
        assert_int_equal(child_opens(fixture->dir), 0);

        CLEANUP_FREE char *lock = fixture_path(fixture, "reminderd.lock");
        assert_int_equal(unlink(lock), 0);
        assert_int_equal(chmod(fixture->dir, 0500), 0);
        assert_int_equal(child_opens(fixture->dir), -EROFS);

        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        assert_int_equal(chmod(fixture->dir, 0700), 0);
        assert_int_equal(chmod(file, 0400), 0);
        assert_int_equal(child_opens(fixture->dir), -EROFS);
}

static void test_refuses_what_belongs_to_another(void **state)
{
        struct fixture *fixture = *state;
        if (geteuid() != 0)
                skip(); /* only root can give away */
        fixture_open(fixture);
        fixture_close(fixture);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        give_away(file);
        assert_refused(fixture, -EPERM, STORE_FILE " belongs to user 65534, not to user 0");
        give_away(fixture->dir);
        assert_refused(fixture, -EPERM, "state belongs to user 65534, not to user 0");
}

static void test_refuses_what_is_newer_or_foreign(void **state)
{
        const struct {
                const char *sql, *words;
                int error;
        } cases[] = {
                {"PRAGMA user_version = 9999", "written by a newer reminderd (schema 9999", -ENOTRECOVERABLE},
                {"PRAGMA application_id = 7", "none of reminderd's", -EUCLEAN},
                {"PRAGMA user_version = 0", "none of reminderd's", -EUCLEAN},
                {"PRAGMA user_version = -1", "none of reminderd's", -EUCLEAN},
        };
        struct fixture *fixture = *state;
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                fixture_open(fixture);
                fixture_close(fixture);
                meddle(fixture, cases[i].sql);
                assert_refused(fixture, cases[i].error, cases[i].words);
                assert_int_equal(unlink(file), 0);
        }
}

static void test_refuses_what_is_no_database(void **state)
{
        struct fixture *fixture = *state;
        assert_int_equal(mkdir(fixture->dir, 0700), 0);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        char text[8192];
        memset(text, 'x', sizeof(text));
        fixture_spill(file, text, sizeof(text));
        assert_refused(fixture, -EUCLEAN, "damaged");
}

static void test_takes_an_empty_file_as_new(void **state)
{
        struct fixture *fixture = *state;
        assert_int_equal(mkdir(fixture->dir, 0700), 0);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        fixture_spill(file, "", 0);
        fixture_open(fixture);
}

static void test_refuses_a_file_cut_short(void **state)
{
        struct fixture *fixture = *state;
        fixture_open(fixture);
        fixture_close(fixture);
        CLEANUP_FREE char *file = fixture_path(fixture, STORE_FILE);
        size_t n;
        CLEANUP_FREE char *sound = fixture_slurp(file, &n);
        fixture_spill(file, sound, n / 2);
        assert_refused(fixture, -EUCLEAN, "damaged");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_makes_a_private_folder, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_tightens_what_is_ours, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_keeps_what_was_written, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_a_second_daemon, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_links, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_what_leads_elsewhere, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_follows_a_link_above_the_folder, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_what_it_cannot_use, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_a_read_only_folder, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_what_belongs_to_another, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_what_is_newer_or_foreign, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_what_is_no_database, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_takes_an_empty_file_as_new, fixture_folder, fixture_end),
                cmocka_unit_test_setup_teardown(test_refuses_a_file_cut_short, fixture_folder, fixture_end),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
