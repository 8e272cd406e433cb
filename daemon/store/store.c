/* Opens and closes the store, runs its transactions, keeps its small facts. */
#include "store/store.h"

#include "store/rows.h"
#include "store/schema.h"
#include "store/statedir.h"

#include <errno.h>
#include <string.h>

/* SQLite's defaults, of which a file of ours has no other. */
#define CHECKPOINT_PAGES 1000
#define PAGE_BYTES 4096
/* Instructions of SQLite between two signs of life: some ten milliseconds. */
#define PROGRESS_STEPS 200000

DEFINE_CLEANUP(struct store *, store_close, store_close)
DEFINE_CLEANUP(sqlite3_backup *, sqlite3_backup_finish, backup_finish)

/* For a lock of the log's index SQLite waits inside the call, whatever busy_timeout says: it tries a hundred times and
 * sleeps longer after each, ten seconds in all. The event loop has no such time. A backup gives such a lock back within
 * a millisecond, and what refuses locks altogether is not mended by waiting. */
#define NAP_MAX_US 1000

static int nap(sqlite3_vfs *vfs, int microseconds)
{
        (void)vfs;
        microseconds = microseconds < NAP_MAX_US ? microseconds : NAP_MAX_US;
        (void)usleep((useconds_t)microseconds);
        return microseconds;
}

/* The name of a file system that is SQLite's own but for its naps; NULL, where there is no memory: its own. */
static const char *impatient_vfs(void)
{
        static const char name[] = "impatient";
        static sqlite3_vfs vfs;
        const sqlite3_vfs *own = sqlite3_vfs_find(NULL);

        if (!own || sqlite3_vfs_find(name))
                return own ? name : NULL;
        vfs = *own;
        vfs.pNext = NULL;
        vfs.zName = name;
        vfs.xSleep = nap;
        return sqlite3_vfs_register(&vfs, false) == SQLITE_OK ? name : NULL;
}

