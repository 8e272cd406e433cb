/* The decision on a plan: when it closes. */
#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "deciding/decision-private.h"
#include "runtime/closing.h"
#include "store/plans.h"

static int check(const struct change *change, const struct plan_record *plan, struct decision_result *result)
{
        char first[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];

        if (closing_put_away(change->engine, plan->id))
                return decision_says(result, DECISION_REFUSED,
                                     "the file of plan %s is not there any more, which ended it; put it back first",
                                     plan->id);
        if (!plan_may_close_on(plan->term.year, plan->term.ends, change->day))
                return decision_says(result, DECISION_REFUSED, "plan %s is of %d: it may close from %s to %s", plan->id,
                                     plan->term.year, civil_format(plan_first_closing(plan->term.year), first),
                                     civil_format(plan_last_closing(plan->term.ends), last));
        return DECIDED;
}

static int audit(const struct change *change, const char *plan, const char *verb, const char *detail)
{
        struct obligation_record of_plan = {0};

        snprintf(of_plan.plan, sizeof(of_plan.plan), "%s", plan);
        return decision_audit(change, &of_plan, verb, detail);
}

static int close_plan(const struct change *change, struct plan_record *plan, struct decision_result *result)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        char *CLEANUP_FREE detail = NULL;
        char day[CIVIL_DATE_SIZE];
        int r;

        if (asprintf(&detail, "on %s: %s", civil_format(change->day, day), change->text) < 0) {
                detail = NULL;
                return -ENOMEM;
        }
        plan->term.moved = change->day;
        r = store_begin(store);
        if (r == 0)
                r = store_put_plan(store, plan);
        if (r == 0)
                r = audit(change, plan->id, "close", detail);
        if (r == 0)
                r = closing_run(change->engine, &result->n);
        return r == 0 ? store_commit(store) : r;
}

int decide_close(struct engine *engine, const struct decider *decider, const char *plan, civil_day on,
                 const char *reason, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .text = reason};
        struct plan_record CLEANUP(plan_record_clear) record = {0};
        char day[CIVIL_DATE_SIZE];
        int r;

        *ret = (struct decision_result){0};
        decision_begin(&change);
        change.day = on == CIVIL_NONE ? change.today : on;
        if (!decision_text_valid(reason))
                return decision_no_text(ret, "reason");
        r = store_find_plan(engine->store, plan, &record);
        if (r == STORE_NONE)
                return decision_says(ret, DECISION_REFUSED,
                                     "nothing is known of plan %s but names: its file was put away long ago", plan);
        if (r == 0)
                r = check(&change, &record, ret);
        if (r == DECISION_REFUSED)
                (void)audit(&change, plan, "close refused", ret->text);
        if (r == 0)
                r = close_plan(&change, &record, ret);
        if (r == 0)
                journal_say(&engine->journal, EVENT_DECISION, &(struct journal_fields){.plan = plan},
                            "%s (uid %lld) decided: plan %s closes on %s: %s", decider->name, (long long)decider->uid,
                            plan, civil_format(change.day, day), reason);
        return r;
}
