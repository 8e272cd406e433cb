/* An obligation: what one agency owes for one occurrence; its dates, its states, and what may be decided on it. */
#pragma once

#include "core/plan.h"

/* What is recorded; everything else follows from it and the day. */
enum obligation_status {
        OBLIGATION_OPEN,
        OBLIGATION_DONE,
        OBLIGATION_WAIVED,
        OBLIGATION_WITHDRAWN,
        OBLIGATION_UNCLEAR,    /* its date had passed when the program first knew it, and nobody has said more */
        OBLIGATION_UNFINISHED, /* its plan closed, and nobody had settled it */
        OBLIGATION_STATUSES
};

/* What a person sees: daemon/doc/formats.md section 3. */
enum obligation_state {
        STATE_PENDING,
        STATE_OVERDUE,
        STATE_SNOOZED,
        STATE_TENTATIVE,
        STATE_UNDATED,
        STATE_DONE,
        STATE_LATE,
        STATE_WAIVED,
        STATE_WITHDRAWN,
        STATE_PASSED, /* the day of what binds nobody, or of what nobody is urged to do, is over */
        STATE_UNCLEAR,
        STATE_UNFINISHED,
        STATE_COUNT
};

struct obligation {
        /* from the plan */
        civil_day from; /* first day of a window, else CIVIL_NONE */
        civil_day due;  /* CIVIL_NONE: undated */
        bool tentative;
        bool observance;
        enum shift shift;
        bool lapses; /* policy_urges() nobody: with its day it has passed, and is not late */
        /* decided by people */
        civil_day fixed; /* set-date: takes the place of from, due and tentative; CIVIL_NONE: not fixed */
        enum obligation_status status;
        civil_day done_on;       /* CIVIL_NONE unless done */
        civil_day snoozed_until; /* the last silent day, CIVIL_NONE: not snoozed */
        civil_day urged;         /* the day on which an unclear one was declared overdue; CIVIL_NONE: it was not */
        /* of the program */
        /* Since then it is watched; WALL_NONE: before anybody noted it; of what is withdrawn perhaps a day to come. */
        wall_time known;
        /* said by the agency */
        bool claimed; /* that it is finished, or needs more time, and nobody has answered: see core/claim.h */
};

/* Whether two are of the same day and stand alike, so that whatever follows from one follows from the other. */
bool obligation_same(const struct obligation *a, const struct obligation *b);

/* The dates that count, after set-date and the shift. All CIVIL_NONE while undated. */
struct obligation_dates {
        civil_day from;      /* first day of the window, else CIVIL_NONE */
        civil_day due;       /* nominal last day */
        civil_day effective; /* after the shift: lateness counts from here (Civil Code 2015, art. 148.5) */
        civil_day safe;      /* the earlier of the two: reminders in advance count back from it */
        bool tentative;      /* never overdue, no day to name */
};

struct obligation_dates obligation_dates(const struct obligation *obligation, const struct calendar *calendar);
enum obligation_state obligation_state(const struct obligation *obligation, const struct calendar *calendar,
                                       civil_day today);
const char *obligation_state_name(enum obligation_state state);
/* "open" is not a state; it is what obligation_is_open() answers. 0 or -EINVAL. */
int obligation_state_parse(const char *name, enum obligation_state *ret);

/* The course that an obligation takes while nobody decides anything on it: from the state of pending to another one,
 * or none. The store counts by it (store/schema.c has it as a column, in these numbers). */
enum course {
        COURSE_DUE,        /* pending until its day is over, overdue from then on */
        COURSE_LAPSING,    /* pending, then passed */
        COURSE_OBSERVANCE, /* the same, and not owed */
        COURSE_TENTATIVE,
        COURSE_UNDATED,
        COURSE_DONE,
        COURSE_LATE,
        COURSE_WAIVED,
        COURSE_WITHDRAWN,
        COURSE_UNCLEAR,
        COURSE_UNFINISHED,
        COURSE_PASSED,
        COURSES
};
/* `effective`: the date in force, as obligation_dates() has it. *ret_day: after which day it is no longer pending;
 * CIVIL_NONE where it never is. */
