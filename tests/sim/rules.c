/* The rules once more, slowly and plainly. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/clock.h"

static bool worked(const struct rules *rules, civil_day day)
{
        return calendar_is_working(rules->calendar, day);
}

static civil_day worked_from(const struct rules *rules, civil_day day)
{
        while (!worked(rules, day))
                day++;
        return day;
}

static civil_day worked_until(const struct rules *rules, civil_day day)
{
        while (!worked(rules, day))
                day--;
        return day;
}

static civil_day walk(const struct rules *rules, civil_day day, const struct offset *offset, int direction)
{
        if (offset->workdays == 0)
                return day + direction * offset->days;
        for (int left = offset->workdays; left > 0;) {
                day += direction;
                if (worked(rules, day))
                        left--;
        }
        return day;
}

bool rules_open(const struct rules *rules, wall_time at)
{
        const struct block *block = rules->block;

        if (block->open == 0 && block->close == 0)
                return true;
        return worked(rules, wall_day(at)) && wall_clock(at) >= block->open && wall_clock(at) < block->close;
}

wall_time rules_when_open(const struct rules *rules, wall_time at)
{
        civil_day day = wall_day(at);

        if (rules_open(rules, at))
                return at;
        if (worked(rules, day) && wall_clock(at) < rules->block->open)
                return wall_at(day, rules->block->open);
        return wall_at(worked_from(rules, day + 1), rules->block->open);
}

static const struct block_item *item_of(const struct rules *rules, const struct duty *duty)
{
        return &rules->block->items[duty->item];
}

bool rules_observance(const struct rules *rules, const struct duty *duty)
{
        return item_of(rules, duty)->form == DATE_OBSERVANCE;
}

/* Nobody is told that its day has passed: then it is over. */
static bool lapses(const struct rules *rules, const struct duty *duty)
{
        const struct block_policy *policy = &rules->block->policies[item_of(rules, duty)->policy];

        return policy->limit == 0 && policy->n_levels == 0;
}

civil_day rules_due(const struct duty *duty)
{
        return duty->fixed != CIVIL_NONE ? duty->fixed : duty->due;
}

bool rules_tentative(const struct duty *duty)
{
        return duty->fixed == CIVIL_NONE && duty->tentative;
}

bool rules_awaits_day(const struct duty *duty)
{
        return rules_tentative(duty) || rules_due(duty) == CIVIL_NONE;
}

/* Civil Code 2015, art. 148.5, unless the item says otherwise. */
civil_day rules_effective(const struct rules *rules, const struct duty *duty)
{
        civil_day due = rules_due(duty);

        /* A day that the plan left open is an appointment once it is named. */
        if (duty->fixed != CIVIL_NONE && (duty->tentative || duty->due == CIVIL_NONE))
                return due;
        if (due == CIVIL_NONE || rules_tentative(duty) || rules_observance(rules, duty) || duty->shift == SHIFT_NONE)
                return due;
        return duty->shift == SHIFT_NEXT ? worked_from(rules, due) : worked_until(rules, due);
}

civil_day rules_safe(const struct rules *rules, const struct duty *duty)
{
        civil_day effective = rules_effective(rules, duty), due = rules_due(duty);

        return effective < due ? effective : due;
}

bool rules_held(const struct hold *hold, civil_day today)
{
        return hold->is && !hold->over && (hold->until == CIVIL_NONE || today <= hold->until);
}

bool rules_snooze_hides(const struct rules *rules, const struct duty *duty)
{
        civil_day first = rules_tentative(duty) ? duty->from : rules_safe(rules, duty);

        if (rules_due(duty) == CIVIL_NONE || duty->snoozed_until == CIVIL_NONE)
                return false;
        return duty->snoozed_until > worked_until(rules, first - 1);
}

enum obligation_status rules_beginning(const struct rules *rules, const struct duty *duty)
{
        civil_day effective = rules_effective(rules, duty);

        if (rules_observance(rules, duty) || (lapses(rules, duty) && !rules_tentative(duty)) ||
            effective == CIVIL_NONE || rules->block->watched[item_of(rules, duty)->plan])
                return OBLIGATION_OPEN;
        return effective < duty->known && duty->urged <= effective ? OBLIGATION_UNCLEAR : OBLIGATION_OPEN;
}

