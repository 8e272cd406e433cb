/* Reads the columns of a row, and finds what the program cannot have written. */
#include "store/query.h"

#include "base/array.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

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
                query->error = store_lack(query->store, -ENOMEM);
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
