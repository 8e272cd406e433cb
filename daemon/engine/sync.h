/* Sync: brings the obligations in the store in line with the plans.
 * Depends on engine, core/plan, store.
 * Called by manager at start and after a reload. */
#pragma once

#include "engine/engine.h"

struct sync_counts {
        size_t added, changed, withdrawn, total;
};

/* Everything in one transaction. Does nothing while the fingerprint of the configuration is that of the last sync, but
 * for `everything`: then all that follows from the plans is worked out anew, and FACT_MENDED is unset.
 * What people decided is kept; a changed date re-arms the ladder and is announced; what vanished is withdrawn.
 * 0; -ENOMEM or an error of the store: nothing has changed. */
int sync_run(struct engine *engine, bool everything, struct sync_counts *ret);
