/* Who calls: user id, name, and as whom the daemon takes this user. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <systemd/sd-bus.h>

#include "control/account.h"
#include "core/permission.h"

#define CALLER_GROUP "reminderd"    /* its members may act on the system bus */
#define READER_USER "reminder-mail" /* may say there what came back by mail */
/* Connections remembered, so that a burst of calls asks the bus once: a clerk has one or two at a time. */
#define CALLERS_MAX 32
/* For the user database to say who is in the group: nothing else is done meanwhile, and without an answer nobody but
 * root is let in. */
#define CALLER_PATIENCE_MS 2000

struct caller {
        char sender[32]; /* unique name on the bus, never given twice (D-Bus specification, "Unique name") */
        char name[ACCOUNT_NAME_MAX];
        uid_t uid;
        bool is_named; /* by the user database; else by the number */
        enum party party;
        bool unanswered; /* an outsider only because the user database did not answer */
};

struct callers {
        struct caller known[CALLERS_MAX];
        size_t next; /* the place that is overwritten next */
        struct accounts accounts;
};

void callers_init(struct callers *callers);
/* The connection is another one. */
void callers_forget(struct callers *callers);
void callers_clear(struct callers *callers);

/* Finds out who sent a message: whether somebody is in the group is asked anew for each message, so that a right counts
 * from the moment it is given and ends when it is taken. `any_member`: root, the members of CALLER_GROUP and
 * READER_USER count, else the daemon's own user alone. 0 and *ret_news says whether this was not known of the
 * connection; or a negative errno when the bus does not say. */
int caller_admit(struct callers *callers, sd_bus_message *message, bool any_member, const struct caller **ret,
                 bool *ret_news);
/* The part of it that needs no message, given the sender's name on the bus and user id. */
const struct caller *caller_judge(struct callers *callers, const char *sender, uid_t uid, bool any_member,
                                  bool *ret_news);
/* Who sent a message that went through caller_admit(); NULL if it did not. */
const struct caller *caller_known(const struct callers *callers, sd_bus_message *message);
