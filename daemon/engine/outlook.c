/* An outlook: the engine itself in virtual time, from now on, over an excerpt of its store. */
#include "engine/outlook.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "reminding/weekly.h"
#include "sending/transport.h"
#include "store/excerpt.h"

#define SEED 1 /* any: two outlooks on one period must agree */

struct outlook {
        struct manager *manager;
        struct store_excerpt *excerpt; /* NULL: it is whole */
        int64_t end_ms;
};

static void outlook_free_p(struct outlook **outlook)
{
        outlook_free(*outlook);
}

struct outlook *outlook_free(struct outlook *outlook)
{
        if (!outlook)
                return NULL;
        store_excerpt_free(outlook->excerpt);
        manager_free(outlook->manager);
        free(outlook);
        return NULL;
}

/* ---- how much of the store is needed ---- */

static int is_among(const struct plan *plan, const struct roster *roster, const struct targets *targets, size_t agency,
                    bool *ret)
{
        size_t *CLEANUP_FREE indexes = NULL;
        size_t n = 0;
        int r = plan_resolve(plan, roster, targets, &indexes, &n);

        if (r < 0)
                return r;
        *ret = agency_is_among(agency, indexes, n);
        return 0;
}

/* Whether an agency is told what others owe: the head of a plan, a reader of its escalations, one that helps. */
static int hears_of_others(const struct config *config, size_t agency, bool *ret)
{
        bool hears = false;

        for (size_t p = 0; p < config->n_plans && !hears; p++) {
                const struct plan *plan = &config->plans[p];

                hears = plan->head == agency;
                for (size_t i = 0; i < plan->n_items && !hears; i++) {
                        const struct policy *policy = &plan->items[i].policy;
                        int r = is_among(plan, &config->roster, &plan->items[i].with, agency, &hears);

                        for (size_t e = 0; r == 0 && e < policy->n_escalations && !hears; e++)
                                r = is_among(plan, &config->roster, &policy->escalations[e].to, agency, &hears);
                        if (r < 0)
                                return r;
                }
        }
        *ret = hears;
        return 0;
}

/* Whether the day of any item is counted from that of another. */
static bool has_anchors(const struct config *config)
{
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++)
                        if (config->plans[p].items[i].anchor)
                                return true;
        return false;
}

/* Exactly what can change a message that is told of: a message to one agency depends on what it owes; an escalation
 * also on who else has not finished, and how often they were reminded; a digest's matrix on everything; and where so
 * many may leave in a minute, each one on all before it. */
static int choose_scope(struct engine *engine, civil_day to, const char *agency, struct store_scope *ret)
{
        const struct config *config = engine_config(engine);
        struct store_scope scope = {.until = wall_at(to + 1, 0), .agency = agency};
        civil_day next = roster_next_succession(&config->roster, clock_today(&engine->clock));
        wall_time digest;
        bool hears = true;
        int r = weekly_next(engine, &digest);

        if (r == 0 && agency)
                r = hears_of_others(config, roster_find(&config->roster, agency), &hears);
        if (r < 0)
                return r;
        if (config->mail.per_minute > 0) {
                scope.agency = NULL;
                hears = true;
        }
        scope.occurrences = hears;
        scope.everything = hears && digest < scope.until;
        /* All that follows from the plans is looked at then, and when the program itself accepts a claim from which a
         * day is counted. */
        if ((next != CIVIL_NONE && next <= to) || (config->accept.enabled && has_anchors(config)))
                scope = (struct store_scope){.until = scope.until, .occurrences = true, .everything = true};
        *ret = scope;
        return 0;
}

/* ---- playing ---- */

/* It begins at the present whatever the period: what is queued now leaves first. */
int outlook_new(struct engine *engine, civil_day to, const char *agency, const struct engine_observer *observer,
                struct outlook **ret)
{
        struct outlook *CLEANUP(outlook_free_p) outlook = calloc(1, sizeof(*outlook));
        char *CLEANUP_FREE words = NULL;
        const struct manager_options options = {
                .transport = transport_nowhere(),
                .settings = engine->settings,
                .journal = {.target = JOURNAL_QUIET},
                .observer = *observer,
                .is_virtual = true,
                .virtual_ms = clock_now(&engine->clock),
                .of_excerpt = true,
                .seed = SEED,
        };
        struct store_scope scope;
        int r;

        if (!outlook)
                return -ENOMEM;
        outlook->end_ms = clock_instant(wall_at(to + 1, 0));
        r = choose_scope(engine, to, agency, &scope);
        if (r == 0)
                r = manager_new(&options, &outlook->manager, &words);
        if (r == 0)
                r = store_excerpt_new(engine->store, manager_engine(outlook->manager)->store, &scope,
                                      &outlook->excerpt);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(outlook);
        return 0;
}

static int copy(struct outlook *outlook)
{
        int r = store_excerpt_step(outlook->excerpt);

        if (r != 0)
                return r < 0 ? r : OUTLOOK_GOES_ON;
        outlook->excerpt = store_excerpt_free(outlook->excerpt);
        r = manager_start(outlook->manager);
        return r < 0 ? r : OUTLOOK_GOES_ON;
}

int outlook_step(struct outlook *outlook)
{
        int64_t wake = manager_wake(outlook->manager);
        int r;

        if (outlook->excerpt)
                return copy(outlook);
        if (wake >= outlook->end_ms)
                return OUTLOOK_OVER;
        clock_advance(&manager_engine(outlook->manager)->clock, wake);
        r = manager_tick(outlook->manager);
        return r < 0 ? r : OUTLOOK_GOES_ON;
}
