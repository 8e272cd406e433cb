/* What the user database says of a user, within a time: it may be a directory server that does not answer. */
#include "control/account.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/question.h"

#define LOOKUP_SIZE 16384 /* bytes of one entry of the user or group database: a group of some hundred members */
#define GROUPS_MAX 1024   /* groups of one user that are looked at */

/* ---- the database ---- */

static bool group_id(const char *group, char buffer[static LOOKUP_SIZE], gid_t *ret)
{
        struct group entry, *found = NULL;

        if (getgrnam_r(group, &entry, buffer, LOOKUP_SIZE, &found) != 0 || !found)
                return false;
        *ret = found->gr_gid;
        return true;
}

static bool is_member(const char *user, gid_t primary, const char *group, char buffer[static LOOKUP_SIZE])
{
        gid_t *CLEANUP_FREE groups = calloc(GROUPS_MAX, sizeof(*groups));
        gid_t wanted;
        int n = GROUPS_MAX;

        if (!groups || !group_id(group, buffer, &wanted) || getgrouplist(user, primary, groups, &n) < 0)
                return false;
        for (int i = 0; i < n; i++)
                if (groups[i] == wanted)
                        return true;
        return false;
}

int account_look_up(uid_t uid, const char *group, struct account *ret)
{
        char *CLEANUP_FREE buffer = malloc(LOOKUP_SIZE);
        struct passwd entry, *user = NULL;

        if (!buffer || getpwuid_r(uid, &entry, buffer, LOOKUP_SIZE, &user) != 0 || !user)
                return -ENOENT;

        gid_t primary = user->pw_gid;

        snprintf(ret->name, sizeof(ret->name), "%s", user->pw_name);
        ret->is_member = is_member(ret->name, primary, group, buffer);
        return 0;
}

/* ---- asking it with patience ---- */

struct lookup {
        account_lookup *look_up;
        uid_t uid;
        char *group;
        int r;
        struct account account;
};

static void lookup_free(void *body)
{
        struct lookup *lookup = body;

        free(lookup->group);
        free(lookup);
}

static void look_up(void *body)
{
        struct lookup *lookup = body;

        lookup->r = lookup->look_up(lookup->uid, lookup->group, &lookup->account);
}

static int ask(account_lookup *how, uid_t uid, const char *group, struct question **ret)
{
        struct lookup *lookup = calloc(1, sizeof(*lookup));

        if (!lookup)
                return -ENOMEM;
        lookup->look_up = how;
        lookup->uid = uid;
        lookup->group = strdup(group);
        if (!lookup->group) {
                lookup_free(lookup);
                return -ENOMEM;
        }
        return question_ask(look_up, lookup, lookup_free, ret);
}

int accounts_ask(struct accounts *accounts, uid_t uid, const char *group, struct account *ret)
{
        struct question *CLEANUP(question_free_p) question = NULL;
        const struct lookup *lookup;
        int r;

        if (accounts->hanging && !question_wait(accounts->hanging, 0))
                return -ETIMEDOUT;
        accounts_clear(accounts);
        r = ask(accounts->look_up, uid, group, &question);
        if (r < 0)
                return r;
        if (!question_wait(question, accounts->patience_ms)) {
                accounts->hanging = TAKE_PTR(question);
                return -ETIMEDOUT;
        }
        lookup = question_body(question);
        if (lookup->r == 0)
                *ret = lookup->account;
        return lookup->r;
}

void accounts_clear(struct accounts *accounts)
{
        accounts->hanging = question_free(accounts->hanging);
}
