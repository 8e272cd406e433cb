/* What the user database says of a user, within a time: it may be a directory server that does not answer. */
#include "control/account.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

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

/* A question, in a thread of its own; freed by whoever is the last to need it. */
struct lookup {
        account_lookup *look_up;
        uid_t uid;
        char *group;
        pthread_mutex_t mutex; /* guards what follows */
        pthread_cond_t answered;
        bool is_answered, is_forgotten;
        int r;
        struct account account;
};

static void lookup_free(struct lookup *lookup)
{
        pthread_cond_destroy(&lookup->answered);
        pthread_mutex_destroy(&lookup->mutex);
        free(lookup->group);
        free(lookup);
}

static struct lookup *lookup_new(account_lookup *look_up, uid_t uid, const char *group)
{
        struct lookup *lookup = calloc(1, sizeof(*lookup));
        pthread_condattr_t attributes;

        if (!lookup)
                return NULL;
        lookup->look_up = look_up;
        lookup->uid = uid;
        pthread_mutex_init(&lookup->mutex, NULL);
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&lookup->answered, &attributes);
        pthread_condattr_destroy(&attributes);
        lookup->group = strdup(group);
        if (lookup->group)
                return lookup;
        lookup_free(lookup);
        return NULL;
}

static void *run(void *userdata)
{
        struct lookup *lookup = userdata;
        struct account account = {0};
        int r = lookup->look_up(lookup->uid, lookup->group, &account);
        bool is_forgotten;

        pthread_mutex_lock(&lookup->mutex);
        lookup->r = r;
        lookup->account = account;
        lookup->is_answered = true;
        is_forgotten = lookup->is_forgotten;
        pthread_cond_signal(&lookup->answered);
        pthread_mutex_unlock(&lookup->mutex);
        if (is_forgotten)
                lookup_free(lookup);
        return NULL;
}

static int start(struct lookup *lookup)
{
        pthread_attr_t attributes;
        pthread_t thread;
        int r;

        pthread_attr_init(&attributes);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        r = -pthread_create(&thread, &attributes, run, lookup);
        pthread_attr_destroy(&attributes);
        return r;
}

static bool wait_for(struct lookup *lookup, int64_t patience_ms)
{
        struct timespec end;
        bool is_answered;
        int r = 0;

        clock_gettime(CLOCK_MONOTONIC, &end);
        end.tv_sec += patience_ms / 1000;
        end.tv_nsec += patience_ms % 1000 * 1000000;
        if (end.tv_nsec >= 1000000000) {
                end.tv_nsec -= 1000000000;
                end.tv_sec++;
        }
        pthread_mutex_lock(&lookup->mutex);
        while (!lookup->is_answered && r == 0)
                r = pthread_cond_timedwait(&lookup->answered, &lookup->mutex, &end);
        is_answered = lookup->is_answered;
        pthread_mutex_unlock(&lookup->mutex);
        return is_answered;
}

int accounts_ask(struct accounts *accounts, uid_t uid, const char *group, struct account *ret)
{
        struct lookup *lookup;
        int r;

        if (accounts->hanging && !wait_for(accounts->hanging, 0))
                return -ETIMEDOUT;
        accounts_clear(accounts);
        lookup = lookup_new(accounts->look_up, uid, group);
        if (!lookup)
                return -ENOMEM;
        r = start(lookup);
        if (r == 0 && !wait_for(lookup, accounts->patience_ms)) {
                accounts->hanging = lookup;
                return -ETIMEDOUT;
        }
        if (r == 0)
                r = lookup->r;
        if (r == 0)
                *ret = lookup->account;
        lookup_free(lookup);
        return r;
}

void accounts_clear(struct accounts *accounts)
{
        struct lookup *lookup = TAKE_PTR(accounts->hanging);
        bool is_answered;

        if (!lookup)
                return;
        pthread_mutex_lock(&lookup->mutex);
        is_answered = lookup->is_answered;
        lookup->is_forgotten = true;
        pthread_mutex_unlock(&lookup->mutex);
        if (is_answered)
                lookup_free(lookup);
}
