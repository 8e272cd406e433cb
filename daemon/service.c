/* The service: signals, sd_notify, watchdog, the clock and the zone, the loop. */
#include "service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "control/bus.h"
#include "engine/manager.h"
#include "memory.h"
#include "store/counts.h"

/* How long messages on the wire may take to finish after SIGTERM; well within systemd's own patience of 90 s. */
#define STOP_TIMEOUT_USEC (20 * 1000000ULL)

/* The status line follows what happens at this distance: a busy morning is one change of it, not a thousand. */
#define STATUS_DELAY_USEC (10 * 1000000ULL)

/* How long READY waits for the bus to say that the daemon has its name. */
#define BUS_PATIENCE_USEC (5 * 1000000ULL)

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

struct service {
        const char *config_path;
        sd_event *event;
        struct transfers *transfers;
        struct manager *manager;
        struct control *control;
        struct journal journal;
        sd_event_source *rules_watch; /* on the folder of the zone's rules */
        sd_event_source *status;      /* runs when the status line has to be written anew */
        int64_t said_wake;            /* the wake-up that the status line shows */
        uint64_t said_troubles;       /* troubles.changes when it was written */
        uint64_t rested;              /* when memory was last given back, CLOCK_MONOTONIC */
        sd_event_source *verify;      /* a day after the store was last looked at */
        uint64_t verify_next;         /* from when on it may be looked at again, CLOCK_MONOTONIC */
        int clock_fd;
        bool stopping;
};

/* ---- before anything else ---- */

void service_hold_signals(void)
{
        /* A connection that breaks; a file at its limit (RLIMIT_FSIZE), which is a full disk that the store can live
         * with; and those of which a stray one would end the reminders. */
        static const int meaningless[] = {SIGPIPE, SIGXFSZ, SIGALRM, SIGUSR1, SIGUSR2};
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigprocmask(SIG_BLOCK, &set, NULL);
        for (size_t i = 0; i < ELEMENTS(meaningless); i++)
                signal(meaningless[i], SIG_IGN);
}

/* ---- configuration ---- */

int service_load(const char *path, struct report *report, struct settings **ret)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        int r = settings_load(path, SECRETS_READ, report, &settings);

        if (r == 0 && settings_config(settings)->sealed) {
                report_error(report, path, 0,
                             "nothing can be sent without the credentials named here: systemd passes them on when it "
                             "starts the service (systemctl restart reminderd)");
                r = -EINVAL;
        }
        if (r == 0)
                *ret = TAKE_PTR(settings);
        return r;
}

/* ---- what systemd sees ---- */

