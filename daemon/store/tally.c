/* The tally: how many deliveries are in each state, and when the last one came into it.
 *
 * Kept by the program and not by triggers: those cost as much as the changes that they count, and a transaction moves
 * dozens of deliveries. What it moved is summed up in the store and written once, just before the commit.
 *
 * And what is owed, where obligations are made: a first sync makes them by thousands of one day, which are written
 * together before anything else looks at the count or changes it (a trigger does: obligation_moved). */
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
