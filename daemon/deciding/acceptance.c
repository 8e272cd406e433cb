/* Acceptance: claims that nobody has answered are confirmed by the program, where the configuration says so. */
#include "deciding/acceptance.h"

/* What is refused waits for a person, who sees why. */
static int confirm(void *userdata, const struct claim_record *claim)
{
        int r = acceptance_confirm(userdata, claim);

        return r < 0 ? r : 0;
}

static int each_open(struct engine *engine, claim_visitor visit, void *userdata)
{
        const struct claim_filter filter = {.state = CLAIM_OPEN};

        return engine_config(engine)->accept.enabled ? store_each_claim(engine->store, &filter, visit, userdata) : 0;
}

int acceptance_run(struct engine *engine)
{
        return each_open(engine, confirm, engine);
}

struct next {
        struct engine *engine;
        wall_time at;
};

static int consider(void *userdata, const struct claim_record *claim)
{
        struct next *next = userdata;
        const struct config *config = engine_config(next->engine);
        wall_time at = claim_accepted_at(&config->accept, &claim->claim, config->calendar, clock_wall(claim->made_ms));

        if (at > clock_wall(clock_now(&next->engine->clock)) && at < next->at)
                next->at = at;
        return 0;
}

int acceptance_wake(struct engine *engine, int64_t *ret_ms)
{
        struct next next = {engine, WALL_NEVER};
        int r = each_open(engine, consider, &next);

        if (r == 0)
                *ret_ms = clock_instant(next.at);
        return r;
}
