/* Deadlines as an iCalendar object (RFC 5545), or that they are deadlines no more (RFC 5546, section 3.2.5). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/civil.h"

struct ics_event {
        const char *uid;                              /* the same for every message about one obligation */
        const char *summary, *description, *location; /* the last may be NULL */
        const char *organizer;                        /* address, or NULL */
        int64_t at;                                   /* UTC seconds: at that instant; 0: on whole days */
        civil_day first, last;                        /* which, both included */
        int32_t sequence;                             /* higher than before the last change */
        int64_t stamp; /* UTC seconds: when the object was made; in a feed, of the last change */
        enum ics_status { ICS_CONFIRMED, ICS_TENTATIVE, ICS_CANCELLED } status; /* for a feed; a method has its own */
};

enum ics_method { ICS_PUBLISH, ICS_CANCEL };

/* One VCALENDAR of that method; CRLF line ends. The caller frees it; NULL: no memory. Of one event: a cancellation may
 * name one UID only (RFC 5546, section 3.2.5), and Exchange reads no further. */
char *ics_object(enum ics_method method, const struct ics_event *event);
/* A calendar to subscribe to, which has no method: all events, in that order. The same bytes for the same events.
 * Without alarms, which Google and Outlook pass over and others ring at everybody. The caller frees it; NULL: no
 * memory. */
char *ics_feed(const char *name, const struct ics_event *events, size_t n);
