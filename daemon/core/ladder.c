/* The ladder: when an obligation is reminded of, and what becomes of the rungs that were missed. */
#include "core/ladder.h"

#include "base/cleanup.h"

#include <stdio.h>

/* The head is to fix a tentative window so many days before `fix_by`, and then every so many working days. */
static const struct offset fix_before[] = {{.days = 14}, {.days = 3}, {.days = 0}};
static const struct offset fix_late_every = {.workdays = 2};

/* A rung is never too old for so many seconds, even where nothing is to be caught up: a timer may be a little late. */
#define TICK_SLACK 60

#define LAST_DAY civil_from(CIVIL_LAST_YEAR, 12, 31)

/* ---- building: rungs in time order, of one moment only one ---- */

struct ladder {
        const struct ladder_rules *rules;
        struct rung *rungs;
        size_t n;
};

/* The moment of a rung on a working day. Monotone in the day, so that of two rungs on one day both have it. */
static wall_time moment_of(const struct ladder_rules *rules, civil_day day)
{
        return hours_next(rules->hours, rules->calendar, wall_at(day, rules->policy->at));
}

static struct rung *ladder_find(const struct ladder *ladder, wall_time at)
{
        for (size_t i = ladder->n; i > 0 && ladder->rungs[i - 1].at >= at; i--)
                if (ladder->rungs[i - 1].at == at)
                        return &ladder->rungs[i - 1];
        return NULL;
}

/* Puts a rung in its place. Where one stands at that moment already, the later class takes it, of one class the
 * newcomer. Once the ladder is full, what does not fit is left out. */
static void ladder_put(struct ladder *ladder, const struct rung *rung)
{
        struct rung *standing = ladder_find(ladder, rung->at);
        size_t at = ladder->n;

        if (standing) {
                if (rung->class >= standing->class)
                        *standing = *rung;
                return;
        }
        if (ladder->n == LADDER_MAX)
                return;
        for (; at > 0 && ladder->rungs[at - 1].at > rung->at; at--)
                ladder->rungs[at] = ladder->rungs[at - 1];
        ladder->rungs[at] = *rung;
        ladder->n++;
}

/* The first day of the window: on a day off, the working day after. */
static void put_start(struct ladder *ladder, civil_day from)
{
        struct rung rung = {
                .class = RUNG_START,
                .at = moment_of(ladder->rules, calendar_next_working(ladder->rules->calendar, from)),
        };

        rung_write_key(&rung, "", from);
        ladder_put(ladder, &rung);
}

/* The date that the offsets of a policy count back from, and the last day on which it can be kept: "0d". */
struct anchor {
        civil_day from, last;
};

static civil_day before_day(const struct offset *offset, const struct calendar *calendar, const struct anchor *anchor)
{
        bool is_the_day = offset->days == 0 && offset->workdays == 0;

        return is_the_day ? anchor->last : offset_before(offset, calendar, anchor->from);
}

/* Offsets before a date, each moved to the working day before. Of those that fall on one day the one nearest to the
 * deadline stays: "3d" and "1d" of a Monday are both sent on Friday, as "1d". */
static void put_before(struct ladder *ladder, const struct anchor *anchor, civil_day named)
{
        const struct policy *policy = ladder->rules->policy;
        const struct calendar *calendar = ladder->rules->calendar;

        for (size_t i = 0; i < policy->n_before; i++) {
                civil_day raw = before_day(&policy->before[i], calendar, anchor);
                struct rung rung = {
                        .class = RUNG_BEFORE,
                        .index = (int32_t)i,
                        .at = moment_of(ladder->rules, calendar_previous_working(calendar, raw)),
                };
                const struct rung *standing = ladder_find(ladder, rung.at);
                char offset[OFFSET_TEXT_SIZE];

                if (standing && standing->class == RUNG_BEFORE &&
                    before_day(&policy->before[standing->index], calendar, anchor) > raw)
                        continue;
                rung_write_key(&rung, offset_format(&policy->before[i], offset), named);
                ladder_put(ladder, &rung);
        }
}

/* The last working day whose moment has come by `since`. */
static civil_day last_moved_to(const struct ladder_rules *rules, wall_time since)
{
        civil_day day = calendar_previous_working(rules->calendar, wall_day(since));

        while (moment_of(rules, day) > since)
                day = calendar_previous_working(rules->calendar, day - 1);
        return day;
}

/* Of the days that are so many times `every` after a day the last one until `until`, or the day itself. */
static civil_day last_repeat(const struct calendar *calendar, civil_day after, const struct offset *every,
                             civil_day until)
{
        int32_t passed;

        if (until <= after)
                return after;
        if (every->workdays == 0)
                return until - (until - after) % every->days;
        passed = calendar_working_between(calendar, after, until);
        if (passed < every->workdays)
                return after;
        return calendar_add_working(calendar, calendar_previous_working(calendar, until), -(passed % every->workdays));
}

