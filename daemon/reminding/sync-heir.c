/* What is owed passes to another agency in a sync, as the agencies have. */
#include "reminding/sync-private.h"

#include "store/audit.h"
#include "store/sync.h"

int sync_audit_passage(const struct sync *sync, const struct obligation_record *record, const char *verb,
                       const char *agency, const char *other)
{
        struct engine *engine = sync->engine;
        struct audit_record audit = {
                .at_ms = clock_now(&engine->clock),
                .who = "reminderd",
                .uid = -1,
                .verb = (char *)verb,
                .detail = (char *)other,
        };

        snprintf(audit.plan, sizeof(audit.plan), "%s", record->plan);
        snprintf(audit.item, sizeof(audit.item), "%s", record->item);
        snprintf(audit.key, sizeof(audit.key), "%s", record->key);
        snprintf(audit.agency, sizeof(audit.agency), "%s", agency);
        return store_add_audit(engine->store, &audit);
}

int sync_find_predecessor(const struct sync *sync, int64_t occurrence, size_t named, size_t heir,
                          struct obligation_record *ret)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        struct store *store = sync->engine->store;
        int found = STORE_NONE;

        for (size_t at = named; at != heir; at = roster_successor(roster, at, wall_day(sync->now))) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};
                int r = store_find_obligation(store, occurrence, roster->agencies[at].id, &record);

                if (r < 0)
                        return r;
                if (r == STORE_NONE || (found == 0 && record.obligation.status == OBLIGATION_WITHDRAWN))
                        continue;
                obligation_record_clear(ret);
                *ret = record;
                record = (struct obligation_record){0};
                found = 0;
        }
        return found;
}

bool sync_is_settled(const struct obligation_record *record)
{
        return record->obligation.status == OBLIGATION_DONE || record->obligation.status == OBLIGATION_WAIVED ||
               record->obligation.status == OBLIGATION_UNFINISHED;
}

static int end_predecessor(const struct sync *sync, struct obligation_record *old, const char *heir)
{
        struct store *store = sync->engine->store;
        int r;

        old->obligation.status = OBLIGATION_WITHDRAWN;
        old->next_fire = WALL_NEVER;
        r = store_put_obligation(store, old);
        if (r == 0)
                r = store_cancel_notices(store, 0, old->id, KIND_COUNT, "passed to the successor");
        return r < 0 ? r : sync_audit_passage(sync, old, "passed", old->agency, heir);
}

/* What was to be said of it up to now was said to the one before, or is too late. */
static int inherit(struct sync *sync, const struct occurrence_record *occurrence,
                   const struct obligation_record *template, struct obligation_record *old, const char *heir,
                   int64_t id)
{
        struct engine *engine = sync->engine;
        struct obligation_record record = *template;
        struct change change;
        int r;

        record.id = id;
        record.obligation = obligation_inherit(&old->obligation);
        (void)obligation_replan(&record.obligation, &occurrence->planned, engine_config(engine)->calendar,
                                sync->item->since, sync->now);
        if (sync->closed)
                (void)obligation_close(&record.obligation);
        record.handled = sync->now;
        snprintf(record.agency, sizeof(record.agency), "%s", heir);
        engine_arm(engine, sync->item, &record);
        r = store_put_obligation(engine->store, &record);
        if (r == 0)
                r = store_mark_obligation(engine->store, record.id);
        if (r == 0)
                r = sync_audit_passage(sync, &record, "taken over", heir, old->agency);
        if (r < 0)
                return r;
        sync->counts.changed++;
        change = sync_change_of(sync, CHANGE_PASSED, old, &record);
        snprintf(change.agency, sizeof(change.agency), "%s", old->agency);
        snprintf(change.successor, sizeof(change.successor), "%s", heir);
        r = sync->changes ? changes_add(sync->changes, &change) : 0;
        return r < 0 ? r : end_predecessor(sync, old, heir);
}

int sync_heir(struct sync *sync, const struct occurrence_record *occurrence, const struct obligation_record *template,
              size_t named, size_t heir)
{
        struct obligation_record CLEANUP(obligation_record_clear) own = {0}, CLEANUP(obligation_record_clear) old = {0};
        const char *agency = engine_config(sync->engine)->roster.agencies[heir].id;
        int has_own = store_find_obligation(sync->engine->store, occurrence->id, agency, &own), has_old;

        if (has_own < 0)
                return has_own;
        if (has_own == 0 && own.obligation.status != OBLIGATION_WITHDRAWN)
                return sync_update_obligation(sync, occurrence, &own);
        has_old = sync_find_predecessor(sync, occurrence->id, named, heir, &old);
        if (has_old < 0)
                return has_old;
        if (has_old == 0 && sync_is_settled(&old))
                return 0;
        if (has_own == 0 && (has_old == STORE_NONE || old.obligation.status == OBLIGATION_WITHDRAWN))
                return sync_update_obligation(sync, occurrence, &own);
        return has_old == STORE_NONE ? sync_add_obligation(sync, template, agency)
                                     : inherit(sync, occurrence, template, &old, agency, own.id);
}
