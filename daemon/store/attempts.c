/* Attempts: deliveries are claimed, come back with a result, and wait for their next time. */
#include "store/attempts.h"

#include "store/rows.h"

#include <errno.h>

/* Written out, as the indexes have it: the state from which STEP_CLAIM leads. */
#define DUE "state = 0 AND server = ? AND next_ms <= ? AND NOT (" DELIVERY_IS_HELD ") ORDER BY next_ms, seq LIMIT ?"
#define DUE_BY_HAND "manual = 1 AND " DUE /* as the index of these few has it */

static void bind_due(struct query *query, const char *server, int64_t now_ms, size_t n)
{
        query_bind_text(query, server);
        query_bind_integer(query, now_ms);
        query_bind_integer(query, (int64_t)n);
}

static int due(struct store *store, const char *server, int64_t now_ms, bool manual_only,
               struct delivery_record *records, size_t n)
{
        static const char any[] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE " DUE;
        static const char manual[] = "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE " DUE_BY_HAND;
        CLEANUP_QUERY struct query query = manual_only ? query_cached(store, STATEMENT_DUE_MANUAL_DELIVERIES, manual)
                                                       : query_cached(store, STATEMENT_DUE_DELIVERIES, any);
        bind_due(&query, server, now_ms, n);
        return query_fetch(&query, &delivery_rows, records, n);
}

#define CLAIM "UPDATE delivery SET state = ?, attempts = attempts + 1 WHERE seq IN (SELECT seq FROM delivery WHERE "

static int claim(struct store *store, const struct channel *channel, int64_t now_ms, bool manual_only,
                 struct delivery_record *records, size_t n)
{
        static const char any[] = CLAIM DUE ")", manual[] = CLAIM DUE_BY_HAND ")";
        char server[CHANNEL_TEXT_SIZE];
        CLEANUP_QUERY struct query query = manual_only ? query_cached(store, STATEMENT_CLAIM_MANUAL_DELIVERIES, manual)
                                                       : query_cached(store, STATEMENT_CLAIM_DELIVERIES, any);
        query_bind_integer(&query, DELIVERY_SENDING);
        bind_due(&query, channel_format(channel, server), now_ms, n);
        int r = query_do(&query);
        if (r < 0)
                return r;
        tally_move(store, channel->kind, DELIVERY_QUEUED, DELIVERY_SENDING, (int64_t)n, 0);
        for (size_t i = 0; i < n; i++) {
                records[i].state = DELIVERY_SENDING;
                records[i].attempts++;
        }
        return 0;
}

int store_claim_deliveries(struct store *store, const struct channel *channel, int64_t now_ms, bool manual_only,
                           struct delivery_record *records, size_t n)
{
        char server[CHANNEL_TEXT_SIZE];
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r < 0)
                return r;
        (void)channel_format(channel, server);
        int found = due(store, server, now_ms, manual_only, records, n);
        if (found < 0)
                return found;
        if (found > 0)
                r = claim(store, channel, now_ms, manual_only, records, (size_t)found);
        if (r >= 0)
                r = unit_commit(&unit);
        if (r >= 0)
                return found;
        for (int i = 0; i < found; i++)
                delivery_record_clear(&records[i]);
        return r;
}

/* As if it had been given back and were claimed anew. Mostly nothing is written: each message comes by here. */
int store_begin_attempt(struct store *store, int64_t delivery)
{
        CLEANUP_FREE struct carried *carried = NULL;
        CLEANUP_UNIT struct unit unit = {0};
        size_t n = 0, stopped = 0;
        int r = carried_list(store, delivery, &carried, &n);
        if (r < 0)
                return r;
        while (stopped < n && carried[stopped].stop != STOP_AFTER_ATTEMPT)
                stopped++;
        if (stopped == n)
                return 0;
        r = unit_begin(store, &unit);
        if (r >= 0)
                r = carried_after_attempt(store, delivery, false, carried, n);
        return r < 0 ? r : unit_commit(&unit);
}

/* A failed attempt has words: what is queued again without any was claimed, and given back before it began. */
static bool not_attempted(const struct delivery_result *result)
{
        return result->state == DELIVERY_QUEUED && !result->answer;
}

/* Whether the delivery may have left; what was cancelled was not tried. */
static bool is_attempt(const struct delivery_result *result)
{
        return result->state != DELIVERY_CANCELLED && !not_attempted(result);
}

static int64_t put_result(struct store *store, enum delivery_state was, enum delivery_state state,
                          const struct delivery_result *result)
{
        static const char sql[] = "UPDATE delivery SET state = ?1, next_ms = ?2, finished_ms = ?3,"
                                  " answer = iif(?5, answer, ?4), attempts = attempts - (?5 AND attempts > 0),"
                                  " subject = coalesce(?6, subject), kind = coalesce(?7, kind)"
                                  " WHERE seq = ?8 AND state = ?9";
        bool again = state == DELIVERY_QUEUED;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FINISH_DELIVERY, sql);
        query_bind_integer(&query, state);
        query_bind_integer(&query, again ? result->next_ms : result->now_ms);
        query_bind_integer(&query, again ? 0 : result->now_ms);
        query_bind_text(&query, result->answer);
        query_bind_integer(&query, not_attempted(result));
        query_bind_text(&query, result->subject);
        if (result->kind)
                query_bind_integer(&query, *result->kind);
        else
                query_bind_text(&query, NULL);
        query_bind_integer(&query, result->delivery);
        query_bind_integer(&query, was);
        int64_t n = query_run(&query);
        tally_move(store, result->channel, (int)was, state, n > 0 ? n : 0, again ? 0 : result->now_ms);
        return n;
}

