/* Sync: brings the obligations in the store in line with the plans. */
#include "reminding/sync.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "base/cleanup.h"
#include "reminding/scheduler.h"
#include "runtime/closing.h"
#include "store/audit.h"
#include "store/occurrences.h"
#include "store/sync.h"

#define FACT_FINGERPRINT "synced"

struct sync {
        struct engine *engine;
        const struct plan *plan;
        const struct item *item;
        wall_time now;
        enum sync_depth depth;
        bool closed;             /* the plan is */
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
        if (r == ANNOUNCE_KNOWN) {
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

/* The record as the plan has it, with id and what is settled from the store. STORE_NONE: it is new. */
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

/* ---- who passed to another agency ---- */

static int audit_passage(const struct sync *sync, const struct obligation_record *record, const char *verb,
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

/* What an agency that is named, or the last of those that it passed to before, owes or did of an occurrence. The heir
 * is not looked at. STORE_NONE: nobody ever owed it. */
static int find_predecessor(const struct sync *sync, int64_t occurrence, size_t named, size_t heir,
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

/* Of a closed plan nothing is handed on. */
static bool is_settled(const struct obligation_record *record)
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
        return r < 0 ? r : audit_passage(sync, old, "passed", old->agency, heir);
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
        record.handled = sync->now;
        snprintf(record.agency, sizeof(record.agency), "%s", heir);
        engine_arm(engine, sync->item, &record);
        r = store_put_obligation(engine->store, &record);
        if (r == 0)
                r = store_mark_obligation(engine->store, record.id);
        if (r == 0)
                r = audit_passage(sync, &record, "taken over", heir, old->agency);
        if (r < 0)
                return r;
        sync->counts.changed++;
        change = change_of(sync, CHANGE_PASSED, old, &record);
        snprintf(change.agency, sizeof(change.agency), "%s", old->agency);
        snprintf(change.successor, sizeof(change.successor), "%s", heir);
        r = sync->changes ? changes_add(sync->changes, &change) : 0;
        return r < 0 ? r : end_predecessor(sync, old, heir);
}

/* The item names an agency that has passed to another one, which it does not name: that one owes what is not settled.
 */
static int sync_heir(struct sync *sync, const struct occurrence_record *occurrence,
                     const struct obligation_record *template, size_t named, size_t heir)
{
        struct obligation_record CLEANUP(obligation_record_clear) own = {0}, CLEANUP(obligation_record_clear) old = {0};
        const char *agency = engine_config(sync->engine)->roster.agencies[heir].id;
        int has_own = store_find_obligation(sync->engine->store, occurrence->id, agency, &own), has_old;

        if (has_own < 0)
                return has_own;
        if (has_own == 0 && own.obligation.status != OBLIGATION_WITHDRAWN)
                return update_obligation(sync, occurrence, &own);
        has_old = find_predecessor(sync, occurrence->id, named, heir, &old);
        if (has_old < 0)
                return has_old;
        if (has_old == 0 && is_settled(&old))
                return 0;
        if (has_own == 0 && (has_old == STORE_NONE || old.obligation.status == OBLIGATION_WITHDRAWN))
                return update_obligation(sync, occurrence, &own);
        return has_old == STORE_NONE ? add_obligation(sync, template, agency)
                                     : inherit(sync, occurrence, template, &old, agency, own.id);
}

static bool is_named(size_t agency, const size_t *agencies, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (agencies[i] == agency)
                        return true;
        return false;
}

/* ---- occurrences ---- */

/* What the plan says to one agency of an occurrence. */
static struct obligation planned_for(const struct sync *sync, const struct occurrence *occurrence, size_t agency)
{
        const struct occurrence own = item_occurrence_of(sync->item, occurrence, agency);

        return planned_obligation(sync->item, &own);
}

static int sync_occurrence(struct sync *sync, const struct occurrence *occurrence, const char *title,
                           const size_t *agencies, size_t n_agencies)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        int known = put_occurrence(sync, occurrence, title, &record), r = 0;

        if (known < 0)
                return known;

        const struct obligation common = record.planned;
        const struct obligation_record owed_by_most = new_obligation(sync, &record);

        for (size_t i = 0; r == 0 && i < n_agencies; i++) {
                const char *agency = roster->agencies[agencies[i]].id;
                size_t heir = roster_heir(roster, agencies[i], wall_day(sync->now));
                struct obligation_record template = owed_by_most;

                record.planned = planned_for(sync, occurrence, agencies[i]);
                if (!obligation_is_planned_alike(&record.planned, &common))
                        template = new_obligation(sync, &record);
                if (heir == agencies[i])
                        r = known == STORE_NONE ? add_obligation(sync, &template, agency)
                                                : sync_agency(sync, &record, &template, agency);
                else if (!is_named(heir, agencies, n_agencies))
                        r = sync_heir(sync, &record, &template, agencies[i], heir);
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

static int compare_heir(const struct sync *sync, const struct occurrence_record *occurrence, size_t named, size_t heir)
{
        struct obligation_record CLEANUP(obligation_record_clear) old = {0};
        int r = compare_obligation(sync, occurrence, engine_config(sync->engine)->roster.agencies[heir].id);

        if (r != COMPARED_WRONG)
                return r;
        r = find_predecessor(sync, occurrence->id, named, heir, &old);
        if (r < 0)
                return r;
        return r == 0 && is_settled(&old) ? COMPARED_SAME : COMPARED_WRONG;
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
        for (size_t i = 0; r == COMPARED_SAME && i < n_agencies; i++) {
                size_t heir = roster_heir(roster, agencies[i], wall_day(sync->now));

                record.planned = planned_for(sync, occurrence, agencies[i]);
                if (heir == agencies[i])
                        r = compare_obligation(sync, &record, roster->agencies[heir].id);
                else if (!is_named(heir, agencies, n_agencies))
                        r = compare_heir(sync, &record, agencies[i], heir);
        }
        return r == COMPARED_SAME ? compare_rungs(sync, &record) : r;
}

/* What follows from the configuration also changes on a day on which an agency passes to another one. */
#define STATE_SIZE (FINGERPRINT_SIZE + CIVIL_DATE_SIZE)

static const char *name_state(const struct engine *engine, const char *fingerprint, char state[static STATE_SIZE])
{
        civil_day today = clock_today(&engine->clock);
        civil_day last = roster_last_succession(&engine_config(engine)->roster, today);
        char date[CIVIL_DATE_SIZE];

        if (last == CIVIL_NONE)
                snprintf(state, STATE_SIZE, "%s", fingerprint);
        else
                snprintf(state, STATE_SIZE, "%s %s", fingerprint, civil_format(last, date));
        return state;
}

/* Keeps an item of which is said what was said when it was last brought in line, and which has not been away since. An
 * enum keep_outcome or an error. */
enum keep_outcome { KEEP_DONE = 0, KEEP_IS_OUTDATED };
static int keep_item(struct sync *sync, const struct occurrence *occurrences, size_t n_occurrences,
                     const size_t *agencies, size_t n_agencies)
{
        struct store *store = sync->engine->store;
        char *CLEANUP_FREE last = NULL;
        char name[FACT_ITEM_SIZE], state[STATE_SIZE];
        int r;

        if (sync->depth == SYNC_EVERYTHING)
                return KEEP_IS_OUTDATED;
        name_fact(sync, name);
        r = store_get_fact(store, name, &last);
        if (r != 0 || strcmp(last, name_state(sync->engine, sync->item->fingerprint, state)) != 0)
                return r < 0 ? r : KEEP_IS_OUTDATED;
        r = COMPARED_SAME;
        for (size_t i = 0; r == COMPARED_SAME && i < n_occurrences && sync->depth == SYNC_ROWS; i++)
                r = compare_occurrence(sync, &occurrences[i], agencies, n_agencies);
        if (r == COMPARED_WRONG)
                sync->counts.mended++;
        if (r == COMPARED_SAME)
                r = store_keep_item(store, sync->plan->id, sync->item->id, n_occurrences);
        return r > 0 ? KEEP_IS_OUTDATED : r;
}

static int renew_item(struct sync *sync, const struct occurrence *occurrences, size_t n, const size_t *agencies,
                      size_t n_agencies)
{
        char *CLEANUP_FREE title = item_title(sync->item, sync->plan->year);
        char name[FACT_ITEM_SIZE], state[STATE_SIZE];
        int r = title ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = sync_occurrence(sync, &occurrences[i], title, agencies, n_agencies);
        name_fact(sync, name);
        return r < 0 ? r
                     : store_set_fact(sync->engine->store, name,
                                      name_state(sync->engine, sync->item->fingerprint, state));
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
        return r == KEEP_IS_OUTDATED ? renew_item(sync, occurrences, n, agencies, n_agencies) : r;
}

/* Why something is withdrawn. */
enum reason {
        REASON_PLAN, /* the plans do not have it any more */
        REASON_LEFT, /* they have it, and do not name its agency any more */
        REASON_HEIR  /* its agency has passed to another one, which owes it itself */
};

/* An enum reason or an error; *ret_heir: the agency that owes it itself. */
static int find_reason(const struct sync *sync, const struct obligation_record *record, const char **ret_heir)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        size_t agency = roster_find(roster, record->agency), n = 0;
        size_t *CLEANUP_FREE agencies = NULL;
        const struct plan *plan;
        const struct item *item;
        int r;

        *ret_heir = "";
        if (!settings_find_item(sync->engine->settings, record->plan, record->item, &plan, &item))
                return REASON_PLAN;
        r = plan_resolve(plan, roster, &item->for_, &agencies, &n);
        if (r < 0)
                return r;
        if (agency == ROSTER_NONE || !is_named(agency, agencies, n))
                return REASON_LEFT;
        size_t heir = roster_heir(roster, agency, wall_day(sync->now));
        if (heir == agency)
                return REASON_PLAN;
        *ret_heir = roster->agencies[heir].id;
        return REASON_HEIR;
}

static int note_withdrawal(const struct sync *sync, const struct obligation_record *record, enum reason reason,
                           const char *heir)
{
        struct change change = change_of(sync, CHANGE_WITHDRAWN, record, record);

        if (!sync->changes)
                return 0;
        change.after = CIVIL_NONE;
        change.left = reason == REASON_LEFT;
        snprintf(change.successor, sizeof(change.successor), "%s", heir);
        return changes_add(sync->changes, &change);
}

/* Who has passed to another agency is told nothing any more. Old plans are tidied away: that is no news to those who
 * would have heard no more of them. */
static int tell_withdrawal(const struct sync *sync, const struct obligation_record *record, enum reason reason,
                           const char *heir)
{
        if (reason == REASON_HEIR)
                return audit_passage(sync, record, "withdrawn", record->agency, heir);
        if (obligation_is_history(record->effective, record->next_fire, wall_day(sync->now)))
                return 0;
        return announce_end(sync->engine, record, KIND_WITHDRAWN, NULL, NULL);
}

static int withdraw(void *userdata, const struct obligation_record *record)
{
        struct sync *sync = userdata;
        struct obligation_record withdrawn = *record;
        const char *heir;
        int reason = find_reason(sync, record, &heir), r = reason < 0 ? reason : 0;

        obligation_withdraw(&withdrawn.obligation, engine_config(sync->engine)->calendar, sync->now);
        if (r == 0 && withdrawn.obligation.known != record->obligation.known) {
                withdrawn.next_fire = WALL_NEVER;
                r = store_put_obligation(sync->engine->store, &withdrawn);
        }
        if (r == 0)
                r = note_withdrawal(sync, record, (enum reason)reason, heir);
        return r < 0 ? r : tell_withdrawal(sync, record, (enum reason)reason, heir);
}

static int sync_all(struct sync *sync)
{
        struct engine *engine = sync->engine;
        const struct config *config = engine_config(engine);
        char state[STATE_SIZE];
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
                r = store_set_fact(engine->store, FACT_FINGERPRINT, name_state(engine, config->fingerprint, state));
        if (r == 0 && sync->depth == SYNC_EVERYTHING)
                r = store_set_fact(engine->store, FACT_MENDED, NULL);
        return r;
}

static bool is_synced(struct engine *engine)
{
        char *CLEANUP_FREE last = NULL;
        char state[STATE_SIZE];

        return store_get_fact(engine->store, FACT_FINGERPRINT, &last) == 0 &&
               strcmp(last, name_state(engine, engine_config(engine)->fingerprint, state)) == 0;
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
