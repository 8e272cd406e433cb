/* A delivery: one message to one address, with the notices that it carries. */
#pragma once

#include "core/hours.h"

#include <stddef.h>

#define DELIVERY_ID_SIZE 33 /* 128 bits in hex */

/* Stored as numbers: a new one stands at the end. */
enum delivery_state {
        DELIVERY_QUEUED,
        DELIVERY_SENDING, /* claimed, perhaps on the wire */
        DELIVERY_SENT,
        DELIVERY_FAILED,
        DELIVERY_CANCELLED, /* nothing left to say, no longer an address, or dropped by hand */
        DELIVERY_BOUNCED,   /* the mail server took it, and another one sent word that it could not be delivered */
        DELIVERY_STATES
};

const char *delivery_state_name(enum delivery_state state);
/* 0, or -EINVAL. */
int delivery_state_parse(const char *name, enum delivery_state *ret);
/* Whether nothing of it arrived and it is not tried any more: until somebody acknowledges that, it needs attention. A
 * bounce is a failure that is learned of late. */
bool delivery_has_failed(enum delivery_state state);

/* What is done to a delivery. */
enum delivery_step {
        STEP_CLAIM,   /* its time has come: it is sending, and that is committed before the network is touched */
        STEP_RECOVER, /* the process died while it was sending: it is queued again, since it may not have arrived */
        STEP_FINISH,  /* an attempt is over, or there shall be none: it is queued again, sent, failed or cancelled */
        STEP_RETRY,   /* by hand: it is queued for now */
        STEP_DROP,    /* by hand: it is cancelled */
        STEP_RESUME,  /* what it was to say is to be said after all: it is queued for now, with its id */
        STEP_EMPTY,   /* all that it carries was stopped: it is cancelled */
        STEP_BOUNCE,  /* it came back */
        DELIVERY_STEPS
};

bool delivery_may(enum delivery_state state, enum delivery_step step);
/* Nothing more comes of it by itself. */
bool delivery_is_over(enum delivery_state state);

/* Whether a delivery still says a notice that it carries. Stored as numbers: a new one stands at the end. */
enum stop {
        STOP_NONE,          /* it does */
        STOP_FOR_GOOD,      /* no longer: it has left without it, or a person dropped it */
        STOP_AFTER_ATTEMPT, /* it was on the wire when it was stopped: if that arrives it was said, else no longer */
        STOP_FOR_NOW,       /* no longer, but it has not left without it: what it said before, it can say again */
        STOPS
};

/* How a notice is stopped, that is true no more, in a delivery that carries it. */
enum stop stop_carried(enum stop stop, enum delivery_state state);
/* An attempt is over and did not arrive as far as is known; `attempted`: and it was made. */
enum stop stop_after_attempt(enum stop stop, bool attempted);

/* The state after an attempt that ended with `result`. Of the notices that it carries (a test carries none) so many are
 * still to be said: to say nothing it is not tried again. */
enum delivery_state delivery_after_attempt(enum delivery_state result, size_t n_notices, size_t n_said);

/* How long it has been tried, milliseconds, `passed_ms` after it was made: days on which nothing may leave do not
 * count, or what waits over Tết would be given up when it is over. */
int64_t delivery_tried_ms(const struct hours *hours, const struct calendar *calendar, civil_day made, civil_day today,
                          int64_t passed_ms);
