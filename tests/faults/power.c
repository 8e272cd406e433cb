/* Power losses of the store: at work, while it is migrated, while it is copied; and disks that lie. */
#include "disk.h"
#include "faults.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "store/backup.h"
#include "store/query.h"
#include "store/schema.h"

#define LYING_LOSSES_MAX 80 /* more than any seed needs to be found out */

/* ---- at work ---- */

/* Until the power goes, with an orderly stop now and then. */
static void work_until_dark(struct work *work, bool careless)
{
        struct faults *faults = work->faults;

        while (!disk_is_dark()) {
                if (!work->store) {
                        work->store = work_open(faults);
                        work_hurry(faults, work->store);
                        if (careless)
                                (void)sqlite3_exec(work->store->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
                }
                if (chance_percent(&faults->chance, 8)) {
                        work->store = store_close(work->store);
                        continue;
                }
                int r = work_step(work);
                if (r < 0)
                        faults_fail(faults, "a transaction fails on a sound disk: %s", store_error(work->store));
        }
        work->store = store_close(work->store);
}

__attribute__((format(printf, 2, 3))) static const char *wrong(char words[static 400], const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(words, 400, format, arguments);
        va_end(arguments);
        return words;
}

/* NULL, or what is wrong with what the loss left. */
static const char *look(struct work *work, char words[static 400])
{
        struct faults *faults = work->faults;
        CLEANUP_FREE char *error = NULL;
        struct store *store = NULL;
        char dir[80];
        const char *verdict = NULL;

        (void)snprintf(dir, sizeof(dir), "%s/state", faults->folder);
        int r = store_open(dir, &store, &error);
        if (r < 0)
                return wrong(words, "it can't be opened: %d, %s", r, error ? error : "no words");
        uint64_t digest = work_digest(faults, store);
        faults->counted.halves += work->in_flight;
        faults->counted.kept += work->in_flight && digest == work->next;
        if (digest == work->acked || (work->in_flight && digest == work->next))
                work->acked = digest;
        else
                verdict = wrong(words, "after %ld commits a committed transaction is not there, or another one half",
                                work->commits);
        work->in_flight = false;
        store_close(store);
        return verdict;
}

static void check_soundness(struct work *work)
{
        struct store *store = work_open(work->faults);

        work_assert_sound(work->faults, store);
        store_close(store);
}

static uint64_t digest_of_nothing(const struct faults *faults)
{
        CLEANUP_FREE char *error = NULL;
        struct store *store = NULL;

        if (store_open(NULL, &store, &error) < 0)
                faults_fail(faults, "no scratch store: %s", error);
        uint64_t digest = work_digest(faults, store);
        store_close(store);
        return digest;
}

static struct work begin(struct faults *faults)
{
        disk_watch(faults->folder);
        return (struct work){.faults = faults, .now_ms = 1000000, .acked = digest_of_nothing(faults)};
}

/* One loss after the other on the same disk, also while the state of the last one is recovered. */
void power_store(struct faults *faults)
{
        static const int reach[] = {12, 60, 400, 2000};
        struct work work = begin(faults);
        char words[400];

        for (int losses = chance_between(&faults->chance, 4, 10); losses > 0; losses--) {
                disk_arm(chance_between(&faults->chance, 1, reach[chance_between(&faults->chance, 0, 3)]),
                         &faults->chance);
                work_until_dark(&work, false);
                faults->counted.losses++;
                disk_restore();
                if (chance_percent(&faults->chance, 30)) { /* and again, in the middle of the recovery */
                        disk_arm(chance_between(&faults->chance, 1, 12), &faults->chance);
                        store_close(work_open(faults));
                        if (!disk_is_dark())
                                disk_lose_power(&faults->chance);
                        faults->counted.losses++;
                        disk_restore();
                }
                const char *verdict = look(&work, words);
                if (verdict)
                        faults_fail(faults, "loss %ld: %s", faults->counted.losses, verdict);
                check_soundness(&work);
        }
        faults->counted.commits += work.commits;
}

/* The test of the test: without syncs something is lost, and it must be seen. */
void power_lying(struct faults *faults)
{
        static const char *const lies[] = {"synchronous = OFF", "fsync() of files ignored", "of folders ignored"};
        int lie = (int)(faults->seed % ELEMENTS(lies));
        struct work work = begin(faults);
        char words[400];

        disk_lie((struct disk_lies){.files = lie == 1, .folders = lie == 2});
        for (int losses = 0; losses < LYING_LOSSES_MAX; losses++) {
                disk_arm(chance_between(&faults->chance, 200, 600), &faults->chance);
                work_until_dark(&work, lie == 0);
                disk_restore();
                if (look(&work, words)) {
                        faults->counted.detected++;
                        return;
                }
        }
        faults_fail(faults, "%s: %d losses of power and nothing was missed: the harness is blind", lies[lie],
                    LYING_LOSSES_MAX);
}

/* ---- in a migration ---- */

static void path_in(const struct faults *faults, const char *name, char ret[static 120])
{
        (void)snprintf(ret, 120, "%s/%s", faults->folder, name);
}

void power_make_old(const struct faults *faults, bool crashed)
{
        struct store old = {.lock = -1};
        char path[120];

        path_in(faults, "state", path);
        (void)mkdir(path, 0700);
        path_in(faults, "state/" STORE_FILE, path);
        if (sqlite3_open(path, &old.db) != SQLITE_OK ||
            schema_open(&old, path, &(struct schema){.steps = schema_current.steps, .n = 1}) != 0 ||
            sqlite3_exec(old.db,
                         "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                         " INSERT INTO delivery SELECT i, 'id-' || i, 'mail', 'a', 'a@khoi.example', 0, i % 5, 0, 1, i,"
                         " i, i, 'words', NULL FROM n;"
                         /* as the trigger does when a message becomes sent */
                         "UPDATE delivery_tally SET last_ms = (SELECT max(finished_ms) FROM delivery WHERE state = 2)"
                         " WHERE state = 2",
                         NULL, NULL, NULL) != SQLITE_OK)
                faults_fail(faults, "no database of version 1: %s", old.error);
        (void)sqlite3_db_config(old.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, (int)crashed, NULL);
        for (size_t i = 0; i < STATEMENTS; i++)
                sqlite3_finalize(old.statements[i]);
        sqlite3_close(old.db);
}

/* The one number of a query on a file as it lies there; -1: the file is not there or can't be read. */
static int64_t ask_file(const char *path, const char *sql)
{
        sqlite3 *db = NULL;
        sqlite3_stmt *rows = NULL;
        int64_t answer = -1;

        disk_pause();
        if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW)
                answer = sqlite3_column_int64(rows, 0);
        sqlite3_finalize(rows);
        sqlite3_close(db);
        disk_resume();
        return answer;
}

