/* The service: signals, sd_notify, watchdog, the loop. */
#include "service.h"

#include "service-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "base/cleanup.h"

/* How long messages on the wire may take to finish after SIGTERM; well within systemd's own patience of 90 s. */
#define STOP_TIMEOUT_USEC (20 * 1000000ULL)

/* How long READY waits for the bus to say that the daemon has its name. */
#define BUS_PATIENCE_USEC (5 * 1000000ULL)

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

/* ---- the end ---- */

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
        bool quiet = manager_under_way(service->manager) == 0;

        (void)source;
        if (service->stopping)
                return quiet ? sd_event_exit(service->event, 0) : 0;
        status_line_follow(service, quiet);
        return 0;
}

/* ---- the service ---- */

/* A long step is no hanging one as long as the store gets on with it: the loop, which else tells the watchdog and hears
 * that it shall end, stands still meanwhile. */
static bool stay_alive(void *userdata)
{
        sigset_t pending;

        (void)userdata;
        sd_notify(0, "WATCHDOG=1");
        return sigpending(&pending) < 0 || (!sigismember(&pending, SIGTERM) && !sigismember(&pending, SIGINT));
}

/* This machine, as no other program knows it (sd_id128_get_machine_app_specific()); "" where it has no identity. */
static const char *host_of(struct service *service)
{
        static const sd_id128_t application =
                SD_ID128_MAKE(5e, 0b, 9d, 21, 7f, 3c, 4a, 86, b1, d4, 02, 6a, e9, 58, c7, 13);
        sd_id128_t id;

        if (sd_id128_get_machine_app_specific(application, &id) >= 0)
                (void)sd_id128_to_string(id, service->host);
        return service->host;
}

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
                        .host = host_of(service),
                        .journal = service->journal,
                        .go_on = stay_alive,
                },
                &service->manager, &error);
        if (r < 0)
                journal_say(&service->journal, EVENT_FATAL, NULL, "%s", error ? error : strerror(-r));
        return r;
}

static int add_signals(const struct service *service)
{
        int r = sd_event_add_signal(service->event, NULL, SIGHUP, reload_on_hangup, (void *)service);

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
                                                          .block = options->block,
                                                          .reload = reload_on_request,
                                                          .userdata = service},
                                &service->control);
        if (r >= 0)
                r = clock_watch_start(service);
        if (r >= 0)
                r = status_line_start(service);
        if (r >= 0)
                r = sd_event_add_post(service->event, NULL, on_quiet, service);
        if (r >= 0)
                r = upkeep_start(service);
        if (r >= 0)
                r = run_until_asked(service);
        if (r >= 0 && !service->stopping && sd_event_get_state(service->event) != SD_EVENT_FINISHED)
                r = manager_start(service->manager);
        if (r < 0 || sd_event_get_state(service->event) == SD_EVENT_FINISHED)
                return r;
        if (service->stopping) /* told to end before it was ready */
                return sd_event_loop(service->event);
        journal_say(&service->journal, EVENT_STARTED, NULL, "reminderd " REMINDERD_VERSION " %s; configuration %s",
                    manager_stands_by(service->manager) ? "stands by" : "reminds", service->config_path);
        status_line_soon(service); /* what was said while the bus was asked knew of nothing yet */
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

        reload_say_findings(&service, findings);
        r = run(&service, options, settings);
        if (r < 0 && r != -EALREADY) /* whoever found that out has said it */
                journal_say(&service.journal, EVENT_FATAL, NULL, "Cannot go on: %s", strerror(-r));
        return r < 0 ? r : 0;
}
