/* The ladders of what the store holds, by the settings in force and the clock. */
#include "runtime/engine.h"

#include "base/cleanup.h"
#include "core/ladder.h"
#include "store/occurrences.h"

struct ladder_rules engine_rules(const struct engine *engine, const struct item *item)
{
        const struct config *config = engine_config(engine);

        return (struct ladder_rules){
                .policy = &item->policy,
                .calendar = config->calendar,
                .hours = &config->hours,
                .event = item->event,
                .catch_up = config->catch_up,
        };
}

struct digest_rules engine_digest_rules(const struct engine *engine)
{
        const struct config *config = engine_config(engine);

        return (struct digest_rules){
                .weekday = config->digest.weekday,
                .at = config->digest.at,
                .calendar = config->calendar,
                .hours = &config->hours,
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
        *ret = agency_is_among(agency, agencies, n);
        return 0;
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