/* Every so often after a day, each moved to the working day after; those that meet on one day count once. Of those up
 * to `since` only the last is there: it is the newest where the series ended before. Where nobody counts them the
 * others are not even passed by. */
static void put_late(struct ladder *ladder, enum rung_class class, const char *prefix, civil_day after,
                     const struct offset *every, int32_t limit, wall_time since, civil_day last_day)
{
        const struct calendar *calendar = ladder->rules->calendar;
        struct rung rung = {.class = class}, early = {.at = WALL_NONE};
        wall_time previous = WALL_NONE;
        civil_day raw = after;
        char day[CIVIL_DATE_SIZE], which[sizeof("late-") + CIVIL_DATE_SIZE];

        if (every->days <= 0 && every->workdays <= 0)
                return;
        if (limit == OVERDUE_UNLIMITED && since > wall_at(after, 0))
                raw = last_repeat(calendar, after, every, last_moved_to(ladder->rules, since));
        while (rung.index < limit && ladder->n < LADDER_MAX) {
                raw = offset_after(every, calendar, raw);
                rung.at = moment_of(ladder->rules, calendar_next_working(calendar, raw));
                if (wall_day(rung.at) > last_day)
                        break;
                if (rung.at == previous)
                        continue;
                previous = rung.at;
                rung.index++;
                /* By its day: of another `every` the index would be another rung's. */
                (void)snprintf(which, sizeof(which), "%s%s", prefix, civil_format(raw, day));
                rung_write_key(&rung, which, after);
                if (rung.at <= since)
                        early = rung;
                else
                        ladder_put(ladder, &rung);
        }
        if (early.at != WALL_NONE)
                ladder_put(ladder, &early);
}

/* The first working day after the silence. */
static void put_snooze_end(struct ladder *ladder, civil_day until)
{
        struct rung rung = {
                .class = RUNG_SNOOZE_END,
                .at = moment_of(ladder->rules, calendar_next_working(ladder->rules->calendar, until + 1)),
        };

        rung_write_key(&rung, "", until);
        ladder_put(ladder, &rung);
}

/* At once, or on the next working day: it was overdue long before. */
static void put_urged(struct ladder *ladder, civil_day urged)
{
        struct rung rung = {
                .class = RUNG_URGED,
                .at = moment_of(ladder->rules, calendar_next_working(ladder->rules->calendar, urged)),
        };

        rung_write_key(&rung, "", urged);
        ladder_put(ladder, &rung);
}

wall_time ladder_since(wall_time handled, wall_time now)
{
        wall_time back = now - (wall_time)LADDER_LOOK_BACK * DAY_SECONDS;

        return handled > back ? handled : back;
}

wall_time ladder_catch_up_floor(wall_time handled, wall_time now, int64_t catch_up)
{
        wall_time floor = now - catch_up;

        return handled < floor ? handled : floor;
}

size_t ladder_of_obligation(const struct ladder_rules *rules, const struct obligation *obligation, wall_time since,
                            struct rung rungs[static LADDER_MAX])
{
        const struct policy *policy = rules->policy;
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);
        struct ladder ladder = {.rules = rules, .rungs = rungs};
        bool lasts;

        if (obligation->status != OBLIGATION_OPEN || obligation->claimed || dates.due == CIVIL_NONE)
                return 0;
        if (obligation->observance) {
                put_before(&ladder, &(struct anchor){dates.due, dates.due}, dates.due);
                return ladder.n;
        }
        if (civil_is_known(obligation->snoozed_until))
                put_snooze_end(&ladder, obligation->snoozed_until);
        lasts = rules->event && dates.from != CIVIL_NONE && !dates.tentative;
        if (dates.from != CIVIL_NONE && !lasts)
                put_start(&ladder, dates.from);
        if (dates.tentative || lasts) {
                /* The day may be as early as the first of the window; what lasts for days begins on it. */
                put_before(&ladder, &(struct anchor){dates.from, dates.from}, dates.from);
                return ladder.n;
        }
        put_before(&ladder, &(struct anchor){dates.safe, dates.effective}, dates.due);
        if (obligation->urged > dates.effective && policy->overdue_limit > 0)
                put_urged(&ladder, obligation->urged);
        put_late(&ladder, RUNG_OVERDUE, "", obligation_late_from(obligation, rules->calendar), &policy->overdue_every,
                 policy->overdue_limit, since, LAST_DAY);
        return ladder.n;
}