/* The tally asks in which state it was: mostly it was sending, which is tried first. */
static int record_result(struct store *store, enum delivery_state state, const struct delivery_result *result)
{
        static const enum delivery_state order[] = {DELIVERY_SENDING, DELIVERY_QUEUED};
        int64_t n = 0;
        for (size_t i = 0; n == 0 && i < ELEMENTS(order); i++)
                if (delivery_may(order[i], STEP_FINISH))
                        n = put_result(store, order[i], state, result);
        if (n == 0)
                return store_missing(store, "unfinished delivery", result->delivery);
        return n < 0 ? (int)n : 0;
}

static int note_failure(struct store *store, int64_t delivery, int64_t now_ms, const char *answer)
{
        static const char sql[] = "INSERT OR REPLACE INTO failure (only, delivery, at_ms, answer)"
                                  " VALUES (1, ?, ?, ?)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NOTE_FAILURE, sql);
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, now_ms);
        query_bind_text(&query, answer);
        return query_do(&query);
}

int store_last_failure(struct store *store, struct delivery_record *ret, int64_t *ret_ms)
{
        static const char sql[] = "SELECT " DELIVERY_COLUMNS ", words, at_ms"
                                  " FROM (SELECT delivery AS what, at_ms, answer AS words FROM failure WHERE only = 1)"
                                  " CROSS JOIN delivery ON seq = what";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_LAST_FAILURE, sql);
        int r = query_step(&query);
        if (r <= 0)
                return r < 0 ? r : STORE_NONE;
        CLEANUP(delivery_record_clear) struct delivery_record record = {0};
        r = delivery_rows.read(&query, &record);
        if (r < 0)
                return r;
        free(record.answer);
        record.answer = query_read_text(&query);
        int64_t at_ms = query_read_ms(&query);
        r = query_check(&query);
        if (r < 0)
                return r;
        *ret = record;
        *ret_ms = at_ms;
        record = (struct delivery_record){0};
        return 0;
}

int store_finish_delivery(struct store *store, const struct delivery_result *result)
{
        if (result->state == DELIVERY_SENDING || result->state >= DELIVERY_STATES)
                return store_refuse(store, -EINVAL, "no delivery ends in that state");
        CLEANUP_UNIT struct unit unit = {0};
        CLEANUP_FREE struct carried *carried = NULL;
        size_t n = 0;
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = carried_list(store, result->delivery, &carried, &n);
        if (r >= 0 && result->state != DELIVERY_SENT)
                r = carried_after_attempt(store, result->delivery, is_attempt(result), carried, n);
        if (r < 0)
                return r;
        enum delivery_state state = delivery_after_attempt(result->state, n, carried_said(carried, n));
        r = record_result(store, state, result);
        if (r >= 0 && is_attempt(result))
                tally_attempts(store, result->channel, 1);
        if (r >= 0 &&
            (result->state == DELIVERY_FAILED || (result->state == DELIVERY_QUEUED && !not_attempted(result))))
                r = note_failure(store, result->delivery, result->now_ms, result->answer);
        if (r >= 0 && state == DELIVERY_FAILED)
                r = unread_add(store, result->delivery, result->now_ms);
        if (r >= 0)
                r = carried_settle(store, carried, n, state, result->now_ms, result->answer);
        return r < 0 ? r : unit_commit(&unit);
}

/* ---- what comes back ---- */

static int is_first_bounce(struct store *store, int64_t delivery, bool *ret)
{
        static const char sql[] =
                "SELECT NOT EXISTS (SELECT 1 FROM unread CROSS JOIN delivery AS d ON d.seq = unread.delivery"
                " WHERE notice = 0 AND d.state = ?2 AND d.seq <> ?1"
                " AND d.address = (SELECT address FROM delivery WHERE seq = ?1) COLLATE NOCASE)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_FIRST_BOUNCE, sql);
        query_bind_integer(&query, delivery);
        query_bind_integer(&query, DELIVERY_BOUNCED);
        int r = query_step(&query);
        bool first = r > 0 && query_read_flag(&query);
        if (r >= 0)
                r = query_check(&query);
        if (r == 0)
                *ret = first;
        return r;
}

