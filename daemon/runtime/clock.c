/* The clock: real time, or virtual time for a rehearsal; and the block's time zone. */
#include "runtime/clock.h"

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
static int64_t whole_seconds(int64_t epoch_ms)
{
        int64_t seconds = epoch_ms / 1000;

        return epoch_ms % 1000 < 0 ? seconds - 1 : seconds;
}

/* Seconds east of UTC. */
static int32_t offset_at(int64_t epoch)
{
        time_t seconds = epoch;
        struct tm tm;

        localtime_r(&seconds, &tm);
        return (int32_t)tm.tm_gmtoff;
}

/* The first second after `before` with the offset that `after` has. */
static int64_t find_change(int64_t before, int64_t after)
{
        int32_t offset = offset_at(after);

        while (after - before > 1) {
                int64_t middle = before + (after - before) / 2;

                if (offset_at(middle) == offset)
                        after = middle;
                else
                        before = middle;
        }
        return after;
}

/* Not by mktime(), which takes the one or the other of two showings, after what it was asked before. No zone changes
 * its offset twice within two days, nor by more than a day. */
static int64_t first_showing(wall_time at)
{
        int32_t offset_before = offset_at(at - DAY_SECONDS), offset_after = offset_at(at + DAY_SECONDS);
        int64_t by_before = at - offset_before, by_after = at - offset_after;

        if (offset_at(by_before) == offset_before)
                return by_before;
        if (offset_at(by_after) == offset_after)
                return by_after;
        return find_change(by_after, by_before);
}

wall_time clock_wall(int64_t epoch_ms)
{
        int64_t now = whole_seconds(epoch_ms), first;
        int32_t offset = offset_at(now);

        if (offset_at(now - DAY_SECONDS) <= offset)
                return now + offset;
        first = first_showing(now + offset);
        return first == now ? now + offset : find_change(first, now) - 1 + offset_at(first);
}

civil_day clock_today(const struct clock *clock)
{
        return wall_day(clock_wall(clock_now(clock)));
}

int64_t clock_instant(wall_time at)
{
        return at == WALL_NEVER ? INT64_MAX : first_showing(at) * 1000;
}

int32_t clock_offset(int64_t epoch_ms)
{
        return offset_at(whole_seconds(epoch_ms));
}

char *clock_format(int64_t epoch_ms, char buffer[static CLOCK_TEXT_SIZE])
{
        int32_t seconds = clock_offset(epoch_ms), offset = seconds / 60;
        wall_time at = whole_seconds(epoch_ms) + seconds;
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