wall_time ladder_first_word(const struct ladder_rules *rules, const struct obligation *obligation)
{
        struct policy policy = *rules->policy;
        struct ladder_rules in_advance = *rules;
        struct obligation as_planned = *obligation;
        struct rung rungs[LADDER_MAX];

        as_planned.snoozed_until = CIVIL_NONE;
        as_planned.claimed = false;
        policy.overdue_limit = 0;
        in_advance.policy = &policy;
        return ladder_of_obligation(&in_advance, &as_planned, WALL_NONE, rungs) > 0 ? rungs[0].at : WALL_NEVER;
}

size_t ladder_of_fix(const struct ladder_rules *rules, civil_day fix_by, civil_day window_end,
                     struct rung rungs[static LADDER_MAX])
{
        struct ladder ladder = {.rules = rules, .rungs = rungs};

        if (!civil_is_known(fix_by) || !civil_is_known(window_end))
                return 0;
        for (size_t i = 0; i < ELEMENTS(fix_before); i++) {
                civil_day day = offset_before(&fix_before[i], rules->calendar, fix_by);
                struct rung rung = {
                        .class = RUNG_FIX,
                        .index = (int32_t)i,
                        .at = moment_of(rules, calendar_previous_working(rules->calendar, day)),
                };
                char offset[OFFSET_TEXT_SIZE];

                rung_write_key(&rung, offset_format(&fix_before[i], offset), fix_by);
                if (wall_day(rung.at) <= window_end)
                        ladder_put(&ladder, &rung);
        }
        put_late(&ladder, RUNG_FIX, "late-", fix_by, &fix_late_every, OVERDUE_UNLIMITED, WALL_NONE, window_end);
        return ladder.n;
}

size_t ladder_of_escalation(const struct ladder_rules *rules, civil_day late_from, struct rung rungs[static LADDER_MAX])
{
        size_t n = 0;

        if (!civil_is_known(late_from))
                return 0;
        /* Two levels on one day stay two: they have other readers. */
        for (size_t i = 0; i < rules->policy->n_escalations && n < LADDER_MAX; i++) {
                civil_day day = offset_after(&rules->policy->escalations[i].after, rules->calendar, late_from);
                struct rung rung = {
                        .class = RUNG_ESCALATION,
                        .index = (int32_t)i,
                        .at = moment_of(rules, calendar_next_working(rules->calendar, day)),
                };
                char offset[OFFSET_TEXT_SIZE];
                size_t at = n++;

                /* By its span: a level put before it must not take its name. */
                rung_write_key(&rung, offset_format(&rules->policy->escalations[i].after, offset), late_from);
                for (; at > 0 && rungs[at - 1].at > rung.at; at--)
                        rungs[at] = rungs[at - 1];
                rungs[at] = rung;
        }
        return n;
}

/* ---- judging: what becomes of each rung at a moment ---- */

const char *verdict_name(enum verdict verdict)
{
        static const char *const names[] = {
                [VERDICT_LATER] = "later",           [VERDICT_HANDLED] = "handled", [VERDICT_SEND] = "send",
                [VERDICT_SUPERSEDED] = "superseded", [VERDICT_TOO_OLD] = "too old", [VERDICT_PAST_DUE] = "past due",
                [VERDICT_SNOOZED] = "snoozed",
        };

        return names[verdict];
}

enum notice_kind ladder_kind(const struct obligation *obligation, const struct calendar *calendar,
                             enum rung_class class, civil_day day)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (class == RUNG_FIX)
                return KIND_FIX_DATE;
        if (class == RUNG_ESCALATION)
                return KIND_ESCALATION;
        if (obligation->observance)
                return KIND_OBSERVANCE;
        if (dates.tentative || dates.due == CIVIL_NONE)
                return KIND_ADVANCE;
        if (class == RUNG_OVERDUE || day > dates.effective)
                return KIND_OVERDUE;
        return day >= dates.effective - 1 ? KIND_DUE : KIND_ADVANCE;
}

/* When a snooze is over: the moment of its rung; WALL_NONE without one. */
static wall_time end_of_silence(const struct rung *rungs, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (rungs[i].class == RUNG_SNOOZE_END)
                        return rungs[i].at;
        return WALL_NONE;
}

/* The first rung after a moment; but what a snooze will silence is nothing to wake up for: its end covers it. */
static wall_time first_heard(const struct rung *rungs, size_t n, wall_time after)
{
        wall_time silent_until = end_of_silence(rungs, n);

        for (size_t i = 0; i < n; i++)
                if (rungs[i].at > after && rungs[i].at >= silent_until)
                        return rungs[i].at;
        return WALL_NEVER;
}

wall_time ladder_next(const struct ladder_rules *rules, const struct obligation *obligation, wall_time after)
{
        struct rung rungs[LADDER_MAX];

        return first_heard(rungs, ladder_of_obligation(rules, obligation, after, rungs), after);
}

