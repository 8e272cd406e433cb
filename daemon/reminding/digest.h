/* The digest: when it is due, and to whom. */
#pragma once

#include "runtime/engine.h"

/* Remembers from where digests count, once: nothing of the weeks before the first start is sent. */
int digest_start(struct engine *engine);
/* The moment of the next digest, WALL_NEVER without one. On a day off it moves to the working day after. */
int digest_next(struct engine *engine, wall_time *ret);
/* Writes the notices of a digest that has come due; of several missed weeks only the last. The caller is in a
 * transaction. 0 or an error. */
int digest_schedule(struct engine *engine, int64_t now_ms);