bool rules_closed(const struct rules *rules, const struct duty *duty, civil_day today)
{
        const struct block *block = rules->block;
        int plan = item_of(rules, duty)->plan;
        civil_day closing = block->closed[plan] != CIVIL_NONE ? block->closed[plan] : block->closes[plan];

        return today >= closing || (!block->plans[plan] && today >= civil_from(block->year + plan + 1, 1, 1));
}

civil_day rules_late_from(const struct rules *rules, const struct duty *duty)
{
        civil_day effective = rules_effective(rules, duty);

        return effective == CIVIL_NONE || duty->urged <= effective ? effective : duty->urged;
}

/* ---- beats ---- */

struct beats {
        const struct rules *rules;
        struct beat *beats;
        int n;
        int32_t clock;
        civil_day raws[BEATS_MAX];
};

static wall_time moment(const struct beats *beats, civil_day day)
{
        return rules_when_open(beats->rules, wall_at(day, beats->clock));
}

/* Of two at one moment the later voice; of two before the due date the one nearer to it. */
static void add(struct beats *beats, civil_day day, civil_day raw, const struct mark *mark)
{
        struct beat beat = {moment(beats, day), *mark};

        for (int i = 0; i < beats->n; i++) {
                struct beat *standing = &beats->beats[i];

                if (standing->at != beat.at)
                        continue;
                if (mark->voice > standing->mark.voice ||
                    (mark->voice == VOICE_BEFORE && standing->mark.voice == VOICE_BEFORE && raw >= beats->raws[i])) {
                        *standing = beat;
                        beats->raws[i] = raw;
                }
                return;
        }
        if (beats->n == BEATS_MAX)
                return;
        beats->raws[beats->n] = raw;
        beats->beats[beats->n++] = beat;
}

static int by_time(const void *left, const void *right)
{
        const struct beat *a = left, *b = right;

        return (a->at > b->at) - (a->at < b->at);
}

static void add_overdue(struct beats *beats, const struct block_policy *policy, civil_day effective)
{
        wall_time last = WALL_NONE;
        civil_day day = effective;

        for (int said = 0; said < policy->limit;) {
                civil_day on;

                day = walk(beats->rules, day, &policy->every, 1);
                on = worked_from(beats->rules, day);
                if (moment(beats, on) == last)
                        continue;
                last = moment(beats, on);
                add(beats, on, day, &(struct mark){.voice = VOICE_OVERDUE, .named = effective, .raw = day});
                said++;
        }
}

wall_time rules_silent_until(const struct rules *rules, const struct duty *duty)
{
        const struct beats beats = {.rules = rules, .clock = rules->block->policies[item_of(rules, duty)->policy].at};

        return duty->snoozed_until == CIVIL_NONE ? WALL_NONE
                                                 : moment(&beats, worked_from(rules, duty->snoozed_until + 1));
}

static int find_beats(const struct rules *rules, const struct duty *duty, struct beat beats[static BEATS_MAX])
{
        const struct block_policy *policy = &rules->block->policies[item_of(rules, duty)->policy];
        struct beats all = {.rules = rules, .beats = beats, .clock = policy->at};
        civil_day due = rules_due(duty), anchor;

        if (duty->status != OBLIGATION_OPEN || duty->claimed || due == CIVIL_NONE)
                return 0;
        anchor = rules_tentative(duty) ? duty->from : rules_safe(rules, duty);
        for (int i = 0; i < policy->n_before; i++) {
                bool itself = policy->before[i].days == 0 && policy->before[i].workdays == 0;
                civil_day raw = itself && !rules_tentative(duty) ? rules_effective(rules, duty)
                                                                 : walk(rules, anchor, &policy->before[i], -1);

                add(&all, worked_until(rules, raw), raw,
                    &(struct mark){.voice = VOICE_BEFORE,
                                   .offset = policy->before[i],
                                   .named = rules_tentative(duty) ? duty->from : due});
        }
        if (!rules_observance(rules, duty)) {
                if (duty->fixed == CIVIL_NONE && duty->from != CIVIL_NONE)
                        add(&all, worked_from(rules, duty->from), duty->from,
                            &(struct mark){.voice = VOICE_START, .named = duty->from});
                if (!rules_tentative(duty)) {
                        if (duty->urged > rules_effective(rules, duty) && policy->limit > 0)
                                add(&all, worked_from(rules, duty->urged), duty->urged,
                                    &(struct mark){.voice = VOICE_URGED, .named = duty->urged});
                        add_overdue(&all, policy, rules_late_from(rules, duty));
                }
                if (duty->snoozed_until != CIVIL_NONE)
                        add(&all, worked_from(rules, duty->snoozed_until + 1), duty->snoozed_until,
                            &(struct mark){.voice = VOICE_SNOOZE_END, .named = duty->snoozed_until});
        }
        qsort(beats, (size_t)all.n, sizeof(*beats), by_time);
        return all.n;
}

