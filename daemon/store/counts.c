/* What status counts, from tallies: of deliveries, and of obligations, which triggers keep (schema.c). */
#include "store/counts.h"

#include "store/rows.h"

static int count_obligations(struct store *store, civil_day today, struct store_counts *counts)
{
        static const char sql[] =
                "SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE day > -2147483648 AND day < ?), 0)"
                " FROM open_tally";
        int r = owed_write(store);
        if (r < 0)
                return r;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_COUNT_OBLIGATIONS, sql);
        query_bind_integer(&query, today);
        r = query_step(&query);
        if (r < 0)
                return r;
        counts->obligations_open = query_read_sum(&query);
        counts->overdue = query_read_sum(&query);
        return query_check(&query);
}

/* Few of many, by the index of what is neither open nor done. */
static int count_unclear(struct store *store, struct store_counts *counts)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_COUNT_UNCLEAR, "SELECT count(*) FROM obligation WHERE status >= 2 AND status = 4");
        int r = query_step(&query);
        if (r < 0)
                return r;
        counts->unclear = query_read_sum(&query);
        return query_check(&query);
}

static int count_claims(struct store *store, struct store_counts *counts)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_COUNT_CLAIMS, "SELECT count(*) FROM claim WHERE state = 0");
        int r = query_step(&query);
        if (r < 0)
                return r;
        counts->claims = query_read_sum(&query);
        return query_check(&query);
}

static int count_deliveries(struct store *store, struct store_counts *counts)
{
        struct tally tally[DELIVERY_STATES];
        int r = tally_read(store, tally);
        if (r < 0)
                return r;
        counts->queued = tally[DELIVERY_QUEUED].n;
        counts->sending = tally[DELIVERY_SENDING].n;
        counts->sent = tally[DELIVERY_SENT].n;
        counts->last_sent_ms = tally[DELIVERY_SENT].last_ms;
        return unread_count(store, &counts->failed, &counts->too_late);
}

int store_count(struct store *store, civil_day today, struct store_counts *ret)
{
        struct store_counts counts = {0};
        int r = count_obligations(store, today, &counts);
        if (r >= 0)
                r = count_unclear(store, &counts);
        if (r >= 0)
                r = count_claims(store, &counts);
        if (r >= 0)
                r = count_deliveries(store, &counts);
        if (r < 0)
                return r;
        *ret = counts;
        return 0;
}