/* busy_timeout stays 0: the folder is locked, so whoever holds the file is no friend to wait for. */
static int connect_file(struct store *store, const char *path)
{
        int code = sqlite3_open_v2(path, &store->db,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
                                           SQLITE_OPEN_EXRESCODE,
                                   impatient_vfs());
        if (code != SQLITE_OK)
                return store_fail(store, code);
        if (sqlite3_db_readonly(store->db, "main"))
                return store_refuse(store, -EROFS, "the file can't be written; make it writable for this user");

        /* Until the file is known to be ours and sound, closing it shall leave it as it is. */
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        int r = schema_open(store, path, &schema_current);
        if (r < 0)
                return r;
        (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
        return 0;
}

/* As SQLite's own, which looks away where the log can't be emptied (https://www.sqlite.org/wal.html#ckpt). A checkpoint
 * that fails is tried again after the next commit, which itself is durable. */
static int on_commit(void *userdata, sqlite3 *db, const char *name, int pages)
{
        struct store *store = userdata;
        int logged = pages, moved = pages;
        if (pages >= CHECKPOINT_PAGES)
                (void)sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
        store->held_back = (int64_t)(logged - moved) * PAGE_BYTES;
        return SQLITE_OK;
}

static int open_file(struct store *store, const char *dir)
{
        CLEANUP_FREE char *path = NULL;
        int r = statedir_open(store, dir, &path);
        if (r < 0)
                return r;
        r = connect_file(store, path);
        if (r >= 0) {
                (void)sqlite3_wal_hook(store->db, on_commit, store);
                r = store_was_touched(store);
        }
        if (r >= 0)
                return 0;
        char words[ERROR_SIZE];
        memcpy(words, store->error, sizeof(words));
        return store_refuse(store, r, "%s: %.*s", path, ERROR_SIZE / 2, words);
}

static int open_scratch(struct store *store)
{
        int code = sqlite3_open_v2(
                ":memory:", &store->db,
                SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
        if (code != SQLITE_OK)
                return store_fail(store, code);
        return schema_open(store, NULL, &schema_current);
}

int store_open(const char *dir, struct store **ret, char **ret_error)
{
        CLEANUP(store_close_p) struct store *store = calloc(1, sizeof(*store));
        if (!store) {
                *ret_error = NULL;
                return -ENOMEM;
        }
        store->lock = -1;
        /* Nobody asks SQLite for its statistics, and each allocation takes a lock for them. Refused, harmlessly, where
         * SQLite is in use already. */
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        int r = dir ? open_file(store, dir) : open_scratch(store);
        if (r < 0) {
                *ret_error = strdup(store->error);
                return r;
        }
        *ret = TAKE_PTR(store);
        return 0;
}

struct store *store_close(struct store *store)
{
        if (!store)
                return NULL;
        query_forget(store);
        (void)sqlite3_close(store->db); /* an open transaction is rolled back */
        close_p(&store->lock);          /* the lock goes last */
        free(store->occurrences.words);
        free(store->kept.words);
        free(store->obligations.words);
        free(store);
        return NULL;
}

const char *store_error(const struct store *store)
{
        return store->error;
}

int store_copy(struct store *from, struct store *to)
{
        CLEANUP(backup_finish_p) sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", from->db, "main");
        if (!backup)
                return store_fail(to, sqlite3_extended_errcode(to->db));
        int code = sqlite3_backup_step(backup, -1);
        if (code == SQLITE_DONE)
                return 0;
        return store_refuse(to, code == SQLITE_NOMEM ? -ENOMEM : -EIO, "the store can't be copied (%s)",
                            sqlite3_errstr(code));
}

int64_t store_held_back(const struct store *store)
{
        return store->held_back;
}

static int on_progress(void *userdata)
{
        const struct store *store = userdata;
        return !store->go_on(store->go_on_userdata);
}

void store_on_progress(struct store *store, bool (*go_on)(void *userdata), void *userdata)
{
        store->go_on = go_on;
        store->go_on_userdata = userdata;
        sqlite3_progress_handler(store->db, PROGRESS_STEPS, go_on ? on_progress : NULL, store);
}

void store_rest(struct store *store)
{
        (void)sqlite3_db_release_memory(store->db);
}

static int run(struct store *store, enum statement which, const char *sql)
{
        CLEANUP_QUERY struct query query = query_cached(store, which, sql);
        return query_do(&query);
}

/* What is written to a file that has lost its name is gone at the next start, and would be sent again. */
static int check_name(struct store *store)
{
        int moved = 0;
        (void)sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
        return moved ? store_refuse(store, -EIO,
                                    STORE_FILE " was moved, removed or replaced while the service runs; put it back, "
                                               "or restart the service to go on with what is there")
                     : 0;
}

/* IMMEDIATE: a transaction that may not write says so here, and not in its middle. */
int store_begin(struct store *store)
{
        if (store->in_transaction)
                return store_refuse(store, -EINVAL, "a transaction is open already");
        store_end_read(store);
        int r = check_name(store);
        if (r < 0)
                return r;
        /* Prepared before it is needed: then there may be no memory for it. */
        CLEANUP_QUERY struct query rollback = query_cached(store, STATEMENT_ROLLBACK, "ROLLBACK");
        r = query_check(&rollback);
        if (r >= 0)
                r = run(store, STATEMENT_BEGIN, "BEGIN IMMEDIATE");
        if (r < 0)
                return r;
        store->in_transaction = true;
        return 0;
}

/* After any failure in between nothing is committed, whether or not the caller looked at it: SQLite may have rolled
 * back by itself (https://www.sqlite.org/lang_transaction.html, 3), and half an operation is worth nothing. */
int store_commit(struct store *store)
{
        if (!store->in_transaction)
                return store_refuse(store, -EINVAL, "no transaction is open");
        int r = tally_write(store);
        if (r >= 0)
                r = run(store, STATEMENT_COMMIT, "COMMIT"); /* which fails by itself where store->failure is set */
        if (r < 0) {
                store_rollback(store);
                return r;
        }
        store->in_transaction = false;
        tally_forget(store);
        return 0;
}

void store_rollback(struct store *store)
{
        if (!store->in_transaction)
                return;
        char words[ERROR_SIZE]; /* what went wrong before is what the caller will ask for */
        memcpy(words, store->error, sizeof(words));
        store->in_transaction = false;
        store->failure = 0;
        tally_forget(store);
        if (!sqlite3_get_autocommit(store->db))
                (void)run(store, STATEMENT_ROLLBACK, "ROLLBACK");
        memcpy(store->error, words, sizeof(words));
}

int store_begin_read(struct store *store)
{
        if (!sqlite3_get_autocommit(store->db))
                return STORE_OPEN;
        CLEANUP_QUERY struct query rollback = query_cached(store, STATEMENT_ROLLBACK, "ROLLBACK"); /* as above */
        int r = query_check(&rollback);
        return r < 0 ? r : run(store, STATEMENT_BEGIN_READ, "BEGIN DEFERRED");
}

void store_end_read(struct store *store)
{
        if (!store->in_transaction && !sqlite3_get_autocommit(store->db))
                (void)run(store, STATEMENT_ROLLBACK, "ROLLBACK");
}

int store_get_fact(struct store *store, const char *name, char **ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_GET_FACT, "SELECT value FROM fact WHERE name = ?");
        query_bind_text(&query, name);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        CLEANUP_FREE char *value = query_read_text(&query);
        r = query_check(&query);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(value);
        return 0;
}

static int clear_fact(struct store *store, const char *name)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_CLEAR_FACT, "DELETE FROM fact WHERE name = ?");
        query_bind_text(&query, name);
        return query_do(&query);
}

int store_set_fact(struct store *store, const char *name, const char *value)
{
        if (!value)
                return clear_fact(store, name);
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_SET_FACT,
                                                        "INSERT INTO fact (name, value) VALUES (?, ?)"
                                                        " ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        query_bind_text(&query, name);
        query_bind_text(&query, value);
        return query_do(&query);
}
