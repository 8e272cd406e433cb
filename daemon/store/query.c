/* Runs SQL statements: binding, stepping, reading, and what SQLite's failures mean in errno and in words. */
#include "store/query.h"

#include "base/array.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

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

int store_missing(struct store *store, const char *what, int64_t id)
{
        return store_refuse(store, -ENOENT, "there is no %s %lld", what, (long long)id);
}

static sqlite3_stmt *prepare(struct query *query, const char *sql, unsigned flags)
{
        sqlite3_stmt *statement = NULL;
        errno = 0;
        int code = sqlite3_prepare_v3(query->store->db, sql, -1, flags, &statement, NULL);
        if (code != SQLITE_OK)
                query->error = store_fail(query->store, code);
        return statement;
}

struct query query_cached(struct store *store, enum statement which, const char *sql)
{
        struct query query = {.store = store, .error = store->failure};
        if (!query.error && !store->statements[which])
                store->statements[which] = prepare(&query, sql, SQLITE_PREPARE_PERSISTENT);
        query.statement = store->statements[which];
        return query;
}

void query_forget(struct store *store)
{
        for (size_t i = 0; i < STATEMENTS; i++)
                sqlite3_finalize(store->statements[i]);
}

struct query query_prepared(struct store *store, const char *sql)
{
        struct query query = {.store = store, .error = store->failure, .owned = true};
        if (!query.error)
                query.statement = prepare(&query, sql, 0);
        return query;
}

void query_end(struct query *query)
{
        if (!query->statement)
                return;
        if (query->owned) {
                sqlite3_finalize(query->statement);
        } else {
                sqlite3_reset(query->statement);
                sqlite3_clear_bindings(query->statement);
        }
        query->statement = NULL;
}

void query_rewind(struct query *query)
{
        sqlite3_reset(query->statement);
        query->bound = 0;
}

static void bound(struct query *query, int code)
{
        if (code != SQLITE_OK)
                query->error = store_fail(query->store, code);
}

void query_bind_integer(struct query *query, int64_t value)
{
        if (!query->error)
                bound(query, sqlite3_bind_int64(query->statement, ++query->bound, value));
}

void query_bind_unless(struct query *query, int64_t value, int64_t none)
{
        if (value != none)
                query_bind_integer(query, value);
        else if (!query->error)
                bound(query, sqlite3_bind_null(query->statement, ++query->bound));
}

void query_bind_day(struct query *query, civil_day day)
{
        query_bind_unless(query, day, CIVIL_NONE);
}

void query_bind_text(struct query *query, const char *text)
{
        if (!query->error)
                bound(query, sqlite3_bind_text(query->statement, ++query->bound, text, -1, SQLITE_STATIC));
}

int query_step(struct query *query)
{
        if (query->error)
                return query->error;
        query->read = 0;
        errno = 0;
        int code = sqlite3_step(query->statement);
        if (code == SQLITE_ROW)
                return QUERY_ROW;
        if (code == SQLITE_DONE)
                return QUERY_END;
        return query->error = store_fail(query->store, code);
}

int64_t query_run(struct query *query)
{
        int r = query_step(query);
        return r < 0 ? r : sqlite3_changes64(query->store->db);
}

int query_do(struct query *query)
{
        int r = query_step(query);
        return r < 0 ? r : 0;
}

int query_check(const struct query *query)
{
        return query->error;
}

#define SUM_MAX (INT64_C(1) << 53) /* whatever is counted, there is less of it; and it can be added to */

void query_damaged(struct query *query, const char *column, const char *what)
{
        char where[96] = "";
        if (query->error)
                return;
        if (query->table)
                (void)snprintf(where, sizeof(where), "table %s, row %lld, ", query->table, (long long)query->row);
        query->error = store_refuse(query->store, -EUCLEAN, DAMAGED " (%scolumn %s %s)", where, column, what);
}

static void damaged(struct query *query, int column, const char *what)
{
        query_damaged(query, sqlite3_column_name(query->statement, column), what);
}

int64_t query_read_integer(struct query *query)
{
        return sqlite3_column_int64(query->statement, query->read++);
}

int64_t query_read_id(struct query *query, const char *table)
{
        query->row = query_read_integer(query);
        query->table = table;
        return query->row;
}

int64_t query_read_or(struct query *query, int64_t none)
{
        int column = query->read++;
        return sqlite3_column_type(query->statement, column) == SQLITE_NULL
                       ? none
                       : sqlite3_column_int64(query->statement, column);
}

static int64_t read_within(struct query *query, int64_t low, int64_t high)
{
        int64_t value = query_read_integer(query);
        if (value >= low && value <= high)
                return value;
        char what[64];
        (void)snprintf(what, sizeof(what), "is %lld, out of its range", (long long)value);
        damaged(query, query->read - 1, what);
        return low;
}

static bool is_null(const struct query *query)
{
        return sqlite3_column_type(query->statement, query->read) == SQLITE_NULL;
}

civil_day query_read_day(struct query *query)
{
        if (!is_null(query))
                return (civil_day)read_within(query, CIVIL_FIRST_DAY, CIVIL_LAST_DAY);
        query->read++;
        return CIVIL_NONE;
}

wall_time query_read_moment(struct query *query)
{
        if (sqlite3_column_int64(query->statement, query->read) != WALL_NONE)
                return read_within(query, wall_at(CIVIL_FIRST_DAY, 0), wall_at(CIVIL_LAST_DAY, 0));
        query->read++;
        return WALL_NONE;
}

