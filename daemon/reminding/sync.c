/* Sync: brings the obligations in the store in line with the plans. */
#include "reminding/sync-private.h"

#include <errno.h>
#include <string.h>

#include "addressing/announce.h"
#include "core/anchor.h"
#include "runtime/closing.h"
#include "store/sync.h"

/* The record as the plan has it, with id and what is settled from the store. STORE_NONE: it is new. */
static int put_occurrence(struct sync *sync, const struct occurrence *occurrence, struct occurrence_record *ret)
{
        struct store *store = sync->engine->store;
        struct occurrence_record CLEANUP(occurrence_record_clear) old = {0};
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {
                .title = item_words(sync->plan, sync->item, sync->item->title, occurrence->due),
                .planned = sync_planned_obligation(sync->item, occurrence),
                .fix_by = sync_planned_fix_by(sync->item, occurrence),
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

static int sync_occurrence(struct sync *sync, const struct occurrence *occurrence, const size_t *agencies,
                           size_t n_agencies)
{
        const struct roster *roster = &engine_config(sync->engine)->roster;
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        int known = put_occurrence(sync, occurrence, &record), r = 0;

        if (known < 0)
                return known;

        const struct obligation common = record.planned;
        const struct obligation_record owed_by_most = sync_new_obligation(sync, &record);

        for (size_t i = 0; r == 0 && i < n_agencies; i++) {
                const char *agency = roster->agencies[agencies[i]].id;
                size_t heir = roster_heir(roster, agencies[i], wall_day(sync->now));
                struct obligation_record template = owed_by_most;

                r = sync_planned_for(sync, occurrence, agencies[i], &record.planned);
                if (r < 0)
                        return r;
                if (!obligation_is_planned_alike(&record.planned, &common))
                        template = sync_new_obligation(sync, &record);
                if (heir == agencies[i])
                        r = known == STORE_NONE ? sync_add_obligation(sync, &template, agency)
                                                : sync_agency(sync, &record, &template, agency);
                else if (!agency_is_among(heir, agencies, n_agencies))
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

/* And under which one its venue, which is told to people when it changes. */
#define FACT_VENUE_SIZE (sizeof("venue /") + ID_SIZE + ID_SIZE)

static void name_venue(const struct sync *sync, char name[static FACT_VENUE_SIZE])
{
        snprintf(name, FACT_VENUE_SIZE, "venue %s/%s", sync->plan->id, sync->item->id);
}

/* *ret, to be freed: that of the last sync. STORE_NONE: of one that kept none. */
static int find_venue(const struct sync *sync, char **ret)
{
        char name[FACT_VENUE_SIZE];

        name_venue(sync, name);
        return store_get_fact(sync->engine->store, name, ret);
}

static int keep_venue(const struct sync *sync, const struct venue *venue)
{
        char *CLEANUP_FREE text = venue_write(venue);
        char name[FACT_VENUE_SIZE];

        name_venue(sync, name);
        return text ? store_set_fact(sync->engine->store, name, text) : -ENOMEM;
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

/* Keeps an item of which is said what was said when it was last brought in line, and which has not been away since. One
 * that is counted from another also goes by what was decided on that. An enum keep_outcome or an error. */
enum keep_outcome { KEEP_DONE = 0, KEEP_IS_OUTDATED };
static int keep_item(struct sync *sync, const struct occurrence *occurrences, size_t n_occurrences,
                     const size_t *agencies, size_t n_agencies)
{
        struct store *store = sync->engine->store;
        char *CLEANUP_FREE last = NULL, *CLEANUP_FREE venue = NULL;
        char name[FACT_ITEM_SIZE], state[STATE_SIZE];
        int r;

        if (sync->depth == SYNC_EVERYTHING || sync->item->anchor)
                return KEEP_IS_OUTDATED;
        name_fact(sync, name);
        r = store_get_fact(store, name, &last);
        if (r == 0)
                r = find_venue(sync, &venue);
        if (r != 0 || strcmp(last, name_state(sync->engine, sync->item->fingerprint, state)) != 0)
                return r < 0 ? r : KEEP_IS_OUTDATED;
        r = COMPARED_SAME;
        for (size_t i = 0; r == COMPARED_SAME && i < n_occurrences && sync->depth == SYNC_ROWS; i++)
                r = sync_compare_occurrence(sync, &occurrences[i], agencies, n_agencies);
        if (r == COMPARED_WRONG)
                sync->counts.mended++;
        if (r == COMPARED_SAME)
                r = store_keep_item(store, sync->plan->id, sync->item->id, n_occurrences);
        return r > 0 ? KEEP_IS_OUTDATED : r;
}

static int renew_item(struct sync *sync, const struct occurrence *occurrences, size_t n, const size_t *agencies,
                      size_t n_agencies)
{
        const struct venue venue = {sync->item->time, sync->item->place};
        char *CLEANUP_FREE last = NULL;
        struct venue left;
        char name[FACT_ITEM_SIZE], state[STATE_SIZE];
        int r = find_venue(sync, &last);

        if (r == 0)
                venue_read(last, &left);
        if (r == 0 && !venue_is_same(&left, &venue))
                sync->left = &left;
        r = r < 0 ? r : 0;
        for (size_t i = 0; r == 0 && i < n; i++)
                r = sync_occurrence(sync, &occurrences[i], agencies, n_agencies);
        sync->left = NULL;
        if (r == 0)
                r = keep_venue(sync, &venue);
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
        int r = item_occurrences(sync->plan, sync->item, &occurrences, &n);

        if (r == 0)
                r = plan_resolve(sync->plan, roster, &sync->item->for_, &agencies, &n_agencies);
        if (r < 0)
                return r;
        sync->counts.total += n * n_agencies;
        r = keep_item(sync, occurrences, n, agencies, n_agencies);
        return r == KEEP_IS_OUTDATED ? renew_item(sync, occurrences, n, agencies, n_agencies) : r;
}

/* What is counted from another item comes after it. */
static int sync_items(struct sync *sync)
{
        const struct plan *plan = sync->plan;
        int r = 0;

        for (size_t depth = 0, left = plan->n_items; r == 0 && left > 0; depth++)
                for (size_t i = 0; r == 0 && i < plan->n_items; i++) {
                        if (item_depth(plan, &plan->items[i]) != depth)
                                continue;
                        sync->item = &plan->items[i];
                        r = sync_item(sync);
                        left--;
                }
        return r;
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
        if (agency == ROSTER_NONE || !agency_is_among(agency, agencies, n))
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
        struct change change = sync_change_of(sync, CHANGE_WITHDRAWN, record, record);

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
                return sync_audit_passage(sync, record, "withdrawn", record->agency, heir);
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
                if (r == 0)
                        r = sync_items(sync);
        }
        if (r == 0)
                r = store_finish_sync(engine->store, withdraw, sync, &sync->counts.withdrawn);
        if (r == 0)
                r = store_set_fact(engine->store, FACT_SYNCED, name_state(engine, config->fingerprint, state));
        if (r == 0 && sync->depth == SYNC_EVERYTHING)
                r = store_set_fact(engine->store, FACT_MENDED, NULL);
        return r;
}

int sync_is_current(const struct engine *engine, bool *ret)
{
        char *CLEANUP_FREE last = NULL;
        char state[STATE_SIZE];

        int r = store_get_fact(engine->store, FACT_SYNCED, &last);

        *ret = r == 0 && strcmp(last, name_state(engine, engine_config(engine)->fingerprint, state)) == 0;
        return r < 0 ? r : 0;
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

        bool current;

        r = sync_is_current(engine, &current);
        if (r == 0 && (depth != SYNC_CHANGES || !current)) {
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
        bool current;
        int r = sync_is_current(engine, &current);

        if (r < 0 || current)
                return r;
        r = store_begin(store);
        return r < 0 ? r : sync_all(&sync);
}