void rules_refresh(const struct rules *rules, struct duty *duty)
{
        if (duty->stale)
                duty->n_beats = find_beats(rules, duty, duty->beats);
        duty->stale = false;
}

/* ---- what was told ---- */

static bool same_mark(const struct mark *a, const struct mark *b)
{
        return a->voice == b->voice && a->named == b->named && a->raw == b->raw && a->offset.days == b->offset.days &&
               a->offset.workdays == b->offset.workdays;
}

const struct told *rules_told(const struct duty *duty, const struct mark *mark)
{
        for (int i = 0; i < duty->n_told; i++)
                if (same_mark(&duty->told[i].mark, mark))
                        return &duty->told[i];
        return NULL;
}

void rules_remember(struct duty *duty, const struct mark *mark, wall_time when, bool said)
{
        struct told *told = (struct told *)rules_told(duty, mark);

        if (told) {
                if (said)
                        told->said = true;
                return;
        }
        if (duty->n_told == TOLD_MAX) {
                memmove(duty->told, duty->told + 1, sizeof(*duty->told) * (TOLD_MAX - 1));
                duty->n_told--;
        }
        duty->told[duty->n_told++] = (struct told){*mark, when, said};
}

void rules_settle(struct duty *duty, wall_time now, const struct beat *said)
{
        for (int i = 0; i < duty->n_beats; i++)
                if (duty->beats[i].at > duty->settled && duty->beats[i].at <= now)
                        rules_remember(duty, &duty->beats[i].mark, now, said && duty->beats[i].at == said->at);
        duty->settled = now;
}

void rules_unsettle(struct duty *duty, wall_time now)
{
        if (duty->settled <= now)
                return;
        duty->settled = now - 1;
        duty->looked_at_again = true;
}

bool rules_speak(const struct rules *rules, const struct duty *duty, wall_time now, struct beat *ret_beat,
                 enum notice_kind *ret_kind)
{
        civil_day today = wall_day(now), effective = rules_effective(rules, duty);
        const struct told *told;
        bool before;

        *ret_beat = (struct beat){.at = WALL_NONE};
        for (int i = 0; i < duty->n_beats; i++)
                if (duty->beats[i].at > duty->settled && duty->beats[i].at <= now)
                        *ret_beat = duty->beats[i];
        if (ret_beat->at == WALL_NONE || now < rules_silent_until(rules, duty))
                return false;
        told = rules_told(duty, &ret_beat->mark);
        if (told && (told->said || told->when <= now))
                return false;
        before = ret_beat->mark.voice == VOICE_START || ret_beat->mark.voice == VOICE_BEFORE;
        if (before && (today > effective || now - ret_beat->at > rules->block->catch_up))
                return false;
        if ((rules_tentative(duty) || lapses(rules, duty)) && today > effective)
                return false;
        if (rules_observance(rules, duty))
                *ret_kind = KIND_OBSERVANCE;
        else if (rules_tentative(duty))
                *ret_kind = KIND_ADVANCE;
        else if (ret_beat->mark.voice == VOICE_OVERDUE || today > effective)
                *ret_kind = KIND_OVERDUE;
        else
                *ret_kind = rules_effective(rules, duty) - today <= 1 ? KIND_DUE : KIND_ADVANCE;
        return true;
}

/* ---- what may be decided ---- */

static civil_day snooze_cap(const struct rules *rules, const struct duty *duty, civil_day today)
{
        civil_day deadline = rules_safe(rules, duty);

        if (!rules_tentative(duty) && !lapses(rules, duty) && today > rules_effective(rules, duty))
                return walk(rules, today, &(struct offset){.workdays = 5}, 1);
        if (rules_tentative(duty) && today < duty->from)
                deadline = duty->from;
        return worked_until(rules, deadline - 1);
}

