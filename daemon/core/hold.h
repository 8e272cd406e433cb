/* A hold: for a while nothing is sent to an agency, or to any of them. Decisions go on being recorded; what holds true
 * when it is over is said then, of the reminders only the newest, as after a downtime (core/ladder.h). What is said to
 * no agency goes on: tests, and failures that the block's contact is told of. */
#pragma once

#include <stdbool.h>

#include "core/civil.h"

/* `until` is the last day of a hold; CIVIL_NONE: until it is released. */
bool hold_may_last(civil_day until, civil_day today);
bool hold_is_over(civil_day until, civil_day today);
/* The moment from which it is; WALL_NEVER. */
wall_time hold_end(civil_day until);
/* Whether somebody has to remember to release it: it has no last day, or one so far ahead that the year may be a slip.
 */
#define HOLD_LONG_DAYS 92 /* a quarter, in which an office reports at least once */
bool hold_may_be_forgotten(civil_day until, civil_day today);
