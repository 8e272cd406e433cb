/* Which machine reminds of the state of an engine: core/custody.h. */
#pragma once

#include "runtime/engine.h"

/* At the start, before anything is done: a state that is nobody's becomes this machine's, one that is another's is only
 * looked at (engine->stands_by, and a trouble). 0 or an error of the store. */
int custody_begin(struct engine *engine);
