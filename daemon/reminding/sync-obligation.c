/* One obligation in a sync: made where it is new, changed where the plan was, and what is told of that. */
#include "reminding/sync-private.h"

#include "addressing/announce.h"
#include "core/anchor.h"
#include "store/revisions.h"
#include "store/sync.h"

/* The day that people know; of one that only the calendar moved, where it moved. */
static void set_days(struct change *change, const struct obligation_record *before,
                     const struct obligation_record *after)
{
        bool nominal = before->due != after->due;

        change->before = nominal ? before->due : before->effective;
        change->after = nominal ? after->due : after->effective;
}

struct change sync_change_of(const struct sync *sync, enum change_kind kind, const struct obligation_record *before,
                             const struct obligation_record *after)
{
        struct change change = {.kind = kind, .title = after->title};

        snprintf(change.plan, sizeof(change.plan), "%s", after->plan);
        snprintf(change.item, sizeof(change.item), "%s", after->item);
        snprintf(change.key, sizeof(change.key), "%s", after->key);
        snprintf(change.agency, sizeof(change.agency), "%s", after->agency);
        change.state =
                obligation_state(&before->obligation, engine_config(sync->engine)->calendar, wall_day(sync->now));
        set_days(&change, before, after);
        return change;
}

static int note_change(const struct sync *sync, enum change_kind kind, const struct obligation_record *before,
                       const struct obligation_record *after)
{
        const struct change change = sync_change_of(sync, kind, before, after);

        return sync->changes ? changes_add(sync->changes, &change) : 0;
}

struct obligation sync_planned_obligation(const struct item *item, const struct occurrence *occurrence)
{
        return (struct obligation){
                .from = occurrence->from,
                .due = occurrence->due,
                .tentative = occurrence->tentative,
                .observance = item->form == DATE_OBSERVANCE,
                .shift = item->policy.shift,
                .lapses = !policy_urges(&item->policy),
                .fixed = CIVIL_NONE,
                .status = OBLIGATION_OPEN,
                .done_on = CIVIL_NONE,
                .snoozed_until = CIVIL_NONE,
                .urged = CIVIL_NONE,
        };
}

civil_day sync_planned_fix_by(const struct item *item, const struct occurrence *occurrence)
{
        return occurrence->tentative || occurrence->due == CIVIL_NONE ? item->fix_by : CIVIL_NONE;
}

/* What an agency that is named owes of an occurrence, or whoever answers for it, or did before it passed to that one.
 * STORE_NONE: nobody owes it. */
static int find_owed(const struct sync *sync, int64_t occurrence, size_t named, struct obligation_record *ret)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        size_t heir = roster_heir(roster, named, wall_day(sync->now));
        int r = store_find_obligation(sync->engine->store, occurrence, roster->agencies[heir].id, ret);

        if (r < 0 || (r == 0 && ret->obligation.status != OBLIGATION_WITHDRAWN))
                return r;
        return sync_find_predecessor(sync, occurrence, named, heir, ret);
}

static int count_day(const struct sync *sync, const struct item *anchor, size_t agency, civil_day *ret)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) owed = {0};
        int r = store_find_occurrence(sync->engine->store, sync->plan->id, anchor->id, "", &occurrence);

        if (r == 0)
                r = find_owed(sync, occurrence.id, agency, &owed);
        if (r != 0)
                return r < 0 ? r : 0;
        *ret = anchor_day(sync->item, anchor, &owed.obligation, engine_config(sync->engine)->calendar);
        return 0;
}

int sync_planned_for(const struct sync *sync, const struct occurrence *occurrence, size_t agency,
                     struct obligation *ret)
{
        struct occurrence own = item_occurrence_of(sync->item, occurrence, agency);
        const struct item *anchor = item_anchor(sync->plan, sync->item);
        int r = anchor ? count_day(sync, anchor, agency, &own.due) : 0;

        if (r == 0)
                *ret = sync_planned_obligation(sync->item, &own);
        return r;
}

struct obligation_record sync_new_obligation(const struct sync *sync, const struct occurrence_record *occurrence)
{
        struct obligation_record record = {
                .occurrence_id = occurrence->id,
                .title = occurrence->title,
                .obligation = occurrence->planned,
                .handled = sync->engine->watched_since,
        };

        snprintf(record.plan, sizeof(record.plan), "%s", occurrence->plan);
        snprintf(record.item, sizeof(record.item), "%s", occurrence->item);
        snprintf(record.key, sizeof(record.key), "%s", occurrence->key);
        record.obligation.known = sync->now > sync->engine->watched_since + 1 ? sync->now : WALL_NONE;
        record.obligation.status =
                obligation_beginning(&record.obligation, engine_config(sync->engine)->calendar, sync->item->since);
        if (sync->closed)
                (void)obligation_close(&record.obligation);
        engine_arm(sync->engine, sync->item, &record);
        return record;
}

int sync_add_obligation(struct sync *sync, const struct obligation_record *template, const char *agency)
{
        struct obligation_record record = *template;
        int r;

        snprintf(record.agency, sizeof(record.agency), "%s", agency);
        r = store_put_obligation(sync->engine->store, &record);
        if (r < 0)
                return r;
        sync->counts.added++;
        sync->counts.unclear += record.obligation.status == OBLIGATION_UNCLEAR;
        r = note_change(sync, CHANGE_ADDED, &record, &record);
        return r < 0 ? r : store_mark_obligation(sync->engine->store, record.id);
}

/* The plan has another hour or place for something that is still to be done. */
static bool is_rearranged(const struct sync *sync, const struct obligation_record *record)
{
        return sync->left && record->obligation.status == OBLIGATION_OPEN && !record->obligation.observance;
}

