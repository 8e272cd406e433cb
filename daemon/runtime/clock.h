/* The clock: real time, or virtual time for a rehearsal; and the block's time zone. */
#pragma once

#include "core/civil.h"

struct clock {
        bool is_virtual;
        int64_t virtual_ms; /* what it shows while is_virtual */
};

/* Makes a time zone name that of the process: the C library knows only one. */
void clock_set_zone(const char *zone);

/* UTC milliseconds since 1970. */
int64_t clock_now(const struct clock *clock);
/* Moves a virtual clock forward; it never goes back. */
void clock_advance(struct clock *clock, int64_t to_ms);

/* How far the wall clock has come at an instant, whole seconds: where it shows an hour for the second time, to that
 * hour's end. So the moments that have come are those not after it, and it never goes back. */
wall_time clock_wall(int64_t epoch_ms);
/* The day that it shows. */
civil_day clock_today(const struct clock *clock);
/* The instant at which the wall clock comes to that moment: the earlier one where it shows it twice, the first after
 * the gap where it never does. WALL_NEVER gives INT64_MAX. */
int64_t clock_instant(wall_time at);
/* Seconds east of UTC at an instant. */
int32_t clock_offset(int64_t epoch_ms);

#define CLOCK_TEXT_SIZE sizeof("-2147483648-12-31T23:59:59+00:00")
/* What the wall clock shows, RFC 3339 with offset. Returns buffer. */
char *clock_format(int64_t epoch_ms, char buffer[static CLOCK_TEXT_SIZE]);

/* How far the real-time clock stands before CLOCK_BOOTTIME, in milliseconds: it changes only when the clock is set. */
int64_t clock_set_point(void);
