/* Closing: from which day on nothing is said of a plan any more, and what becomes of what is open then. */
#include "runtime/closing.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/obligation-list.h"
#include "store/plans.h"

bool closing_put_away(const struct engine *engine, const char *plan)
{
        return !config_find_plan(engine_config(engine), plan);
}

static civil_day closing_day(const struct engine *engine, const struct plan_record *plan)
{
        struct plan_term term = plan->term;

        term.put_away = closing_put_away(engine, plan->id);
        return plan_closing(&term);
}

int closing_note_plans(struct engine *engine)
{
        const struct config *config = engine_config(engine);
        int r = 0;

        for (size_t i = 0; r >= 0 && i < config->n_plans; i++) {
                const struct plan *plan = &config->plans[i];
                struct plan_record CLEANUP(plan_record_clear) old = {0};
                struct plan_record record = {
                        .title = plan->title,
                        .term = {.year = plan->year,
                                 .ends = plan_last_day(plan),
                                 .closes = plan->closes,
                                 .moved = CIVIL_NONE},
                };

                snprintf(record.id, sizeof(record.id), "%s", plan->id);
                r = store_find_plan(engine->store, plan->id, &old);
                if (r == 0) {
                        record.term.moved = old.term.moved;
                        record.closed = old.closed;
                }
                if (r >= 0)
                        r = store_put_plan(engine->store, &record);
        }
        return r < 0 ? r : 0;
}

/* ---- what becomes of the obligations ---- */

struct closing {
        struct engine *engine;
        bool closes; /* else it is opened again */
        size_t n;    /* obligations that were open, and are */
};

/* What was done of it is told no more either. */
static int close_one(struct closing *closing, struct obligation_record *record)
{
        struct store *store = closing->engine->store;
        int r = store_cancel_notices(store, record->occurrence_id, record->id, KIND_COUNT, "the plan is closed");

        if (r >= 0)
                r = store_cancel_notices(store, record->occurrence_id, 0, KIND_COUNT, "the plan is closed");
        if (r < 0 || !obligation_close(&record->obligation))
                return r < 0 ? r : 0;
        closing->n += !record->obligation.observance;
        record->next_fire = WALL_NEVER;
        r = store_put_obligation(store, record);
        return r < 0 ? r : engine_rearm_occurrence(closing->engine, record->occurrence_id);
}

static int resume_one(struct closing *closing, struct obligation_record *record)
{
        struct engine *engine = closing->engine;
        const struct plan *plan;
        const struct item *item;
        bool planned;
        int r;

        if (record->obligation.status != OBLIGATION_UNFINISHED)
                return 0;
        r = engine_is_planned(engine, record, &planned);
        if (r < 0)
                return r;
        if (planned && settings_find_item(engine->settings, record->plan, record->item, &plan, &item)) {
                record->obligation.status =
                        obligation_beginning(&record->obligation, engine_config(engine)->calendar, item->since);
                record->handled = engine_catch_up_floor(engine, record->handled);
                engine_arm(engine, item, record);
        } else
                obligation_withdraw(&record->obligation, engine_config(engine)->calendar,
                                    clock_wall(clock_now(&engine->clock)));
        closing->n += !record->obligation.observance;
        r = store_put_obligation(engine->store, record);
        return r < 0 ? r : engine_rearm_occurrence(engine, record->occurrence_id);
}

static int visit(void *userdata, const struct obligation_record *record)
{
        struct closing *closing = userdata;
        struct obligation_record changed = *record; /* its texts stay the visitor's */
        int r = closing->closes ? close_one(closing, &changed) : resume_one(closing, &changed);

        if (r == 0 && changed.obligation.status != record->obligation.status)
                engine_tell_changed(closing->engine, &changed);
        return r;
}

static int turn(struct engine *engine, struct plan_record *plan, bool closes, size_t *ret_n)
{
        const struct obligation_filter filter = {.plan = plan->id};
        struct closing closing = {.engine = engine, .closes = closes};
        int r = store_each_obligation(engine->store, &filter, visit, &closing);

        plan->closed = closes;
        if (r == 0)
                r = store_put_plan(engine->store, plan);
        if (r == 0)
                journal_say(&engine->journal, EVENT_PLAN_CLOSED, &(struct journal_fields){.plan = plan->id},
                            closes ? "Plan %s is closed: %zu obligations are unfinished, and nothing more is sent of "
                                     "it; reminderctl report %s shows who did what"
                                   : "Plan %s goes on: %zu obligations are open again; reminderctl close %s ends it",
                            plan->id, closing.n, plan->id);
        *ret_n += closing.n;
        return r;
}

int closing_run(struct engine *engine, size_t *ret_n)
{
        civil_day today = clock_today(&engine->clock);
        struct plan_record *plans = NULL;
        size_t n = 0;
        int r = store_all_plans(engine->store, &plans, &n);

        *ret_n = 0;
        for (size_t i = 0; r == 0 && i < n; i++) {
                bool closes = today >= closing_day(engine, &plans[i]);

                if (closes != plans[i].closed)
                        r = turn(engine, &plans[i], closes, ret_n);
        }
        store_free_plans(plans, n);
        return r;
}

int closing_next(struct engine *engine, wall_time *ret)
{
        struct plan_record *plans = NULL;
        size_t n = 0;
        int r = store_all_plans(engine->store, &plans, &n);

        *ret = WALL_NEVER;
        for (size_t i = 0; r == 0 && i < n; i++) {
                wall_time at = wall_at(closing_day(engine, &plans[i]), 0);

                if (!plans[i].closed && at < *ret)
                        *ret = at;
        }
        store_free_plans(plans, n);
        return r;
}

int closing_is_closed(struct engine *engine, const char *plan, bool *ret)
{
        struct plan_record CLEANUP(plan_record_clear) record = {0};
        int r = store_find_plan(engine->store, plan, &record);

        *ret = r == 0 && record.closed;
        return r < 0 ? r : 0;
}
