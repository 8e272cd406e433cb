/* Closing: from which day on nothing is said of a plan any more, and what becomes of what is open then. */
#pragma once

#include "runtime/engine.h"

/* Notes the plans of the configuration in the store, where they stay when their files are put away. */
int closing_note_plans(struct engine *engine);
/* Closes the plans whose day has come, and opens again those whose day is still to come after all: it was moved, or the
 * clock was set back. Inside a transaction. *ret_n: how many obligations are another state by it. */
int closing_run(struct engine *engine, size_t *ret_n);
/* When that is next to be done; WALL_NEVER. */
int closing_next(struct engine *engine, wall_time *ret);
/* Whether a plan is closed, as it was last run. */
int closing_is_closed(struct engine *engine, const char *plan, bool *ret);
/* The plan's file is not there any more. */
bool closing_put_away(const struct engine *engine, const char *plan);
