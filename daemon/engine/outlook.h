/* An outlook: the engine itself in virtual time, from now on, over an excerpt of its store. */
#pragma once

#include "engine/manager.h"

struct outlook;

/* Until the block's day `to` is over. With an agency only the messages to it are sure to be told. What leaves is told
 * to the observer. 0 or an error. */
int outlook_new(struct engine *engine, civil_day to, const char *agency, const struct engine_observer *observer,
                struct outlook **ret);
enum outlook_outcome { OUTLOOK_OVER = 0, OUTLOOK_GOES_ON };
/* One step of some milliseconds: a piece of the excerpt, or one wake-up. Whether the period is over; or an error. */
int outlook_step(struct outlook *outlook);
struct outlook *outlook_free(struct outlook *outlook);
