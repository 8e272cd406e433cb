/* An obligation: its dates, its states, and what may be decided on it. */
#include "core/obligation.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>

static const char *const state_names[] = {
        [STATE_PENDING] = "pending",     [STATE_OVERDUE] = "overdue", [STATE_SNOOZED] = "snoozed",
        [STATE_TENTATIVE] = "tentative", [STATE_UNDATED] = "undated", [STATE_DONE] = "done",
        [STATE_LATE] = "late",           [STATE_WAIVED] = "waived",   [STATE_WITHDRAWN] = "withdrawn",
        [STATE_PASSED] = "passed",       [STATE_UNCLEAR] = "unclear", [STATE_UNFINISHED] = "unfinished",
};

const char *obligation_state_name(enum obligation_state state)
{
        return state_names[state];
}

int obligation_state_parse(const char *name, enum obligation_state *ret)
{
        for (int state = 0; state < STATE_COUNT; state++)
                if (strcmp(state_names[state], name) == 0) {
                        *ret = (enum obligation_state)state;
                        return 0;
                }
        return -EINVAL;
}

/* Where a term ends on a day off it ends with the next working day: Civil Code 2015 (Bộ luật Dân sự,
 * 91/2015/QH13), art. 148.5. An item may say otherwise. */
static civil_day shift_day(enum shift shift, const struct calendar *calendar, civil_day day)
{
        switch (shift) {
        case SHIFT_NEXT:
                return calendar_next_working(calendar, day);
        case SHIFT_PREVIOUS:
                return calendar_previous_working(calendar, day);
        case SHIFT_NONE:
                break;
        }
        return day;
}

bool obligation_same(const struct obligation *a, const struct obligation *b)
{
        return a->from == b->from && a->due == b->due && a->tentative == b->tentative &&
               a->observance == b->observance && a->shift == b->shift && a->lapses == b->lapses &&
               a->fixed == b->fixed && a->status == b->status && a->done_on == b->done_on &&
               a->snoozed_until == b->snoozed_until && a->urged == b->urged && a->known == b->known &&
               a->claimed == b->claimed;
}

/* The plan leaves the day open, and somebody named it: an inspection is held then, and on no other day. */
static bool is_appointment(const struct obligation *obligation)
{
        return obligation->fixed != CIVIL_NONE && (obligation->tentative || !civil_is_known(obligation->due));
}

struct obligation_dates obligation_dates(const struct obligation *obligation, const struct calendar *calendar)
{
        bool fixed = obligation->fixed != CIVIL_NONE;
        struct obligation_dates dates = {
                .from = fixed || !civil_is_known(obligation->from) ? CIVIL_NONE : obligation->from,
                .due = fixed ? obligation->fixed : obligation->due,
                .tentative = obligation_is_tentative(obligation),
        };

        if (!civil_is_known(dates.due))
                return (struct obligation_dates){
                        .from = CIVIL_NONE, .due = CIVIL_NONE, .effective = CIVIL_NONE, .safe = CIVIL_NONE};
        /* An anniversary or an appointment is no term, and a tentative window has none yet. */
        dates.effective = obligation->observance || dates.tentative || is_appointment(obligation)
                                  ? dates.due
                                  : shift_day(obligation->shift, calendar, dates.due);
        dates.safe = dates.effective < dates.due ? dates.effective : dates.due;
        return dates;
}

/* Whether something is owed by a day that is known, and whoever misses it is late. */
static bool has_term(const struct obligation *obligation, civil_day effective)
{
        return !obligation->observance && !obligation->lapses && !obligation_is_tentative(obligation) &&
               effective != CIVIL_NONE;
}

