/* Sync: brings the obligations in the store in line with the plans. */
#include "reminding/sync.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "base/cleanup.h"
#include "reminding/scheduler.h"
#include "runtime/closing.h"

#define FACT_FINGERPRINT "synced"

struct sync {
        struct engine *engine;
        const struct plan *plan;
        const struct item *item;
        wall_time now;
        enum sync_depth depth;
        bool closed; /* the plan is */
        struct changes *changes; /* NULL: nobody asks */
        struct sync_counts counts;
};

/* ---- what is told of it ---- */

/* The day that people know; of one that only the calendar moved, where it moved. */
static void set_days(struct change *change, const struct obligation_record *before,
                     const struct obligation_record *after)
{
        bool nominal = before->due != after->due;

        change->before = nominal ? before->due : before->effective;
        change->after = nominal ? after->due : after->effective;
}

static struct change change_of(const struct sync *sync, enum change_kind kind, const struct obligation_record *before,
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
        const struct change change = change_of(sync, kind, before, after);

        return sync->changes ? changes_add(sync->changes, &change) : 0;
}

static struct obligation planned_obligation(const struct item *item, const struct occurrence *occurrence)
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

static civil_day planned_fix_by(const struct item *item, const struct occurrence *occurrence)
{
        return occurrence->tentative ? item->fix_by : CIVIL_NONE;
}

/* What every agency owes that did not owe it before; the title is the occurrence's. */
static struct obligation_record new_obligation(const struct sync *sync, const struct occurrence_record *occurrence)
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

static int add_obligation(struct sync *sync, const struct obligation_record *template, const char *agency)
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
        r = announce_date(engine, record, before, NULL, NULL);
        if (r == 1) {
                record->handled = engine_catch_up_floor(engine, record->handled);
                engine_arm(engine, sync->item, record);
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
        if (was->due != record->due || was->effective != record->effective ||
            was->obligation.from != record->obligation.from)
                return note_change(sync, CHANGE_MOVED, was, record);
        /* A tick that has not come yet works the moment out. */
        return was->next_fire == FIRE_AT_ONCE || was->next_fire == record->next_fire
                       ? 0
                       : note_change(sync, CHANGE_RETIMED, was, record);
}

static int update_obligation(struct sync *sync, const struct occurrence_record *occurrence,
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
        if (replan != REPLAN_SAME || was.effective != record->effective || was.next_fire != record->next_fire) {
                r = store_put_obligation(sync->engine->store, record);
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

static int sync_agency(struct sync *sync, const struct occurrence_record *occurrence,
                       const struct obligation_record *template, const char *agency)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        int r = store_find_obligation(sync->engine->store, occurrence->id, agency, &record);

        if (r < 0)
                return r;
        return r == STORE_NONE ? add_obligation(sync, template, agency) : update_obligation(sync, occurrence, &record);
}

/* The record as the plan has it, with id and what is settled from the store. 1: it is new. */
static int put_occurrence(struct sync *sync, const struct occurrence *occurrence, const char *title,
                          struct occurrence_record *ret)
{
        struct store *store = sync->engine->store;
        struct occurrence_record CLEANUP(occurrence_record_clear) old = {0};
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {
                .title = strdup(title),
                .planned = planned_obligation(sync->item, occurrence),
                .fix_by = planned_fix_by(sync->item, occurrence),
                .handled = sync->engine->watched_since,
                .next_fire = FIRE_AT_ONCE,
        };
        int known, r;

        if (!record.title)
                return -ENOMEM;
        snprintf(record.plan, sizeof(record.plan), "%s", sync->plan->id);
        snprintf(record.item, sizeof(record.item), "%s", sync->item->id);
        snprintf(record.key, sizeof(record.key), "%s", occurrence->key);
        known = r = store_find_occurrence(store, record.plan, record.item, record.key, &old);
        if (r < 0)
                return r;
        if (known == 0) {
                record.id = old.id;
                record.handled = old.withdrawn ? engine_catch_up_floor(sync->engine, old.handled) : old.handled;
        }
        r = store_put_occurrence(store, &record);
        if (r == 0)
                r = store_mark_occurrence(store, record.id);
        if (r < 0)
                return r;
        *ret = record;
        record.title = NULL;
        return known;
}

static int sync_occurrence(struct sync *sync, const struct occurrence *occurrence, const char *title,
                           const size_t *agencies, size_t n_agencies)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        int new = put_occurrence(sync, occurrence, title, &record), r = 0;

        if (new < 0)
                return new;

        const struct obligation_record template = new_obligation(sync, &record);

        for (size_t i = 0; r == 0 && i < n_agencies; i++) {
                const char *agency = roster->agencies[agencies[i]].id;

                r = new ? add_obligation(sync, &template, agency) : sync_agency(sync, &record, &template, agency);
        }
        return r;
}

