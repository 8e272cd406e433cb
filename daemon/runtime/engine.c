/* What the parts of the engine share: random bits, arming, complaining. */
#include "runtime/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "core/ladder.h"
#include "store/occurrences.h"

void engine_observe(struct engine *engine, const struct engine_observer *observer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (!engine->observers[i].self) {
                        engine->observers[i] = *observer;
                        return;
                }
}

void engine_unobserve(struct engine *engine, const void *self)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].self == self)
                        engine->observers[i] = (struct engine_observer){0};
}

bool engine_is_watched(const struct engine *engine)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        return true;
        return false;
}

void engine_tell_leaving(const struct engine *engine, const struct delivery_record *delivery,
                         const struct letter *letter, const char *subject)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        engine->observers[i].leaving(engine->observers[i].self, delivery, letter, subject);
}

void engine_tell_finished(const struct engine *engine, const struct delivery_record *delivery, const char *answer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].finished)
                        engine->observers[i].finished(engine->observers[i].self, delivery, answer);
}

void engine_tell_changed(const struct engine *engine, const struct obligation_record *obligation)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].changed)
                        engine->observers[i].changed(engine->observers[i].self, obligation);
}

uint64_t engine_random(struct engine *engine)
{
        /* splitmix64, Steele, Lea and Flood 2014: the constants are theirs. */
        uint64_t z = engine->random += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

void engine_new_id(struct engine *engine, char ret[static DELIVERY_ID_SIZE])
{
        uint64_t moment = (uint64_t)clock_now(&engine->clock) << 16;
        uint64_t high = engine_random(engine) & 0xffff, low = engine_random(engine);

        snprintf(ret, DELIVERY_ID_SIZE, "%016" PRIx64 "%016" PRIx64, moment | high, low);
}

struct ladder_rules engine_rules(const struct engine *engine, const struct item *item)
{
        const struct config *config = engine_config(engine);

        return (struct ladder_rules){
                .policy = &item->policy,
                .calendar = config->calendar,
                .hours = &config->hours,
                .catch_up = config->catch_up,
        };
}

void engine_arm(const struct engine *engine, const struct item *item, struct obligation_record *record)
{
        struct ladder_rules rules = engine_rules(engine, item);
        struct obligation_dates dates = obligation_dates(&record->obligation, rules.calendar);

        record->due = dates.due;
        record->effective = dates.effective;
        record->next_fire = ladder_next(&rules, &record->obligation, record->handled);
}

int engine_is_planned(struct engine *engine, const struct obligation_record *record, bool *ret)
{
        const struct roster *roster = &engine_config(engine)->roster;
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        size_t agency = roster_find(roster, record->agency), *CLEANUP_FREE agencies = NULL, n = 0;
        const struct plan *plan;
        const struct item *item;
        int r = store_get_occurrence(engine->store, record->occurrence_id, &occurrence);

        if (r != 0 || occurrence.withdrawn || agency == ROSTER_NONE ||
            !settings_find_item(engine->settings, record->plan, record->item, &plan, &item)) {
                *ret = false;
                return r < 0 ? r : 0;
        }
        r = plan_resolve_heirs(plan, roster, &item->for_, clock_today(&engine->clock), &agencies, &n);
        if (r < 0)
                return r;
        *ret = false;
        for (size_t i = 0; i < n && !*ret; i++)
                *ret = agencies[i] == agency;
        return 0;
}

bool engine_is_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        return hours_are_open(&config->hours, config->calendar, clock_wall(at_ms));
}

int64_t engine_holds_until(const struct engine *engine, int64_t now_ms, bool any_hour)
{
        static const struct hours always = {0};

        if (engine->clock.is_virtual)
                return INT64_MAX;
        return clock_instant(hours_until(any_hour ? &always : &engine_config(engine)->hours, clock_wall(now_ms)));
}

int64_t engine_when_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        if (at_ms == INT64_MAX || engine_is_open(engine, at_ms))
                return at_ms;
        return clock_instant(hours_next(&config->hours, config->calendar, clock_wall(at_ms)));
}

int engine_rearm_occurrence(struct engine *engine, int64_t occurrence)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        int r = store_get_occurrence(engine->store, occurrence, &record);

        if (r != 0 || record.withdrawn)
                return r < 0 ? r : 0;
        record.next_fire = FIRE_AT_ONCE;
        return store_put_occurrence(engine->store, &record);
}

wall_time engine_catch_up_floor(const struct engine *engine, wall_time handled)
{
        return ladder_catch_up_floor(handled, clock_wall(clock_now(&engine->clock)), engine_config(engine)->catch_up);
}

const char *engine_words(const struct engine *engine, int error)
{
        const char *words = store_error(engine->store);

        return error == -ENOMEM ? "there is not enough memory" : *words ? words : strerror(-error);
}

int engine_store_trouble(const struct engine *engine, int error, const char *doing)
{
        journal_say(&engine->journal, EVENT_STORE_TROUBLE, NULL, "%s: %s", doing, engine_words(engine, error));
        return error;
}
