/* The weekly digest's notices: which digests are settled, and to whom the next one goes. */
#pragma once

#include "runtime/engine.h"

/* Remembers from where digests count, once: nothing of the weeks before the first start is sent. */
int weekly_start(struct engine *engine);
/* The moment of the next digest, WALL_NEVER without one. */
int weekly_next(struct engine *engine, wall_time *ret);
/* Writes the notices of a digest that has come due; of several missed weeks only the last. The caller is in a
 * transaction. 0 or an error. */
int weekly_schedule(struct engine *engine, int64_t now_ms);
