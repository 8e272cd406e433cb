/* Rows become records. */
#include "store/query.h"

#include "base/array.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

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
                r = r == 0 ? type->read(query, (char *)records + n * type->size) : store_lack(query->store, r);
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
