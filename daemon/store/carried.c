/* What is carried: the notices of a delivery, the deliveries of a notice, and what becomes of each by the other. What
 * is right says core (notice.h, delivery.h); here it is read, asked for and written. */
#include "store/rows.h"

static int read_carried(struct query *query, void *record)
{
        struct carried row = {.notice = query_read_id(query, "notice")};
        row.state = (enum notice_state)query_read_below(query, NOTICE_STATES);
        row.stop = (enum stop)query_read_below(query, STOPS);
        int r = query_check(query);
        if (r < 0)
                return r;
        *(struct carried *)record = row;
        return 0;
}

static const struct row_type carried_rows = {
        .size = sizeof(struct carried), .read = read_carried, .clear = query_keep_row};

int carried_list(struct store *store, int64_t delivery, struct carried **ret, size_t *ret_n)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_CARRIED,
                             "SELECT n.id, n.state, c.stop FROM carried AS c CROSS JOIN notice AS n ON n.id = c.notice"
                             " WHERE c.delivery = ?");
        query_bind_integer(&query, delivery);
        return query_fetch_all(&query, &carried_rows, (void **)ret, ret_n);
}

size_t carried_said(const struct carried *carried, size_t n)
{
        size_t said = 0;
        for (size_t i = 0; i < n; i++)
                said += notice_is_said(carried[i].state, carried[i].stop);
        return said;
}

static int read_carrier(struct query *query, void *record)
{
        struct carrier row = {.delivery = query_read_id(query, "delivery")};
        row.state = (enum delivery_state)query_read_below(query, DELIVERY_STATES);
        row.stop = (enum stop)query_read_below(query, STOPS);
        int r = query_check(query);
        if (r < 0)
                return r;
        *(struct carrier *)record = row;
        return 0;
}

const struct row_type carrier_rows = {.size = sizeof(struct carrier), .read = read_carrier, .clear = query_keep_row};

int carrier_list(struct store *store, int64_t notice, struct carrier **ret, size_t *ret_n)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_CARRIERS,
                             "SELECT d.seq, d.state, c.stop FROM carried AS c CROSS JOIN delivery AS d"
                             " ON d.seq = c.delivery WHERE c.notice = ?");
        query_bind_integer(&query, notice);
        return query_fetch_all(&query, &carrier_rows, (void **)ret, ret_n);
}

int carried_add(struct store *store, int64_t delivery, int64_t notice)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_ADD_CARRIED, "INSERT INTO carried (delivery, notice) VALUES (?, ?)");
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, notice);
        int r = query_do(&query);
        return r < 0 ? r : notice_put(store, notice, NOTICE_QUEUED, NULL);
}

static int put_stop(struct store *store, int64_t delivery, int64_t notice, enum stop stop)
{
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_STOP_CARRIED, "UPDATE carried SET stop = ? WHERE delivery = ? AND notice = ?");
        query_bind_integer(&query, stop);
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, notice);
        return query_do(&query);
}

/* ---- a delivery comes into another state ---- */

static int put_settled(struct store *store, int64_t notice, enum notice_state state, int64_t now_ms, const char *reason)
{
        static const char sql[] = "UPDATE notice SET state = ?, sent_ms = ?, detail = coalesce(detail, ?) WHERE id = ?";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_SETTLE_NOTICE, sql);
        query_bind_integer(&query, state);
        query_bind_unless(&query, state == NOTICE_SENT ? now_ms : 0, 0);
        query_bind_text(&query, state == NOTICE_CANCELLED ? reason : NULL);
        query_bind_integer(&query, notice);
        return query_do(&query);
}

static int settle(struct store *store, const struct carried *carried, enum delivery_state state, int64_t now_ms,
                  const char *reason)
{
        const struct carrier own = {.state = state, .stop = carried->stop};
        enum notice_state settled = notice_settle(carried->state, &own, 1);
        if (settled != NOTICE_SENT) { /* which it is whatever the others are: mostly they are not looked at */
                CLEANUP_FREE struct carrier *carriers = NULL;
                size_t n = 0;
                int r = carrier_list(store, carried->notice, &carriers, &n);
                if (r < 0)
                        return r;
                settled = notice_settle(carried->state, carriers, n);
        }
        return settled == carried->state ? 0 : put_settled(store, carried->notice, settled, now_ms, reason);
}

