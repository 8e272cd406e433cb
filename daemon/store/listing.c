/* Puts a list's SQL together and runs it. */
#include "store/listing.h"

#include <errno.h>
#include <string.h>

static char *listing_sql(const struct listing *listing)
{
        char *sql = NULL;
        size_t size;
        FILE *stream = open_memstream(&sql, &size);
        if (!stream)
                return NULL;
        fputs(listing->select, stream);
        const char *word = " WHERE ";
        for (size_t i = 0; i < listing->n; i++) {
                if (!listing->conditions[i].asked)
                        continue;
                fprintf(stream, "%s%s", word, listing->conditions[i].sql);
                word = " AND ";
        }
        fprintf(stream, " ORDER BY %s LIMIT ? OFFSET ?", listing->order);
        if (fclose(stream) == 0)
                return sql;
        free(sql);
        return NULL;
}

int listing_ids(struct store *store, const struct listing *listing, int64_t **ret, size_t *ret_n)
{
        CLEANUP_FREE char *sql = listing_sql(listing);
        if (!sql)
                return store_refuse(store, -ENOMEM, "out of memory");
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        for (size_t i = 0; i < listing->n; i++) {
                const struct condition *condition = &listing->conditions[i];
                if (!condition->asked || !strchr(condition->sql, '?'))
                        continue;
                if (condition->text)
                        query_bind_text(&query, condition->text);
                else
                        query_bind_integer(&query, condition->number);
        }
        query_bind_integer(&query, listing->limit && listing->limit < INT64_MAX ? (int64_t)listing->limit : -1);
        query_bind_integer(&query, listing->offset < INT64_MAX ? (int64_t)listing->offset : INT64_MAX);
        return query_fetch_ids(&query, ret, ret_n);
}
