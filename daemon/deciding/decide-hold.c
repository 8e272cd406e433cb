/* The decisions on whom nothing is sent to for a while: hold and release. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "core/hold.h"
#include "deciding/decision-private.h"
#include "runtime/holds.h"
#include "store/holds.h"

#define EVERYBODY "" /* as the agency of a hold */

static const char *name_of(const char *agency)
{
        return *agency ? agency : "all agencies";
}

static int record_one(const struct change *change, const char *agency, const char *verb, const char *detail)
{
        struct obligation_record about = {0};

        snprintf(about.agency, sizeof(about.agency), "%s", agency);
        return decision_audit(change, &about, verb, detail);
}

static void say(const struct change *change, const char *agency, const char *verb, const char *words)
{
        change->engine->hold_changes++;
        journal_say(&change->engine->journal, EVENT_HOLD, &(struct journal_fields){.agency = agency},
                    "%s (uid %lld) decided: %s %s", change->decider->name, (long long)change->decider->uid, verb,
                    words);
}

static int hold_one(const struct change *change, const char *agency, struct decision_result *result)
{
        struct hold_record hold = {
                .until = change->day,
                .since_ms = change->now_ms,
                .by = (char *)change->decider->name,
                .reason = (char *)change->text,
        };
        char *CLEANUP_FREE words = NULL;
        int r;

        snprintf(hold.agency, sizeof(hold.agency), "%s", agency);
        r = hold_words(&hold, &words);
        if (r == 0)
                r = store_put_hold(change->engine->store, &hold);
        if (r == 0)
                r = record_one(change, agency, "hold", words);
        if (r < 0)
                return r;
        say(change, agency, "hold", words);
        result->n++;
        return DECIDED;
}

/* What is held in its place, since that is what was meant. */
static int not_held(const struct change *change, const char *agency, struct decision_result *result)
{
        struct hold_record *holds = NULL;
        size_t n = 0;
        int r = store_list_holds(change->engine->store, &holds, &n);

        if (r == 0)
                r = n == 0 ? decision_says(result, DECISION_REFUSED, "nobody is held: messages leave as ever")
                    : *holds[0].agency
                            ? decision_says(result, DECISION_REFUSED,
                                            "%s: not held by that name; this one is: reminderctl release --agency %s",
                                            name_of(agency), holds[0].agency)
                            : decision_says(result, DECISION_REFUSED,
                                            "%s: not held by that name; all agencies are: reminderctl release",
                                            name_of(agency));
        for (size_t i = 0; i < n; i++)
                hold_record_clear(&holds[i]);
        free(holds);
        return r;
}

static int release_one(const struct change *change, const char *agency, struct decision_result *result)
{
        int r = store_end_hold(change->engine->store, agency);

        if (r == STORE_NONE)
                return not_held(change, agency, result);
        if (r == 0)
                r = record_one(change, agency, "release", "");
        if (r < 0)
                return r;
        say(change, agency, "release", name_of(agency));
        result->n++;
        return DECIDED;
}

typedef int hold_step(const struct change *change, const char *agency, struct decision_result *result);

/* All or none of them, in one transaction. */
static int on_each(struct change *change, const char *const *agencies, size_t n, hold_step *step,
                   struct decision_result *ret)
{
        static const char *const everybody[] = {EVERYBODY};
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        int r = store_begin(store);

        if (n == 0)
                agencies = everybody;
        for (size_t i = 0; r == DECIDED && i < (n ? n : 1); i++)
                r = step(change, agencies[i], ret);
        if (r == DECIDED)
                r = store_commit(store);
        if (r != DECIDED)
                ret->n = 0;
        return r;
}

int decide_hold(struct engine *engine, const struct decider *decider, const char *const *agencies, size_t n,
                civil_day until, const char *reason, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .day = until, .text = reason};
        char today[CIVIL_DATE_SIZE];

        *ret = (struct decision_result){0};
        decision_begin(&change);
        if (!decision_text_valid(reason))
                return decision_says(ret, DECISION_INVALID, "a hold wants a reason: one line of at most %d bytes",
                                     DECISION_TEXT_MAX);
        if (!hold_may_last(until, change.today))
                return decision_says(ret, DECISION_REFUSED, "that day is over: today is %s",
                                     civil_format(change.today, today));
        return on_each(&change, agencies, n, hold_one, ret);
}

int decide_release(struct engine *engine, const struct decider *decider, const char *const *agencies, size_t n,
                   struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};

        *ret = (struct decision_result){0};
        decision_begin(&change);
        return on_each(&change, agencies, n, release_one, ret);
}
