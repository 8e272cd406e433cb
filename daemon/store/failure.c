/* What SQLite's failures mean, in errno and in words. */
#include "store/query.h"

#include <errno.h>

int errno_of_io(int system_errno, int otherwise)
{
        switch (system_errno) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG: /* the file may not grow: RLIMIT_FSIZE */
                return -ENOSPC;
        case EROFS:
        case EACCES:
        case EPERM:
                return -EROFS;
        case ENOMEM:
                return -ENOMEM;
        default:
                return otherwise;
        }
}

static int errno_of_constraint(int code)
{
        switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
                return -EEXIST;
        case SQLITE_CONSTRAINT_FOREIGNKEY:
                return -ENOENT;
        default:
                return -EINVAL;
        }
}

/* SQLite notes the system's error for some failures of a statement but not for that of a COMMIT; it is then still in
 * errno, which query_step() has cleared. */
static int system_errno(sqlite3 *db)
{
        int error = errno;
        int noted = sqlite3_system_errno(db);
        return noted ? noted : error;
}

/* After a failed read SQLite may take its own cache for a damaged file: only a start can judge it then. */
static bool has_failed(sqlite3 *db)
{
        return errno == EIO || sqlite3_system_errno(db) != 0;
}

/* https://www.sqlite.org/rescode.html */
static int errno_of(sqlite3 *db, int code)
{
        if (code == SQLITE_IOERR_NOMEM)
                return -ENOMEM;
        if (code == SQLITE_CANTOPEN_SYMLINK)
                return -ELOOP;
        switch (code & 0xff) {
        case SQLITE_NOMEM:
                return -ENOMEM;
        case SQLITE_INTERRUPT:
                return -EINTR;
        case SQLITE_FULL:
                return -ENOSPC;
        case SQLITE_READONLY:
                return -EROFS;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
                return -EBUSY;
        case SQLITE_CORRUPT:
                return has_failed(db) ? -EIO : -EUCLEAN;
        case SQLITE_NOTADB:
        case SQLITE_TOOBIG: /* a gigabyte: nothing that was ever written, but what the file says of a record */
        case SQLITE_ERROR:  /* the SQL is constant and sound: it is the file that lacks what it names */
                return -EUCLEAN;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
                return errno_of_io(system_errno(db), -EIO);
        case SQLITE_CONSTRAINT:
                return errno_of_constraint(code);
        default:
                return -EIO;
        }
}

static const char *advice(int error)
{
        switch (error) {
        case -ENOMEM:
                return "out of memory";
        case -EINTR:
                return "it was broken off, the program is told to end; nothing of this change was kept";
        case -ENOSPC:
                return "the disk is full; free some space, nothing of this change was kept";
        case -EROFS:
                return "the database can't be written; make its folder writable";
        case -EBUSY:
                return "another process holds the database; end it";
        case -EUCLEAN:
                return DAMAGED;
        case -EEXIST:
                return "that exists already";
        case -ENOENT:
                return "it refers to something that the database does not have";
        case -EINVAL:
                return "a value is out of its range";
        default:
                return "the database failed";
        }
}

int store_refuse(struct store *store, int error, const char *format, ...)
{
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(store->error, sizeof(store->error), format, arguments);
        va_end(arguments);
        return error;
}

char *query_plain(char *words)
{
        for (char *at = words; *at; at++)
                if ((unsigned char)*at < ' ' || (unsigned char)*at > '~')
                        *at = *at == '\n' ? ' ' : '?';
        return words;
}

int store_fail(struct store *store, int code)
{
        int error = errno_of(store->db, code);
        if (store->in_transaction && !store->failure)
                store->failure = error;
        char words[ERROR_SIZE / 2];
        (void)snprintf(words, sizeof(words), "%s", sqlite3_errmsg(store->db));
        return store_refuse(store, error, "%s (%s)", advice(error), query_plain(words));
}

int store_lack(struct store *store, int error)
{
        return store_refuse(store, error, "%s", advice(error));
}

int store_missing(struct store *store, const char *what, int64_t id)
{
        return store_refuse(store, -ENOENT, "there is no %s %lld", what, (long long)id);
}
