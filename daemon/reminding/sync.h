/* Sync: brings the obligations in the store in line with the plans. */
#pragma once

#include "runtime/engine.h"

struct sync_counts {
        size_t added, changed, withdrawn, total;
};

/* What is looked at that the configuration says as before. */
enum sync_depth {
        SYNC_CHANGES,     /* nothing: while its fingerprint is that of the last sync there is nothing to do */
        SYNC_OCCURRENCES, /* whether the occurrences, which are few, are as the plans have them */
        SYNC_EVERYTHING,  /* all that follows from the plans is worked out anew; unsets FACT_MENDED */
};

/* Everything in one transaction.
 * What people decided is kept; a changed date re-arms the ladder and is announced; what vanished is withdrawn.
 * 0; -ENOMEM or an error of the store: nothing has changed. */
int sync_run(struct engine *engine, enum sync_depth depth, struct sync_counts *ret);
