/* The score: what each obligation of a plan counts as when the year is judged, and the sums of an agency. */
#include "core/score.h"

#include <errno.h>
#include <string.h>

static const char *const names[GRADES] = {
        [GRADE_ON_TIME] = "on_time", [GRADE_LATE] = "late",         [GRADE_UNFINISHED] = "unfinished",
        [GRADE_OVERDUE] = "overdue", [GRADE_OPEN] = "open",         [GRADE_UNCLEAR] = "unclear",
        [GRADE_WAIVED] = "waived",   [GRADE_UNSCORED] = "unscored",
};

const char *grade_name(enum grade grade)
{
        return names[grade];
}

int grade_parse(const char *name, enum grade *ret)
{
        for (int grade = 0; grade < GRADES; grade++)
                if (strcmp(names[grade], name) == 0) {
                        *ret = (enum grade)grade;
                        return 0;
                }
        return -EINVAL;
}

bool score_has(const struct obligation *obligation)
{
        return !obligation->observance && obligation->status != OBLIGATION_WITHDRAWN;
}

static bool is_overdue(const struct obligation *obligation, const struct calendar *calendar, civil_day today)
{
        civil_day last = obligation_overdue_after(obligation, obligation_dates(obligation, calendar).effective);

        return last != CIVIL_NONE && today > last;
}

enum grade score_grade(const struct obligation *obligation, const struct calendar *calendar, civil_day today)
{
        if (obligation->status == OBLIGATION_WAIVED)
                return GRADE_WAIVED;
        if (obligation->lapses)
                return GRADE_UNSCORED;
        if (obligation->status == OBLIGATION_DONE)
                return obligation_is_late(obligation, calendar) ? GRADE_LATE : GRADE_ON_TIME;
        if (obligation->status == OBLIGATION_UNCLEAR)
                return GRADE_UNCLEAR;
        if (obligation->status == OBLIGATION_UNFINISHED)
                return GRADE_UNFINISHED;
        return is_overdue(obligation, calendar, today) ? GRADE_OVERDUE : GRADE_OPEN;
}

struct lateness score_lateness(const struct obligation *obligation, const struct calendar *calendar, civil_day today)
{
        enum grade grade = score_grade(obligation, calendar, today);
        civil_day effective = obligation_dates(obligation, calendar).effective;
        civil_day until = grade == GRADE_LATE ? obligation->done_on : today;

        if (grade != GRADE_LATE && grade != GRADE_OVERDUE)
                return (struct lateness){0};
        return (struct lateness){
                .days = until - effective,
                .workdays = calendar_working_between(calendar, effective, until),
        };
}

bool score_was_escalated(const struct obligation *obligation, const struct calendar *calendar, civil_day day)
{
        civil_day from = obligation_late_from(obligation, calendar);

        if (obligation->lapses || obligation->status == OBLIGATION_WAIVED || from == CIVIL_NONE ||
            obligation_is_tentative(obligation) || day <= from)
                return false;
        return obligation->status != OBLIGATION_DONE || obligation->done_on >= day;
}

static int64_t larger(int64_t a, int64_t b)
{
        return a > b ? a : b;
}

void score_add(struct score *score, const struct scored *scored)
{
        score->n[scored->grade]++;
        score->reminders += scored->reminders;
        score->overdue_reminders += scored->overdue_reminders;
        score->escalations += scored->escalations;
        if (scored->grade != GRADE_LATE)
                return;
        score->late.days += scored->late.days;
        score->late.workdays += scored->late.workdays;
        score->latest.days = larger(score->latest.days, scored->late.days);
        score->latest.workdays = larger(score->latest.workdays, scored->late.workdays);
}

int64_t score_owed(const struct score *score)
{
        int64_t n = 0;

        for (int grade = 0; grade < GRADES; grade++)
                if (grade != GRADE_WAIVED && grade != GRADE_UNSCORED)
                        n += score->n[grade];
        return n;
}