enum obligation_status obligation_beginning(const struct obligation *obligation, const struct calendar *calendar,
                                            civil_day since)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);
        civil_day watched = obligation->known == WALL_NONE ? CIVIL_NONE : wall_day(obligation->known);

        if (since != CIVIL_NONE && since < watched)
                watched = since;
        /* An appointment that nobody urges has passed, and no more is to be asked; whether a day was ever named within
         * a window that is over has to be. */
        if (obligation->observance || (obligation->lapses && !dates.tentative) || dates.due == CIVIL_NONE ||
            obligation->urged > dates.effective)
                return OBLIGATION_OPEN;
        return dates.effective < watched ? OBLIGATION_UNCLEAR : OBLIGATION_OPEN;
}

bool obligation_close(struct obligation *obligation)
{
        if (obligation->status != OBLIGATION_OPEN && obligation->status != OBLIGATION_UNCLEAR)
                return false;
        obligation->status = OBLIGATION_UNFINISHED;
        return true;
}

civil_day obligation_late_from(const struct obligation *obligation, const struct calendar *calendar)
{
        civil_day effective = obligation_dates(obligation, calendar).effective;

        return obligation->urged > effective ? obligation->urged : effective;
}

static bool is_late(const struct obligation *obligation, civil_day effective)
{
        return obligation->status == OBLIGATION_DONE && has_term(obligation, effective) &&
               obligation->done_on > effective;
}

bool obligation_is_late(const struct obligation *obligation, const struct calendar *calendar)
{
        return is_late(obligation, obligation_dates(obligation, calendar).effective);
}

int32_t obligation_days_late(const struct obligation *obligation, const struct calendar *calendar, civil_day on)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (!has_term(obligation, dates.effective) || on <= dates.effective ||
            obligation->status == OBLIGATION_UNCLEAR || obligation->status == OBLIGATION_UNFINISHED)
                return 0;
        return calendar_working_between(calendar, dates.effective, on);
}

bool obligation_is_history(civil_day effective, wall_time next, civil_day today)
{
        return effective != CIVIL_NONE && effective < today && next == WALL_NEVER;
}

bool obligation_is_open(const struct obligation *obligation)
{
        return obligation->status == OBLIGATION_OPEN && !obligation->observance;
}

bool obligation_is_tentative(const struct obligation *obligation)
{
        return obligation->tentative && obligation->fixed == CIVIL_NONE && civil_is_known(obligation->from);
}

bool obligation_awaits_day(const struct obligation *obligation)
{
        return obligation_is_tentative(obligation) ||
               (obligation->fixed == CIVIL_NONE && !civil_is_known(obligation->due));
}

bool obligation_is_snoozed(const struct obligation *obligation, civil_day today)
{
        return obligation->snoozed_until != CIVIL_NONE && obligation->snoozed_until >= today;
}

civil_day obligation_overdue_after(const struct obligation *obligation, civil_day effective)
{
        return obligation_is_open(obligation) && !obligation->lapses && !obligation_is_tentative(obligation)
                       ? effective
                       : CIVIL_NONE;
}

static enum course open_course(const struct obligation *obligation, civil_day effective)
{
        if (obligation->observance)
                return COURSE_OBSERVANCE;
        if (effective == CIVIL_NONE)
                return COURSE_UNDATED;
        if (obligation_is_tentative(obligation))
                return COURSE_TENTATIVE;
        return obligation->lapses ? COURSE_LAPSING : COURSE_DUE;
}

enum course obligation_course(const struct obligation *obligation, civil_day effective, civil_day *ret_day)
{
        enum course open;

        *ret_day = CIVIL_NONE;
        switch (obligation->status) {
        case OBLIGATION_WITHDRAWN:
                return COURSE_WITHDRAWN;
        case OBLIGATION_WAIVED:
                return COURSE_WAIVED;
        case OBLIGATION_DONE:
                return is_late(obligation, effective) ? COURSE_LATE : COURSE_DONE;
        case OBLIGATION_UNCLEAR:
                return COURSE_UNCLEAR;
        case OBLIGATION_UNFINISHED:
                /* Nobody is blamed at the end for what nobody was urged to do before. */
                return obligation->observance || obligation->lapses ? COURSE_PASSED : COURSE_UNFINISHED;
        case OBLIGATION_OPEN:
        case OBLIGATION_STATUSES:
                break;
        }
        open = open_course(obligation, effective);
        if (open == COURSE_DUE || open == COURSE_LAPSING || open == COURSE_OBSERVANCE)
                *ret_day = effective;
        return open;
}

