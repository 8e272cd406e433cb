/* What the user database says of a user, within a time: it may be a directory server that does not answer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ACCOUNT_NAME_MAX 64 /* bytes of a user name that are kept */

struct account {
        char name[ACCOUNT_NAME_MAX];
        bool is_member; /* of the group that was asked for */
};

/* May block. 0, or -ENOENT: there is no such user. */
typedef int account_lookup(uid_t uid, const char *group, struct account *ret);
/* In the database of this machine. */
account_lookup account_look_up;

struct question;
struct accounts {
        account_lookup *look_up;
        int64_t patience_ms;      /* the longest that a question is waited for */
        struct question *hanging; /* one that was not answered in that time, or NULL */
};

/* 0; -ENOENT; -ETIMEDOUT: no answer in time, or one of before is still waited for; -ENOMEM or -EAGAIN. */
int accounts_ask(struct accounts *accounts, uid_t uid, const char *group, struct account *ret);
/* Does not wait for what hangs. */
void accounts_clear(struct accounts *accounts);
