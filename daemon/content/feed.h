/* A feed: an iCalendar of the obligations of one agency, or of all. */
#pragma once

#include "runtime/engine.h"

/* Of the agency with that roster index; ROSTER_NONE: of all, each occurrence once for all who owe it on the same day.
 * The same bytes as long as nothing has changed. *ret is allocated. 0 or an error. */
int feed_write(struct engine *engine, size_t agency, char **ret);
