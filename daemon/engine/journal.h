/* The journal: one MESSAGE_ID for each kind of event, structured fields, or plain lines on a terminal.
 * Depends on sd-journal.
 * Called by engine, control and reminderd.c; everything below returns its errors instead. */
#pragma once

#include <stdint.h>

enum journal_event {
        EVENT_STARTED, /* reminders run */
        EVENT_STOPPING,
        EVENT_RELOADED,
        EVENT_RELOAD_REFUSED, /* the old configuration goes on */
        EVENT_CONFIG_FINDING, /* one mistake or warning, FILE:LINE */
        EVENT_PROVISIONAL,    /* a year without calendar file */
        EVENT_SYNCED,         /* obligations brought in line with the plans */
        EVENT_DATE_CHANGED,   /* by an edit of the plan */
        EVENT_DELIVERY_SENT,
        EVENT_DELIVERY_RETRY,  /* a temporary failure */
        EVENT_DELIVERY_FAILED, /* given up */
        EVENT_DELIVERY_CANCELLED,
        EVENT_RECOVERED, /* deliveries that a crash left on the wire are repeated */
        EVENT_CLOCK_CHANGED,
        EVENT_CLOCK_BEHIND,  /* the clock stands before the last recorded time */
        EVENT_STORE_TROUBLE, /* the database cannot be written or read just now */
        EVENT_DECISION,      /* somebody decided something */
        EVENT_REFUSED,       /* somebody was refused */
        EVENT_BACKUP,        /* somebody took a copy of the state */
        EVENT_BACKUP_FAILED,
        EVENT_BUS,           /* the bus came or went */
        EVENT_FATAL,         /* the program cannot go on */
        EVENT_COUNT
};

enum journal_target { JOURNAL_QUIET, JOURNAL_STDERR, JOURNAL_SYSTEMD };

struct journal {
        enum journal_target target;
};

/* Fields that apply; NULL and 0 are left out. */
struct journal_fields {
        const char *plan, *item, *agency, *delivery, *kind, *channel;
        uint32_t attempt;
};

/* To systemd's journal when standard error leads there, else plain lines on standard error. */
struct journal journal_open(void);
/* The level belongs to the event. `fields` may be NULL. */
__attribute__((format(printf, 4, 5))) void journal_say(const struct journal *journal, enum journal_event event,
                                                       const struct journal_fields *fields, const char *format, ...);
/* The MESSAGE_ID of an event, 32 hex digits. */
const char *journal_message_id(enum journal_event event);
