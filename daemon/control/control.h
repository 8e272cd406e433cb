/* What the parts of the bus object share: the connection, the manager behind it, the names on the bus. */
#pragma once

#include <systemd/sd-bus.h>

#include "base/cleanup.h"
#include "control/bus.h"
#include "control/caller.h"
#include "core/block.h"
#include "core/interface.h"
#include "deciding/decision.h"

#define PAGE_MAX 500 /* entries of one answer: some hundred kilobytes, built in milliseconds */

#define FORECASTS_MAX 4 /* at once: each holds an excerpt of the store in memory */

/* The properties that change. */
struct figures {
        uint64_t next_wake; /* UTC microseconds, 0: none */
        uint32_t open, overdue, queued, failed;
        uint64_t troubles, holds; /* how often they have changed */
};

struct forecast;
struct backup_request;

struct control {
        struct manager *manager;
        sd_event *event;
        enum bus_kind kind;
        char name[BLOCK_BUS_NAME_SIZE]; /* there */
        int (*reload)(void *userdata, bool dry_run, struct report *report, struct changes *changes);
        int (*advance)(void *userdata, wall_time until); /* NULL: no rehearsal */
        void *userdata;

        sd_bus *bus; /* NULL while it is away */
        sd_event_source *reconnect;
        uint64_t delay_usec; /* before the next attempt to connect */
        bool said_away;
        bool settled; /* the bus has answered once, or is away */

        struct callers callers;
        sd_event_source *post, *tell; /* notices changes; tells of them, several at once */
        int64_t seen_wake;
        uint64_t seen_troubles;
        struct figures told;
        struct forecast *forecasts[FORECASTS_MAX]; /* under way, or NULL */
        struct backup_request *backup;             /* under way, or NULL */
};

DEFINE_CLEANUP(sd_bus *, sd_bus_close_unref, sd_bus_close_unref)
DEFINE_CLEANUP(sd_bus_message *, sd_bus_message_unref, sd_bus_message_unref)

static inline struct engine *control_engine(const struct control *control)
{
        return manager_engine(control->manager);
}

/* The block's day. */
static inline civil_day control_today(const struct control *control)
{
        return clock_today(&control_engine(control)->clock);
}

/* The properties may have changed: those that did are told within TELL_USEC. */
void control_touch(struct control *control);
#define TELL_USEC (200 * 1000ULL) /* a burst of decisions is one signal */

/* What the properties are now; the counts those last told where the store cannot be read, which is a trouble. */
struct figures control_figures(const struct control *control);

/* A failure of the store in words for the caller; `error` is set. */
int control_trouble(const struct control *control, int r, sd_bus_error *error);
