/* The tallies: how many deliveries of each channel are in each state, how many ever came into it, and when the last one
 * did; and how many obligations take which course (core/obligation.h).
 *
 * That of deliveries is kept by the program and not by triggers: those cost as much as the changes that they count, and
 * a transaction moves dozens of deliveries. What it moved is summed up in the store and written once, just before the
 * commit.
 *
 * Obligations are counted by the program where they are made: a first sync makes them by thousands that are alike,
 * which are written together before anything else looks at the count or changes it (a trigger does: obligation_moved).
 */
#include "store/counts.h"
#include "store/rows.h"

#include <string.h>

void tally_move(struct store *store, enum channel_kind channel, int from, enum delivery_state to, int64_t n,
                int64_t at_ms)
{
        struct tally *tally = store->tally[channel];
        if (n == 0 || from == (int)to)
                return;
        if (from != TALLY_NOWHERE)
                tally[from].n -= n;
        tally[to].n += n;
        if (delivery_is_over(to))
                tally[to].total += n;
        if (at_ms > tally[to].last_ms)
                tally[to].last_ms = at_ms;
}

void tally_attempts(struct store *store, enum channel_kind channel, int64_t n)
{
        store->tally[channel][DELIVERY_SENDING].total += n;
}

/* Looks at all only if it was the last one itself. Only mail bounces. */
int tally_forget_last(struct store *store, int64_t delivery)
{
        static const char sql[] =
                "UPDATE delivery_tally SET last_ms = (SELECT coalesce(max(finished_ms), 0) FROM delivery"
                " WHERE state IN (2, 5) AND server = 'mail' AND seq <> ?1)"
                " WHERE channel = 0 AND state = 2"
                " AND last_ms = (SELECT finished_ms FROM delivery WHERE seq = ?1 AND state = 5)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FORGET_LAST_SENT, sql);
        query_bind_integer(&query, delivery);
        return query_do(&query);
}

int made_write(struct store *store)
{
        static const char sql[] = "INSERT INTO obligation_tally VALUES (?, ?, ?)"
                                  " ON CONFLICT (course, day) DO UPDATE SET n = n + excluded.n";
        const struct made made = store->made;
        if (made.n == 0)
                return 0;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_WRITE_MADE, sql);
        query_bind_integer(&query, made.course);
        query_bind_integer(&query, made.day); /* NO_DAY is CIVIL_NONE */
        query_bind_integer(&query, made.n);
        store->made.n = 0;
        return query_do(&query);
}

int made_add(struct store *store, enum course course, civil_day day)
{
        bool alike = store->made.course == course && store->made.day == day;
        int r = alike ? 0 : made_write(store);
        store->made = (struct made){course, day, store->made.n + 1};
        return r;
}

void tally_forget(struct store *store)
{
        store->made.n = 0;
        memset(store->tally, 0, sizeof(store->tally));
}

static int write_change(struct store *store, unsigned channel, unsigned state)
{
        static const char sql[] = "INSERT INTO delivery_tally (channel, state, n, total, last_ms)"
                                  " VALUES (?, ?, ?, ?, ?) ON CONFLICT (channel, state) DO UPDATE SET n = n + "
                                  "excluded.n,"
                                  " total = total + excluded.total, last_ms = max(last_ms, excluded.last_ms)";
        const struct tally *change = &store->tally[channel][state];
        if (change->n == 0 && change->total == 0 && change->last_ms == 0)
                return 0;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_WRITE_TALLY, sql);
        query_bind_integer(&query, channel);
        query_bind_integer(&query, state);
        query_bind_integer(&query, change->n);
        query_bind_integer(&query, change->total);
        query_bind_integer(&query, change->last_ms);
        return query_do(&query);
}

int tally_write(struct store *store)
{
        int r = made_write(store);
        for (unsigned channel = 0; channel < CHANNEL_KINDS; channel++)
                for (unsigned state = 0; r >= 0 && state < DELIVERY_STATES; state++)
                        r = write_change(store, channel, state);
        return r;
}

int tally_read(struct store *store, struct tally ret[static CHANNEL_KINDS][DELIVERY_STATES])
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_READ_TALLY,
                                                        "SELECT channel, state, n, total, last_ms FROM delivery_tally");
        struct tally tally[CHANNEL_KINDS][DELIVERY_STATES];
        int r;
        memcpy(tally, store->tally, sizeof(tally)); /* what the open transaction has moved counts */
        while ((r = query_step(&query)) > 0) {
                unsigned channel = query_read_below(&query, CHANNEL_KINDS);
                struct tally *entry = &tally[channel][query_read_below(&query, DELIVERY_STATES)];
                entry->n += query_read_sum(&query);
                entry->total += query_read_sum(&query);
                int64_t last_ms = query_read_ms(&query);
                if (last_ms > entry->last_ms)
                        entry->last_ms = last_ms;
        }
        if (r >= 0)
                r = query_check(&query);
        if (r < 0)
                return r;
        memcpy(ret, tally, sizeof(tally));
        return 0;
}

