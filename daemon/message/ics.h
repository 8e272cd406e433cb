/* The deadline as an iCalendar object (RFC 5545).
 * Depends on civil, text.
 * Called by compose. */
#pragma once

#include "core/civil.h"

struct ics_event {
        const char *uid; /* the same for every message about one obligation */
        const char *summary, *description;
        const char *organizer; /* address, or NULL */
        civil_day first, last; /* whole days, both included */
        int32_t sequence;      /* higher after the date has changed */
        int64_t stamp;         /* UTC seconds */
};

/* One VCALENDAR with METHOD:PUBLISH; CRLF line ends. The caller frees it; NULL: no memory. */
char *ics_deadline(const struct ics_event *event);