/* Until a year before its date last year's is worked on. */
static civil_day worked_on_from(const struct duty *duty, int year)
{
        civil_day new_year = civil_from(year, 1, 1), early = new_year;
        struct civil_date due;

        if (rules_due(duty) == CIVIL_NONE)
                return civil_from(year - 1, 1, 1);
        due = civil_split(rules_due(duty));
        if (due.year == year)
                early = due.month == 2 && due.day == 29 ? civil_from(year - 1, 3, 1)
                                                        : civil_from(year - 1, due.month, due.day) + 1;
        return early < new_year ? early : new_year;
}

bool rules_may_close(const struct rules *rules, int plan, civil_day on)
{
        int year = rules->block->year + plan;

        return rules->block->plans[plan] && on >= civil_from(year, 1, 1) && on < civil_from(year + 2, 1, 1);
}

static civil_day granted_day(const struct duty *duty, const struct act *act)
{
        return act->day == CIVIL_NONE ? duty->word : act->day;
}

enum allowance rules_may(const struct rules *rules, const struct duty *duty, const struct act *act, civil_day today)
{
        bool open = duty->status == OBLIGATION_OPEN, binds = !rules_observance(rules, duty);
        bool reminded = open || duty->status == OBLIGATION_UNCLEAR;
        bool owed = reminded || duty->status == OBLIGATION_UNFINISHED;
        int year = rules->block->year + item_of(rules, duty)->plan;

        switch (act->verb) {
        case ACT_SNOOZE:
                if (!open || !binds || rules_due(duty) == CIVIL_NONE)
                        return UNFIT;
                return act->day >= today && (act->force || act->day <= snooze_cap(rules, duty, today)) ? ALLOWED
                                                                                                       : FORBIDDEN;
        case ACT_UNSNOOZE:
                return open && duty->snoozed_until != CIVIL_NONE && duty->snoozed_until >= today ? ALLOWED : UNFIT;
        case ACT_DONE:
        case ACT_CLAIM:
                if (!owed || !binds)
                        return UNFIT;
                return act->day <= today && act->day >= worked_on_from(duty, year) ? ALLOWED : FORBIDDEN;
        case ACT_AMEND:
                if (duty->status != OBLIGATION_DONE)
                        return UNFIT;
                if (act->day > today || act->day < worked_on_from(duty, year))
                        return FORBIDDEN;
                return act->day != duty->done_on ? ALLOWED : UNFIT;
        case ACT_REOPEN:
                return (duty->planned || rules_closed(rules, duty, today)) &&
                                       (duty->status == OBLIGATION_DONE || duty->status == OBLIGATION_WAIVED)
                               ? ALLOWED
                               : UNFIT;
        case ACT_WAIVE:
                return owed ? ALLOWED : UNFIT;
        case ACT_URGE:
                return duty->status == OBLIGATION_UNCLEAR ? ALLOWED : UNFIT;
        case ACT_REQUEST:
                if (act->day < today || (rules_due(duty) != CIVIL_NONE &&
                                         (act->day <= rules_due(duty) || act->day <= rules_effective(rules, duty))))
                        return FORBIDDEN;
                /* fall through */
        case ACT_SET_DATE:
                if (!reminded || !binds)
                        return UNFIT;
                if (act->day < civil_from(year, 1, 1) || act->day > civil_from(year + 1, 12, 31))
                        return FORBIDDEN;
                if (item_of(rules, duty)->limit != CIVIL_NONE && act->day > item_of(rules, duty)->limit)
                        return FORBIDDEN;
                return act->day != duty->fixed ? ALLOWED : UNFIT;
        case ACT_CLEAR_DATE:
                return reminded && duty->fixed != CIVIL_NONE ? ALLOWED : UNFIT;
        case ACT_REJECT:
                return duty->claimed ? ALLOWED : UNFIT;
        case ACT_CONFIRM: /* it may have fitted only when it was said */
                return duty->claimed && !duty->asks
                               ? rules_may(rules, duty, &(struct act){.verb = ACT_DONE, .day = duty->word}, today)
                               : UNFIT;
        case ACT_GRANT:
                return duty->claimed && duty->asks
                               ? rules_may(rules, duty,
                                           &(struct act){.verb = ACT_SET_DATE, .day = granted_day(duty, act)}, today)
                               : UNFIT;
        case ACTS:
                break;
        }
        return FORBIDDEN;
}

