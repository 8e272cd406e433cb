/* Calls to the disk that fail, at every step, once or until it is mended: in the store's work, in its opening
 * and in its backups. */
#include "disk.h"
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "store/backup.h"
#include "store/counts.h"
#include "store/query.h"
#include "store/schema.h"
#include "store/statedir.h"

#define STEPS 12
#define STEPS_AFTER 3
#define PLACES_MAX 150 /* of a kind of call in one seed; another seed has others */
#define PLACES_BRIEF 12
#define WAIT_MAX_US 1000000 /* within one step: the daemon's loop stands still meanwhile */

/* What a file system may answer. */
static const struct disk_fault answers[] = {
        {.call = DISK_READ, .error = EIO},
        {.call = DISK_WRITE, .error = EIO},
        {.call = DISK_WRITE, .error = EIO, .partial = true},
        {.call = DISK_WRITE, .error = ENOSPC},
        {.call = DISK_WRITE, .error = ENOSPC, .partial = true},
        {.call = DISK_WRITE, .error = EDQUOT},
        {.call = DISK_LENGTH, .error = EIO},
        {.call = DISK_SYNC, .error = EIO},
        {.call = DISK_SYNC, .error = ENOSPC},
        {.call = DISK_SYNC_FOLDER, .error = EIO},
        {.call = DISK_OPEN, .error = EIO},
        {.call = DISK_OPEN, .error = EMFILE},
        {.call = DISK_OPEN, .error = EACCES},
        {.call = DISK_STAT, .error = EIO},
        {.call = DISK_UNLINK, .error = EIO},
        {.call = DISK_RENAME, .error = EIO},
        {.call = DISK_MAP, .error = ENOMEM},
        {.call = DISK_LOCK, .error = EAGAIN},
        {.call = DISK_LOCK, .error = ENOLCK},
};

_Static_assert(FAULTS_ANSWERS == 2 * ELEMENTS(answers), "each of them once and lasting");

struct disk_fault faults_answer(uint64_t seed)
{
        struct disk_fault fault = answers[seed % ELEMENTS(answers)];

        fault.lasting = seed / ELEMENTS(answers) % 2;
        return fault;
}

/* The next place at which a call shall fail, having done `at` of `n`. The last is never passed over: a copy that is
 * written to its end has its last write there. */
static long next_place(struct faults *faults, long at, long n)
{
        long most = faults->brief ? PLACES_BRIEF : PLACES_MAX;
        long next = n <= most ? at + 1 : at + chance_between(&faults->chance, 1, (int)(2 * n / most));

        return at < n && next > n ? n : next;
}

static void check_error(const struct faults *faults, const struct disk_fault *fault, int r, const char *words)
{
        if (r != -EIO && r != -ENOSPC && r != -EROFS && r != -EBUSY && r != -ENOMEM && r != -EMFILE)
                faults_fail(faults, "%s %ld fails with %s, and what comes of it is %d (%s)",
                            disk_call_names[fault->call], fault->at, strerror(fault->error), r, words);
        if (!*words)
                faults_fail(faults, "%s %ld fails with %s, and there are no words", disk_call_names[fault->call],
                            fault->at, strerror(fault->error));
}

static void count(struct faults *faults, const struct disk_fault *fault)
{
        disk_heal();
        faults->counted.faults[fault->call] += disk_failed();
}

/* ---- at work ---- */

/* What may be there: what was committed last, or whole what failed since then. Where its sync failed it stands in the
 * log, and another process would find it there. */
struct outcomes {
        uint64_t failed[STEPS];
        int n;
};

static void look_after(struct work *work, const struct disk_fault *fault, struct outcomes *outcomes)
{
        uint64_t digest = work_digest(work->faults, work->store);
        bool known = digest == work->acked;

        if (work->in_flight)
                outcomes->failed[outcomes->n++] = work->next;
        for (int i = 0; i < outcomes->n; i++)
                known = known || digest == outcomes->failed[i];
        if (!known)
                faults_fail(work->faults, "%s %ld fails, and half a transaction is there", disk_call_names[fault->call],
                            fault->at);
        work->acked = digest;
        work->in_flight = false;
}

