/* The rules once more: when somebody is to be reminded, said slowly and plainly, day by day, from the design
 * (daemon/doc/design.md section 3) and not from the program. Which rule stands where:
 *   Working days, hours     rules_open, rules_when_open (the calendar itself is the program's, with tests of its own)
 *   Effective due date      rules_effective, rules_safe
 *   Ladder                  rules_refresh: the beats of a duty, two at one moment being one
 *   Catch-up, kinds         rules_speak: only the newest missed beat, what is too old, what is past due, what lapses
 *   Claims, requests        rules_may, rules_act, find_beats: silent until answered, and nothing else changes
 *   Acceptance              rules_accepted_at: a claim that nobody answers, never a request
 *   Snooze                  rules_silent_until, rules_snooze_hides, rules_may (the cap)
 *   Escalation              rules_level_at
 *   Dates, fix_by           rules_fix_beats
 *   Done, waived, reopened  rules_may
 *   Holds                   rules_held; what is owed meanwhile is looked at when they are over, as after a downtime
 *   A beginning             rules_beginning, rules_late_from
 *   An end                  rules_closed
 *   Uniqueness              struct told: a beat is itself by what it counts from, not by its hour
 *   A clock set back        rules_unsettle */
#pragma once

#include "block.h"
#include "core/kind.h"
#include "core/obligation.h"

/* In order of precedence: of two at one moment the later speaks. */
enum voice { VOICE_START, VOICE_BEFORE, VOICE_OVERDUE, VOICE_SNOOZE_END, VOICE_URGED };

/* What makes a beat itself for ever, whatever hour or holiday moves it. */
struct mark {
        enum voice voice;
        struct offset offset; /* of VOICE_BEFORE */
        civil_day named;      /* the date that it counts from, as people set it */
        civil_day raw;        /* of VOICE_OVERDUE: its own day */
};

/* A moment at which something may have to be said. */
struct beat {
        wall_time at;
        struct mark mark;
};
#define BEATS_MAX 64
#define TOLD_MAX 96 /* beats that are remembered; more than a year of one duty has */

struct told {
        struct mark mark;
        wall_time when;
        bool said; /* else passed over at that moment */
};

/* What an agency owes, as those outside know it: from the plan, and from what was decided. */
struct duty {
        int item, agency;
        civil_day key; /* CIVIL_NONE unless the item repeats */
        civil_day from, due;
        bool tentative;
        enum shift shift;
        civil_day fixed;
        enum obligation_status status;
        civil_day done_on; /* of what is done */
        civil_day snoozed_until;
        civil_day known; /* it is watched from that day on */
        civil_day urged; /* when somebody said that it is overdue, whatever was before */
        bool claimed;    /* its agency says that it is done, or asks for time, and nobody has answered */
        bool asks;       /* it asks; a date that is set is an answer, too */
        civil_day word;  /* of what it says: when it was done, or until when it asks for time */
        int64_t said_ms; /* when it said so */
        bool accepting;  /* that is accepted by a tick which is not known to be durable: before it */
        enum obligation_status status_before;
        civil_day snoozed_before;
        bool planned;         /* the plan has it now */
        bool looked_at_again; /* the clock was set back: it is judged anew at the next opening */
        bool stale;           /* it was changed: the beats are to be found again */
        struct beat beats[BEATS_MAX];
        int n_beats;
        struct told told[TOLD_MAX];
        int n_told;
        int leader;                           /* the first duty of the same occurrence, which remembers for it: */
        wall_time seen;                       /* date reminders up to here have been looked for */
        wall_time settled;                    /* beats up to here have been told or passed over */
        int promised;                         /* reminders that had to be made */
        int left[2 + HOOKS];                  /* reminders that left: first mailbox, second mailbox, webhooks */
        int wanted[2 + HOOKS];                /* of the promised, those that this address was to have */
        int64_t occurrence_id, obligation_id; /* of the store; 0: not yet looked up */
};

/* Nothing is sent to somebody. */
struct hold {
        bool is;
        civil_day until; /* its last day; CIVIL_NONE: until it is released */
        bool over;       /* that day was over once: it is no more, whatever the clock shows later */
};

struct rules {
        const struct block *block;
        const struct calendar *calendar;
};