static void put_troubles(FILE *out, const struct engine *engine)
{
        static const char *const words[TROUBLE_KINDS] = {
                [TROUBLE_STATE] = "không ghi được dữ liệu", [TROUBLE_SERVER] = "không gửi được qua",
                [TROUBLE_REFUSED] = "bị từ chối bởi",       [TROUBLE_LATE] = "việc đến giờ chưa làm",
                [TROUBLE_CLOCK] = "đồng hồ chạy chậm",      [TROUBLE_CONFIG] = "cấu hình mới chưa có hiệu lực",
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

        if (store_count(engine->store, wall_day(clock_wall(clock_now(&engine->clock))), &counts) < 0)
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

static void say_status(struct service *service)
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
        say_status(userdata);
        return 0;
}

/* After the pending work, so that the line does not name the present moment as the next reminder's. */
static void say_status_soon(const struct service *service)
{
        (void)sd_event_source_set_time_relative(service->status, 0);
        (void)sd_event_source_set_enabled(service->status, SD_EVENT_ONESHOT);
}

static void say_status_later(const struct service *service)
{
        int enabled;

        if (sd_event_source_get_enabled(service->status, &enabled) < 0 || enabled != SD_EVENT_OFF)
                return;
        (void)sd_event_source_set_time_relative(service->status, STATUS_DELAY_USEC);
        (void)sd_event_source_set_enabled(service->status, SD_EVENT_ONESHOT);
}

static int add_status(struct service *service)
{
        int r = sd_event_add_time_relative(service->event, &service->status, CLOCK_MONOTONIC, 0, 0, on_status, service);

        return r < 0 ? r : sd_event_source_set_priority(service->status, SD_EVENT_PRIORITY_IDLE);
}

static void say_findings(const struct service *service, const struct report *report)
{
        for (size_t i = 0; i < report->n; i++) {
                char *CLEANUP_FREE line = finding_format(&report->findings[i]);

                if (line)
                        journal_say(&service->journal, EVENT_CONFIG_FINDING, NULL, "%s", line);
        }
}

/* The file with the rules of the zone in force, behind what links lead to it; the caller frees it. */
static char *rules_file(const struct service *service)
{
        const char *folder = getenv("TZDIR"), *zone = engine_config(manager_engine(service->manager))->timezone;
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
        service->said_wake = -1;
        return 0;
}

/* The folder of the zone in force: a package puts new rules in the place of the old there. Without it nothing is
 * missed but that. */
static void watch_rules(struct service *service)
{
        char *CLEANUP_FREE path = rules_file(service);

        service->rules_watch = sd_event_source_disable_unref(service->rules_watch);
        if (!path)
                return;
        *strrchr(path, '/') = '\0';
        (void)sd_event_add_inotify(service->event, &service->rules_watch, path,
                                   IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE | IN_ONLYDIR, on_rules, service);
}

static uint64_t monotonic_usec(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* A long step is no hanging one as long as the store gets on with it: the loop, which else tells the watchdog and hears
 * that it shall end, stands still meanwhile. */
static bool stay_alive(void *userdata)
{
        sigset_t pending;

        (void)userdata;
        sd_notify(0, "WATCHDOG=1");
        return sigpending(&pending) < 0 || (!sigismember(&pending, SIGTERM) && !sigismember(&pending, SIGINT));
}

static int adopt(const struct service *service, struct settings *settings, struct changes *changes)
{
        struct store *store = manager_engine(service->manager)->store;
        int r;

        store_on_progress(store, stay_alive, NULL);
        r = manager_adopt(service->manager, settings, changes);
        store_on_progress(store, NULL, NULL);
        return r;
}

/* `why` it was refused; NULL: it was not. */
static void say_reloaded(const struct service *service, const char *why)
{
        struct engine *engine = manager_engine(service->manager);
        int64_t now = clock_now(&engine->clock);
        struct present_trouble *present;

        if (!why) {
                journal_say(&service->journal, EVENT_RELOADED, NULL, "Configuration reloaded: %s",
                            service->config_path);
                troubles_end(&engine->troubles, TROUBLE_CONFIG, "", &service->journal, now);
                return;
        }
        journal_say(&service->journal, EVENT_RELOAD_REFUSED, NULL,
                    "Configuration not reloaded, the old one goes on: %s", why);
        present = troubles_begin(&engine->troubles, TROUBLE_CONFIG, "", now,
                                 "The last reload was refused, the configuration of before it goes on; reminderd "
                                 "--check names the mistakes, reminderctl reload puts it in force");
        if (present) /* each refusal in words of its own, right above */
                troubles_said(&engine->troubles, present, now);
}

static int reload(struct service *service, struct report *report, struct changes *changes)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        const char *why = NULL;
        int r;

        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Đang đọc lại cấu hình", monotonic_usec());
        r = service_load(service->config_path, report, &settings);
        report_sort(report);
        say_findings(service, report);
        if (r < 0)
                why = r == -EINVAL ? "mend the mistakes named before this line" : strerror(-r);
        else {
                r = adopt(service, settings, changes);
                if (r < 0)
                        why = engine_words(manager_engine(service->manager), r);
                else
                        watch_rules(service);
        }
        say_reloaded(service, why);
        say_status_soon(service);
        sd_notify(0, "READY=1");
        return r;
}

/* What a reload would say and change. */
static int try_reload(const struct service *service, struct report *report, struct changes *changes)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        struct store *store = manager_engine(service->manager)->store;
        int r = service_load(service->config_path, report, &settings);

        report_sort(report);
        if (r < 0)
                return r;
        store_on_progress(store, stay_alive, NULL);
        r = manager_try(service->manager, settings, changes);
        store_on_progress(store, NULL, NULL);
        return r;
}

