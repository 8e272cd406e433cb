/* The journal: one MESSAGE_ID for each kind of event, structured fields, or plain lines on a terminal. */
#pragma once

#include <stdint.h>

#include <systemd/sd-event.h>

enum journal_event {
        EVENT_STARTED, /* reminders run */
        EVENT_STOPPING,
        EVENT_RELOADED,
        EVENT_RELOAD_REFUSED, /* the old configuration goes on */
        EVENT_CONFIG_FINDING, /* one mistake or warning, FILE:LINE */
        EVENT_SYNCED,         /* obligations brought in line with the plans */
        EVENT_UNCLEAR,        /* what had passed before it was known, of which nothing is sent */
        EVENT_PLAN_CLOSED,    /* or opened again */
        EVENT_DATE_CHANGED,   /* by an edit of the plan */
        EVENT_DELIVERY_SENT,
        EVENT_DELIVERY_RETRY,  /* a temporary failure */
        EVENT_DELIVERY_FAILED, /* given up */
        EVENT_DELIVERY_CANCELLED,
        EVENT_DELIVERY_BOUNCED, /* it was sent, and came back */
        EVENT_TOO_LATE,         /* a reminder can no longer be said before its deadline, and nothing is said instead */
        EVENT_RECOVERED,        /* deliveries that a crash left on the wire are repeated */
        EVENT_CLOCK_CHANGED,
        EVENT_CLOCK_BEHIND,   /* the clock stands before the last recorded time */
        EVENT_MENDED,         /* an index of the database disagreed with its table and was made anew */
        EVENT_LOG_HELD,       /* the database's log grows, since another process keeps a transaction open */
        EVENT_STORE_TROUBLE,  /* the database cannot be written or read just now */
        EVENT_SERVER_TROUBLE, /* a server takes nothing for long */
        EVENT_SERVER_REFUSES, /* a server refuses us, whatever the message */
        EVENT_LATE,           /* what was due is not done */
        EVENT_TROUBLE_OVER,   /* one of the troubles that were told is */
        EVENT_HOLD,           /* nothing is sent to somebody, or that is over */
        EVENT_DECISION,       /* somebody decided something */
        EVENT_REFUSED,        /* somebody was refused */
        EVENT_BACKUP,         /* somebody took a copy of the state */
        EVENT_BACKUP_FAILED,
        EVENT_STANDBY, /* another machine reminds of this state, or this one has taken it over */
        EVENT_BUS,     /* the bus came or went */
        EVENT_MORE,    /* so many more of a line that came too often to be written each time */
        EVENT_FATAL,   /* the program cannot go on */
        EVENT_COUNT
};

enum journal_target { JOURNAL_QUIET, JOURNAL_STDERR, JOURNAL_SYSTEMD };

struct journal_floods;

struct journal {
        enum journal_target target;
        struct journal_floods *floods; /* NULL: every line is written */
};

/* Fields that apply; NULL and 0 are left out. */
struct journal_fields {
        const char *plan, *item, *agency, *delivery, *kind, *channel;
        uint32_t attempt;
        const char *cause; /* not written: what lines of a flood have in common; NULL: their text */
};

/* To systemd's journal when standard error leads there, else plain lines on standard error. */
struct journal journal_open(void);
/* From here on lines of an event that may come in floods are held once there are many of a sort (see base/flood.h), and
 * their number is told: when a period is over, by a timer that runs only while there is something to tell, and by
 * journal_end(). What is done for good, once for each message, is never held. 0 or a negative errno: nothing is held.
 * Copies of a journal share this. */
int journal_hold_floods(struct journal *journal, sd_event *event);
/* Tells what is held; every line is written from here on. */
void journal_end(struct journal *journal);
/* The level belongs to the event. `fields` may be NULL. */
__attribute__((format(printf, 4, 5))) void journal_say(const struct journal *journal, enum journal_event event,
                                                       const struct journal_fields *fields, const char *format, ...);
/* The MESSAGE_ID of an event, 32 hex digits. */
const char *journal_message_id(enum journal_event event);
