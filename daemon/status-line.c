/* The status line that systemd shows: troubles, counts, and the next reminder; for clerks, in Vietnamese. */
#include "service-private.h"

#include <inttypes.h>
#include <stdio.h>

#include <systemd/sd-daemon.h>

#include "base/cleanup.h"
#include "store/counts.h"

/* The status line follows what happens at this distance: a busy morning is one change of it, not a thousand. */
#define STATUS_DELAY_USEC (10 * 1000000ULL)

static void put_troubles(FILE *out, const struct engine *engine)
{
        static const char *const words[TROUBLE_KINDS] = {
                [TROUBLE_STATE] = "không ghi được dữ liệu",   [TROUBLE_SERVER] = "không gửi được qua",
                [TROUBLE_REFUSED] = "bị từ chối bởi",         [TROUBLE_LATE] = "việc đến giờ chưa làm",
                [TROUBLE_CLOCK] = "đồng hồ chạy chậm",        [TROUBLE_CONFIG] = "cấu hình mới chưa có hiệu lực",
                [TROUBLE_STANDBY] = "máy dự phòng, chưa gửi",
        };
        const struct present_trouble *present;
        int64_t now = clock_now(&engine->clock);

        for (size_t at = 0; (present = troubles_next(&engine->troubles, now, &at));) {
                wall_time since = clock_wall(present->trouble.since_ms);
                char day[CIVIL_DATE_SIZE];

                fprintf(out, "%s%s%s từ %02d:%02d %s; ", words[present->trouble.kind], *present->server ? " " : "",
                        present->server, wall_clock(since) / 3600, wall_clock(since) / 60 % 60,
                        civil_format_vi(wall_day(since), day));
        }
}

static void put_counts(FILE *out, const struct engine *engine, int64_t wake)
{
        struct store_counts counts;
        char day[CIVIL_DATE_SIZE];

        if (store_count(engine->store, clock_today(&engine->clock), &counts) < 0)
                return; /* which is among the troubles */
        fprintf(out, "%" PRId64 " việc, %" PRId64 " quá hạn; ", counts.obligations_open, counts.overdue);
        if (counts.failed > 0)
                fprintf(out, "%" PRId64 " thư gửi không được; ", counts.failed);
        if (wake == INT64_MAX)
                fputs("không có lời nhắc nào chờ gửi", out);
        else
                fprintf(out, "nhắc tiếp theo %s %02d:%02d", civil_format_vi(wall_day(clock_wall(wake)), day),
                        wall_clock(clock_wall(wake)) / 3600, wall_clock(clock_wall(wake)) / 60 % 60);
}

static void say(struct service *service)
{
        const struct engine *engine = manager_engine(service->manager);
        char *CLEANUP_FREE line = NULL;
        size_t size;
        FILE *out = open_memstream(&line, &size);

        service->said_wake = manager_wake(service->manager);
        service->said_troubles = engine->troubles.changes;
        if (!out)
                return;
        put_troubles(out, engine);
        put_counts(out, engine, service->said_wake);
        if (fclose(out) == 0)
                sd_notifyf(0, "STATUS=%s", line);
}

static int on_status(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source, (void)usec;
        say(userdata);
        return 0;
}

/* After the pending work, so that the line does not name the present moment as the next reminder's. */
void status_line_soon(const struct service *service)
{
        (void)sd_event_source_set_time_relative(service->status, 0);
        (void)sd_event_source_set_enabled(service->status, SD_EVENT_ONESHOT);
}

static void later(const struct service *service)
{
        int enabled;

        if (sd_event_source_get_enabled(service->status, &enabled) < 0 || enabled != SD_EVENT_OFF)
                return;
        (void)sd_event_source_set_time_relative(service->status, STATUS_DELAY_USEC);
        (void)sd_event_source_set_enabled(service->status, SD_EVENT_ONESHOT);
}

int status_line_start(struct service *service)
{
        int r = sd_event_add_time_relative(service->event, &service->status, CLOCK_MONOTONIC, 0, 0, on_status, service);

        return r < 0 ? r : sd_event_source_set_priority(service->status, SD_EVENT_PRIORITY_IDLE);
}

void status_line_follow(const struct service *service, bool quiet)
{
        if (service->said_troubles != manager_engine(service->manager)->troubles.changes)
                status_line_soon(service);
        if (quiet && service->said_wake != manager_wake(service->manager))
                later(service);
}

void status_line_outdate(struct service *service)
{
        service->said_wake = -1;
}

bool status_line_is_pending(const struct service *service)
{
        int enabled = SD_EVENT_OFF;

        (void)sd_event_source_get_enabled(service->status, &enabled);
        return enabled != SD_EVENT_OFF;
}
