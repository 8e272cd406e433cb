/* Spans: "30d", "2w", "5wd" as offsets between days; "1h 30min" as durations. */
#pragma once

#include "core/calendar.h"

/* Calendar days (weeks are 7) or working days, never both. */
struct offset {
        int32_t days;
        int32_t workdays;
};

#define OFFSET_DAYS_MAX 3660 /* ten years: beyond that it is a slip of the pen */

/* Reads d, w, wd; several may follow each other, but working days do not mix with the others.
 * 0, -EINVAL (not a span), -ERANGE (too long), -EDOM (a unit that is no day: s, min, h, or both kinds mixed). */
int offset_parse(const char *text, struct offset *ret);
/* Reads s, min, h, d, w as seconds. 0, -EINVAL, -ERANGE, -EDOM (wd has no fixed length). */
int duration_parse(const char *text, int64_t *ret_seconds);
/* The day an offset before (after) a day; not moved off holidays. */
civil_day offset_before(const struct offset *offset, const struct calendar *calendar, civil_day day);
civil_day offset_after(const struct offset *offset, const struct calendar *calendar, civil_day day);
#define OFFSET_TEXT_SIZE 24
/* Writes "7d" or "2wd", the form that names a rung. Returns buffer. */
char *offset_format(const struct offset *offset, char buffer[static OFFSET_TEXT_SIZE]);
