/* Backups: a copy is made beside the database, streamed to the file that was asked for, and removed. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/statvfs.h>

#include "store/integrity.h"
#include "store/query.h"
#include "store/schema.h"
#include "store/statedir.h"

/* A reader waits only while another connection builds or mends the index of the WAL, which takes milliseconds. */
#define BUSY_MS 5000
#define LOOK_EVERY 1000             /* SQLite's steps between two looks at `cancelled`: well below a millisecond */
#define CHUNK ((size_t)1024 * 1024) /* bytes between two of them */
/* Stays free beside the copy: reminders need it meanwhile, and a disk that a backup fills would stop them. */
#define RESERVE (INT64_C(8) * 1024 * 1024)

struct store_backup {
        struct store reader; /* a connection and its words, no more */
        char *path;          /* of the database */
        char *copy;
        atomic_bool cancelled;
};

int store_backup_new(const struct store *store, struct store_backup **ret)
{
        const char *path = sqlite3_db_filename(store->db, "main");
        if (!path || !*path || !sqlite3_threadsafe())
                return -EOPNOTSUPP;
        struct store_backup *backup = calloc(1, sizeof(*backup));
        if (!backup)
                return -ENOMEM;
        backup->path = strdup(path);
        if (asprintf(&backup->copy, "%s" COPY_SUFFIX, path) < 0)
                backup->copy = NULL;
        if (!backup->path || !backup->copy) {
                store_backup_free(backup);
                return -ENOMEM;
        }
        *ret = backup;
        return 0;
}

struct store_backup *store_backup_free(struct store_backup *backup)
{
        if (!backup)
                return NULL;
        free(backup->copy);
        free(backup->path);
        free(backup);
        return NULL;
}

void store_backup_cancel(struct store_backup *backup)
{
        atomic_store(&backup->cancelled, true);
}

const char *store_backup_error(const struct store_backup *backup)
{
        return backup->reader.error;
}

static int is_cancelled(void *userdata)
{
        struct store_backup *backup = userdata;
        return atomic_load(&backup->cancelled);
}

static int open_reader(struct store_backup *backup, const char *path)
{
        struct store *reader = &backup->reader;
        int code = sqlite3_open_v2(
                path, &reader->db,
                SQLITE_OPEN_READONLY | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        if (code != SQLITE_OK)
                return store_fail(reader, code);
        (void)sqlite3_busy_timeout(reader->db, BUSY_MS);
        sqlite3_progress_handler(reader->db, LOOK_EVERY, is_cancelled, backup);
        return 0;
}

/* A copy is never larger than what it is of. */
static int check_room(struct store_backup *backup)
{
        struct store *reader = &backup->reader;
        CLEANUP_QUERY struct query query =
                query_prepared(reader, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
        int r = query_step(&query);
        if (r < 0)
                return r;
        int64_t size = query_read_integer(&query);
        struct statvfs disk;
        if (statvfs(backup->path, &disk) < 0)
                return 0; /* the write will tell */
        int64_t room = (int64_t)(disk.f_bavail * disk.f_frsize);
        if (room >= size + RESERVE)
                return 0;
        return store_refuse(reader, -ENOSPC,
                            "there is no room for a copy beside %s: %lld kB are needed, %lld kB are free", backup->path,
                            (long long)(size + RESERVE) / 1024, (long long)room / 1024);
}

static void close_reader(struct store_backup *backup)
{
        query_forget(&backup->reader);
        (void)sqlite3_close(backup->reader.db);
        backup->reader.db = NULL;
}

static int make_copy(struct store_backup *backup)
{
        int r = open_reader(backup, backup->path);
        if (r >= 0)
                r = check_room(backup);
        if (r >= 0)
                r = schema_copy_into(&backup->reader, backup->copy);
        close_reader(backup);
        return r;
}

/* What is damaged is copied as it is, and a copy like that is worth nothing on the day when it is needed. */
static int check_copy(struct store_backup *backup)
{
        struct store *reader = &backup->reader;
        CLEANUP_FREE char *indexes = NULL;
        int r = open_reader(backup, backup->copy);
        if (r >= 0)
                r = integrity_check(reader, &indexes);
        if (r >= 0)
                r = integrity_check_rows(reader);
        if (r >= 0 && indexes)
                r = store_refuse(reader, -EUCLEAN,
                                 "the database is damaged (%s disagrees with the rest); restart the service, which "
                                 "mends that, and take the backup again",
                                 indexes);
        close_reader(backup);
        return r;
}

static int stream_copy(struct store_backup *backup, int fd, uint64_t *ret_bytes)
{
        CLEANUP_CLOSE int copy = open(backup->copy, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        uint64_t bytes = 0;
        ssize_t n;

        if (copy < 0)
                return store_refuse(&backup->reader, -errno, "%s can't be read: %s", backup->copy, strerror(errno));
        do {
                n = is_cancelled(backup) ? 0 : sendfile(fd, copy, NULL, CHUNK);
                bytes += n > 0 ? (uint64_t)n : 0;
        } while (n > 0 || (n < 0 && errno == EINTR));
        if (n < 0 || fsync(fd) < 0)
                return store_refuse(&backup->reader, -errno, "the backup's file can't be written: %s", strerror(errno));
        *ret_bytes = bytes;
        return 0;
}

int store_backup_write(struct store_backup *backup, int fd, uint64_t *ret_bytes)
{
        (void)unlink(backup->copy);
        uint64_t bytes = 0;
        int r = make_copy(backup);
        if (r >= 0)
                r = check_copy(backup);
        if (r >= 0)
                r = stream_copy(backup, fd, &bytes);
        (void)unlink(backup->copy);
        if (is_cancelled(backup))
                return store_refuse(&backup->reader, -ECANCELED, "the backup was given up");
        if (r >= 0)
                *ret_bytes = bytes;
        return r;
}
