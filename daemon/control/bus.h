/* The bus object org.reminderd1, through which people ask and decide. */
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
        const char *block; /* whose name it takes there, "" for that of the one block; borrowed */
        /* Loads and adopts the configuration anew, or says only what that would change: 0, -EINVAL with the mistakes in
         * the report, or an error. */
        int (*reload)(void *userdata, bool dry_run, struct report *report, struct changes *changes);
        /* In a rehearsal: lets its clock run up to a moment. NULL: time runs by itself. 0 or an error. */
        int (*advance)(void *userdata, wall_time until);
        void *userdata;
};

/* Connects and offers the object. An unreachable bus is no error: it is noted in the journal and tried again until it
 * can be reached, while reminders go on. Where another process has the name, whenever that is found out, it is told and
 * the loop ends with -EALREADY. 0 or -ENOMEM. */
int control_new(const struct control_options *options, struct control **ret);
/* Whether the first attempt to connect is over: the object has its name, or the bus cannot be reached. */
bool control_is_settled(const struct control *control);
struct control *control_free(struct control *control);