bool rules_open(const struct rules *rules, wall_time at);
wall_time rules_when_open(const struct rules *rules, wall_time at);
bool rules_observance(const struct rules *rules, const struct duty *duty);
civil_day rules_due(const struct duty *duty);
bool rules_tentative(const struct duty *duty);
/* Or it has no day at all. */
bool rules_awaits_day(const struct duty *duty);
civil_day rules_effective(const struct rules *rules, const struct duty *duty);
bool rules_held(const struct hold *hold, civil_day today);
/* Whether a snooze reaches the deadline and is dropped with a new date. */
bool rules_snooze_hides(const struct rules *rules, const struct duty *duty);
/* Open or unclear: what had passed before it was watched is unclear, unless the plan or somebody says otherwise. */
enum obligation_status rules_beginning(const struct rules *rules, const struct duty *duty);
/* Its plan closed by that day, by its date, by hand, or as it was put away when its year was over: nothing of it
 * leaves. */
bool rules_closed(const struct rules *rules, const struct duty *duty, civil_day today);
/* The day from which it counts as late. */
civil_day rules_late_from(const struct rules *rules, const struct duty *duty);
/* Finds the beats of a duty that was changed: in time order, one a moment. */
void rules_refresh(const struct rules *rules, struct duty *duty);
wall_time rules_silent_until(const struct rules *rules, const struct duty *duty);
/* The earlier of the nominal and the effective date. */
civil_day rules_safe(const struct rules *rules, const struct duty *duty);
/* The clock shows an earlier time than it did: what was settled ahead of it is not. */
void rules_unsettle(struct duty *duty, wall_time now);
/* Everything since duty->settled is told or passed over. */
void rules_settle(struct duty *duty, wall_time now, const struct beat *said);
const struct told *rules_told(const struct duty *duty, const struct mark *mark);
void rules_remember(struct duty *duty, const struct mark *mark, wall_time when, bool said);
/* What is to be said at `now`, inside the hours, of what has come since duty->settled. False: nothing.
 * *ret_beat is the newest beat that has come, at WALL_NONE where none has. */
bool rules_speak(const struct rules *rules, const struct duty *duty, wall_time now, struct beat *ret_beat,
                 enum notice_kind *ret_kind);
wall_time rules_level_at(const struct rules *rules, const struct block_item *item, int level, civil_day effective);
/* After that day nobody is asked for one. */
civil_day rules_fix_end(const struct rules *rules, const struct block_item *item);
/* The moments at which the head is asked to fix a window's day. */
#define FIX_BEATS_MAX 160 /* every other working day of a year */
int rules_fix_beats(const struct rules *rules, const struct block_item *item, wall_time beats[static FIX_BEATS_MAX]);

/* Whether a person may say that a plan closes on that day. */
bool rules_may_close(const struct rules *rules, int plan, civil_day on);

enum act_verb {
        ACT_SNOOZE,
        ACT_UNSNOOZE,
        ACT_DONE,
        ACT_AMEND,
        ACT_REOPEN,
        ACT_WAIVE,
        ACT_URGE,
        ACT_SET_DATE,
        ACT_CLEAR_DATE,
        ACT_CLAIM,   /* an agency says that it has finished */
        ACT_REQUEST, /* or asks for a later day */
        ACT_REJECT,  /* which is not so, or not possible */
        ACT_CONFIRM, /* or is so */
        ACT_GRANT,   /* or may be: until the day that is asked for, or another one */
        ACTS
};
struct act {
        enum act_verb verb;
        civil_day day;
        bool force;
        int64_t at_ms; /* of what an agency says */
};
/* Whether the rules allow it on that day. What does not fit one of several is left out; what is forbidden for one is
 * forbidden for all of them. */
enum allowance { ALLOWED, UNFIT, FORBIDDEN };
enum allowance rules_may(const struct rules *rules, const struct duty *duty, const struct act *act, civil_day today);
/* When what an agency claims is accepted, unless somebody answers before; WALL_NEVER. */
wall_time rules_accepted_at(const struct rules *rules, const struct duty *duty);
/* What it leaves of status, fixed, snoozed_until and claimed. */
void rules_act(const struct rules *rules, struct duty *duty, const struct act *act, civil_day today);
