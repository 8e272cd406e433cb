/* The bus object org.reminderd1: what people ask and decide, over D-Bus. */
#pragma once

#include <systemd/sd-event.h>

#include "base/report.h"
#include "core/interface.h"
#include "engine/manager.h"

struct control;

struct control_options {
        struct manager *manager; /* borrowed; observed */
        sd_event *event;
        enum bus_kind bus;
        /* Loads and adopts the configuration anew: 0, -EINVAL with the mistakes in the report, or an error. */
        int (*reload)(void *userdata, struct report *report);
        /* In a rehearsal: lets its clock run up to a moment. NULL: time runs by itself. 0 or an error. */
        int (*advance)(void *userdata, wall_time until);
        void *userdata;
};

/* Connects and offers the object. A bus that is away is no error: it is said in the journal and tried again until it
 * comes (reminders go on without it). 0 or -ENOMEM. */
int control_new(const struct control_options *options, struct control **ret);
/* Whether it is known how it stands with the bus: the object has its name there, waits for it in the queue, or the bus
 * is away. */
bool control_is_settled(const struct control *control);
struct control *control_free(struct control *control);