enum obligation_state course_state(enum course course, civil_day day, bool is_over)
{
        static const struct {
                enum obligation_state before, after;
        } states[COURSES] = {
                [COURSE_DUE] = {STATE_PENDING, STATE_OVERDUE},
                [COURSE_LAPSING] = {STATE_PENDING, STATE_PASSED},
                [COURSE_OBSERVANCE] = {STATE_PENDING, STATE_PASSED},
                [COURSE_TENTATIVE] = {STATE_TENTATIVE, STATE_TENTATIVE},
                [COURSE_UNDATED] = {STATE_UNDATED, STATE_UNDATED},
                [COURSE_DONE] = {STATE_DONE, STATE_DONE},
                [COURSE_LATE] = {STATE_LATE, STATE_LATE},
                [COURSE_WAIVED] = {STATE_WAIVED, STATE_WAIVED},
                [COURSE_WITHDRAWN] = {STATE_WITHDRAWN, STATE_WITHDRAWN},
                [COURSE_UNCLEAR] = {STATE_UNCLEAR, STATE_UNCLEAR},
                [COURSE_UNFINISHED] = {STATE_UNFINISHED, STATE_UNFINISHED},
                [COURSE_PASSED] = {STATE_PASSED, STATE_PASSED},
        };

        if (course == COURSE_OBSERVANCE && day == CIVIL_NONE)
                return STATE_UNDATED;
        return is_over ? states[course].after : states[course].before;
}

bool course_may_be_snoozed(enum course course)
{
        return course == COURSE_DUE || course == COURSE_LAPSING || course == COURSE_TENTATIVE;
}

bool course_is_open(enum course course)
{
        return course_may_be_snoozed(course) || course == COURSE_UNDATED;
}

/* A snooze is shown before anything that it silences. */
enum obligation_state obligation_state(const struct obligation *obligation, const struct calendar *calendar,
                                       civil_day today)
{
        civil_day day;
        enum course course = obligation_course(obligation, obligation_dates(obligation, calendar).effective, &day);

        if (course_may_be_snoozed(course) && obligation_is_snoozed(obligation, today))
                return STATE_SNOOZED;
        return course_state(course, day, today > day);
}

/* The last working day on which a reminder of the deadline itself is still to come. Within a tentative window the
 * day may be any; before it, it may be the first. */
static civil_day last_day_before(const struct obligation_dates *dates, const struct calendar *calendar, civil_day today)
{
        civil_day deadline = dates->tentative && today < dates->from ? dates->from : dates->safe;

        return calendar_previous_working(calendar, deadline - 1);
}

civil_day obligation_snooze_cap(const struct obligation *obligation, const struct calendar *calendar, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (dates.due == CIVIL_NONE || obligation->observance)
                return CIVIL_NONE;
        if (has_term(obligation, dates.effective) && today > dates.effective)
                return calendar_add_working(calendar, today, SNOOZE_OVERDUE_WORKDAYS);
        return last_day_before(&dates, calendar, today);
}

/* Why a decision on an obligation is refused that must not be settled yet. */
static enum refusal refuse_settled(const struct obligation *obligation)
{
        switch (obligation->status) {
        case OBLIGATION_WITHDRAWN:
                return REFUSED_WITHDRAWN;
        case OBLIGATION_DONE:
        case OBLIGATION_WAIVED:
                return REFUSED_CLOSED;
        case OBLIGATION_OPEN:
        case OBLIGATION_UNCLEAR:
        case OBLIGATION_UNFINISHED:
        case OBLIGATION_STATUSES:
                break;
        }
        return REFUSED_NOT;
}

