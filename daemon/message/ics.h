/* Deadlines as an iCalendar object (RFC 5545), or that they are deadlines no more (RFC 5546, section 3.2.5). */
#pragma once

#include <stdint.h>

#include "core/civil.h"

struct ics_event {
        const char *uid;                              /* the same for every message about one obligation */
        const char *summary, *description, *location; /* the last may be NULL */
        const char *organizer;                        /* address, or NULL */
        int64_t at;                                   /* UTC seconds: at that instant; 0: on whole days */
        civil_day first, last;                        /* which, both included */
        int32_t sequence;                             /* higher than in every message before */
        int64_t stamp;                                /* UTC seconds */
};

enum ics_method { ICS_PUBLISH, ICS_CANCEL };

/* One VCALENDAR of that method; CRLF line ends. The caller frees it; NULL: no memory. Of one event: a cancellation may
 * name one UID only (RFC 5546, section 3.2.5), and Exchange reads no further. */
char *ics_object(enum ics_method method, const struct ics_event *event);