/* Under which name the fingerprint of an item's last sync is kept. */
#define FACT_ITEM_SIZE (sizeof("item /") + ID_SIZE + ID_SIZE)

static void name_fact(const struct sync *sync, char name[static FACT_ITEM_SIZE])
{
        snprintf(name, FACT_ITEM_SIZE, "item %s/%s", sync->plan->id, sync->item->id);
}

/* How what the store has of an item compares with what follows from the plans. */
enum comparison { COMPARED_SAME = 0, COMPARED_AWAY, COMPARED_WRONG };

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

static int compare_rungs(const struct sync *sync, const struct occurrence_record *record)
{
        wall_time next = WALL_NEVER;
        int r = scheduler_next_rung(sync->engine, sync->plan, sync->item, record, &next);

        if (r < 0)
                return r;
        return is_armed(record->next_fire, next) ? COMPARED_SAME : COMPARED_WRONG;
}

/* The occurrence, and what each agency owes of it. */
static int compare_occurrence(const struct sync *sync, const struct occurrence *occurrence, const size_t *agencies,
                              size_t n_agencies)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        char *CLEANUP_FREE title = item_title(sync->item, sync->plan->year);
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        struct obligation planned = planned_obligation(sync->item, occurrence);
        int r = store_find_occurrence(sync->engine->store, sync->plan->id, sync->item->id, occurrence->key, &record);

        if (r == 0 && !title)
                r = -ENOMEM;
        if (r != 0)
                return r < 0 ? r : COMPARED_WRONG;
        if (record.withdrawn)
                return COMPARED_AWAY;
        if (strcmp(record.title, title) != 0 || !obligation_is_planned_alike(&record.planned, &planned) ||
            record.fix_by != planned_fix_by(sync->item, occurrence))
                return COMPARED_WRONG;
        for (size_t i = 0; r == COMPARED_SAME && i < n_agencies; i++)
                r = compare_obligation(sync, &record, roster->agencies[agencies[i]].id);
        return r == COMPARED_SAME ? compare_rungs(sync, &record) : r;
}

/* What is said of the item is what was said when it was last brought in line, and it has not been away since. 1: it is
 * to be brought in line. */
static int keep_item(struct sync *sync, const struct occurrence *occurrences, size_t n_occurrences,
                     const size_t *agencies, size_t n_agencies)
{
        struct store *store = sync->engine->store;
        char *CLEANUP_FREE last = NULL;
        char name[FACT_ITEM_SIZE];
        int r;

        if (sync->depth == SYNC_EVERYTHING)
                return 1;
        name_fact(sync, name);
        r = store_get_fact(store, name, &last);
        if (r != 0 || strcmp(last, sync->item->fingerprint) != 0)
                return r < 0 ? r : 1;
        r = COMPARED_SAME;
        for (size_t i = 0; r == COMPARED_SAME && i < n_occurrences && sync->depth == SYNC_ROWS; i++)
                r = compare_occurrence(sync, &occurrences[i], agencies, n_agencies);
        if (r == COMPARED_WRONG)
                sync->counts.mended++;
        return r != COMPARED_SAME ? r : store_keep_item(store, sync->plan->id, sync->item->id, n_occurrences);
}

static int renew_item(struct sync *sync, const struct occurrence *occurrences, size_t n, const size_t *agencies,
                      size_t n_agencies)
{
        char *CLEANUP_FREE title = item_title(sync->item, sync->plan->year);
        char name[FACT_ITEM_SIZE];
        int r = title ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = sync_occurrence(sync, &occurrences[i], title, agencies, n_agencies);
        name_fact(sync, name);
        return r < 0 ? r : store_set_fact(sync->engine->store, name, sync->item->fingerprint);
}

static int sync_item(struct sync *sync)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        struct occurrence *CLEANUP_FREE occurrences = NULL;
        size_t *CLEANUP_FREE agencies = NULL;
        size_t n = 0, n_agencies = 0;
        int r = item_occurrences(sync->item, sync->plan->year, &occurrences, &n);

        if (r == 0)
                r = plan_resolve(sync->plan, roster, &sync->item->for_, &agencies, &n_agencies);
        if (r < 0)
                return r;
        sync->counts.total += n * n_agencies;
        r = keep_item(sync, occurrences, n, agencies, n_agencies);
        return r <= 0 ? r : renew_item(sync, occurrences, n, agencies, n_agencies);
}

