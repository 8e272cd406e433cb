/* The rules once more: when somebody is to be reminded, said slowly and plainly, day by day, from the design and not
 * from the program. Of the program only the calendar is used: which days are worked.
 * Depends on block.
 * Called by checker. */
#pragma once

#include "block.h"
#include "core/kind.h"
#include "core/obligation.h"

enum voice { VOICE_BEFORE, VOICE_OVERDUE, VOICE_SNOOZE_END };

/* A moment at which something may have to be said. */
struct beat {
        wall_time at;
        enum voice voice;
};
#define BEATS_MAX 64

/* What an agency owes, as those outside know it: from the plan, and from what was decided. */
struct duty {
        int item, agency;
        civil_day key; /* CIVIL_NONE unless the item repeats */
        civil_day from, due;
        bool tentative;
        enum shift shift;
        civil_day fixed;
        enum obligation_status status;
        civil_day snoozed_until;
        bool planned;  /* the plan has it now */
        bool moved;    /* the last edit moved it */
        bool doubtful; /* the process died while something was to be said */
        bool stale;    /* it was changed: the beats are to be found again */
        struct beat beats[BEATS_MAX];
        int n_beats;
        int leader;                           /* the first duty of the same occurrence, which remembers for it: */
        wall_time seen;                       /* levels and date reminders up to here have been looked for */
        wall_time settled;                    /* beats up to here have been told or passed over */
        int promised;                         /* reminders that had to be made */
        int left[3];                          /* reminders that left: first mailbox, second mailbox, webhook */
        int64_t occurrence_id, obligation_id; /* of the store; 0: not yet looked up */
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
civil_day rules_effective(const struct rules *rules, const struct duty *duty);
/* Whether a snooze reaches the deadline and is dropped with a new date. */
bool rules_snooze_hides(const struct rules *rules, const struct duty *duty);
/* Finds the beats of a duty that was changed: in time order, one a moment. */
void rules_refresh(const struct rules *rules, struct duty *duty);
wall_time rules_silent_until(const struct rules *rules, const struct duty *duty);
/* What is to be said at `now`, inside the hours, of what has come since duty->settled. False: nothing.
 * *ret_beat is the newest beat that has come, at WALL_NONE where none has. */
bool rules_speak(const struct rules *rules, const struct duty *duty, wall_time now, struct beat *ret_beat,
                 enum notice_kind *ret_kind);
wall_time rules_level_at(const struct rules *rules, const struct block_item *item, int level, civil_day effective);
/* The moments at which the head is asked to fix a window's day. */
int rules_fix_beats(const struct rules *rules, const struct block_item *item, wall_time beats[static BEATS_MAX]);
