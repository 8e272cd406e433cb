/* The hours in which messages may leave, by the clock. */
#include "runtime/engine.h"

bool engine_is_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        return hours_are_open(&config->hours, config->calendar, clock_wall(at_ms));
}

int64_t engine_holds_until(const struct engine *engine, int64_t now_ms, bool any_hour)
{
        static const struct hours always = {0};

        if (engine->clock.is_virtual)
                return INT64_MAX;
        return clock_instant(hours_until(any_hour ? &always : &engine_config(engine)->hours, clock_wall(now_ms)));
}

int64_t engine_when_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        if (at_ms == INT64_MAX || engine_is_open(engine, at_ms))
                return at_ms;
        return clock_instant(hours_next(&config->hours, config->calendar, clock_wall(at_ms)));
}
