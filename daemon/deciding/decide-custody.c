/* The decision that this machine reminds from now on, of a state that was another one's. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "core/custody.h"
#include "deciding/custody.h"
#include "deciding/decision-private.h"

#define FACT_HOST "host"             /* of the machine that reminds */
#define FACT_GENERATION "generation" /* how often another one took it over, from 1 */

/* 0: it has none yet. */
static int get_generation(struct store *store, uint64_t *ret)
{
        char *CLEANUP_FREE text = NULL;
        int r = store_get_fact(store, FACT_GENERATION, &text);

        *ret = r == 0 ? strtoull(text, NULL, 10) : 0;
        return r < 0 ? r : 0;
}

static int take(struct engine *engine, uint64_t *ret_generation)
{
        char text[24];
        uint64_t generation;
        int r = get_generation(engine->store, &generation);

        if (r < 0)
                return r;
        *ret_generation = ++generation;
        (void)snprintf(text, sizeof(text), "%" PRIu64, generation);
        r = store_set_fact(engine->store, FACT_HOST, engine->host);
        return r < 0 ? r : store_set_fact(engine->store, FACT_GENERATION, text);
}

static int become_ours(struct engine *engine)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        uint64_t generation;
        int r = store_begin(store);

        if (r == 0)
                r = take(engine, &generation);
        return r < 0 ? r : store_commit(store);
}

int custody_begin(struct engine *engine)
{
        char *CLEANUP_FREE recorded = NULL;
        int r = engine->host ? store_get_fact(engine->store, FACT_HOST, &recorded) : STORE_NONE;

        if (r < 0 || !engine->host)
                return r < 0 ? r : 0;
        switch (custody_of(recorded, engine->host)) {
        case CUSTODY_FREE:
                return become_ours(engine);
        case CUSTODY_OURS:
                break;
        case CUSTODY_OTHERS:
                engine->stands_by = true;
                (void)troubles_begin(
                        &engine->troubles, TROUBLE_STANDBY, "", clock_now(&engine->clock),
                        "Nothing is sent: this state is the machine's with the id %.12s…, of which it is a "
                        "copy. Where that one is gone for good, or never will start again: reminderctl "
                        "take-over --reason TEXT",
                        recorded);
                break;
        }
        return 0;
}

int decide_take_over(struct engine *engine, const struct decider *decider, const char *reason,
                     struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .text = reason};
        struct store *CLEANUP_TRANSACTION store = engine->store;
        uint64_t generation = 0;
        int r;

        *ret = (struct decision_result){0};
        if (!engine->stands_by)
                return decision_says(ret, DECISION_REFUSED,
                                     "this machine reminds already: there is nothing to take over");
        if (!decision_text_valid(reason))
                return decision_says(ret, DECISION_INVALID, "taking over wants a reason: one line of at most %d bytes",
                                     DECISION_TEXT_MAX);
        decision_begin(&change);
        r = store_begin(store);
        if (r == 0)
                r = take(engine, &generation);
        if (r == 0)
                r = decision_audit(&change, NULL, "take-over", reason);
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                return r;
        engine->stands_by = false;
        troubles_end(&engine->troubles, TROUBLE_STANDBY, "", &engine->journal, clock_now(&engine->clock));
        journal_say(&engine->journal, EVENT_STANDBY, NULL,
                    "%s (uid %lld) decided: take-over, %s: this machine reminds from now on (generation %" PRIu64
                    "); see that the other one never does again: systemctl disable --now reminderd there",
                    decider->name, (long long)decider->uid, reason, generation);
        ret->n = 1;
        return DECIDED;
}
