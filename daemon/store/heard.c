/* Heard: the mails that came back and were told of, so that none is told of twice. */
#include "store/heard.h"

#include "store/rows.h"

int store_find_heard(struct store *store, const char *origin, enum heard_outcome *ret)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FIND_HEARD, "SELECT outcome FROM heard WHERE origin = ?");
        query_bind_text(&query, origin);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        enum heard_outcome outcome = (enum heard_outcome)query_read_below(&query, HEARD_KNOWN);
        r = query_check(&query);
        if (r == 0)
                *ret = outcome;
        return r;
}

int store_add_heard(struct store *store, const char *origin, enum heard_outcome outcome, int64_t now_ms)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_ADD_HEARD, "INSERT INTO heard (origin, outcome, at_ms) VALUES (?, ?, ?)");
        query_bind_text(&query, origin);
        query_bind_integer(&query, outcome);
        query_bind_integer(&query, now_ms);
        return query_do(&query);
}

int store_forget_heard(struct store *store, int64_t before_ms)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_FORGET_HEARD, "DELETE FROM heard WHERE at_ms < ?");
        query_bind_integer(&query, before_ms);
        return query_do(&query);
}
