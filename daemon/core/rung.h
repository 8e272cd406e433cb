/* A rung: one moment of a ladder, and the key by which its notice is known for ever. */
#pragma once

#include "core/civil.h"

/* Of two that fall on one moment the later in this list stays. */
enum rung_class {
        RUNG_START,      /* the first day of a window */
        RUNG_BEFORE,     /* an offset before the due date */
        RUNG_OVERDUE,    /* every so often after it */
        RUNG_SNOOZE_END, /* the day a snooze is over */
        RUNG_URGED,      /* the day on which an unclear obligation was declared overdue */
        RUNG_FIX,        /* the head is to fix a tentative date */
        RUNG_ESCALATION, /* the head, or a group, is told who has not finished */
        RUNG_CLASSES
};

#define RUNG_KEY_SIZE 48

struct rung {
        enum rung_class class;
        int32_t index;           /* overdue: 1, 2, … (without a limit: from the first that is looked at);
                                  * escalation: the level, from 0; else the place in the policy */
        wall_time at;            /* moved off days off, into the hours */
        char key[RUNG_KEY_SIZE]; /* unique within its obligation or occurrence: see rung_write_key() */
};

/* Said of a day that is still to come: the first day of a window, or an offset before the last. */
static inline bool rung_is_advance(enum rung_class class)
{
        return class == RUNG_START || class == RUNG_BEFORE;
}

/* Writes the key: "start@DAY", "7d@DAY", "overdue-2024-10-17@DAY", "snooze-end@DAY", "urged@DAY", "fix-3d@DAY",
 * "escalate-3wd@DAY". `which` tells it from the others of its class and day. `day` is the date from which it counts, as
 * people set it: the rungs of a new date are new, and those of the old one keep their keys when a holiday moves them.
 */
void rung_write_key(struct rung *rung, const char *which, civil_day day);
/* Reads a key back. */
enum rung_class rung_key_class(const char *key);
/* CIVIL_NONE: it ends in no day. */
civil_day rung_key_day(const char *key);
/* A level of escalation used to be named by its place among the others: "escalate-0@DAY". Writes that key. */
void rung_old_key(const struct rung *rung, char ret[static RUNG_KEY_SIZE]);