static int on_reload(void *userdata, bool dry_run, struct report *report, struct changes *changes)
{
        return dry_run ? try_reload(userdata, report, changes) : reload(userdata, report, changes);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        struct report CLEANUP(report_clear) report = {0};

        (void)source, (void)info;
        (void)reload(userdata, &report, NULL);
        return 0;
}

static int on_stop_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct service *service = userdata;

        (void)source, (void)usec;
        return sd_event_exit(service->event, 0);
}

static int on_terminate(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        struct service *service = userdata;

        (void)source, (void)info;
        if (service->stopping)
                return 0;
        service->stopping = true;
        sd_notify(0, "STOPPING=1\nSTATUS=Đang dừng");
        manager_stop(service->manager);
        journal_say(&service->journal, EVENT_STOPPING, NULL, "Stopping; %zu messages under way may finish",
                    manager_under_way(service->manager));
        return sd_event_add_time_relative(service->event, NULL, CLOCK_MONOTONIC, STOP_TIMEOUT_USEC, 0, on_stop_timeout,
                                          service);
}

/* After each round of events: ends when all is quiet after SIGTERM, and keeps the status line true. */
static int on_quiet(sd_event_source *source, void *userdata)
{
        struct service *service = userdata;

        (void)source;
        if (service->said_troubles != manager_engine(service->manager)->troubles.changes && !service->stopping)
                say_status_soon(service);
        if (manager_under_way(service->manager) > 0)
                return 0;
        if (service->stopping)
                return sd_event_exit(service->event, 0);
        if (service->said_wake != manager_wake(service->manager))
                say_status_later(service);
        return 0;
}

static void verify(struct service *service)
{
        uint64_t begun = monotonic_usec(), ended, next;
        int r;

        store_on_progress(manager_engine(service->manager)->store, stay_alive, NULL);
        r = manager_verify(service->manager);
        store_on_progress(manager_engine(service->manager)->store, NULL, NULL);
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

static int add_verify(struct service *service)
{
        return sd_event_add_time_relative(service->event, &service->verify, CLOCK_MONOTONIC, VERIFY_EVERY_USEC,
                                          VERIFY_ACCURACY_USEC, on_verify, service);
}

/* The last thing before the loop waits: nothing else is pending. The status line, where it has to follow, comes first.
 */
static int on_idle(sd_event_source *source, void *userdata)
{
        struct service *service = userdata;
        int64_t ahead = manager_wake(service->manager) - clock_now(&manager_engine(service->manager)->clock);
        int status = SD_EVENT_OFF;
        uint64_t now = 0;

        (void)source;
        (void)sd_event_source_get_enabled(service->status, &status);
        (void)sd_event_now(service->event, CLOCK_MONOTONIC, &now);
        if (manager_under_way(service->manager) > 0 || status != SD_EVENT_OFF || ahead < REST_LONG_MS ||
            (service->rested > 0 && now < service->rested + REST_EVERY_USEC))
                return 0;
        if (now >= service->verify_next)
                verify(service);
        store_rest(manager_engine(service->manager)->store);
        memory_give_back();
        service->rested = now;
        return 0;
}

static int watch_idleness(struct service *service)
{
        sd_event_source *idle = NULL;
        int r = sd_event_add_post(service->event, &idle, on_idle, service);

        if (r >= 0)
                r = sd_event_source_set_priority(idle, SD_EVENT_PRIORITY_IDLE + 1);
        if (r >= 0)
                r = sd_event_source_set_floating(idle, true);
        sd_event_source_unref(idle);
        return r;
}

/* ---- the clock and the time zone ---- */

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
        service->said_wake = -1;
        return 0;
}

static int watch_clock(struct service *service)
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
        watch_rules(service);
        return 0;
}

/* ---- the service ---- */

static int open_manager(struct service *service, const struct options *options, struct settings *settings)
{
        const char *from_systemd = getenv("STATE_DIRECTORY");
        const char *state =
                options->state ? options->state
                               : (from_systemd && *from_systemd ? from_systemd : settings_config(settings)->state_dir);
        char *CLEANUP_FREE error = NULL;
        int r = transfers_new(service->event, &service->transfers);

        if (r < 0)
                return r;
        r = manager_new(
                &(struct manager_options){
                        .event = service->event,
                        .transport = transport_network(service->transfers),
                        .settings = settings,
                        .state_dir = state,
                        .journal = service->journal,
                },
                &service->manager, &error);
        if (r < 0)
                journal_say(&service->journal, EVENT_FATAL, NULL, "%s", error ? error : strerror(-r));
        return r;
}

