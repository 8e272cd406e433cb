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

int64_t clock_instant(wall_time at)
{
        if (at == WALL_NEVER)
                return INT64_MAX;

        struct civil_date date = civil_split(wall_day(at));
        struct tm tm = {
                .tm_year = date.year - 1900,
                .tm_mon = date.month - 1,
                .tm_mday = date.day,
                .tm_hour = wall_clock(at) / 3600,
                .tm_min = wall_clock(at) / 60 % 60,
                .tm_sec = wall_clock(at) % 60,
                .tm_isdst = -1,
        };

        return (int64_t)mktime(&tm) * 1000;
}

int32_t clock_offset(int64_t epoch_ms)
{
        time_t seconds = whole_seconds(epoch_ms);
        struct tm tm;

        localtime_r(&seconds, &tm);
        return (int32_t)tm.tm_gmtoff;
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
