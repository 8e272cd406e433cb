/* Sync: brings the obligations in the store in line with the plans. */
#pragma once

#include "reminding/changes.h"
#include "runtime/engine.h"

struct sync_counts {
        size_t added, changed, withdrawn, total;
        size_t mended;  /* items of which the store did not have what follows from the plans, which are as before */
        size_t closed;  /* obligations of a plan that closed or opened again */
        size_t unclear; /* of the added and changed: those that are so now */
};

/* What is looked at that the configuration says as before. */
enum sync_depth {
        SYNC_CHANGES,    /* nothing: while its fingerprint is that of the last sync there is nothing to do */
        SYNC_ROWS,       /* whether each row has what follows from the plans */
        SYNC_EVERYTHING, /* all that follows from the plans is worked out anew; unsets FACT_MENDED */
};

/* Everything in one transaction.
 * What people decided is kept; a changed date re-arms the ladder and is announced; what vanished is withdrawn.
 * `changes` may be NULL. 0; -ENOMEM or an error of the store: nothing has changed. */
int sync_run(struct engine *engine, enum sync_depth depth, struct changes *changes, struct sync_counts *ret);
/* *ret: whether nothing has changed since the last sync from which something follows: no plan, no agency passed to
 * another, and no day from which another one is counted. 0, or -ENOMEM or an error of the store. */
int sync_is_current(const struct engine *engine, bool *ret);
/* What sync_run() would change; nothing is written. */
int sync_try(struct engine *engine, struct changes *changes);
