/* Dispatch: notices that are new become deliveries, one for each address of whom they concern.
 * Depends on engine, store.
 * Called by scheduler inside its transaction, and by decision for what a person asks to be sent at once. */
#pragma once

#include "engine/engine.h"

/* The failures of this long leave in one message to the contact: a dead provider fails everything at once. */
#define FAILURE_COLLECT_MS INT64_C(60000)

/* Everything new of the agencies that sort before that one, of at most SCHEDULE_BATCH. 1: there may be more. */
int dispatch_before(struct engine *engine, int64_t now_ms, const char *agency);
/* Everything new, of at most SCHEDULE_BATCH agencies, and the failures that the contact is told. 1: there may be more.
 */
int dispatch_rest(struct engine *engine, int64_t now_ms);
/* 1: notices are waiting that could leave now; 0: none, or only failures still being collected. */
int dispatch_waiting(struct engine *engine);
