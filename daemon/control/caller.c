/* Who calls: user id, name, and as whom the daemon takes this user. */
#include "control/caller.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(sd_bus_creds *, sd_bus_creds_unref, sd_bus_creds_unref)

void callers_init(struct callers *callers)
{
        *callers = (struct callers){.accounts = {.look_up = account_look_up, .patience_ms = CALLER_PATIENCE_MS}};
}

void callers_forget(struct callers *callers)
{
        memset(callers->known, 0, sizeof(callers->known));
        callers->next = 0;
}

void callers_clear(struct callers *callers)
{
        accounts_clear(&callers->accounts);
}

static struct caller *find(const struct callers *callers, const char *sender)
{
        for (size_t i = 0; i < CALLERS_MAX; i++)
                if (strcmp(callers->known[i].sender, sender) == 0)
                        return (struct caller *)&callers->known[i];
        return NULL;
}

static struct caller *add(struct callers *callers, const char *sender, uid_t uid)
{
        struct caller *caller = &callers->known[callers->next];

        callers->next = (callers->next + 1) % CALLERS_MAX;
        *caller = (struct caller){.uid = uid};
        snprintf(caller->sender, sizeof(caller->sender), "%s", sender);
        snprintf(caller->name, sizeof(caller->name), "uid %u", uid);
        return caller;
}

static enum party party_of(bool is_root, bool any_member, const struct account *account)
{
        if (is_root)
                return PARTY_ROOT;
        if (any_member && account->is_member)
                return PARTY_MEMBER;
        return any_member && strcmp(account->name, READER_USER) == 0 ? PARTY_READER : PARTY_OUTSIDER;
}

const struct caller *caller_judge(struct callers *callers, const char *sender, uid_t uid, bool any_member,
                                  bool *ret_news)
{
        struct caller *caller = find(callers, sender);
        bool is_new = !caller, is_root = uid == geteuid() || (any_member && uid == 0);
        struct account account = {0};
        enum party was;
        int r = -ENOENT;

        if (!caller)
                caller = add(callers, sender, uid);
        was = caller->party;
        if (!caller->is_named || (any_member && !is_root))
                r = accounts_ask(&callers->accounts, uid, CALLER_GROUP, &account);
        if (r == 0) {
                memcpy(caller->name, account.name, sizeof(caller->name));
                caller->is_named = true;
        }
        caller->party = party_of(is_root, any_member, &account);
        caller->unanswered = caller->party == PARTY_OUTSIDER && any_member && r != 0 && r != -ENOENT;
        *ret_news = is_new || caller->party != was;
        return caller;
}

int caller_admit(struct callers *callers, sd_bus_message *message, bool any_member, const struct caller **ret,
                 bool *ret_news)
{
        sd_bus_creds *CLEANUP(sd_bus_creds_unref_p) creds = NULL;
        const char *sender = sd_bus_message_get_sender(message);
        const struct caller *known;
        uid_t uid;
        int r = 0;

        if (!sender || strlen(sender) >= sizeof(known->sender))
                return -EACCES;
        known = find(callers, sender);
        if (known)
                uid = known->uid;
        else {
                r = sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID, &creds);
                if (r >= 0)
                        r = sd_bus_creds_get_euid(creds, &uid);
        }
        if (r < 0)
                return r;
        *ret = caller_judge(callers, sender, uid, any_member, ret_news);
        return 0;
}

const struct caller *caller_known(const struct callers *callers, sd_bus_message *message)
{
        const char *sender = sd_bus_message_get_sender(message);

        return sender ? find(callers, sender) : NULL;
}