static int add_signals(const struct service *service)
{
        int r = sd_event_add_signal(service->event, NULL, SIGHUP, on_hangup, (void *)service);

        if (r >= 0)
                r = sd_event_add_signal(service->event, NULL, SIGTERM, on_terminate, (void *)service);
        if (r >= 0)
                r = sd_event_add_signal(service->event, NULL, SIGINT, on_terminate, (void *)service);
        return r < 0 ? r : 0;
}

/* Nothing is sent before the bus has said that no other reminderd runs, or is known to be away, or lets wait too long:
 * reminders do not depend on it. */
static int run_until_asked(const struct service *service)
{
        uint64_t now, end;
        int code, r = sd_event_now(service->event, CLOCK_MONOTONIC, &now);

        for (end = now + BUS_PATIENCE_USEC; r >= 0 && now < end && !control_is_settled(service->control) &&
                                            sd_event_get_state(service->event) != SD_EVENT_FINISHED;) {
                r = sd_event_run(service->event, end - now);
                if (r >= 0)
                        r = sd_event_now(service->event, CLOCK_MONOTONIC, &now);
        }
        if (r >= 0 && sd_event_get_exit_code(service->event, &code) >= 0)
                return code;
        return r;
}

static int run(struct service *service, const struct options *options, struct settings *settings)
{
        int r = sd_event_new(&service->event);

        /* A watchdog setting that cannot be parsed must not keep reminders from leaving. */
        if (r >= 0)
                (void)sd_event_set_watchdog(service->event, true);
        if (r >= 0)
                r = journal_hold_floods(&service->journal, service->event);
        if (r >= 0)
                r = add_signals(service);
        if (r >= 0)
                r = open_manager(service, options, settings);
        if (r >= 0)
                r = control_new(&(struct control_options){.manager = service->manager,
                                                          .event = service->event,
                                                          .bus = options->bus,
                                                          .reload = on_reload,
                                                          .userdata = service},
                                &service->control);
        if (r >= 0)
                r = watch_clock(service);
        if (r >= 0)
                r = add_status(service);
        if (r >= 0)
                r = sd_event_add_post(service->event, NULL, on_quiet, service);
        if (r >= 0)
                r = add_verify(service);
        if (r >= 0)
                r = watch_idleness(service);
        if (r >= 0)
                r = run_until_asked(service);
        if (r >= 0 && !service->stopping && sd_event_get_state(service->event) != SD_EVENT_FINISHED)
                r = manager_start(service->manager);
        if (r < 0 || sd_event_get_state(service->event) == SD_EVENT_FINISHED)
                return r;
        if (service->stopping) /* told to end before it was ready */
                return sd_event_loop(service->event);
        journal_say(&service->journal, EVENT_STARTED, NULL, "reminderd " REMINDERD_VERSION " reminds; configuration %s",
                    service->config_path);
        say_status_soon(service); /* what was said while the bus was asked knew of nothing yet */
        sd_notify(0, "READY=1");
        return sd_event_loop(service->event);
}

static void service_clear(struct service *service)
{
        control_free(service->control);
        manager_free(service->manager);
        transfers_free(service->transfers);
        journal_end(&service->journal);
        /* Not left to the loop: libsystemd 252 lets an inotify source without an owner hold its loop for ever. */
        sd_event_source_disable_unref(service->rules_watch);
        sd_event_source_disable_unref(service->status);
        sd_event_source_disable_unref(service->verify);
        sd_event_unref(service->event);
        close_p(&service->clock_fd);
}

int service_run(const struct options *options, struct settings *settings, const struct report *findings)
{
        struct service CLEANUP(service_clear) service = {
                .config_path = options->config,
                .journal = journal_open(),
                .clock_fd = -1,
        };
        int r;

        say_findings(&service, findings);
        r = run(&service, options, settings);
        if (r < 0 && r != -EALREADY) /* whoever found that out has said it */
                journal_say(&service.journal, EVENT_FATAL, NULL, "Cannot go on: %s", strerror(-r));
        return r < 0 ? r : 0;
}