/* And of one that would be reminded of. */
static enum refusal refuse_ended(const struct obligation *obligation)
{
        return obligation->status == OBLIGATION_UNFINISHED ? REFUSED_ENDED : refuse_settled(obligation);
}

enum refusal obligation_may_snooze(const struct obligation *obligation, const struct calendar *calendar,
                                   civil_day today, civil_day until, bool force)
{
        enum refusal refusal = refuse_ended(obligation);
        civil_day cap;

        if (refusal != REFUSED_NOT)
                return refusal;
        if (obligation->observance)
                return REFUSED_OBSERVANCE;
        if (obligation->status == OBLIGATION_UNCLEAR)
                return REFUSED_UNCLEAR;
        if (obligation_dates(obligation, calendar).due == CIVIL_NONE)
                return REFUSED_UNDATED;
        if (until < today)
                return REFUSED_PAST;
        cap = obligation_snooze_cap(obligation, calendar, today);
        return !force && until > cap ? REFUSED_SNOOZE_CAP : REFUSED_NOT;
}

static civil_day year_before(civil_day day)
{
        struct civil_date date = civil_split(day);
        int32_t last = civil_month_days(date.year - 1, date.month);

        return civil_from(date.year - 1, date.month, date.day < last ? date.day : last);
}

civil_day obligation_first_finish(const struct obligation *obligation, const struct calendar *calendar,
                                  int32_t plan_year)
{
        civil_day due = obligation_dates(obligation, calendar).due, new_year = civil_from(plan_year, 1, 1);

        if (due == CIVIL_NONE)
                return civil_from(plan_year - 1, 1, 1);
        return year_before(due) + 1 < new_year ? year_before(due) + 1 : new_year;
}

/* A day on which it can have been done. */
static enum refusal refuse_day(const struct obligation *obligation, const struct calendar *calendar, int32_t plan_year,
                               civil_day today, civil_day on)
{
        if (on > today)
                return REFUSED_PAST;
        return on < obligation_first_finish(obligation, calendar, plan_year) ? REFUSED_EARLY : REFUSED_NOT;
}

enum refusal obligation_may_finish(const struct obligation *obligation, const struct calendar *calendar,
                                   int32_t plan_year, civil_day today, civil_day on)
{
        enum refusal refusal = refuse_settled(obligation);

        if (refusal != REFUSED_NOT)
                return refusal;
        return obligation->observance ? REFUSED_OBSERVANCE : refuse_day(obligation, calendar, plan_year, today, on);
}

enum refusal obligation_may_amend(const struct obligation *obligation, const struct calendar *calendar,
                                  int32_t plan_year, civil_day today, civil_day on)
{
        return obligation->status == OBLIGATION_DONE ? refuse_day(obligation, calendar, plan_year, today, on)
                                                     : REFUSED_NOT_DONE;
}

enum refusal obligation_is_amendable(const struct obligation *obligation)
{
        return obligation->status == OBLIGATION_DONE ? REFUSED_NOT : REFUSED_NOT_DONE;
}

enum refusal obligation_may_reopen(const struct obligation *obligation)
{
        switch (obligation->status) {
        case OBLIGATION_WITHDRAWN:
                return REFUSED_WITHDRAWN;
        case OBLIGATION_OPEN:
                return REFUSED_OPEN;
        case OBLIGATION_UNCLEAR:
                return REFUSED_UNCLEAR;
        case OBLIGATION_UNFINISHED:
                return REFUSED_ENDED;
        case OBLIGATION_DONE:
        case OBLIGATION_WAIVED:
        case OBLIGATION_STATUSES:
                break;
        }
        return REFUSED_NOT;
}

enum refusal obligation_may_urge(const struct obligation *obligation)
{
        return obligation->status == OBLIGATION_OPEN ? REFUSED_OPEN : refuse_ended(obligation);
}

enum refusal obligation_may_waive(const struct obligation *obligation)
{
        return refuse_settled(obligation);
}

