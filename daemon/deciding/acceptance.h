/* Acceptance: claims that nobody has answered are confirmed by the program, where the configuration says so. */
#pragma once

#include "runtime/engine.h"
#include "store/claims.h"

/* Confirms those whose time has come, inside the transaction that is open. 0 or an error. */
int acceptance_run(struct engine *engine);
/* When the next one's comes, UTC milliseconds; INT64_MAX. */
int acceptance_wake(struct engine *engine, int64_t *ret_ms);
/* One, if its time has come. An enum decision_outcome or an error. */
int acceptance_confirm(struct engine *engine, const struct claim_record *claim);
