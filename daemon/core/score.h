/* The score: what each obligation of a plan counts as when the year is judged, and the sums of an agency. */
#pragma once

#include "core/obligation.h"

enum grade {
        GRADE_ON_TIME,
        GRADE_LATE,
        GRADE_UNFINISHED,
        GRADE_OVERDUE, /* a snooze silences reminders, and is no excuse */
        GRADE_OPEN,    /* not yet due, or without a day */
        GRADE_UNCLEAR, /* nobody has said, so it speaks neither for the agency nor against it */
        GRADE_WAIVED,
        GRADE_UNSCORED, /* nobody is urged to do it, so nobody is judged by it */
        GRADES
};

/* "on_time", … */
const char *grade_name(enum grade grade);
/* 0 or -EINVAL. */
int grade_parse(const char *name, enum grade *ret);

/* Days after the effective date. */
struct lateness {
        int64_t days;
        int64_t workdays;
};

/* Whether it is judged at all: an observance binds nobody, and what was withdrawn is owed no more. */
bool score_has(const struct obligation *obligation);
enum grade score_grade(const struct obligation *obligation, const struct calendar *calendar, civil_day today);
/* Of what is late until it was done, of what is overdue until today, of anything else 0. */
struct lateness score_lateness(const struct obligation *obligation, const struct calendar *calendar, civil_day today);
/* Whether an escalation on that day was about it: by what is known of it now, since a date that is recorded only later
 * shows that the agency was named in error. */
bool score_was_escalated(const struct obligation *obligation, const struct calendar *calendar, civil_day day);

/* One obligation as it is judged. */
struct scored {
        enum grade grade;
        struct lateness late;
        int64_t reminders; /* sent, of any kind */
        int64_t overdue_reminders;
        int64_t escalations;
};

/* The sums of several; zeroed: of none. */
struct score {
        int64_t n[GRADES];
        struct lateness late, latest; /* of what was done late: the sums, and the largest of each */
        int64_t reminders, overdue_reminders, escalations;
};

void score_add(struct score *score, const struct scored *scored);
/* How many the agency had to do: all but what was waived or is not scored. */
int64_t score_owed(const struct score *score);
