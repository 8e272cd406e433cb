/* Exponential backoff with jitter. */
#include "core/backoff.h"

int64_t backoff_delay_ms(const struct retry *retry, uint32_t attempts, uint64_t random)
{
        int64_t max = retry->max * 1000;
        int64_t delay = retry->first * 1000;

        for (uint32_t i = 1; i < attempts && delay < max && delay > 0; i++)
                delay = delay > max / 2 ? max : delay * 2;
        if (delay <= 0)
                return 0;
        delay += (int64_t)(random % (uint64_t)(delay / 4 + 1));
        return delay < max ? delay : max;
}

static int64_t at_most(int64_t value, int64_t bound)
{
        return value < bound ? value : bound;
}

int64_t backoff_pause_ms(const struct retry *retry, uint32_t attempts, int64_t asked, int64_t spent_ms, uint64_t random)
{
        int64_t own = backoff_delay_ms(retry, attempts, random);
        int64_t granted = at_most(asked, retry->max) * 1000;

        granted = at_most(granted, retry->give_up * 1000 - spent_ms);
        return granted > own ? granted : own;
}

bool backoff_gives_up(const struct retry *retry, int64_t tried_ms)
{
        return tried_ms > retry->give_up * 1000;
}
