/* A reload: the configuration is read anew and put in force, or the old one goes on; over the bus or by SIGHUP. */
#include "service-private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#include "base/cleanup.h"
#include "service.h"

void reload_say_findings(const struct service *service, const struct report *report)
{
        for (size_t i = 0; i < report->n; i++) {
                char *CLEANUP_FREE line = finding_format(&report->findings[i]);

                if (line)
                        journal_say(&service->journal, EVENT_CONFIG_FINDING, NULL, "%s", line);
        }
}

/* `why` it was refused; NULL: it was not. */
static void say_reloaded(const struct service *service, const char *why)
{
        if (!why)
                journal_say(&service->journal, EVENT_RELOADED, NULL, "Configuration reloaded: %s",
                            service->config_path);
        else
                journal_say(&service->journal, EVENT_RELOAD_REFUSED, NULL,
                            "Configuration not reloaded, the old one goes on: %s", why);
        manager_note_reload(service->manager, why != NULL);
}

static int reload(struct service *service, struct report *report, struct changes *changes)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        const char *why = NULL;
        int r;

        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Đang đọc lại cấu hình", monotonic_usec());
        r = service_load(service->config_path, report, &settings);
        report_sort(report);
        reload_say_findings(service, report);
        if (r < 0)
                why = r == -EINVAL ? "mend the mistakes named before this line" : strerror(-r);
        else {
                r = manager_adopt(service->manager, settings, changes);
                if (r < 0)
                        why = manager_words(service->manager, r);
                else
                        clock_watch_zone(service);
        }
        say_reloaded(service, why);
        status_line_soon(service);
        sd_notify(0, "READY=1");
        return r;
}

/* What a reload would say and change. */
static int try_reload(const struct service *service, struct report *report, struct changes *changes)
{
        struct settings *CLEANUP(settings_unref_p) settings = NULL;
        int r = service_load(service->config_path, report, &settings);

        report_sort(report);
        return r < 0 ? r : manager_try(service->manager, settings, changes);
}

int reload_on_request(void *userdata, bool dry_run, struct report *report, struct changes *changes)
{
        return dry_run ? try_reload(userdata, report, changes) : reload(userdata, report, changes);
}

int reload_on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        struct report CLEANUP(report_clear) report = {0};
        const struct service *service = userdata;

        (void)source, (void)info;
        if (manager_stands_by(service->manager)) { /* what a reload writes would be lost with the next copy */
                journal_say(&service->journal, EVENT_STANDBY, NULL,
                            "The configuration is not read anew while this machine stands by: the next start does");
                return 0;
        }
        (void)reload(userdata, &report, NULL);
        return 0;
}
