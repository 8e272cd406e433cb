/* Who calls: user id, name, and whether he may.
 * Depends on sd-bus.
 * Called by bus.c for every message, and by the decisions for the audit log. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <systemd/sd-bus.h>

#define CALLER_GROUP "reminderd" /* its members may act on the system bus */
#define CALLER_NAME_MAX 64       /* bytes of a user name that are kept */
/* Connections remembered, so that a burst of calls asks the bus once: a clerk has one or two at a time. */
#define CALLERS_MAX 32

struct caller {
        char sender[32]; /* unique name on the bus, never given twice (D-Bus specification, "Unique name") */
        char name[CALLER_NAME_MAX];
        uid_t uid;
        bool permitted;
};

struct callers {
        struct caller known[CALLERS_MAX];
        size_t next; /* the place that is overwritten next */
};

/* Finds out who sent a message. `any_member`: root and the members of CALLER_GROUP may act as the own user may. 0 and
 * *ret_new says whether he is seen for the first time; or a negative errno when the bus does not say. */
int caller_find(struct callers *callers, sd_bus_message *message, bool any_member, const struct caller **ret,
                bool *ret_new);