static int tell_venue(const struct sync *sync, const struct obligation_record *record)
{
        const struct venue now = {sync->item->time, sync->item->place};

        return is_rearranged(sync, record) ? announce_venue(sync->engine, record, sync->left, &now) : 0;
}

/* The plan moved the date of something nobody has fixed or finished. */
static int move_obligation(struct sync *sync, struct obligation_record *record, const struct obligation *before)
{
        struct engine *engine = sync->engine;
        const struct calendar *calendar = engine_config(engine)->calendar;
        char day[CIVIL_DATE_SIZE];
        int r;

        record->handled = sync->now;
        if (obligation_snooze_hides(&record->obligation, calendar))
                record->obligation.snoozed_until = CIVIL_NONE;
        engine_arm(engine, sync->item, record);
        journal_say(&engine->journal, EVENT_DATE_CHANGED,
                    &(struct journal_fields){.plan = record->plan, .item = record->item, .agency = record->agency},
                    "%s/%s for %s: the plan now says %s", record->plan, record->item, record->agency,
                    record->due == CIVIL_NONE ? "no date" : civil_format(record->due, day));
        /* Nothing can be announced of an observance, which binds nobody. */
        if (record->obligation.observance)
                return store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_COUNT,
                                            "the date changed");
        r = announce_date(engine, record, before, NULL, NULL, NULL);
        if (r == ANNOUNCE_KNOWN) {
                record->handled = engine_catch_up_floor(engine, record->handled);
                engine_arm(engine, sync->item, record);
                r = tell_venue(sync, record);
        }
        return r < 0 ? r : 0;
}

/* It was withdrawn, and is in the plan again; its queue was cancelled. */
static int put_back(struct sync *sync, struct obligation_record *record)
{
        struct engine *engine = sync->engine;
        int r = store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_WITHDRAWN,
                                     "in the plan again");

        record->handled = engine_catch_up_floor(engine, record->handled);
        engine_arm(engine, sync->item, record);
        return r < 0 || record->obligation.status != OBLIGATION_OPEN ? r
                                                                     : announce_reopening(engine, record, NULL, NULL);
}

static int note_update(const struct sync *sync, enum replan replan, const struct obligation_record *was,
                       const struct obligation_record *record)
{
        switch (replan) {
        case REPLAN_UNCLEAR:
                return note_change(sync, CHANGE_UNCLEAR, was, record);
        case REPLAN_WATCHED:
                return note_change(sync, CHANGE_WATCHED, was, record);
        case REPLAN_RETURNED:
                return note_change(sync, CHANGE_RETURNED, was, record);
        case REPLAN_SAME:
        case REPLAN_SILENT:
        case REPLAN_MOVED:
                break;
        }
        if (was->due == record->due && was->effective == record->effective && is_rearranged(sync, record))
                return note_change(sync, CHANGE_REARRANGED, was, record);
        if (was->due != record->due || was->effective != record->effective ||
            was->obligation.from != record->obligation.from)
                return note_change(sync, CHANGE_MOVED, was, record);
        /* A tick that has not come yet works the moment out. */
        return was->next_fire == FIRE_AT_ONCE || was->next_fire == record->next_fire
                       ? 0
                       : note_change(sync, CHANGE_RETIMED, was, record);
}

int sync_update_obligation(struct sync *sync, const struct occurrence_record *occurrence,
                           struct obligation_record *record)
{
        const struct obligation_record was = *record;
        struct engine *engine = sync->engine;
        enum replan replan = obligation_replan(&record->obligation, &occurrence->planned,
                                               engine_config(engine)->calendar, sync->item->since, sync->now);
        int r = 0;

        if (sync->closed)
                (void)obligation_close(&record->obligation);
        switch (replan) {
        case REPLAN_SAME:
        case REPLAN_SILENT:
                engine_arm(engine, sync->item, record);
                r = tell_venue(sync, record);
                break;
        case REPLAN_MOVED:
                r = move_obligation(sync, record, &was.obligation);
                break;
        case REPLAN_RETURNED:
                r = put_back(sync, record);
                break;
        case REPLAN_UNCLEAR:
                record->obligation.snoozed_until = CIVIL_NONE;
                engine_arm(engine, sync->item, record);
                r = store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_COUNT,
                                         "past before it was known");
                break;
        case REPLAN_WATCHED:
                record->handled = engine_catch_up_floor(engine, record->handled);
                engine_arm(engine, sync->item, record);
                break;
        }
        if (r < 0)
                return r;
        if (replan != REPLAN_SAME || is_rearranged(sync, record) || was.effective != record->effective ||
            was.next_fire != record->next_fire) {
                r = store_put_obligation(sync->engine->store, record);
                if (r == 0 && is_rearranged(sync, record))
                        r = store_revise(sync->engine->store, record->id);
                if (r == 0)
                        r = note_update(sync, replan, &was, record);
                if (r < 0)
                        return r;
                sync->counts.changed++;
                sync->counts.unclear +=
                        record->obligation.status == OBLIGATION_UNCLEAR && was.obligation.status != OBLIGATION_UNCLEAR;
        }
        return store_mark_obligation(sync->engine->store, record->id);
}

int sync_agency(struct sync *sync, const struct occurrence_record *occurrence, const struct obligation_record *template,
                const char *agency)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        int r = store_find_obligation(sync->engine->store, occurrence->id, agency, &record);

        if (r < 0)
                return r;
        return r == STORE_NONE ? sync_add_obligation(sync, template, agency)
                               : sync_update_obligation(sync, occurrence, &record);
}
