/* Truth: whether what a notice was made to say still holds when it leaves. */
#include "core/truth.h"

static struct truth holds(enum notice_kind kind)
{
        return (struct truth){.standing = STILL_TRUE, .kind = kind};
}

static struct truth fails(enum standing standing, const char *reason)
{
        return (struct truth){.standing = standing, .reason = reason};
}

struct truth truth_of_reminder(const struct ladder_rules *rules, const struct obligation *obligation, const char *key,
                               wall_time at, wall_time now)
{
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);
        enum rung_class class = rung_key_class(key);
        civil_day today = wall_day(now);
        bool is_over = dates.effective != CIVIL_NONE && today > dates.effective;

        if (obligation->status != OBLIGATION_OPEN)
                return fails(NO_LONGER_TRUE, "finished");
        if (obligation->claimed)
                return fails(NO_LONGER_TRUE, "claimed");
        if (obligation_is_snoozed(obligation, today)) /* what is still to come may be of when the snooze is over */
                return fails(at > now ? NOT_YET_TRUE : NO_LONGER_TRUE, "snoozed");
        if ((rung_is_advance(class) || obligation->lapses) && is_over)
                return fails(rules->policy && !ladder_goes_on(rules, obligation, at) ? TRUE_TOO_LATE : NO_LONGER_TRUE,
                             "past due");
        if (class == RUNG_OVERDUE && today <= dates.effective)
                return fails(NOT_YET_TRUE, "not yet due");
        return holds(ladder_kind(obligation, rules->calendar, class, today));
}

struct truth truth_of_decision(const struct calendar *calendar, const struct obligation *obligation,
                               enum notice_kind kind, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);
        bool is_so = obligation->status == OBLIGATION_OPEN; /* KIND_DATE_SET, KIND_REOPENED */

        switch (kind) {
        case KIND_COMPLETED:
                is_so = obligation->status == OBLIGATION_DONE;
                break;
        case KIND_SNOOZED:
                is_so = obligation_is_snoozed(obligation, today);
                break;
        case KIND_WAIVED:
                is_so = obligation->status == OBLIGATION_WAIVED;
                break;
        case KIND_WITHDRAWN:
                is_so = obligation->status == OBLIGATION_WITHDRAWN;
                break;
        case KIND_REQUEST_ANSWERED: /* what is unclear can be claimed, too */
                is_so = is_so || obligation->status == OBLIGATION_UNCLEAR;
                break;
        case KIND_DATE_CLEARED:
                is_so = is_so && (dates.due == CIVIL_NONE || dates.tentative);
                break;
        default:
                break;
        }
        return is_so ? holds(kind) : fails(NO_LONGER_TRUE, kind == KIND_DATE_SET ? "finished" : "taken back");
}

struct truth truth_of_claim(bool open)
{
        return open ? holds(KIND_CLAIMED) : fails(NO_LONGER_TRUE, "answered");
}

struct truth truth_of_escalation(civil_day late_from, size_t n_open, civil_day today)
{
        if (late_from != CIVIL_NONE && today <= late_from)
                return fails(NOT_YET_TRUE, "not yet due");
        return n_open > 0 ? holds(KIND_ESCALATION) : fails(NO_LONGER_TRUE, "all have finished");
}

struct truth truth_of_assistance(bool ended, size_t n_open)
{
        if (ended)
                return n_open == 0 ? holds(KIND_ASSIST) : fails(NO_LONGER_TRUE, "not all have finished");
        return n_open > 0 ? holds(KIND_ASSIST) : fails(NO_LONGER_TRUE, "all have finished");
}

struct truth truth_of_fix(size_t n_awaiting)
{
        return n_awaiting > 0 ? holds(KIND_FIX_DATE) : fails(NO_LONGER_TRUE, "the date is fixed");
}