/* Whether the plans have the item of what was withdrawn, and do not name its agency. 1: it is so. */
static int has_left(const struct sync *sync, const struct obligation_record *record)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        size_t agency = roster_find(roster, record->agency), n = 0;
        size_t *CLEANUP_FREE agencies = NULL;
        const struct plan *plan;
        const struct item *item;
        int r;

        if (!settings_find_item(sync->engine->settings, record->plan, record->item, &plan, &item))
                return 0;
        r = plan_resolve(plan, roster, &item->for_, &agencies, &n);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (agencies[i] == agency)
                        return 0;
        return r < 0 ? r : 1;
}

static int note_withdrawal(const struct sync *sync, const struct obligation_record *record)
{
        struct change change;
        int left;

        if (!sync->changes)
                return 0;
        left = has_left(sync, record);
        if (left < 0)
                return left;
        change = change_of(sync, CHANGE_WITHDRAWN, record, record);
        change.after = CIVIL_NONE;
        change.left = left > 0;
        return changes_add(sync->changes, &change);
}

/* Old plans are tidied away: that is no news to those who would have heard no more of them. */
static int withdraw(void *userdata, const struct obligation_record *record)
{
        struct sync *sync = userdata;
        struct obligation_record withdrawn = *record;
        int r = 0;

        obligation_withdraw(&withdrawn.obligation, engine_config(sync->engine)->calendar, sync->now);
        if (withdrawn.obligation.known != record->obligation.known) {
                withdrawn.next_fire = WALL_NEVER;
                r = store_put_obligation(sync->engine->store, &withdrawn);
        }
        if (r == 0)
                r = note_withdrawal(sync, record);
        if (r < 0)
                return r;
        if (obligation_is_history(record->effective, record->next_fire, wall_day(sync->now)))
                return 0;
        return announce_end(sync->engine, record, KIND_WITHDRAWN, NULL, NULL);
}

static int sync_all(struct sync *sync)
{
        struct engine *engine = sync->engine;
        const struct config *config = engine_config(engine);
        int r = closing_note_plans(engine);

        /* Before what left the plans is withdrawn: of a plan that was put away after its year it stays. */
        if (r == 0)
                r = closing_run(engine, &sync->counts.closed);
        if (r == 0)
                r = store_begin_sync(engine->store);
        for (size_t p = 0; r == 0 && p < config->n_plans; p++) {
                sync->plan = &config->plans[p];
                r = closing_is_closed(engine, sync->plan->id, &sync->closed);
                for (size_t i = 0; r == 0 && i < sync->plan->n_items; i++) {
                        sync->item = &sync->plan->items[i];
                        r = sync_item(sync);
                }
        }
        if (r == 0)
                r = store_finish_sync(engine->store, withdraw, sync, &sync->counts.withdrawn);
        if (r == 0)
                r = store_set_fact(engine->store, FACT_FINGERPRINT, config->fingerprint);
        if (r == 0 && sync->depth == SYNC_EVERYTHING)
                r = store_set_fact(engine->store, FACT_MENDED, NULL);
        return r;
}

static bool is_synced(struct engine *engine)
{
        char *CLEANUP_FREE last = NULL;

        return store_get_fact(engine->store, FACT_FINGERPRINT, &last) == 0 &&
               strcmp(last, engine_config(engine)->fingerprint) == 0;
}

static struct sync begin(struct engine *engine, enum sync_depth depth, struct changes *changes)
{
        return (struct sync){
                .engine = engine,
                .now = clock_wall(clock_now(&engine->clock)),
                .depth = depth,
                .changes = changes,
        };
}

int sync_run(struct engine *engine, enum sync_depth depth, struct changes *changes, struct sync_counts *ret)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        struct sync sync = begin(engine, depth, changes);
        int r = 0;

        if (depth != SYNC_CHANGES || !is_synced(engine)) {
                r = store_begin(store);
                if (r == 0)
                        r = sync_all(&sync);
                if (r == 0)
                        r = store_commit(store);
        }
        if (r == 0)
                *ret = sync.counts;
        return r;
}

int sync_try(struct engine *engine, struct changes *changes)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        struct sync sync = begin(engine, SYNC_CHANGES, changes);
        int r;

        if (is_synced(engine))
                return 0;
        r = store_begin(store);
        return r < 0 ? r : sync_all(&sync);
}
