/* Recording: what became of attempts, when to try again, whom a failure is told. */
#pragma once

#include "sending/attempt.h"

/* Writes what became of attempts that have ended, in the caller's transaction. 0 or an error of the store. */
int record_attempts(struct engine *engine, struct attempts *attempts);
/* And when that was committed: tells the journal and who watches, and frees them. */
void record_tell(struct engine *engine, struct attempts *attempts);
/* At the start: a server that took nothing before is in trouble until it takes something. 0 or an error of the store.
 */
int record_resume(struct engine *engine);
