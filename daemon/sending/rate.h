/* A limit of messages in any sixty seconds, kept as the times of the last ones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define RATE_PERIOD_MS 60000

struct rate {
        int64_t *times; /* a ring of the last `limit` departures, UTC milliseconds */
        size_t limit;   /* 0: none */
        size_t oldest, n;
};

/* Sets the limit (0: none); what was spent under another limit is forgotten. 0 or -ENOMEM. */
int rate_limit(struct rate *rate, size_t per_minute);
void rate_clear(struct rate *rate);
/* How many may leave now, at most `most`. */
size_t rate_room(const struct rate *rate, int64_t now_ms, size_t most);
void rate_spend(struct rate *rate, int64_t now_ms, size_t n);
/* When the next one may leave; now_ms when that is now. */
int64_t rate_next(const struct rate *rate, int64_t now_ms);