enum refusal obligation_may_set_date(const struct obligation *obligation, const struct calendar *calendar,
                                     const struct date_bounds *bounds, civil_day day, bool force)
{
        enum refusal refusal = refuse_ended(obligation);
        int32_t year = civil_split(day).year;

        if (refusal != REFUSED_NOT)
                return refusal;
        if (obligation->observance)
                return REFUSED_OBSERVANCE;
        if (year < bounds->plan_year || year > bounds->last_year + 1)
                return REFUSED_YEAR;
        if (bounds->limit != CIVIL_NONE && day > bounds->limit)
                return REFUSED_LIMIT;
        return !force && !calendar_is_working(calendar, day) ? REFUSED_DAY_OFF : REFUSED_NOT;
}

enum refusal obligation_may_clear_date(const struct obligation *obligation)
{
        enum refusal refusal = refuse_ended(obligation);

        if (refusal != REFUSED_NOT)
                return refusal;
        return obligation->fixed == CIVIL_NONE ? REFUSED_NOT_FIXED : REFUSED_NOT;
}

wall_time obligation_unsnooze(struct obligation *obligation, civil_day today, wall_time handled)
{
        wall_time yesterday = wall_at(today, 0) - 1;

        obligation->snoozed_until = today - 1;
        return handled < yesterday ? handled : yesterday;
}

bool obligation_snooze_hides(const struct obligation *obligation, const struct calendar *calendar)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (dates.due == CIVIL_NONE || obligation->snoozed_until == CIVIL_NONE)
                return false;
        return obligation->snoozed_until > last_day_before(&dates, calendar, CIVIL_NONE);
}

/* ---- an edited plan ---- */

static bool has_same_dates(const struct obligation *a, const struct obligation *b)
{
        return a->from == b->from && a->due == b->due && a->tentative == b->tentative;
}

bool obligation_is_planned_alike(const struct obligation *a, const struct obligation *b)
{
        return has_same_dates(a, b) && a->observance == b->observance && a->shift == b->shift && a->lapses == b->lapses;
}

void obligation_withdraw(struct obligation *obligation, const struct calendar *calendar, wall_time now)
{
        civil_day effective = obligation_dates(obligation, calendar).effective;

        obligation->status = OBLIGATION_WITHDRAWN;
        if (effective != CIVIL_NONE && effective >= wall_day(now))
                obligation->known = wall_at(effective + 1, 0);
}

struct obligation obligation_inherit(const struct obligation *from)
{
        struct obligation obligation = *from;

        obligation.snoozed_until = CIVIL_NONE;
        obligation.claimed = false;
        return obligation;
}

enum replan obligation_replan(struct obligation *obligation, const struct obligation *planned,
                              const struct calendar *calendar, civil_day since, wall_time now)
{
        struct obligation before = *obligation;
        bool moved;

        obligation->from = planned->from;
        obligation->due = planned->due;
        obligation->tentative = planned->tentative;
        obligation->observance = planned->observance;
        obligation->shift = planned->shift;
        obligation->lapses = planned->lapses;
        moved = obligation->fixed == CIVIL_NONE && !has_same_dates(&before, obligation);
        if (before.status == OBLIGATION_WITHDRAWN) {
                if (obligation->known > now)
                        obligation->known = now;
                obligation->status = obligation_beginning(obligation, calendar, since);
                return REPLAN_RETURNED;
        }
        if (before.status == OBLIGATION_OPEN || before.status == OBLIGATION_UNCLEAR) {
                if (moved && obligation_dates(obligation, calendar).effective < wall_day(now))
                        obligation->known = now;
                obligation->status = obligation_beginning(obligation, calendar, since);
        }
        if (obligation->status != before.status)
                return obligation->status == OBLIGATION_UNCLEAR ? REPLAN_UNCLEAR : REPLAN_WATCHED;
        if (obligation_is_planned_alike(&before, obligation))
                return REPLAN_SAME;
        return moved && obligation->status == OBLIGATION_OPEN ? REPLAN_MOVED : REPLAN_SILENT;
}
