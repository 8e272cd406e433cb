/* A notice: one rung that fell due, or one event that somebody is told of. */
#pragma once

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