wall_time query_read_next(struct query *query)
{
        if (!is_null(query))
                return read_within(query, wall_at(CIVIL_FIRST_DAY, 0), wall_at(CIVIL_LAST_DAY, 0));
        query->read++;
        return WALL_NEVER;
}

int64_t query_read_ms(struct query *query)
{
        return read_within(query, wall_at(CIVIL_FIRST_DAY, 0) * 1000, wall_at(CIVIL_LAST_DAY, 0) * 1000);
}

int64_t query_read_ms_or(struct query *query, int64_t none)
{
        if (!is_null(query))
                return query_read_ms(query);
        query->read++;
        return none;
}

unsigned query_read_below(struct query *query, unsigned limit)
{
        return (unsigned)read_within(query, 0, (int64_t)limit - 1);
}

uint32_t query_read_count(struct query *query)
{
        return (uint32_t)read_within(query, 0, UINT32_MAX);
}

int64_t query_read_sum(struct query *query)
{
        return read_within(query, 0, SUM_MAX);
}

bool query_read_flag(struct query *query)
{
        return query_read_below(query, 2) != 0;
}

/* Borrowed, until the next step; NULL where there is none. */
static const char *column_text(struct query *query, int column)
{
        const char *text = (const char *)sqlite3_column_text(query->statement, column);
        size_t size = (size_t)sqlite3_column_bytes(query->statement, column), at = 0, n;
        char32_t code;
        while (text && at < size && (n = utf8_decode(text + at, size - at, &code)) > 0)
                at += n;
        if (at < size)
                damaged(query, column, "is no text");
        return text;
}

char *query_read_text(struct query *query)
{
        int column = query->read++;
        if (sqlite3_column_type(query->statement, column) == SQLITE_NULL)
                return NULL;
        const char *text = column_text(query, column);
        char *copy = text ? strdup(text) : NULL;
        if (!copy && !query->error)
                query->error = store_refuse(query->store, -ENOMEM, "%s", advice(-ENOMEM));
        return copy;
}

void query_read_name(struct query *query, size_t size, char *buffer)
{
        int column = query->read++;
        const char *text = column_text(query, column);
        size_t length = text ? strlen(text) : 0;
        if (length >= size) {
                damaged(query, column, "is longer than a name");
                length = 0;
        }
        memcpy(buffer, text ? text : "", length);
        buffer[length] = '\0';
}

void query_read_ident_or_none(struct query *query, char buffer[static ID_SIZE])
{
        query_read_name(query, ID_SIZE, buffer);
        if (*buffer && !id_valid(buffer))
                damaged(query, query->read - 1, "is no id");
}

void query_read_ident(struct query *query, char buffer[static ID_SIZE])
{
        query_read_ident_or_none(query, buffer);
        if (!*buffer)
                damaged(query, query->read - 1, "is no id");
}

void query_read_channel(struct query *query, struct channel *ret)
{
        char text[CHANNEL_TEXT_SIZE];
        query_read_name(query, sizeof(text), text);
        if (channel_parse(text, ret) < 0)
                damaged(query, query->read - 1, "is no channel");
}

void query_read_key(struct query *query, char buffer[static KEY_SIZE])
{
        civil_day day;
        query_read_name(query, KEY_SIZE, buffer);
        if (*buffer && civil_parse(buffer, &day) < 0)
                damaged(query, query->read - 1, "is no date");
}

void query_keep_row(void *record)
{
        (void)record;
}

int query_fetch(struct query *query, const struct row_type *type, void *records, size_t n)
{
        char *at = records;
        size_t done = 0;
        int r = 0;
        while (done < n && (r = query_step(query)) > 0) {
                r = type->read(query, at + done * type->size);
                if (r < 0)
                        break;
                done++;
        }
        if (r >= 0)
                return (int)done;
        while (done > 0)
                type->clear(at + --done * type->size);
        return r;
}

int query_fetch_one(struct query *query, const struct row_type *type, void *record)
{
        int r = query_step(query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        return type->read(query, record);
}

int query_fetch_all(struct query *query, const struct row_type *type, void **ret, size_t *ret_n)
{
        CLEANUP_FREE void *records = NULL;
        size_t n = 0, room = 0;
        int r;
        while ((r = query_step(query)) > 0) {
                r = array_grow(&records, n, &room, type->size);
                r = r == 0 ? type->read(query, (char *)records + n * type->size)
                           : store_refuse(query->store, r, "%s", advice(r));
                if (r < 0)
                        break;
                n++;
        }
        if (r >= 0) {
                *ret = TAKE_PTR(records);
                *ret_n = n;
                return 0;
        }
        while (n > 0)
                type->clear((char *)records + --n * type->size);
        return r;
}

static int read_id(struct query *query, void *record)
{
        *(int64_t *)record = query_read_integer(query);
        return 0;
}

int query_fetch_ids(struct query *query, int64_t **ret, size_t *ret_n)
{
        static const struct row_type ids = {.size = sizeof(int64_t), .read = read_id, .clear = query_keep_row};
        void *records = NULL;
        int r = query_fetch_all(query, &ids, &records, ret_n);
        if (r == 0)
                *ret = records;
        return r;
}

int unit_begin(struct store *store, struct unit *ret)
{
        if (store->in_transaction)
                return store->failure;
        int r = store_begin(store);
        if (r < 0)
                return r;
        ret->store = store;
        return 0;
}

int unit_commit(struct unit *unit)
{
        struct store *store = TAKE_PTR(unit->store);
        return store ? store_commit(store) : 0;
}

void unit_end(struct unit *unit)
{
        if (unit->store)
                store_rollback(unit->store);
}