int carried_settle(struct store *store, const struct carried *carried, size_t n, enum delivery_state state,
                   int64_t now_ms, const char *reason)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = settle(store, &carried[i], state, now_ms, reason);
        return r;
}

int carried_bounce(struct store *store, const struct carried *carried, size_t n)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                CLEANUP_FREE struct carrier *carriers = NULL;
                size_t n_carriers = 0;
                if (carried[i].state != NOTICE_SENT)
                        continue;
                r = carrier_list(store, carried[i].notice, &carriers, &n_carriers);
                enum notice_state state = r < 0 ? NOTICE_SENT : notice_bounce(carriers, n_carriers);
                if (state != NOTICE_SENT)
                        r = put_settled(store, carried[i].notice, state, 0, NULL);
        }
        return r;
}

int carried_go_on(struct store *store, int64_t delivery, int64_t notice)
{
        int r = put_stop(store, delivery, notice, STOP_NONE);
        return r < 0 ? r : notice_put(store, notice, NOTICE_QUEUED, NULL);
}

int carried_after_attempt(struct store *store, int64_t delivery, bool attempted, struct carried *carried, size_t n)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                enum stop stop = stop_after_attempt(carried[i].stop, attempted);
                if (attempted && stop == STOP_NONE && !notice_is_said(carried[i].state, stop))
                        stop = STOP_FOR_GOOD; /* left out when the message was composed */
                if (stop != carried[i].stop)
                        r = put_stop(store, delivery, carried[i].notice, stop);
                carried[i].stop = stop;
        }
        return r;
}

int carried_stop_all(struct store *store, int64_t delivery)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_STOP_ALL_CARRIED, "UPDATE carried SET stop = ? WHERE delivery = ?");
        query_bind_integer(&query, STOP_FOR_GOOD);
        query_bind_integer(&query, delivery);
        return query_do(&query);
}

/* ---- a notice is to be said no more ---- */

static int cancel_if_empty(struct store *store, const struct carrier *carrier)
{
        CLEANUP_FREE struct carried *carried = NULL;
        size_t n = 0;
        if (!delivery_may(carrier->state, STEP_EMPTY))
                return 0;
        int r = carried_list(store, carrier->delivery, &carried, &n);
        if (r < 0 || carried_said(carried, n) > 0)
                return r;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_CANCEL_EMPTY,
                                                        "UPDATE delivery SET state = ? WHERE seq = ? RETURNING server");
        struct channel channel = {0};
        query_bind_integer(&query, DELIVERY_CANCELLED);
        query_bind_integer(&query, carrier->delivery);
        r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : store_missing(store, "delivery", carrier->delivery);
        query_read_channel(&query, &channel);
        tally_move(store, channel.kind, (int)carrier->state, DELIVERY_CANCELLED, 1, 0);
        return query_check(&query);
}

int carrier_stop(struct store *store, int64_t notice)
{
        CLEANUP_FREE struct carrier *carriers = NULL;
        size_t n = 0;
        int r = carrier_list(store, notice, &carriers, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                enum stop stop = stop_carried(carriers[i].stop, carriers[i].state);
                if (stop == carriers[i].stop)
                        continue;
                r = put_stop(store, carriers[i].delivery, notice, stop);
                if (r >= 0)
                        r = cancel_if_empty(store, &carriers[i]);
        }
        return r;
}

int carrier_forget(struct store *store, int64_t notice, const struct carrier *carriers, size_t n)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < n; i++) {
                enum stop stop = notice_stop_revived(&carriers[i]);
                if (stop != carriers[i].stop)
                        r = put_stop(store, carriers[i].delivery, notice, stop);
        }
        return r;
}