/* One missed rung by itself. `leaves` is the day on which a message made now leaves. */
static enum verdict judge(const struct ladder_rules *rules, const struct obligation *obligation,
                          const struct obligation_dates *dates, const struct rung *rung, wall_time now,
                          civil_day leaves)
{
        bool advance = rung_is_advance(rung->class);

        /* After its window a tentative date is the head's to fix, and an agency has nothing to be reminded of. */
        if ((advance || dates->tentative || obligation->lapses) && leaves > dates->effective)
                return VERDICT_PAST_DUE;
        if (advance && now - rung->at > (rules->catch_up > TICK_SLACK ? rules->catch_up : TICK_SLACK))
                return VERDICT_TOO_OLD;
        return VERDICT_SEND;
}

void ladder_step(const struct ladder_rules *rules, const struct obligation *obligation, const struct rung *rungs,
                 size_t n, wall_time handled, wall_time now, struct ladder_step *ret)
{
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);
        civil_day leaves = wall_day(hours_next(rules->hours, rules->calendar, now));
        wall_time silent_until = end_of_silence(rungs, n);
        size_t newest = LADDER_MAX;

        *ret = (struct ladder_step){.send = LADDER_MAX, .next = first_heard(rungs, n, handled > now ? handled : now)};
        for (size_t i = 0; i < n; i++) {
                if (rungs[i].at <= handled) {
                        ret->verdicts[i] = VERDICT_HANDLED;
                } else if (rungs[i].at > now) {
                        ret->verdicts[i] = VERDICT_LATER;
                } else if (now < silent_until) {
                        ret->verdicts[i] = VERDICT_SNOOZED;
                } else {
                        ret->verdicts[i] = judge(rules, obligation, &dates, &rungs[i], now, leaves);
                        newest = i;
                }
        }
        if (newest == LADDER_MAX)
                return;

        /* Only the newest speaks; where it may not, nothing older does. */
        if (ret->verdicts[newest] == VERDICT_SEND) {
                ret->send = newest;
                ret->kind = ladder_kind(obligation, rules->calendar, rungs[newest].class, leaves);
        }
        for (size_t i = 0; i < newest; i++)
                if (ret->verdicts[i] == VERDICT_SEND || (ret->send == newest && ret->verdicts[i] != VERDICT_HANDLED))
                        ret->verdicts[i] = VERDICT_SUPERSEDED;
}

/* Days off can move the first day of a window past its last one: then it is never said. */
static bool is_void(const struct obligation_dates *dates, const struct rung *rung)
{
        return rung_is_advance(rung->class) && wall_day(rung->at) > dates->effective;
}

size_t ladder_missed(const struct ladder_rules *rules, const struct obligation *obligation, const struct rung *rungs,
                     size_t n, const struct ladder_step *step, wall_time known)
{
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);

        while (n > 0 && is_void(&dates, &rungs[n - 1]))
                n--;
        /* The last one: while it is still to come, or is said, it speaks for all before it. */
        if (n == 0 || rungs[n - 1].at <= known)
                return LADDER_MAX;
        /* Somebody silenced it until after the day with which it lapsed. */
        if (rungs[n - 1].class == RUNG_SNOOZE_END && wall_day(rungs[n - 1].at) > dates.effective)
                return LADDER_MAX;
        return step->verdicts[n - 1] == VERDICT_PAST_DUE || step->verdicts[n - 1] == VERDICT_TOO_OLD ? n - 1
                                                                                                     : LADDER_MAX;
}

bool ladder_goes_on(const struct ladder_rules *rules, const struct obligation *obligation, wall_time after)
{
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);
        struct rung rungs[LADDER_MAX];
        size_t n = ladder_of_obligation(rules, obligation, after, rungs);

        while (n > 0 && is_void(&dates, &rungs[n - 1]))
                n--;
        return n > 0 && rungs[n - 1].at > after;
}

void ladder_step_occurrence(const struct rung *rungs, size_t n, wall_time handled, wall_time now,
                            struct ladder_step *ret)
{
        bool fix_sent = false;

        *ret = (struct ladder_step){.send = LADDER_MAX, .next = WALL_NEVER};
        /* From the newest back: the first fix rung met is the one that speaks. */
        for (size_t i = n; i-- > 0;) {
                bool fix = rungs[i].class == RUNG_FIX;

                if (rungs[i].at <= handled) {
                        ret->verdicts[i] = VERDICT_HANDLED;
                } else if (rungs[i].at > now) {
                        ret->verdicts[i] = VERDICT_LATER;
                        ret->next = rungs[i].at;
                } else if (fix && fix_sent) {
                        ret->verdicts[i] = VERDICT_SUPERSEDED;
                } else {
                        ret->verdicts[i] = VERDICT_SEND;
                        fix_sent |= fix;
                        if (ret->send != LADDER_MAX)
                                continue;
                        ret->send = i;
                        ret->kind = fix ? KIND_FIX_DATE : KIND_ESCALATION;
                }
        }
}
