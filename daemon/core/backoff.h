/* How long to wait before the next attempt.
 * Depends on nothing.
 * Called by outbox. */
#pragma once

#include <stdint.h>

struct retry {
        int64_t first;   /* seconds before the second attempt */
        int64_t max;     /* seconds at most between two attempts */
        int64_t give_up; /* seconds since the delivery was made */
};

#define RETRY_DEFAULT                                                                                                  \
        {                                                                                                              \
                .first = 60, .max = INT64_C(4) * 3600, .give_up = INT64_C(5) * 86400                                   \
        }

/* Milliseconds to wait after `attempts` (>= 1) attempts: first * 2^(attempts-1), up to a quarter more by `random`
 * (any 64 bits) so that a crowd does not come back in step, never above max. */
int64_t backoff_delay_ms(const struct retry *retry, uint32_t attempts, uint64_t random);
