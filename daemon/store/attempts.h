/* Attempts: deliveries are claimed, and what became of them is recorded. */
#pragma once

#include "store/deliveries.h"

/* Claims up to n deliveries of one channel whose time has come and which no hold stops, oldest first: they become
 * sending, attempts is one more. manual_only: outside hours. Returns how many. Commit before the network is touched. */
int store_claim_deliveries(struct store *store, const struct channel *channel, int64_t now_ms, bool manual_only,
                           struct delivery_record *records, size_t n);
/* An attempt of a claimed delivery begins, and its message is composed: what was stopped since the claim is left out,
 * so that its arrival is not theirs. In a transaction of its own, unless one is open. */
int store_begin_attempt(struct store *store, int64_t delivery);
/* What became of an attempt. state QUEUED: next_ms says when again; it is CANCELLED instead where all that it carries
 * was cancelled in the meantime. SENT, FAILED and CANCELLED settle its notices:
 * sent when any delivery of a notice was sent; failed when all failed; of what is cancelled, answer is the reason. */
struct delivery_result {
        int64_t delivery; /* its number */
        enum channel_kind channel;
        enum delivery_state state;
        int64_t next_ms;
        int64_t now_ms;
        const char *answer;           /* or NULL: of what is queued again, not attempted; the one before stays */
        const char *subject;          /* or NULL: keep */
        const enum notice_kind *kind; /* as it was sent, which the day tells; or NULL: keep */
};
int store_finish_delivery(struct store *store, const struct delivery_result *result);
/* A delivery that was sent came back: it has bounced, with these words, and none of its notices was sent by it.
 * *ret_first: nobody has yet to acknowledge another bounce from its address. STORE_NONE: it is not sent. */
int store_bounce_delivery(struct store *store, int64_t delivery, const char *words, int64_t now_ms, bool *ret_first);
/* What is known of a delivery that was sent, in place of what its server said when it took it. */
int store_remark_delivery(struct store *store, int64_t delivery, const char *words);
/* After a crash: what was sending is queued again for now, its id kept. Returns how many, or an error. */
int store_recover_deliveries(struct store *store, int64_t now_ms);
/* The earliest next attempt of a channel that no hold stops; INT64_MAX: none. */
int store_next_attempt(struct store *store, const struct channel *channel, bool manual_only, int64_t *ret_ms);
/* The wall clock was set: what is unfinished moves with it, so that a backoff and the time until it is given up keep
 * their lengths; but no attempt later than latest_ms unless it was so before: a clock that was far wrong moves nothing
 * out of reach; and nothing to before the first day that the program knows. */
int store_shift_attempts(struct store *store, int64_t by_ms, int64_t latest_ms);
/* The last attempt that failed, for a while or for good: the delivery as it is now, but for `answer`, which has the
 * words of then. STORE_NONE. */
int store_last_failure(struct store *store, struct delivery_record *ret, int64_t *ret_ms);
