/* The clock and the time zone: when either changes, everything is judged anew. */
#include "service-private.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include "base/cleanup.h"

/* The file with the rules of the zone in force, behind what links lead to it; the caller frees it. */
static char *rules_file(const struct service *service)
{
        const char *folder = getenv("TZDIR"), *zone = manager_config(service->manager)->timezone;
        char *CLEANUP_FREE path = NULL;

        if (asprintf(&path, "%s/%s", folder && *folder ? folder : "/usr/share/zoneinfo", zone) < 0) {
                path = NULL;
                return NULL;
        }
        return realpath(path, NULL);
}

static int on_rules(sd_event_source *source, const struct inotify_event *event, void *userdata)
{
        struct service *service = userdata;
        char *CLEANUP_FREE path = rules_file(service);

        (void)source;
        /* An upgrade replaces hundreds of zones beside it. Where events were lost they have no name. */
        if (path && event->len > 0 && strcmp(basename(path), event->name) != 0)
                return 0;
        (void)manager_clock_changed(service->manager);
        status_line_outdate(service);
        return 0;
}

/* The folder of the zone in force: a package puts new rules in the place of the old there. Without it nothing is
 * missed but that. */
void clock_watch_zone(struct service *service)
{
        char *CLEANUP_FREE path = rules_file(service);

        service->rules_watch = sd_event_source_disable_unref(service->rules_watch);
        if (!path)
                return;
        *strrchr(path, '/') = '\0';
        (void)sd_event_add_inotify(service->event, &service->rules_watch, path,
                                   IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_ONLYDIR, on_rules, service);
}

/* A timer that never rings, but tells when the clock is set (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). */
static int arm_clock_watch(int fd)
{
        struct itimerspec never = {.it_value.tv_sec = INT64_C(0x7fffffff) * 2};

        return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0 ? -errno : 0;
}

static int on_clock(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct service *service = userdata;
        uint64_t rings;

        (void)source, (void)events;
        if (read(fd, &rings, sizeof(rings)) < 0 && errno != ECANCELED && errno != EAGAIN)
                return 0;
        (void)arm_clock_watch(fd);
        (void)manager_clock_changed(service->manager);
        status_line_outdate(service);
        return 0;
}

int clock_watch_start(struct service *service)
{
        int r;

        service->clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        if (service->clock_fd < 0)
                return -errno;
        r = arm_clock_watch(service->clock_fd);
        if (r == 0)
                r = sd_event_add_io(service->event, NULL, service->clock_fd, EPOLLIN, on_clock, service);
        if (r < 0)
                return r;
        clock_watch_zone(service);
        return 0;
}
