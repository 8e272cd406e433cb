/* The clock: real time, or virtual time for a rehearsal; and the block's time zone.
 * Depends on core/civil and the C library's time zone database.
 * Owned by manager; read by everything in engine. */
#include "engine/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void clock_set_zone(const char *zone)
{
        /* The C library reads the rules of a zone again only after another one was set. */
        setenv("TZ", "UTC0", 1);
        tzset();
        setenv("TZ", zone, 1);
        tzset();
}

static int64_t read_ms(clockid_t id)
{
        struct timespec ts;

        clock_gettime(id, &ts);
        return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now(const struct clock *clock)
{
        return clock->is_virtual ? clock->virtual_ms : read_ms(CLOCK_REALTIME);
}

void clock_advance(struct clock *clock, int64_t to_ms)
{
        if (to_ms > clock->virtual_ms)
                clock->virtual_ms = to_ms;
}

/* Rounds toward the past, so that a moment never comes early. */
static time_t whole_seconds(int64_t epoch_ms)
{
        int64_t seconds = epoch_ms / 1000;

        return epoch_ms % 1000 < 0 ? seconds - 1 : seconds;
}

wall_time clock_wall(int64_t epoch_ms)
{
        time_t seconds = whole_seconds(epoch_ms);
        struct tm tm;

        localtime_r(&seconds, &tm);
        return wall_at(civil_from(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday),
                       tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
}

int32_t clock_offset(int64_t epoch_ms)
{
        time_t seconds = whole_seconds(epoch_ms);
        struct tm tm;

        localtime_r(&seconds, &tm);
        return (int32_t)tm.tm_gmtoff;
}

/* Not by mktime(): which of two instants it takes hangs on what it was asked before. */
int64_t clock_instant(wall_time at)
{
        if (at == WALL_NEVER)
                return INT64_MAX;

        /* Offsets before and after a change of the clock, should there be one: no zone has two within two days. */
        int32_t before = clock_offset((at - DAY_SECONDS) * 1000), after = clock_offset((at + DAY_SECONDS) * 1000);
        int64_t earlier = at - (before > after ? before : after), later = at - (before > after ? after : before);

        if (clock_wall(earlier * 1000) == at)
                return earlier * 1000;
        while (clock_wall(later * 1000) > at && later - earlier > 1) { /* in a gap, which ends between the two */
                int64_t middle = earlier + (later - earlier) / 2;

                if (clock_wall(middle * 1000) > at)
                        later = middle;
                else
                        earlier = middle;
        }
        return later * 1000;
}

char *clock_format(int64_t epoch_ms, char buffer[static CLOCK_TEXT_SIZE])
{
        wall_time at = clock_wall(epoch_ms);
        int32_t offset = clock_offset(epoch_ms) / 60;
        char day[CIVIL_DATE_SIZE];

        snprintf(buffer, CLOCK_TEXT_SIZE, "%sT%02d:%02d:%02d%c%02d:%02d", civil_format(wall_day(at), day),
                 wall_clock(at) / 3600 % 24, wall_clock(at) / 60 % 60, wall_clock(at) % 60, offset < 0 ? '-' : '+',
                 abs(offset) / 60 % 24, abs(offset) % 60);
        return buffer;
}

int64_t clock_set_point(void)
{
        return read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
}
