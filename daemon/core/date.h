/* Dates as people write them: 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d, +3wd. */
#pragma once

#include "core/span.h"

#define DATE_WORD_MAX 40 /* bytes: "+1w 2d" and the like; no date is longer */

/* Which year a day and a month without one mean. */
enum date_sense {
        DATE_OF_YEAR, /* today's */
        DATE_PAST,    /* that of the nearest such day which is not to come */
        DATE_COMING,  /* that of the nearest such day which is not over */
        DATE_AHEAD,   /* today's; a day that is over may be meant of the next one, and is not guessed */
};

/* Reads also "today", "yesterday" and "-7d". 0; -EINVAL (none of these forms); -ERANGE (no such date, or outside the
 * years of civil.h); -EDOM (a span of hours, or of mixed days); -ENOTUNIQ (the year is needed). */
int date_parse(const char *text, const struct calendar *calendar, civil_day today, enum date_sense sense,
               civil_day *ret);
