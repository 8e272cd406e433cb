/* The tally: how many deliveries are in each state, and when the last one came into it.
 *
 * Kept by the program and not by triggers: those cost as much as the changes that they count, and a transaction moves
 * dozens of deliveries. What it moved is summed up in the store and written once, just before the commit.
 *
 * And what is owed, where obligations are made: a first sync makes them by thousands of one day, which are written
 * together before anything else looks at the count or changes it (a trigger does: obligation_moved). */
#include "store/counts.h"
#include "store/rows.h"

#include <string.h>

void tally_move(struct store *store, int from, enum delivery_state to, int64_t n, int64_t at_ms)
{
        if (n == 0 || from == (int)to)
                return;
        if (from != TALLY_NOWHERE)
                store->tally[from].n -= n;
        store->tally[to].n += n;
        if (at_ms > store->tally[to].last_ms)
                store->tally[to].last_ms = at_ms;
}

int owed_write(struct store *store)
{
        static const char sql[] =
                "INSERT INTO open_tally VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET n = n + excluded.n";
        const struct owed owed = store->owed;
        if (owed.n == 0)
                return 0;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_WRITE_OWED, sql);
        query_bind_integer(&query, owed.day); /* NO_DAY is CIVIL_NONE */
        query_bind_integer(&query, owed.n);
        store->owed.n = 0;
        return query_do(&query);
}

int owed_add(struct store *store, civil_day day)
{
        int r = store->owed.day == day ? 0 : owed_write(store);
        store->owed = (struct owed){day, store->owed.n + 1};
        return r;
}

void tally_forget(struct store *store)
{
        store->owed.n = 0;
        for (unsigned state = 0; state < DELIVERY_STATES; state++)
                store->tally[state] = (struct tally){0};
}

int tally_write(struct store *store)
{
        static const char sql[] = "UPDATE delivery_tally SET n = n + ?, last_ms = max(last_ms, ?) WHERE state = ?";
        int r = owed_write(store);
        for (unsigned state = 0; r >= 0 && state < DELIVERY_STATES; state++) {
                const struct tally *change = &store->tally[state];
                if (change->n == 0 && change->last_ms == 0)
                        continue;
                CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_WRITE_TALLY, sql);
                query_bind_integer(&query, change->n);
                query_bind_integer(&query, change->last_ms);
                query_bind_integer(&query, state);
                r = query_do(&query);
        }
        return r;
}

int tally_read(struct store *store, struct tally ret[static DELIVERY_STATES])
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_READ_TALLY, "SELECT state, n, last_ms FROM delivery_tally");
        struct tally tally[DELIVERY_STATES];
        int r;
        memcpy(tally, store->tally, sizeof(tally)); /* what the open transaction has moved counts */
        while ((r = query_step(&query)) > 0) {
                unsigned state = query_read_below(&query, DELIVERY_STATES);
                int64_t n = query_read_sum(&query), last_ms = query_read_ms(&query);
                tally[state].n += n;
                if (last_ms > tally[state].last_ms)
                        tally[state].last_ms = last_ms;
        }
        if (r >= 0)
                r = query_check(&query);
        if (r < 0)
                return r;
        memcpy(ret, tally, sizeof(tally));
        return 0;
}

/* ---- counted anew ---- */

/* By the partial indexes, which hold little else. */
#define COUNTED \
        "WITH counted (day, n) AS (" \
        "SELECT overdue_after, count(*) FROM obligation WHERE overdue_after IS NOT NULL GROUP BY overdue_after" \
        " UNION ALL SELECT ?1, count(*) FROM obligation WHERE status = 0 AND observance = 0 AND overdue_after IS " \
        "NULL) "

/* Runs a statement that takes CIVIL_NONE as the day of what has none, and reads a flag where it yields one. */
static int ask_owed(struct store *store, const char *sql, bool *ret)
{
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        query_bind_integer(&query, CIVIL_NONE);
        int r = query_step(&query);
        if (r > 0)
                *ret = query_read_flag(&query);
        return r < 0 ? r : query_check(&query);
}

static int recount_owed(struct store *store)
{
        static const char compare[] =
                COUNTED "SELECT NOT EXISTS (SELECT 1 FROM (SELECT day, n FROM open_tally UNION ALL"
                        " SELECT day, -n FROM counted) GROUP BY day HAVING sum(n) <> 0)";
        static const char renew[] = COUNTED "INSERT INTO open_tally SELECT day, n FROM counted WHERE n > 0";
        bool right = true;
        int r = ask_owed(store, compare, &right);
        if (r < 0 || right)
                return r;
        CLEANUP_QUERY struct query forget = query_prepared(store, "DELETE FROM open_tally");
        r = query_do(&forget);
        if (r >= 0)
                r = ask_owed(store, renew, &right);
        return r < 0 ? r : STORE_CHANGED;
}

static int count_deliveries(struct store *store, struct tally ret[static DELIVERY_STATES])
{
        struct tally counted[DELIVERY_STATES] = {0};
        CLEANUP_QUERY struct query query =
                query_prepared(store, "SELECT state, count(*), max(finished_ms) FROM delivery GROUP BY state");
        int r;
        while ((r = query_step(&query)) > 0) {
                unsigned state = query_read_below(&query, DELIVERY_STATES);
                counted[state].n = query_read_sum(&query);
                counted[state].last_ms = query_read_ms(&query);
        }
        if (r >= 0)
                r = query_check(&query);
        if (r >= 0)
                memcpy(ret, counted, sizeof(counted));
        return r;
}

static int renew_tally(struct store *store, unsigned state, const struct tally *counted)
{
        CLEANUP_QUERY struct query query =
                query_prepared(store, "INSERT OR REPLACE INTO delivery_tally (state, n, last_ms) VALUES (?, ?, ?)");
        query_bind_integer(&query, state);
        query_bind_integer(&query, counted->n);
        query_bind_integer(&query, counted->last_ms);
        return query_do(&query);
}

/* When the last one came is asked of what is sent: nothing leaves that state. */
static int recount_deliveries(struct store *store)
{
        struct tally counted[DELIVERY_STATES], tally[DELIVERY_STATES];
        int r = count_deliveries(store, counted);
        bool right = true;
        if (r >= 0)
                r = tally_read(store, tally);
        for (unsigned state = 0; r >= 0 && state < DELIVERY_STATES; state++) {
                if (counted[state].n == tally[state].n &&
                    (state != DELIVERY_SENT || counted[state].last_ms == tally[state].last_ms))
                        continue;
                right = false;
                r = renew_tally(store, state, &counted[state]);
        }
        return r < 0 || right ? r : STORE_CHANGED;
}

int store_recount(struct store *store)
{
        CLEANUP_UNIT struct unit unit = {0};
        int owed = 0, deliveries = 0, r = unit_begin(store, &unit);
        if (r >= 0)
                r = owed = recount_owed(store);
        if (r >= 0)
                r = deliveries = recount_deliveries(store);
        if (r >= 0)
                r = unit_commit(&unit);
        return r < 0 ? r : owed > 0 ? owed : deliveries;
}
