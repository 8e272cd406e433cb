/* The ladder: the ordered moments at which an obligation, or an occurrence, is reminded of, and what to do with
 * those that have passed. */
#pragma once

#include "core/hours.h"
#include "core/kind.h"
#include "core/obligation.h"
#include "core/rung.h"

#define LADDER_MAX 512 /* rungs of one ladder that are looked at together */
/* How far back missed rungs are looked for, in days: what was missed longer ago is as good as settled, since only the
 * newest is sent. A year of daily rungs and those before a date (100 of a policy) leave room for the next ones. */
#define LADDER_LOOK_BACK 366

/* What the ladder needs besides the obligation. */
struct ladder_rules {
        const struct policy *policy;
        const struct calendar *calendar;
        const struct hours *hours;
        bool event;       /* it may last for days, and is announced before the first of them */
        int64_t catch_up; /* seconds; an advance rung older than that is not sent */
};

/* From where on the ladder of what is settled up to `handled` is to be looked at. */
wall_time ladder_since(wall_time handled, wall_time now);
/* Until when the ladder stays settled of what comes back (reopened, in the plan again, its date moved away and back):
 * rungs that may still be caught up were cancelled or not judged, and are judged again. What was sent stays sent. */
wall_time ladder_catch_up_floor(wall_time handled, wall_time now, int64_t catch_up);
/* The rungs of an obligation in time order, two on one day being one (the later class wins; the overdue indexes run on
 * without gaps); of the overdue ones, which may go on until it is done, those after `since`. None when it is closed,
 * unclear or undated. Writes at most LADDER_MAX, returns how many.
 *   start, before: daemon/doc/design.md, Ladder; before rungs count from the safe date and on a day off move to the
 *   working day before, "0d" is the effective date itself, a start rung moves to the working day after; an observance
 * has before rungs only; a tentative window counts from its first day and has no overdue rung; an event counts from its
 * first day. */
size_t ladder_of_obligation(const struct ladder_rules *rules, const struct obligation *obligation, wall_time since,
                            struct rung rungs[static LADDER_MAX]);
/* When something is first said of it in advance, whatever was snoozed or claimed since: then those who help are told,
 * too. WALL_NEVER: it never is. */
wall_time ladder_first_word(const struct ladder_rules *rules, const struct obligation *obligation);
/* The first rung after a moment that no snooze silences; WALL_NEVER: there is none. */
wall_time ladder_next(const struct ladder_rules *rules, const struct obligation *obligation, wall_time after);
/* The rungs that ask the head to fix a day: 14 days and 3 days before fix_by, on it, then every second
 * working day until the window is over. */
size_t ladder_of_fix(const struct ladder_rules *rules, civil_day fix_by, civil_day window_end,
                     struct rung rungs[static LADDER_MAX]);
/* The escalations of an occurrence for those who are late from one day on: obligation_late_from(). */
size_t ladder_of_escalation(const struct ladder_rules *rules, civil_day late_from,
                            struct rung rungs[static LADDER_MAX]);

enum verdict {
        VERDICT_LATER,   /* not yet */
        VERDICT_HANDLED, /* at or before `handled`: settled in an earlier tick */
        VERDICT_SEND,
        VERDICT_SUPERSEDED, /* a newer rung is sent in its place */
        VERDICT_TOO_OLD,    /* an advance rung older than catch_up */
        VERDICT_PAST_DUE,   /* an advance rung, the due date having passed */
        VERDICT_SNOOZED,    /* inside a snooze: the rung at its end covers it */
};
/* "superseded", "too old", …: the reason kept with a skipped notice. */
const char *verdict_name(enum verdict verdict);

struct ladder_step {
        enum verdict verdicts[LADDER_MAX];
        size_t send;           /* index of the rung to send; LADDER_MAX: none */
        enum notice_kind kind; /* of that rung, told by the day it is sent */
        wall_time next;        /* first rung still to come that no snooze silences, WALL_NEVER: none */
};

/* Judges every rung at `now`, given that everything up to and including `handled` is settled: of the missed ones
 * only the newest is sent (daemon/doc/design.md, Catch-up). For an observance or a tentative window see
 * obligation_dates(). */
void ladder_step(const struct ladder_rules *rules, const struct obligation *obligation, const struct rung *rungs,
                 size_t n, wall_time handled, wall_time now, struct ladder_step *ret);
/* The rung that came too late (a downtime, closed hours): it may not be said any more, and no other is said in its
 * place. What had passed before the obligation was `known` came late to nobody. LADDER_MAX: there is none. */
size_t ladder_missed(const struct ladder_rules *rules, const struct obligation *obligation, const struct rung *rungs,
                     size_t n, const struct ladder_step *step, wall_time known);
/* Whether anything is said after that moment, if all goes well. */
bool ladder_goes_on(const struct ladder_rules *rules, const struct obligation *obligation, wall_time after);
/* Judges the rungs of an occurrence, which are sent however old: of fix rungs the newest; of escalations
 * each one, since every level may have other readers. */
void ladder_step_occurrence(const struct rung *rungs, size_t n, wall_time handled, wall_time now,
                            struct ladder_step *ret);
/* The kind a start, before, overdue or snooze-end rung has when it is sent on that day. */
enum notice_kind ladder_kind(const struct obligation *obligation, const struct calendar *calendar,
                             enum rung_class class, civil_day day);
