/* The rules once more, slowly and plainly.
 * Depends on rules.h.
 * Called by checker. */
#include "rules.h"

#include <stdlib.h>

#include "core/cleanup.h"

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

civil_day rules_due(const struct duty *duty)
{
        return duty->fixed != CIVIL_NONE ? duty->fixed : duty->due;
}

bool rules_tentative(const struct duty *duty)
{
        return duty->fixed == CIVIL_NONE && duty->tentative;
}

/* Civil Code 2015, art. 148.5, unless the item says otherwise. */
civil_day rules_effective(const struct rules *rules, const struct duty *duty)
{
        civil_day due = rules_due(duty);

        if (due == CIVIL_NONE || rules_tentative(duty) || rules_observance(rules, duty) || duty->shift == SHIFT_NONE)
                return due;
        return duty->shift == SHIFT_NEXT ? worked_from(rules, due) : worked_until(rules, due);
}

static civil_day earlier_date(const struct rules *rules, const struct duty *duty)
{
        civil_day effective = rules_effective(rules, duty), due = rules_due(duty);

        return effective < due ? effective : due;
}

bool rules_snooze_hides(const struct rules *rules, const struct duty *duty)
{
        civil_day first = rules_tentative(duty) ? duty->from : earlier_date(rules, duty);

        if (rules_due(duty) == CIVIL_NONE || duty->snoozed_until == CIVIL_NONE)
                return false;
        return duty->snoozed_until > worked_until(rules, first - 1);
}

/* ---- beats ---- */

struct beats {
        const struct rules *rules;
        struct beat *beats;
        int n;
        int32_t clock;
};

static wall_time moment(const struct beats *beats, civil_day day)
{
        return rules_when_open(beats->rules, wall_at(day, beats->clock));
}

static void add(struct beats *beats, civil_day day, enum voice voice)
{
        wall_time at = moment(beats, day);

        for (int i = 0; i < beats->n; i++)
                if (beats->beats[i].at == at) {
                        if (voice > beats->beats[i].voice)
                                beats->beats[i].voice = voice;
                        return;
                }
        if (beats->n < BEATS_MAX)
                beats->beats[beats->n++] = (struct beat){at, voice};
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
                add(beats, on, VOICE_OVERDUE);
                said++;
        }
}

wall_time rules_silent_until(const struct rules *rules, const struct duty *duty)
{
        const struct beats beats = {rules, NULL, 0, rules->block->policies[item_of(rules, duty)->policy].at};

        return duty->snoozed_until == CIVIL_NONE ? WALL_NONE
                                                 : moment(&beats, worked_from(rules, duty->snoozed_until + 1));
}

static int find_beats(const struct rules *rules, const struct duty *duty, struct beat beats[static BEATS_MAX])
{
        const struct block_policy *policy = &rules->block->policies[item_of(rules, duty)->policy];
        struct beats all = {rules, beats, 0, policy->at};
        civil_day due = rules_due(duty), anchor;

        if (duty->status != OBLIGATION_OPEN || due == CIVIL_NONE)
                return 0;
        anchor = rules_tentative(duty) ? duty->from : earlier_date(rules, duty);
        for (int i = 0; i < policy->n_before; i++)
                add(&all, worked_until(rules, walk(rules, anchor, &policy->before[i], -1)), VOICE_BEFORE);
        if (!rules_observance(rules, duty)) {
                if (duty->fixed == CIVIL_NONE && duty->from != CIVIL_NONE)
                        add(&all, worked_from(rules, duty->from), VOICE_BEFORE);
                if (!rules_tentative(duty))
                        add_overdue(&all, policy, rules_effective(rules, duty));
                if (duty->snoozed_until != CIVIL_NONE)
                        add(&all, worked_from(rules, duty->snoozed_until + 1), VOICE_SNOOZE_END);
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

bool rules_speak(const struct rules *rules, const struct duty *duty, wall_time now, struct beat *ret_beat,
                 enum notice_kind *ret_kind)
{
        civil_day today = wall_day(now), effective = rules_effective(rules, duty);

        *ret_beat = (struct beat){.at = WALL_NONE};
        for (int i = 0; i < duty->n_beats; i++)
                if (duty->beats[i].at > duty->settled && duty->beats[i].at <= now)
                        *ret_beat = duty->beats[i];
        if (ret_beat->at == WALL_NONE || now < rules_silent_until(rules, duty))
                return false;
        if (ret_beat->voice == VOICE_BEFORE && (today > effective || now - ret_beat->at > rules->block->catch_up))
                return false;
        if (rules_tentative(duty) && today > effective)
                return false;
        if (rules_observance(rules, duty))
                *ret_kind = KIND_OBSERVANCE;
        else if (rules_tentative(duty))
                *ret_kind = KIND_ADVANCE;
        else if (ret_beat->voice == VOICE_OVERDUE || today > effective)
                *ret_kind = KIND_OVERDUE;
        else
                *ret_kind = earlier_date(rules, duty) - today <= 1 ? KIND_DUE : KIND_ADVANCE;
        return true;
}

/* ---- occurrences ---- */

wall_time rules_level_at(const struct rules *rules, const struct block_item *item, int level, civil_day effective)
{
        const struct block_policy *policy = &rules->block->policies[item->policy];
        const struct beats beats = {rules, NULL, 0, policy->at};

        return moment(&beats, worked_from(rules, walk(rules, effective, &policy->levels[level].after, 1)));
}

int rules_fix_beats(const struct rules *rules, const struct block_item *item, wall_time beats[static BEATS_MAX])
{
        static const int days[] = {14, 3, 0};
        static const struct offset every = {.workdays = 2};
        const struct beats all = {rules, NULL, 0, rules->block->policies[item->policy].at};
        int n = 0;

        if (!item->tentative || item->fix_by == CIVIL_NONE)
                return 0;
        for (size_t i = 0; i < ELEMENTS(days); i++)
                beats[n++] = moment(&all, worked_until(rules, item->fix_by - days[i]));
        for (civil_day day = walk(rules, item->fix_by, &every, 1); n < BEATS_MAX; day = walk(rules, day, &every, 1)) {
                if (wall_day(moment(&all, day)) > item->due)
                        break;
                beats[n++] = moment(&all, day);
        }
        return n;
}
