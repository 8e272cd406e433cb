/* A rehearsal: the same engine in virtual time over a scratch store, printing what leaves.
 * Depends on manager.
 * Called by reminderd.c. */
#pragma once

#include <stdio.h>

#include "delivery/transfer.h"
#include "engine/settings.h"

struct rehearsal {
        struct settings *settings;
        civil_day from, to; /* both included */
        bool json;
        bool deliver;       /* really send, to whatever the configuration names */
        FILE *out;
};

/* 0; 1: with deliver, some messages were not delivered (said on standard error); or an error. Blocks until the last
 * day is through. */
int rehearsal_run(const struct rehearsal *rehearsal);
