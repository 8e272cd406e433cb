/* How long to wait before the next attempt. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct retry {
        int64_t first;   /* seconds before the second attempt */
        int64_t max;     /* seconds at most between two attempts */
        int64_t give_up; /* seconds since the delivery was made */
};

#define RETRY_DEFAULT ((struct retry){.first = 60, .max = INT64_C(4) * 3600, .give_up = INT64_C(5) * 86400})

/* Milliseconds to wait after `attempts` (>= 1) attempts: first * 2^(attempts-1), up to a quarter more by `random`
 * (any 64 bits) so that a crowd does not come back in step, never above max. */
int64_t backoff_delay_ms(const struct retry *retry, uint32_t attempts, uint64_t random);
/* The same where the server asked for a pause of `asked` seconds (0: it did not), `spent_ms` after the delivery was
 * made. It gets a longer one than ours, but no longer than `max`, and none that reaches beyond `give_up`: a server that
 * writes milliseconds, or a date years away, puts a message off and does not lose it. */
int64_t backoff_pause_ms(const struct retry *retry, uint32_t attempts, int64_t asked, int64_t spent_ms,
                         uint64_t random);
/* Whether there is no attempt any more that long after the delivery was made, see delivery_tried_ms(). */
bool backoff_gives_up(const struct retry *retry, int64_t tried_ms);
