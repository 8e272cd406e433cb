/* Unread: what went wrong for good and nobody has acknowledged. */
#include "store/unread.h"

#include "store/rows.h"

static int add(struct store *store, int64_t delivery, int64_t notice, int64_t now_ms)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_ADD_UNREAD,
                             "INSERT OR REPLACE INTO unread (delivery, notice, at_ms) VALUES (?, ?, ?)");
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, notice);
        query_bind_integer(&query, now_ms);
        return query_do(&query);
}

int unread_add(struct store *store, int64_t delivery, int64_t now_ms)
{
        return add(store, delivery, 0, now_ms);
}

int store_add_late(struct store *store, int64_t notice, int64_t delivery, int64_t now_ms)
{
        return add(store, delivery, notice, now_ms);
}

static int64_t forget(struct store *store, int64_t delivery)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FORGET_UNREAD, "DELETE FROM unread WHERE delivery = ?");
        query_bind_integer(&query, delivery);
        return query_run(&query);
}

int unread_forget(struct store *store, int64_t delivery)
{
        int64_t n = forget(store, delivery);
        return n < 0 ? (int)n : 0;
}

int store_acknowledge(struct store *store, const char *id)
{
        CLEANUP_QUERY struct query query =
                id ? query_cached(store, STATEMENT_ACKNOWLEDGE,
                                  "DELETE FROM unread WHERE delivery = (SELECT seq FROM delivery WHERE id = ?)")
                   : query_cached(store, STATEMENT_ACKNOWLEDGE_ALL, "DELETE FROM unread");
        if (id)
                query_bind_text(&query, id);
        int64_t n = query_run(&query);
        return n > INT32_MAX ? INT32_MAX : (int)n;
}

int unread_count(struct store *store, int64_t *ret_failed, int64_t *ret_bounced, int64_t *ret_late)
{
        static const char sql[] = "SELECT count(*) FILTER (WHERE notice = 0 AND state IS NOT ?1),"
                                  " count(*) FILTER (WHERE notice = 0 AND state IS ?1),"
                                  " count(*) FILTER (WHERE notice <> 0)"
                                  " FROM unread LEFT JOIN delivery ON seq = unread.delivery";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_COUNT_UNREAD, sql);
        query_bind_integer(&query, DELIVERY_BOUNCED);
        int r = query_step(&query);
        if (r < 0)
                return r;
        int64_t failed = query_read_integer(&query), bounced = query_read_integer(&query),
                late = query_read_integer(&query);
        r = query_check(&query);
        if (r < 0)
                return r;
        *ret_failed = failed;
        *ret_bounced = bounced;
        *ret_late = late;
        return 0;
}