enum course obligation_course(const struct obligation *obligation, civil_day effective, civil_day *ret_day);
/* The state of what nobody has snoozed. `is_over`: that day is. */
enum obligation_state course_state(enum course course, civil_day day, bool is_over);
/* Whether a snooze takes the place of that state. */
bool course_may_be_snoozed(enum course course);
/* As obligation_is_open(). */
bool course_is_open(enum course course);
/* Something is still owed: open, and no observance. */
bool obligation_is_open(const struct obligation *obligation);
/* Its window waits for somebody to fix the day. */
bool obligation_is_tentative(const struct obligation *obligation);
/* Its window does, or it has no date at all. */
bool obligation_awaits_day(const struct obligation *obligation);
/* Nobody is reminded on that day. */
bool obligation_is_snoozed(const struct obligation *obligation, civil_day today);
/* The day after which it is overdue, given the effective date in force: what is closed, binds nobody, lapses or waits
 * for a day never is, CIVIL_NONE. The store finds what is overdue by a column that says the same (store/schema.c). */
civil_day obligation_overdue_after(const struct obligation *obligation, civil_day effective);
/* Open or unclear, for what is neither settled nor withdrawn: what had passed on the day on which it became known may
 * long be done, and a beginning is not a delay. `since`: the plan says that it was watched from that day on, or
 * CIVIL_NONE. */
enum obligation_status obligation_beginning(const struct obligation *obligation, const struct calendar *calendar,
                                            civil_day since);
/* Its plan closes: what is open or unclear is unfinished. Answers whether it was. */
bool obligation_close(struct obligation *obligation);
/* From when it counts as late to those who are reminded: the effective date, or the day on which it was urged. */
civil_day obligation_late_from(const struct obligation *obligation, const struct calendar *calendar);
/* Done, and after the effective date. */
bool obligation_is_late(const struct obligation *obligation, const struct calendar *calendar);
/* Working days past the effective date on that day; 0 when not overdue. */
int32_t obligation_days_late(const struct obligation *obligation, const struct calendar *calendar, civil_day on);

/* Its day (CIVIL_NONE: it has none) has passed, and no reminder of it is to come (WALL_NEVER): nobody thinks of it. */
bool obligation_is_history(civil_day effective, wall_time next, civil_day today);

/* Why a decision is refused; positive outcomes. */
enum refusal {
        REFUSED_NOT = 0,
        REFUSED_CLOSED,     /* done or waived already */
        REFUSED_OPEN,       /* reopen of what is open */
        REFUSED_NOT_DONE,   /* amending what is not done */
        REFUSED_WITHDRAWN,  /* no longer in the plan */
        REFUSED_OBSERVANCE, /* an observance can't be snoozed, done or dated */
        REFUSED_UNDATED,    /* nothing to snooze: no date yet */
        REFUSED_PAST,       /* until a day that is over; done in the future */
        REFUSED_SNOOZE_CAP, /* past the cap, without force */
        REFUSED_NOT_FIXED,  /* clear-date of what nobody fixed */
        REFUSED_YEAR,       /* a date outside the plan's years and the one after */
        REFUSED_EARLY,      /* done before it can have been begun */
        REFUSED_DAY_OFF,    /* a date on a day off, without force */
        REFUSED_ENDED,      /* its plan is closed: nothing is sent of it, there is nothing to remind of or to move */
        REFUSED_UNCLEAR,    /* nothing is sent of what is unclear: there is nothing to snooze or to reopen */
        REFUSED_SOONER,     /* more time is asked for, until a day that it has anyway */
        REFUSED_LIMIT,      /* a date later than the document allows at all */
};

#define SNOOZE_OVERDUE_WORKDAYS 5 /* how long what is overdue may be silenced (daemon/doc/design.md, Snooze) */

