/* The clock, as the manager follows it: set forward or back, or behind what was recorded. */
#include "engine/manager-private.h"

#include "reminding/scheduler.h"
#include "reminding/weekly.h"
#include "store/attempts.h"

/* A clock this far before the last recorded time is reported (daemon/doc/design.md, Clocks). */
#define CLOCK_BEHIND_MS INT64_C(3600000)

/* By how much the clock stands before the last recorded time, ms; 0: it does not. */
static int64_t clock_behind(const struct engine *engine)
{
        char *CLEANUP_FREE text = NULL;
        int64_t now = clock_now(&engine->clock), last;

        if (store_get_fact(engine->store, FACT_LAST_TIME, &text) != 0)
                return 0;
        last = strtoll(text, NULL, 10);
        if (!civil_is_known(wall_day(last / 1000))) /* nobody has seen it */
                return 0;
        return now < last ? last - now : 0;
}

void manager_report_clock(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int64_t now = clock_now(&engine->clock), behind = clock_behind(engine);
        char is[CLOCK_TEXT_SIZE], was[CLOCK_TEXT_SIZE];

        if (behind <= CLOCK_BEHIND_MS)
                return;
        manager->seen_ms = now + behind;
        (void)troubles_begin(&engine->troubles, TROUBLE_CLOCK, "", now,
                             "The clock is behind: it said %s when %s had already been seen; nothing is sent twice; "
                             "set the clock right if it is wrong",
                             clock_format(now, is), clock_format(manager->seen_ms, was));
}

/* Next attempts move with the clock, once for each time it is set. */
static int shift_attempts(const struct engine *engine, int64_t by)
{
        struct store *CLEANUP_TRANSACTION store = engine->store;
        int64_t now = clock_now(&engine->clock);
        char text[24];
        int r;

        if (by == 0)
                return 0;
        snprintf(text, sizeof(text), "%lld", (long long)now);
        r = store_begin(store);
        if (r == 0)
                r = store_shift_attempts(store, by, now + engine_config(engine)->retry.max * 1000);
        if (r == 0)
                r = store_set_fact(store, FACT_LAST_TIME, text);
        return r == 0 ? store_commit(store) : r;
}

int manager_start_clock(struct manager *manager)
{
        manager_report_clock(manager);
        return shift_attempts(&manager->engine, -clock_behind(&manager->engine));
}

int manager_unsettle(struct engine *engine)
{
        int r = store_rewind_handled(engine->store, clock_wall(clock_now(&engine->clock)));

        return r < 0 ? r : weekly_start(engine);
}

int manager_follow_clock(struct manager *manager)
{
        struct engine *engine = &manager->engine;
        int r = shift_attempts(engine, manager->unfollowed);

        if (r < 0)
                return r;
        manager->unfollowed = 0;
        if (manager->unsettled)
                r = manager_unsettle(engine);
        if (r == 0)
                manager->unsettled = false;
        return r;
}
