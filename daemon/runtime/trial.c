/* A trial: while the configuration redirects all mail, agencies get nothing, whatever is recorded as sent. */
#include "runtime/trial.h"

#include "store/trial.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FACT_TRIAL "trial" /* in the store: since when, UTC ms */

static int begin(struct engine *engine)
{
        char text[24];

        snprintf(text, sizeof(text), "%" PRId64, clock_now(&engine->clock));
        return store_set_fact(engine->store, FACT_TRIAL, text);
}

static int end(struct engine *engine, int64_t since_ms)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        char since[CLOCK_TEXT_SIZE];
        int r = store_begin(store);

        if (r == 0)
                r = store_end_trial(store, since_ms, clock_wall(since_ms));
        if (r == 0)
                r = store_set_fact(store, FACT_TRIAL, NULL);
        if (r == 0)
                r = store_commit(store);
        if (r == 0)
                journal_say(
                        &engine->journal, EVENT_HOLD, NULL,
                        "The trial is over: what was sent since %s, to a mailbox of your own, counts as not sent; of "
                        "the reminders the newest is sent now",
                        clock_format(since_ms, since));
        return r;
}

int trial_follow(struct engine *engine)
{
        char *CLEANUP_FREE since = NULL;
        bool is_trial = engine_config(engine)->mail.redirect;
        int r = store_get_fact(engine->store, FACT_TRIAL, &since);

        if (r < 0 || is_trial == (since != NULL))
                return r < 0 ? r : 0;
        return is_trial ? begin(engine) : end(engine, strtoll(since, NULL, 10));
}
