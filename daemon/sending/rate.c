/* A limit of messages in any sixty seconds, kept as the times of the last ones. */
#include "sending/rate.h"

#include <errno.h>
#include <stdlib.h>

int rate_limit(struct rate *rate, size_t per_minute)
{
        int64_t *times = NULL;

        if (rate->limit == per_minute)
                return 0;
        if (per_minute > 0) {
                times = calloc(per_minute, sizeof(*times));
                if (!times)
                        return -ENOMEM;
        }
        rate_clear(rate);
        rate->times = times;
        rate->limit = per_minute;
        return 0;
}

void rate_clear(struct rate *rate)
{
        free(rate->times);
        *rate = (struct rate){0};
}

/* A time ahead of now was taken before the clock was set back: it counts as now, and far ahead as over, or it would
 * block for as long. */
static int64_t age(const struct rate *rate, size_t index, int64_t now_ms)
{
        int64_t at = rate->times[(rate->oldest + index) % rate->limit];

        return at - now_ms > RATE_PERIOD_MS ? RATE_PERIOD_MS : at > now_ms ? 0 : now_ms - at;
}

size_t rate_room(const struct rate *rate, int64_t now_ms, size_t most)
{
        size_t room;

        if (rate->limit == 0)
                return most;
        room = rate->limit - rate->n;
        for (size_t i = 0; i < rate->n && age(rate, i, now_ms) >= RATE_PERIOD_MS; i++)
                room++;
        return room < most ? room : most;
}

void rate_spend(struct rate *rate, int64_t now_ms, size_t n)
{
        for (size_t i = 0; rate->limit > 0 && i < n; i++) {
                if (rate->n == rate->limit) {
                        rate->times[rate->oldest] = now_ms;
                        rate->oldest = (rate->oldest + 1) % rate->limit;
                } else
                        rate->times[(rate->oldest + rate->n++) % rate->limit] = now_ms;
        }
}

int64_t rate_next(const struct rate *rate, int64_t now_ms)
{
        if (rate_room(rate, now_ms, 1) > 0)
                return now_ms;
        return now_ms + RATE_PERIOD_MS - age(rate, 0, now_ms);
}
