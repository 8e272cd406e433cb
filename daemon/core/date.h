/* Dates as people write them: 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d, +3wd. */
#pragma once

#include "core/span.h"

#define DATE_WORD_MAX 40 /* bytes: "+1w 2d" and the like; no date is longer */

/* Reads also "today", "yesterday" and "-7d"; day/month is of today's year. 0; -EINVAL (none of these forms);
 * -ERANGE (no such date, or outside the years of civil.h); -EDOM (a span of hours, or of mixed days). */
int date_parse(const char *text, const struct calendar *calendar, civil_day today, civil_day *ret);