wall_time rules_accepted_at(const struct rules *rules, const struct duty *duty)
{
        const struct block *block = rules->block;
        wall_time said = clock_wall(duty->said_ms);

        if (!duty->claimed || duty->asks)
                return WALL_NEVER;
        switch (block->accept) {
        case ACCEPT_AT_ONCE:
                return said;
        case ACCEPT_HOURS:
                return said + block->accept_hours * INT64_C(3600);
        case ACCEPT_DAYS:
                return wall_at(walk(rules, wall_day(said), &block->accept_days, 1), wall_clock(said));
        case ACCEPT_NEVER:
                break;
        }
        return WALL_NEVER;
}

void rules_act(const struct rules *rules, struct duty *duty, const struct act *act, civil_day today)
{
        switch (act->verb) {
        case ACT_SNOOZE:
                duty->snoozed_until = act->day;
                break;
        case ACT_UNSNOOZE:
                duty->snoozed_until = today - 1;
                break;
        case ACT_DONE:
        case ACT_WAIVE:
                duty->status = act->verb == ACT_DONE ? OBLIGATION_DONE : OBLIGATION_WAIVED;
                duty->done_on = act->verb == ACT_DONE ? act->day : CIVIL_NONE;
                duty->snoozed_until = CIVIL_NONE;
                duty->claimed = false;
                break;
        case ACT_AMEND:
                duty->done_on = act->day;
                break;
        case ACT_REOPEN:
                duty->status = rules_closed(rules, duty, today) ? OBLIGATION_UNFINISHED : rules_beginning(rules, duty);
                break;
        case ACT_URGE:
                duty->status = OBLIGATION_OPEN;
                duty->urged = today;
                break;
        case ACT_SET_DATE:
        case ACT_CLEAR_DATE:
                duty->fixed = act->verb == ACT_SET_DATE ? act->day : CIVIL_NONE;
                duty->claimed &= act->verb == ACT_CLEAR_DATE || !duty->asks;
                if (rules_snooze_hides(rules, duty))
                        duty->snoozed_until = CIVIL_NONE;
                duty->status = rules_beginning(rules, duty);
                break;
        case ACT_CLAIM:
        case ACT_REQUEST:
                duty->claimed = true;
                duty->asks = act->verb == ACT_REQUEST;
                duty->word = act->day;
                duty->said_ms = act->at_ms;
                if (rules_accepted_at(rules, duty) <= clock_wall(act->at_ms))
                        rules_act(rules, duty, &(struct act){.verb = ACT_CONFIRM}, today);
                break;
        case ACT_REJECT:
                duty->claimed = false;
                break;
        case ACT_CONFIRM:
                rules_act(rules, duty, &(struct act){.verb = ACT_DONE, .day = duty->word}, today);
                break;
        case ACT_GRANT:
                duty->claimed = false;
                rules_act(rules, duty, &(struct act){.verb = ACT_SET_DATE, .day = granted_day(duty, act)}, today);
                break;
        case ACTS:
                break;
        }
        duty->stale = true;
}

/* ---- occurrences ---- */

wall_time rules_level_at(const struct rules *rules, const struct block_item *item, int level, civil_day effective)
{
        const struct block_policy *policy = &rules->block->policies[item->policy];
        const struct beats beats = {.rules = rules, .clock = policy->at};

        return moment(&beats, worked_from(rules, walk(rules, effective, &policy->levels[level].after, 1)));
}

civil_day rules_fix_end(const struct rules *rules, const struct block_item *item)
{
        return item->form == DATE_UNDATED ? civil_from(rules->block->year + item->plan, 12, 31) : item->due;
}

int rules_fix_beats(const struct rules *rules, const struct block_item *item, wall_time beats[static FIX_BEATS_MAX])
{
        static const int days[] = {14, 3, 0};
        static const struct offset every = {.workdays = 2};
        const struct beats all = {.rules = rules, .clock = rules->block->policies[item->policy].at};
        civil_day last = rules_fix_end(rules, item);
        int n = 0;

        if ((!item->tentative && item->form != DATE_UNDATED) || item->fix_by == CIVIL_NONE)
                return 0;
        for (size_t i = 0; i < ELEMENTS(days); i++)
                beats[n++] = moment(&all, worked_until(rules, item->fix_by - days[i]));
        for (civil_day day = walk(rules, item->fix_by, &every, 1); n < FIX_BEATS_MAX;
             day = walk(rules, day, &every, 1)) {
                if (wall_day(moment(&all, day)) > last)
                        break;
                beats[n++] = moment(&all, day);
        }
        return n;
}
