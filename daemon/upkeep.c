/* Upkeep: while nothing else is to do, the store is looked at and memory is given back. */
#include "service-private.h"

#include <time.h>

#include "memory.h"

/* A rest longer than this is worth giving memory back before it; and so that a daemon that is asked or works again and
 * again does not pay for that each time, it is done no more often than this. */
#define REST_LONG_MS 60000
#define REST_EVERY_USEC (100 * 1000ULL)

/* How often the store is looked at for what its indexes lost: at the latest after a day, for which the program wakes up
 * once; and when it is awake anyway, for a thousandth of the time at most. */
#define VERIFY_EVERY_USEC (UINT64_C(24) * 3600 * 1000000)
#define VERIFY_ACCURACY_USEC (3600ULL * 1000000ULL) /* together with whatever else wakes the machine */
#define VERIFY_SHARE 1000
#define VERIFY_AGAIN_USEC (UINT64_C(10) * 1000000) /* after a look that failed: it is a trouble until one does not */

uint64_t monotonic_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void verify(struct service *service)
{
        uint64_t begun = monotonic_usec(), ended, next;
        int r;

        r = manager_verify(service->manager);
        ended = monotonic_usec();
        service->verify_next = ended + VERIFY_SHARE * (ended - begun);
        next = ended + (r < 0 ? VERIFY_AGAIN_USEC : VERIFY_EVERY_USEC);
        if (next < service->verify_next)
                next = service->verify_next;
        (void)sd_event_source_set_time_accuracy(service->verify, r < 0 ? VERIFY_AGAIN_USEC : VERIFY_ACCURACY_USEC);
        (void)sd_event_source_set_time(service->verify, next);
        (void)sd_event_source_set_enabled(service->verify, SD_EVENT_ONESHOT);
}

static int on_verify(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source, (void)usec;
        verify(userdata);
        return 0;
}

/* The last thing before the loop waits: nothing else is pending. The status line, where it has to follow, comes first.
 */
static int on_idle(sd_event_source *source, void *userdata)
{
        struct service *service = userdata;
        uint64_t now = 0;

        (void)source;
        (void)sd_event_now(service->event, CLOCK_MONOTONIC, &now);
        if (manager_under_way(service->manager) > 0 || status_line_is_pending(service) ||
            manager_until_wake(service->manager) < REST_LONG_MS ||
            (service->rested > 0 && now < service->rested + REST_EVERY_USEC))
                return 0;
        if (now >= service->verify_next)
                verify(service);
        manager_rest(service->manager);
        memory_give_back();
        service->rested = now;
        return 0;
}

int upkeep_start(struct service *service)
{
        sd_event_source *idle = NULL;
        int r = sd_event_add_time_relative(service->event, &service->verify, CLOCK_MONOTONIC, VERIFY_EVERY_USEC,
                                           VERIFY_ACCURACY_USEC, on_verify, service);

        if (r >= 0)
                r = sd_event_add_post(service->event, &idle, on_idle, service);
        if (r >= 0)
                r = sd_event_source_set_priority(idle, SD_EVENT_PRIORITY_IDLE + 1);
        if (r >= 0)
                r = sd_event_source_set_floating(idle, true);
        sd_event_source_unref(idle);
        return r;
}
