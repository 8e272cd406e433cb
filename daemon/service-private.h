/* What the files of the service share: its state, and what they call of one another. */
#pragma once

#include <systemd/sd-event.h>
#include <systemd/sd-id128.h>

#include "control/bus.h"
#include "engine/manager.h"

struct service {
        const char *config_path;
        char host[SD_ID128_STRING_MAX];
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

/* The status line: at once, behind the pending work, where something has to be seen; later where it only follows what
 * happens. `quiet`: nothing is under way. */
int status_line_start(struct service *service);
void status_line_soon(const struct service *service);
void status_line_follow(const struct service *service, bool quiet);
/* What the line says has another meaning now: it is to follow in any case. */
void status_line_outdate(struct service *service);
bool status_line_is_pending(const struct service *service);

/* Findings of loading, to the journal. */
void reload_say_findings(const struct service *service, const struct report *report);
/* A reload that was asked for over the bus, see struct control_options; and by SIGHUP. */
int reload_on_request(void *userdata, bool dry_run, struct report *report, struct changes *changes);
int reload_on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata);

/* Has the manager judge everything anew when the clock is set or the zone's rules change; the zone is that in force. */
int clock_watch_start(struct service *service);
void clock_watch_zone(struct service *service);

/* What is done in idle hours: the store is looked at, memory is given back. */
int upkeep_start(struct service *service);

/* CLOCK_MONOTONIC. */
uint64_t monotonic_usec(void);
