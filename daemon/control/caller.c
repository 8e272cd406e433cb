/* Who calls: user id, name, and whether he may.
 * Depends on sd-bus and the user database.
 * Called by bus.c for every message, and by the decisions for the audit log. */
#include "control/caller.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "core/cleanup.h"

#define LOOKUP_SIZE 16384 /* bytes of one entry of the user or group database: a group of some hundred members */
#define GROUPS_MAX 1024   /* groups of one user that are looked at */

DEFINE_CLEANUP(sd_bus_creds *, sd_bus_creds_unref, sd_bus_creds_unref)

static bool group_id(char buffer[static LOOKUP_SIZE], gid_t *ret)
{
        struct group entry, *found = NULL;

        if (getgrnam_r(CALLER_GROUP, &entry, buffer, LOOKUP_SIZE, &found) != 0 || !found)
                return false;
        *ret = found->gr_gid;
        return true;
}

static bool is_member(const char *user, gid_t primary, char buffer[static LOOKUP_SIZE])
{
        gid_t *CLEANUP_FREE groups = calloc(GROUPS_MAX, sizeof(*groups));
        gid_t wanted;
        int n = GROUPS_MAX;

        if (!groups || !group_id(buffer, &wanted) || getgrouplist(user, primary, groups, &n) < 0)
                return false;
        for (int i = 0; i < n; i++)
                if (groups[i] == wanted)
                        return true;
        return false;
}

/* Membership is looked up in the database and not taken from the process, so that it counts from the moment it is
 * given, without a new login. */
static void judge(struct caller *caller, bool any_member)
{
        char *CLEANUP_FREE buffer = malloc(LOOKUP_SIZE);
        struct passwd entry, *user = NULL;

        caller->permitted = caller->uid == geteuid() || (any_member && caller->uid == 0);
        snprintf(caller->name, sizeof(caller->name), "uid %u", caller->uid);
        if (!buffer || getpwuid_r(caller->uid, &entry, buffer, LOOKUP_SIZE, &user) != 0 || !user)
                return;

        gid_t primary = user->pw_gid;

        snprintf(caller->name, sizeof(caller->name), "%s", user->pw_name);
        if (!caller->permitted && any_member)
                caller->permitted = is_member(caller->name, primary, buffer);
}

int caller_find(struct callers *callers, sd_bus_message *message, bool any_member, const struct caller **ret,
                bool *ret_new)
{
        sd_bus_creds *CLEANUP(sd_bus_creds_unref_p) creds = NULL;
        const char *sender = sd_bus_message_get_sender(message);
        struct caller caller = {0};
        int r;

        if (!sender || strlen(sender) >= sizeof(caller.sender))
                return -EACCES;
        *ret_new = false;
        for (size_t i = 0; i < CALLERS_MAX; i++)
                if (strcmp(callers->known[i].sender, sender) == 0) {
                        *ret = &callers->known[i];
                        return 0;
                }
        r = sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID, &creds);
        if (r >= 0)
                r = sd_bus_creds_get_euid(creds, &caller.uid);
        if (r < 0)
                return r;
        snprintf(caller.sender, sizeof(caller.sender), "%s", sender);
        judge(&caller, any_member);
        callers->known[callers->next] = caller;
        *ret = &callers->known[callers->next];
        callers->next = (callers->next + 1) % CALLERS_MAX;
        *ret_new = true;
        return 0;
}