/* The same workload with one fault (none: at 0). Returns how many such calls it made while it could fail. */
static long work_with(struct faults *faults, const struct disk_fault *fault, uint64_t workload)
{
        struct chance before = faults->chance;
        struct work work = {.faults = faults, .now_ms = 1000000};
        struct outcomes outcomes = {0};
        long calls;

        faults->chance = chance_stream(workload, 7);
        disk_watch(faults->folder);
        work.store = work_open(faults);
        work_hurry(faults, work.store);
        work.acked = work_digest(faults, work.store);
        calls = disk_calls(fault->call);
        if (fault->at)
                disk_fail(fault);
        for (int i = 0; i < STEPS; i++) {
                uint64_t before_it = work.acked;
                long waited = disk_waited();
                int r = work_step(&work);
                if (disk_waited() - waited > WAIT_MAX_US)
                        faults_fail(faults, "%s %ld fails, and a step waits %ld ms", disk_call_names[fault->call],
                                    fault->at, (disk_waited() - waited) / 1000);
                if (r == 0) {
                        if (work.acked != before_it) /* one without changes writes nothing over them */
                                outcomes.n = 0;
                        continue;
                }
                check_error(faults, fault, r, store_error(work.store));
                faults->counted.refused++;
                look_after(&work, fault, &outcomes);
        }
        calls = disk_calls(fault->call) - calls;
        if (fault->at % 2) /* it is not mended before the end */
                work.store = store_close(work.store);
        if (fault->at)
                count(faults, fault);
        if (!work.store)
                work.store = work_open(faults);
        look_after(&work, fault, &outcomes);
        for (int i = 0; i < STEPS_AFTER; i++)
                if (work_step(&work) != 0)
                        faults_fail(faults, "%s %ld failed and works again, but the store does not: %s",
                                    disk_call_names[fault->call], fault->at, store_error(work.store));
        outcomes.n = 0;
        store_close(work.store);
        work.store = work_open(faults);
        look_after(&work, fault, &outcomes);
        work_assert_sound(faults, work.store);
        store_close(work.store);
        disk_unwatch();
        faults_empty(faults);
        faults->chance = before;
        return calls;
}

void errors_store(struct faults *faults)
{
        struct disk_fault fault = faults_answer(faults->seed);
        long n = work_with(faults, &fault, faults->seed);

        while ((fault.at = next_place(faults, fault.at, n)) <= n)
                (void)work_with(faults, &fault, faults->seed);
}

/* ---- opening ---- */

enum { OPEN_NEW, OPEN_OLD, OPEN_OLD_CRASHED, OPEN_READY, OPENINGS };

static long open_with(struct faults *faults, const struct disk_fault *fault, int opening)
{
        CLEANUP_FREE char *error = NULL;
        struct store *store = NULL;
        char dir[80];
        long calls;

        (void)snprintf(dir, sizeof(dir), "%s/state", faults->folder);
        bool old = opening == OPEN_OLD || opening == OPEN_OLD_CRASHED;
        if (old)
                power_make_old(faults, opening == OPEN_OLD_CRASHED);
        else if (opening == OPEN_READY)
                store_close(work_open(faults));
        disk_watch(faults->folder);
        if (fault->at)
                disk_fail(fault);
        int r = store_open(dir, &store, &error);
        calls = disk_calls(fault->call);
        if (r < 0) {
                check_error(faults, fault, r, error ? error : "");
                faults->counted.refused++;
        }
        if (fault->at)
                count(faults, fault);
        store_close(store);
        store = work_open(faults);
        if (old && store_count(store, 0, &(struct store_counts){0}) != 0)
                faults_fail(faults, "the migrated store can't count");
        work_assert_sound(faults, store);
        store_close(store);
        disk_unwatch();
        faults_empty(faults);
        return calls;
}

