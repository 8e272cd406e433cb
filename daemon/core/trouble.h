/* Troubles: what keeps reminders from leaving, from when on it counts as one, and when it is said again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum trouble_kind {
        TROUBLE_STATE,   /* the store cannot be written or read */
        TROUBLE_SERVER,  /* a mail server or a webhook takes nothing */
        TROUBLE_REFUSED, /* a mail server refuses whatever comes from us, until somebody does something */
        TROUBLE_LATE,    /* a wake-up has passed and what was due then is not done */
        TROUBLE_CLOCK,   /* it stands before what was already seen */
        TROUBLE_CONFIG,  /* the files of the configuration are not in force */
        TROUBLE_STANDBY, /* another machine reminds of this state */
        TROUBLE_KINDS
};

/* Times are UTC milliseconds of one clock. */
struct trouble {
        enum trouble_kind kind;
        int64_t since_ms;
        uint32_t said; /* how often */
        int64_t said_ms;
};

const char *trouble_name(enum trouble_kind kind);
/* Whether it has lasted longer than what passes by itself. */
bool trouble_counts(const struct trouble *trouble, int64_t now_ms);
/* Whether it is to be said now: once when it counts, and then at growing intervals as long as it lasts. */
bool trouble_is_due(const struct trouble *trouble, int64_t now_ms);
