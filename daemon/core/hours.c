/* When messages may leave: from open until just before close, on working days. */
#include "core/hours.h"

bool hours_are_always_open(const struct hours *hours)
{
        return hours->open == 0 && hours->close == 0;
}

bool hours_are_open(const struct hours *hours, const struct calendar *calendar, wall_time at)
{
        int32_t clock = wall_clock(at);

        return hours_are_always_open(hours) ||
               (clock >= hours->open && clock < hours->close && calendar_is_working(calendar, wall_day(at)));
}

wall_time hours_until(const struct hours *hours, wall_time at)
{
        int32_t clock = wall_clock(at);
        bool within = !hours_are_always_open(hours) && clock >= hours->open && clock < hours->close;

        return within ? wall_at(wall_day(at), hours->close) : wall_at(wall_day(at) + 1, 0);
}

wall_time hours_next(const struct hours *hours, const struct calendar *calendar, wall_time at)
{
        civil_day day;

        if (at == WALL_NEVER || hours_are_open(hours, calendar, at))
                return at;
        day = wall_day(at);
        if (wall_clock(at) >= hours->open)
                day++;
        return wall_at(calendar_next_working(calendar, day), hours->open);
}