/* The last day until which a snooze is allowed without force: the last working day before the due date, or
 * SNOOZE_OVERDUE_WORKDAYS from today once overdue. CIVIL_NONE where no date limits it. */
civil_day obligation_snooze_cap(const struct obligation *obligation, const struct calendar *calendar, civil_day today);
enum refusal obligation_may_snooze(const struct obligation *obligation, const struct calendar *calendar,
                                   civil_day today, civil_day until, bool force);
/* The first day on which it can have been finished. What is due in spring may be handed in the year before, though not
 * until last year's of the same date was due; what has no date, not before the year before the plan's. An earlier day
 * is meant of another year's plan. */
civil_day obligation_first_finish(const struct obligation *obligation, const struct calendar *calendar,
                                  int32_t plan_year);
/* On no day to come, and on none before obligation_first_finish(). */
enum refusal obligation_may_finish(const struct obligation *obligation, const struct calendar *calendar,
                                   int32_t plan_year, civil_day today, civil_day on);
/* The day or the note of what is done is put right; is_amendable: whatever the day. */
enum refusal obligation_may_amend(const struct obligation *obligation, const struct calendar *calendar,
                                  int32_t plan_year, civil_day today, civil_day on);
enum refusal obligation_is_amendable(const struct obligation *obligation);
enum refusal obligation_may_reopen(const struct obligation *obligation);
/* Only what is unclear: it is overdue from that day on. */
enum refusal obligation_may_urge(const struct obligation *obligation);
enum refusal obligation_may_waive(const struct obligation *obligation);
/* Where the plan lets people put a date: from its year up to the end of the year after its last one. */
struct date_bounds {
        int32_t plan_year, last_year;
        civil_day limit; /* of the item, CIVIL_NONE: it has none */
};
/* A day off is seldom meant: without `force` it is asked for. What the document allows at most is not ours to pass. */
enum refusal obligation_may_set_date(const struct obligation *obligation, const struct calendar *calendar,
                                     const struct date_bounds *bounds, civil_day day, bool force);
enum refusal obligation_may_clear_date(const struct obligation *obligation);
/* Ends a snooze by hand, as of yesterday: the rung that ends it falls on today, and whatever the hour is still to be
 * judged. Returns up to when the ladder stays settled. */
wall_time obligation_unsnooze(struct obligation *obligation, civil_day today, wall_time handled);
/* Whether a snooze would hide the ladder of a new date, and so is dropped with it. */
bool obligation_snooze_hides(const struct obligation *obligation, const struct calendar *calendar);

/* The plan does not have it any more. What was still to come is unclear if it returns after its day: nobody watched it
 * then. What had passed returns as it was. */
void obligation_withdraw(struct obligation *obligation, const struct calendar *calendar, wall_time now);

/* What an agency owes that takes over what another one owed: the same, but for what was granted to that one. */
struct obligation obligation_inherit(const struct obligation *from);

/* What an edited plan makes of an obligation. */
enum replan {
        REPLAN_SAME,
        REPLAN_SILENT,  /* an agency notices nothing of it: a shift, the date of something fixed or finished */
        REPLAN_MOVED,   /* the date that is in force is another one, which is announced */
        REPLAN_UNCLEAR, /* it was open, and its date is now one that had passed before it was known */
        REPLAN_WATCHED, /* it was unclear, and is not any more: a later date, or an earlier `since` */
        REPLAN_RETURNED /* it was withdrawn, and is owed again */
};

/* Takes over what the plan says; what people decided is kept. A date that it moves into the past becomes known only
 * now. */
enum replan obligation_replan(struct obligation *obligation, const struct obligation *planned,
                              const struct calendar *calendar, civil_day since, wall_time now);
/* Whether a plan says the same of two obligations or occurrences. */
bool obligation_is_planned_alike(const struct obligation *a, const struct obligation *b);