/* ---- counted anew ---- */

#define COUNTED "SELECT course, course_day AS day, count(*) AS n FROM obligation GROUP BY 1, 2"

static int count_obligations_anew(struct store *store)
{
        static const char compare[] =
                "SELECT count(*) FROM (SELECT 1 FROM (SELECT course, day, n FROM obligation_tally UNION ALL"
                " SELECT course, day, -n FROM (" COUNTED ")) GROUP BY course, day HAVING sum(n) <> 0)";
        CLEANUP_QUERY struct query query = query_prepared(store, compare);
        int r = query_step(&query);
        int64_t wrong = r > 0 ? query_read_sum(&query) : 0;
        if (r >= 0)
                r = query_check(&query);
        if (r < 0 || wrong == 0)
                return r;
        CLEANUP_QUERY struct query forget = query_prepared(store, "DELETE FROM obligation_tally");
        CLEANUP_QUERY struct query renew = query_prepared(store, "INSERT INTO obligation_tally " COUNTED);
        r = query_do(&forget);
        if (r >= 0)
                r = query_do(&renew);
        return r < 0 ? r : STORE_CHANGED;
}

static int count_deliveries(struct store *store, struct tally ret[static CHANNEL_KINDS][DELIVERY_STATES])
{
        struct tally counted[CHANNEL_KINDS][DELIVERY_STATES] = {0};
        CLEANUP_QUERY struct query query =
                query_prepared(store, "SELECT server, state, count(*), max(finished_ms) FROM delivery GROUP BY 1, 2");
        int r;
        while ((r = query_step(&query)) > 0) {
                struct channel channel = {0};
                query_read_channel(&query, &channel);
                struct tally *entry = &counted[channel.kind][query_read_below(&query, DELIVERY_STATES)];
                entry->n += query_read_sum(&query);
                int64_t last_ms = query_read_ms(&query);
                if (last_ms > entry->last_ms)
                        entry->last_ms = last_ms;
        }
        if (r >= 0)
                r = query_check(&query);
        if (r < 0)
                return r;
        struct tally *mail = counted[CHANNEL_MAIL];
        if (mail[DELIVERY_BOUNCED].last_ms > mail[DELIVERY_SENT].last_ms) /* it was sent then, too */
                mail[DELIVERY_SENT].last_ms = mail[DELIVERY_BOUNCED].last_ms;
        memcpy(ret, counted, sizeof(counted));
        return r;
}

/* What it counted for ever follows from no rows: it is kept, where it can be right. */
static int renew_tally(struct store *store, unsigned channel, unsigned state, const struct tally *counted)
{
        static const char sql[] =
                "INSERT INTO delivery_tally (channel, state, n, total, last_ms) VALUES (?1, ?2, ?3, ?4, ?5)"
                " ON CONFLICT (channel, state) DO UPDATE SET n = ?3, total = max(total, ?4), last_ms = ?5";
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        query_bind_integer(&query, channel);
        query_bind_integer(&query, state);
        query_bind_integer(&query, counted->n);
        query_bind_integer(&query, delivery_is_over((enum delivery_state)state) ? counted->n : 0);
        query_bind_integer(&query, counted->last_ms);
        return query_do(&query);
}

/* When the last one came is asked of what was sent. */
static bool tally_is(const struct tally *tally, enum delivery_state state, const struct tally *counted)
{
        return counted->n == tally->n && (!delivery_is_over(state) || tally->total >= counted->n) &&
               (state != DELIVERY_SENT || counted->last_ms == tally->last_ms);
}

static int recount_deliveries(struct store *store)
{
        struct tally counted[CHANNEL_KINDS][DELIVERY_STATES], tally[CHANNEL_KINDS][DELIVERY_STATES];
        int r = count_deliveries(store, counted);
        bool right = true;
        if (r >= 0)
                r = tally_read(store, tally);
        for (unsigned channel = 0; channel < CHANNEL_KINDS; channel++)
                for (unsigned state = 0; r >= 0 && state < DELIVERY_STATES; state++) {
                        if (tally_is(&tally[channel][state], (enum delivery_state)state, &counted[channel][state]))
                                continue;
                        right = false;
                        r = renew_tally(store, channel, state, &counted[channel][state]);
                }
        return r < 0 || right ? r : STORE_CHANGED;
}

int store_recount(struct store *store)
{
        CLEANUP_UNIT struct unit unit = {0};
        int obligations = 0, deliveries = 0, r = unit_begin(store, &unit);
        if (r >= 0)
                r = obligations = count_obligations_anew(store);
        if (r >= 0)
                r = deliveries = recount_deliveries(store);
        if (r >= 0)
                r = unit_commit(&unit);
        return r < 0 ? r : obligations > 0 ? obligations : deliveries;
}