int store_bounce_delivery(struct store *store, int64_t delivery, const char *words, int64_t now_ms, bool *ret_first)
{
        CLEANUP_UNIT struct unit unit = {0};
        CLEANUP_FREE struct carried *carried = NULL;
        size_t n = 0;
        int r = unit_begin(store, &unit);
        if (r < 0)
                return r;
        /* Written out: the state from which STEP_BOUNCE leads. */
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_BOUNCE_DELIVERY,
                "UPDATE delivery SET state = ?, answer = ? WHERE seq = ? AND state = 2 AND server = 'mail'");
        query_bind_integer(&query, DELIVERY_BOUNCED);
        query_bind_text(&query, words);
        query_bind_integer(&query, delivery);
        int64_t changed = query_run(&query);
        if (changed <= 0)
                return changed < 0 ? (int)changed : STORE_NONE;
        tally_move(store, CHANNEL_MAIL, DELIVERY_SENT, DELIVERY_BOUNCED, 1, now_ms);
        r = carried_list(store, delivery, &carried, &n);
        if (r >= 0)
                r = carried_bounce(store, carried, n);
        if (r >= 0)
                r = is_first_bounce(store, delivery, ret_first);
        if (r >= 0)
                r = unread_add(store, delivery, now_ms);
        if (r >= 0)
                r = note_failure(store, delivery, now_ms, words);
        return r < 0 ? r : unit_commit(&unit);
}

int store_remark_delivery(struct store *store, int64_t delivery, const char *words)
{
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_REMARK_DELIVERY,
                                                        "UPDATE delivery SET answer = ? WHERE seq = ? AND state = 2");
        query_bind_text(&query, words);
        query_bind_integer(&query, delivery);
        return query_do(&query);
}

/* What was on the wire was tried. */
static int tally_recovered(struct store *store)
{
        static const char sql[] = "SELECT server FROM delivery WHERE " DELIVERY_IS_RARE " AND state = 1";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_TALLY_RECOVERED, sql);
        int r;
        while ((r = query_step(&query)) > 0) {
                struct channel channel = {0};
                query_read_channel(&query, &channel);
                tally_move(store, channel.kind, DELIVERY_SENDING, DELIVERY_QUEUED, 1, 0);
                tally_attempts(store, channel.kind, 1);
        }
        return r < 0 ? r : query_check(&query);
}

int store_recover_deliveries(struct store *store, int64_t now_ms)
{
        static const char silence_all[] =
                "UPDATE carried SET stop = iif(stop = ?1, ?2, ?3) WHERE stop IN (?1, ?4)"
                " AND delivery IN (SELECT seq FROM delivery WHERE " DELIVERY_IS_RARE " AND state = 1)";
        static const char requeue[] =
                "UPDATE delivery SET state = 0, next_ms = ? WHERE " DELIVERY_IS_RARE " AND state = 1";
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r < 0)
                return r;
        CLEANUP_QUERY struct query carried = query_cached(store, STATEMENT_SILENCE_RECOVERED, silence_all);
        query_bind_integer(&carried, STOP_AFTER_ATTEMPT);
        query_bind_integer(&carried, stop_after_attempt(STOP_AFTER_ATTEMPT, true));
        query_bind_integer(&carried, stop_after_attempt(STOP_FOR_NOW, true));
        query_bind_integer(&carried, STOP_FOR_NOW);
        r = query_do(&carried);
        if (r >= 0)
                r = tally_recovered(store);
        if (r < 0)
                return r;
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_RECOVER_DELIVERIES, requeue);
        query_bind_integer(&query, now_ms);
        int64_t n = query_run(&query);
        if (n < 0)
                return (int)n;
        r = unit_commit(&unit);
        return r < 0 ? r : (int)n;
}

int store_next_attempt(struct store *store, const struct channel *channel, bool manual_only, int64_t *ret_ms)
{
        static const char any[] = "SELECT min(next_ms) FROM delivery WHERE state = 0 AND server = ?"
                                  " AND NOT (" DELIVERY_IS_HELD ")";
        static const char manual[] = "SELECT min(next_ms) FROM delivery WHERE state = 0 AND manual = 1"
                                     " AND server = ? AND NOT (" DELIVERY_IS_HELD ")";
        char server[CHANNEL_TEXT_SIZE];
        CLEANUP_QUERY struct query query = manual_only ? query_cached(store, STATEMENT_NEXT_MANUAL_ATTEMPT, manual)
                                                       : query_cached(store, STATEMENT_NEXT_ATTEMPT, any);
        query_bind_text(&query, channel_format(channel, server));
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret_ms = query_read_ms_or(&query, INT64_MAX);
        return query_check(&query);
}

int store_shift_attempts(struct store *store, int64_t by_ms, int64_t latest_ms)
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_SHIFT_ATTEMPTS,
                             "UPDATE delivery SET next_ms = max(min(next_ms + ?1, max(next_ms, ?2)), ?3),"
                             " made_ms = iif(made_ms + ?1 < ?3, made_ms, made_ms + ?1)"
                             " WHERE (" DELIVERY_IN_QUEUE ") OR (" DELIVERY_IS_RARE " AND state = 1)");
        query_bind_integer(&query, by_ms);
        query_bind_integer(&query, latest_ms);
        query_bind_integer(&query, wall_at(CIVIL_FIRST_DAY, 0) * 1000); /* what query_read_ms() takes */
        return query_do(&query);
}
