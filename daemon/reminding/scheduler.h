/* The scheduler: what fell due becomes notices, and notices that leave together become deliveries. */
#pragma once

#include "runtime/engine.h"
#include "store/occurrences.h"

#define SCHEDULE_BATCH 64          /* obligations judged in one transaction: some ms, then messages leave */
#define FACT_LAST_TIME "last-time" /* in the store: the latest moment at which anything was scheduled, UTC ms */

enum scheduler_outcome {
        SCHEDULER_DONE = 0, /* nothing more is due */
        SCHEDULER_MORE      /* there is more to do now */
};
/* One batch, in a transaction of the caller's. An enum scheduler_outcome; or an error, and the transaction is to be
 * rolled back, and failures_due with it. Outside the hours nothing is done. */
int scheduler_step(struct engine *engine);
/* Writes what every step with something to do writes, whether or not there is: FACT_LAST_TIME. */
int scheduler_record_time(struct engine *engine);
/* When there will be something to do, UTC milliseconds; INT64_MAX: never. */
int scheduler_wake(struct engine *engine, int64_t *ret_ms);
/* When the first rung of an occurrence comes that concerns all its agencies, a date to fix or an escalation, after what
 * is settled: the next_fire that a tick leaves. WALL_NEVER: none. 0 or an error of the store. */
int scheduler_next_rung(struct engine *engine, const struct plan *plan, const struct item *item,
                        const struct occurrence_record *record, wall_time *ret);
