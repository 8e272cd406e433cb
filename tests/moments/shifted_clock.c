/* Shifts the wall clock of whatever preloads this, by CLOCK_SHIFT seconds: what the tests at other moments run under.
 *
 * Only CLOCK_REALTIME moves, in what is read and in the absolute timers that are set by it. Waiting goes on as before,
 * which is why this stands here beside libfaketime: that one wraps what waits, too, and under it the daemon ended at
 * its start or sent nothing. Files keep their own times. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static time_t shift(void)
{
        static time_t seconds;
        static int known;
        if (!known) {
                const char *text = getenv("CLOCK_SHIFT");
                seconds = text ? (time_t)strtoll(text, NULL, 10) : 0;
                known = 1;
        }
        return seconds;
}

static int is_wall_clock(clockid_t clock)
{
        return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
        if (syscall(SYS_clock_gettime, clock, now) != 0)
                return -1;
        if (is_wall_clock(clock))
                now->tv_sec += shift();
        return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
        struct timespec exact;
        (void)zone;
        (void)clock_gettime(CLOCK_REALTIME, &exact);
        *now = (struct timeval){.tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000};
        return 0;
}

time_t time(time_t *ret)
{
        struct timespec exact;
        (void)clock_gettime(CLOCK_REALTIME, &exact);
        if (ret)
                *ret = exact.tv_sec;
        return exact.tv_sec;
}

int timespec_get(struct timespec *now, int base)
{
        return base == TIME_UTC && clock_gettime(CLOCK_REALTIME, now) == 0 ? base : 0;
}

/* ---- timers that end at a moment of the wall clock: the kernel's is behind by the shift
 * ------------------------------ */

static unsigned char wall_clock_timers[1 << 16]; /* by file descriptor */

int timerfd_create(int clock, int flags)
{
        int fd = (int)syscall(SYS_timerfd_create, clock, flags);
        if (fd >= 0 && (size_t)fd < sizeof wall_clock_timers)
                wall_clock_timers[fd] = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
        return fd;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
        struct itimerspec moved = *new;
        int set = moved.it_value.tv_sec != 0 || moved.it_value.tv_nsec != 0;
        if (set && (flags & TFD_TIMER_ABSTIME) && fd >= 0 && (size_t)fd < sizeof wall_clock_timers &&
            wall_clock_timers[fd]) {
                moved.it_value.tv_sec -= shift();
                if (moved.it_value.tv_sec <= 0) /* long past: 0 would mean no timer */
                        moved.it_value.tv_sec = 1;
        }
        return (int)syscall(SYS_timerfd_settime, fd, flags, &moved, old);
}
