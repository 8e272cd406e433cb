/* What status counts, from tallies that triggers keep (schema.c).
 * Depends on query.h.
 * Called by engine, and by control for the properties on the bus. */
#include "store/query.h"

static int count_obligations(struct store *store, civil_day today, struct store_counts *counts)
{
        static const char sql[] =
                "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE day > -2147483648 AND day < ?), 0)"
                " FROM open_tally";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_COUNT_OBLIGATIONS, sql);
        query_bind_integer(&query, today);
        int r = query_step(&query);
        if (r < 0)
                return r;
        counts->obligations_open = query_read_integer(&query);
        counts->overdue = query_read_integer(&query);
        return 0;
}

static int count_deliveries(struct store *store, struct store_counts *counts)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_COUNT_DELIVERIES, "SELECT state, n, last_ms FROM delivery_tally");
        int r;
        while ((r = query_step(&query)) > 0) {
                unsigned state = query_read_below(&query, DELIVERY_STATES);
                int64_t n = query_read_integer(&query), last_ms = query_read_integer(&query);
                if (state == DELIVERY_QUEUED) {
                        counts->queued = n;
                } else if (state == DELIVERY_SENDING) {
                        counts->sending = n;
                } else if (state == DELIVERY_FAILED) {
                        counts->failed = n;
                } else if (state == DELIVERY_SENT) {
                        counts->sent = n;
                        counts->last_sent_ms = last_ms;
                }
        }
        return r < 0 ? r : query_check(&query);
}

int store_count(struct store *store, civil_day today, struct store_counts *ret)
{
        struct store_counts counts = {0};
        int r = count_obligations(store, today, &counts);
        if (r >= 0)
                r = count_deliveries(store, &counts);
        if (r < 0)
                return r;
        *ret = counts;
        return 0;
}
