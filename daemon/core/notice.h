/* A notice: one rung that fell due, or one event that somebody is told of. */
#pragma once

#include "core/delivery.h"

/* Stored as numbers: a new one stands at the end. */
enum notice_state {
        NOTICE_NEW,       /* in no delivery yet */
        NOTICE_QUEUED,    /* in deliveries that may still arrive */
        NOTICE_SENT,      /* one of them arrived */
        NOTICE_FAILED,    /* none arrived, and none is tried any more */
        NOTICE_CANCELLED, /* true no more before it arrived, or dropped by hand */
        NOTICE_SKIPPED,   /* never to be said: passed over, or nobody to say it to */
        NOTICE_STATES
};

const char *notice_state_name(enum notice_state state);

/* Whether a notice may go from one state into another. What was sent stays sent: nothing is said twice.
 * notice_bounce() alone takes that back. */
bool notice_may_become(enum notice_state from, enum notice_state to);

/* Whether a delivery that carries it says it. */
bool notice_is_said(enum notice_state state, enum stop stop);

/* A delivery that carries a notice. */
struct carrier {
        int64_t delivery; /* its number */
        enum delivery_state state;
        enum stop stop;
};

/* What a notice is by all that carry it, in any order: sent when any arrived, else queued while any may still arrive,
 * else failed when any failed, else cancelled. What was cancelled stays so, unless it was on the wire at that moment
 * and arrived.
 */
enum notice_state notice_settle(enum notice_state state, const struct carrier *carriers, size_t n);
/* The same of one that was sent, when a delivery of it has bounced: it stays sent where another one arrived. */
enum notice_state notice_bounce(const struct carrier *carriers, size_t n);

#define NOTICE_DROPPED "dropped by hand" /* the reason of a notice that a person did not want said */

/* Whether one that was not said is to be said after all, at `now_ms`, when its rung is judged anew. What was cancelled
 * for any reason is (an obligation reopened, an item put back), unless a person dropped it; so is what was passed over
 * at a moment that is still to come, by a clock that ran ahead. Not as long as it is on the wire: it may arrive. */
bool notice_revives(enum notice_state state, const char *reason, int64_t made_ms, int64_t now_ms,
                    const struct carrier *carriers, size_t n);

/* How one that is new once more stands in a delivery that carried it, which says it no more by itself: not when what
 * else it carries is tried again. */
enum stop notice_stop_revived(const struct carrier *carrier);

/* Whether one that is to be said to an address goes on in the delivery that had it there, with its id. An attempt may
 * have arrived though its answer was lost: whoever gets it again gets the same message. Not where the delivery has left
 * without it, or it would be taken for what is known. */
bool notice_goes_on(const struct carrier *carrier);