void errors_open(struct faults *faults)
{
        struct disk_fault fault = faults_answer(faults->seed);

        for (int opening = 0; opening < OPENINGS; opening++) {
                fault.at = 0;
                long n = open_with(faults, &fault, opening);
                while ((fault.at = next_place(faults, fault.at, n)) <= n)
                        (void)open_with(faults, &fault, opening);
        }
}

/* ---- copying ---- */

static void check_backup(struct work *work, const char *path)
{
        struct faults *faults = work->faults;
        sqlite3 *own = work->store->db;

        disk_pause();
        if (sqlite3_open(path, &work->store->db) != SQLITE_OK)
                faults_fail(faults, "the backup can't be opened");
        if (work_digest(faults, work->store) != work->acked)
                faults_fail(faults, "a backup that is said to be made is not whole");
        sqlite3_close(work->store->db);
        work->store->db = own;
        disk_resume();
}

/* Whether what fails is what keeps bytes: a backup without it is none. */
static bool is_of_bytes(enum disk_call call)
{
        return call == DISK_WRITE || call == DISK_SYNC;
}

static long back_up_with(struct work *work, const struct disk_fault *fault)
{
        struct faults *faults = work->faults;
        struct store_backup *backup = NULL;
        char path[120], copy[120];
        uint64_t bytes = 0;

        (void)snprintf(path, sizeof(path), "%s/copy.db", faults->folder);
        (void)snprintf(copy, sizeof(copy), "%s/state/" STORE_FILE COPY_SUFFIX, faults->folder);
        CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || store_backup_new(work->store, &backup) < 0)
                faults_fail(faults, "no backup");
        long calls = disk_calls(fault->call);
        if (fault->at)
                disk_fail(fault);
        int r = store_backup_write(backup, fd, &bytes);
        calls = disk_calls(fault->call) - calls;
        if (r < 0) {
                if (r == -EUCLEAN || !*store_backup_error(backup))
                        faults_fail(faults, "%s %ld fails with %s, and what comes of it is %d (%s)",
                                    disk_call_names[fault->call], fault->at, strerror(fault->error), r,
                                    store_backup_error(backup));
                faults->counted.refused++;
        } else if (fault->at && is_of_bytes(fault->call) && disk_failed() > 0)
                faults_fail(faults, "%s %ld fails with %s, and the backup is said to be made",
                            disk_call_names[fault->call], fault->at, strerror(fault->error));
        if (fault->at)
                count(faults, fault);
        store_backup_free(backup);
        if (r == 0)
                check_backup(work, path);
        if (access(copy, F_OK) == 0 && fault->call != DISK_UNLINK)
                faults_fail(faults, "%s %ld fails, and a copy stays beside the database", disk_call_names[fault->call],
                            fault->at);
        return calls;
}

void errors_backup(struct faults *faults)
{
        struct disk_fault fault = faults_answer(faults->seed);
        const struct disk_fault none = {.call = fault.call};
        struct work work = {.faults = faults, .now_ms = 1000000};

        disk_watch(faults->folder);
        work.store = work_open(faults);
        for (int i = 0; i < STEPS; i++)
                if (work_step(&work) < 0)
                        faults_fail(faults, "%s", store_error(work.store));
        work.acked = work_digest(faults, work.store);
        long n = back_up_with(&work, &none);
        while ((fault.at = next_place(faults, fault.at, n)) <= n) {
                (void)back_up_with(&work, &fault);
                (void)back_up_with(&work, &none); /* takes away what could not be removed, and is made */
        }
        if (work_digest(faults, work.store) != work.acked)
                faults_fail(faults, "backups that failed have changed the database");
        work_assert_sound(faults, work.store);
        store_close(work.store);
}