static bool is_whole_copy(const char *path, int64_t version)
{
        return ask_file(path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1 &&
               ask_file(path, "PRAGMA user_version") == version &&
               ask_file(path, "SELECT count(*) FROM delivery") == 300;
}

static uint64_t digest_of_store(struct faults *faults)
{
        struct store *store = work_open(faults);
        uint64_t digest = work_digest(faults, store);

        work_assert_sound(faults, store);
        store_close(store);
        return digest;
}

/* What must be so before anybody has looked at what the loss left. */
static void check_copy(const struct faults *faults, long at, const char *path, const char *copy)
{
        int64_t version = ask_file(path, "PRAGMA user_version");

        if (version == (int64_t)schema_current.n && !is_whole_copy(copy, 1))
                faults_fail(faults, "power lost at change %ld: migrated, and no copy of before", at);
        if (access(copy, F_OK) == 0 && !is_whole_copy(copy, 1))
                faults_fail(faults, "power lost at change %ld: half a copy under its name", at);
}

/* Power is lost before each change that a migration makes to the disk. After a crash the log is still there; else
 * SQLite makes one, and syncs the folder for it before it commits, which hides a sync that is missing. On a disk that
 * forgets there is no luck. */
static void lose_power_in_migration(struct faults *faults, bool crashed, bool forgets)
{
        char copy[120], path[120];
        uint64_t expected = 0;
        long most = LONG_MAX;

        path_in(faults, "state/" STORE_FILE ".v1.bak", copy);
        path_in(faults, "state/" STORE_FILE, path);
        for (long at = 0; at <= most; at++) {
                power_make_old(faults, crashed);
                disk_watch(faults->folder);
                if (forgets)
                        disk_forget();
                disk_arm(at, &faults->chance);
                store_close(work_open(faults));
                if (at == 0)
                        most = disk_changes();
                if (!disk_is_dark())
                        disk_lose_power(&faults->chance);
                disk_restore();
                faults->counted.losses++;
                check_copy(faults, at, path, copy);
                uint64_t digest = digest_of_store(faults);
                if (at == 0)
                        expected = digest;
                if (digest != expected)
                        faults_fail(faults, "power lost at change %ld: what was migrated differs", at);
                if (!is_whole_copy(copy, 1))
                        faults_fail(faults, "power lost at change %ld: no copy in the end", at);
                disk_unwatch();
                faults_empty(faults);
        }
}

void power_migration(struct faults *faults)
{
        lose_power_in_migration(faults, false, false);
        lose_power_in_migration(faults, true, true);
}

/* ---- in a backup ---- */

/* True: the program says that it is done. */
static bool back_up(struct faults *faults, const struct store *store, const char *path)
{
        struct store_backup *backup = NULL;
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        CLEANUP_CLOSE int folder = open(faults->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        uint64_t bytes;

        if (fd < 0 || folder < 0 || store_backup_new(store, &backup) < 0)
                faults_fail(faults, "no backup");
        if (store_backup_write(backup, fd, &bytes) < 0)
                faults_fail(faults, "no backup: %s", store_backup_error(backup));
        store_backup_free(backup);
        return fsync(folder) == 0 && !disk_is_dark();
}

/* Power is lost before each change that a backup makes to the disk. */
void power_backup(struct faults *faults)
{
        struct work work = begin(faults);
        char path[120];
        long most = LONG_MAX;

        path_in(faults, "copy.db", path);
        work.store = work_open(faults);
        for (int i = 0; i < 12; i++)
                if (work_step(&work) < 0)
                        faults_fail(faults, "%s", store_error(work.store));
        for (long at = 0; at <= most; at++) {
                long before = disk_changes();
                disk_arm(at, &faults->chance);
                bool done = back_up(faults, work.store, path);
                if (at == 0)
                        most = disk_changes() - before;
                work.store = store_close(work.store);
                if (!disk_is_dark())
                        disk_lose_power(&faults->chance);
                faults->counted.losses++;
                disk_restore();
                work.store = work_open(faults);
                if (work_digest(faults, work.store) != work.acked)
                        faults_fail(faults, "power lost at change %ld of a backup: the database is another", at);
                sqlite3 *own = work.store->db;
                if (done && sqlite3_open(path, &work.store->db) != SQLITE_OK)
                        faults_fail(faults, "the backup can't be opened");
                if (done && work_digest(faults, work.store) != work.acked)
                        faults_fail(faults, "power lost at change %ld: a backup that was made is not there", at);
                if (done)
                        sqlite3_close(work.store->db);
                work.store->db = own;
                (void)unlink(path);
        }
        store_close(work.store);
}
