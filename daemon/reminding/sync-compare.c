/* How what the store has of an item compares with what follows from the plans. */
#include "reminding/sync-private.h"

#include <errno.h>
#include <string.h>

#include "reminding/scheduler.h"

/* A tick that has not come yet works the moment out. */
static bool is_armed(wall_time stored, wall_time follows)
{
        return stored == follows || stored == FIRE_AT_ONCE;
}

static int compare_obligation(const struct sync *sync, const struct occurrence_record *occurrence, const char *agency)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        int r = store_find_obligation(sync->engine->store, occurrence->id, agency, &record);

        if (r != 0)
                return r < 0 ? r : COMPARED_WRONG;

        const struct obligation_record was = record;

        engine_arm(sync->engine, sync->item, &record);
        return obligation_is_planned_alike(&record.obligation, &occurrence->planned) &&
                               record.obligation.status != OBLIGATION_WITHDRAWN && record.due == was.due &&
                               record.effective == was.effective && is_armed(was.next_fire, record.next_fire)
                       ? COMPARED_SAME
                       : COMPARED_WRONG;
}

static int compare_heir(const struct sync *sync, const struct occurrence_record *occurrence, size_t named, size_t heir)
{
        struct obligation_record CLEANUP(obligation_record_clear) old = {0};
        int r = compare_obligation(sync, occurrence, engine_config(sync->engine)->roster.agencies[heir].id);

        if (r != COMPARED_WRONG)
                return r;
        r = sync_find_predecessor(sync, occurrence->id, named, heir, &old);
        if (r < 0)
                return r;
        return r == 0 && sync_is_settled(&old) ? COMPARED_SAME : COMPARED_WRONG;
}

static int compare_rungs(const struct sync *sync, const struct occurrence_record *record)
{
        wall_time next = WALL_NEVER;
        int r = scheduler_next_rung(sync->engine, sync->plan, sync->item, record, &next);

        if (r < 0)
                return r;
        return is_armed(record->next_fire, next) ? COMPARED_SAME : COMPARED_WRONG;
}

int sync_compare_occurrence(const struct sync *sync, const struct occurrence *occurrence, const size_t *agencies,
                            size_t n_agencies)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        char *CLEANUP_FREE title = item_words(sync->plan, sync->item, sync->item->title, occurrence->due);
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        struct obligation planned = sync_planned_obligation(sync->item, occurrence);
        int r = store_find_occurrence(sync->engine->store, sync->plan->id, sync->item->id, occurrence->key, &record);

        if (r == 0 && !title)
                r = -ENOMEM;
        if (r != 0)
                return r < 0 ? r : COMPARED_WRONG;
        if (record.withdrawn)
                return COMPARED_AWAY;
        if (strcmp(record.title, title) != 0 || !obligation_is_planned_alike(&record.planned, &planned) ||
            record.fix_by != sync_planned_fix_by(sync->item, occurrence))
                return COMPARED_WRONG;
        for (size_t i = 0; r == COMPARED_SAME && i < n_agencies; i++) {
                size_t heir = roster_heir(roster, agencies[i], wall_day(sync->now));

                r = sync_planned_for(sync, occurrence, agencies[i], &record.planned);
                if (r < 0)
                        return r;
                if (heir == agencies[i])
                        r = compare_obligation(sync, &record, roster->agencies[heir].id);
                else if (!agency_is_among(heir, agencies, n_agencies))
                        r = compare_heir(sync, &record, agencies[i], heir);
        }
        record.planned = planned; /* the occurrence's again, and not the last agency's */
        return r == COMPARED_SAME ? compare_rungs(sync, &record) : r;
}
