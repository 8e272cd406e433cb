/* A rehearsal: the same engine in virtual time over a scratch store, printing what leaves. */
#pragma once

#include <stdio.h>

#include "engine/manager.h"

struct rehearsal {
        struct settings *settings;
        civil_day from, to; /* both included */
        bool fresh;         /* as a first start; else as if the daemon had run before */
        bool json;
        bool deliver; /* really send, to whatever the configuration names */
        FILE *out;
};

enum rehearsal_outcome {
        REHEARSED = 0,
        REHEARSED_NOT_DELIVERED, /* with `deliver`: some messages were not, which was said on standard error */
};
/* An enum rehearsal_outcome or an error. Blocks until the last day is through. */
int rehearsal_run(const struct rehearsal *rehearsal);

/* A rehearsal in steps, between which things are decided: it stands at its first moment and plays only when told to. 0
 * or an error, said on standard error. */
struct stage;
int rehearsal_new(const struct rehearsal *rehearsal, struct stage **ret);
struct stage *rehearsal_free(struct stage *stage);
/* Plays until a moment, or the end of the last day. */
int rehearsal_advance(struct stage *stage, wall_time until);
struct manager *rehearsal_manager(struct stage *stage); /* borrowed */
