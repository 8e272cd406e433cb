/* When messages may leave: the daily window of working days. */
#pragma once

#include "core/calendar.h"

struct hours {
        int32_t open, close; /* seconds since midnight, [open, close); both 0: always, on days off too */
};

#define HOURS_DEFAULT ((struct hours){.open = 7 * 3600 + 30 * 60, .close = 17 * 3600})

bool hours_are_always_open(const struct hours *hours);
bool hours_are_open(const struct hours *hours, const struct calendar *calendar, wall_time at);
/* When the window that `at` is in ends; where it is in none, or the hours are always open, when its day does. */
wall_time hours_until(const struct hours *hours, wall_time at);
/* The first moment not before `at` that is inside the window. */
wall_time hours_next(const struct hours *hours, const struct calendar *calendar, wall_time at);
