/* The configuration: reminderd.conf and the agencies, plans and calendars it names, checked and whole. */
#pragma once

#include "base/report.h"
#include "core/address.h"
#include "core/answer.h"
#include "core/backoff.h"
#include "core/claim.h"
#include "core/digest.h"
#include "core/hours.h"
#include "core/kind.h"
#include "core/mail-server.h"
#include "core/plan.h"

#define CONFIG_FILE_MAX ((size_t)16 * 1024 * 1024) /* bytes of one file: far above any plan, far below harm */
#define CONFIG_DEPTH_MAX 16                        /* nested brackets: the format needs 7 */

/* Where a secret lies; it is read when it is needed and never kept in a message. */
struct secret {
        char *credential; /* name below $CREDENTIALS_DIRECTORY, or NULL */
        char *file;       /* absolute path, mode 0600 or stricter, or NULL */
};

struct mailbox {
        char *name;    /* display name in UTF-8, "" where there is none */
        char *address; /* the domain in ASCII */
};

struct mail_config {
        char *url; /* smtp://host[:port] or smtps://…; NULL: no mail is sent */
        enum tls_policy tls;
        char *username;                                  /* or NULL */
        char *password;                                  /* read from the secret; or NULL */
        enum mail_mechanism mechanisms[MAIL_MECHANISMS]; /* in the order in which they are tried */
        size_t n_mechanisms;
        char *helo;    /* the name in EHLO; NULL: to be found out */
        char *ca_file; /* more trusted certificates than the system's, or NULL */
        struct mailbox from;
        char *reply_to; /* or NULL */
        char *redirect; /* a trial: where all mail goes, and no webhook is posted to; NULL: it is in earnest */
        uint32_t connections;
        uint32_t per_minute; /* 0: no limit */
        int64_t timeout;     /* seconds, see core/phase.h; 0: RFC 5321's */
};

/* Where answers and bounces come in: for reminder-mail, which alone reads its secret. */
struct mailbox_config {
        char *url; /* imaps://host[:port]; NULL: there is none */
        char *username;
        struct secret password; /* or neither: there is a token */
        char *token_file;       /* absolute; OAuth2's, which something else renews; or NULL */
        char *ca_file;          /* as of the mail server */
        char *folder, *done, *review;
        char *authserv_id; /* who is believed about senders; NULL: nobody */
};

struct webhook {
        char *id;
        char *url;
        unsigned char *secret; /* decoded; NULL: unsigned */
        size_t secret_size;
        char *ca_file;
        struct subscription subscription;
        bool allow_http;
        int64_t timeout; /* seconds */
        uint32_t connections;
};

struct digest_config {
        bool enabled;
        enum weekday weekday;
        int32_t at; /* seconds since midnight */
        enum digest_when when;
};

struct config {
        char *path;     /* of reminderd.conf, absolute */
        char *timezone; /* a name of the time zone database */
        char *block_name, *block_short;
        struct contact contact;
        char *templates; /* absolute path of the folder */
        char *state_dir; /* absolute */
        struct hours hours;
        struct digest_config digest;
        int64_t catch_up; /* seconds */
        bool confirmations;
        int64_t confirm_after;          /* seconds for which what tells a decision waits for more of its agency */
        struct claim_acceptance accept; /* of claims */
        struct answer_words *answer_words;
        struct mail_config mail;
        struct mailbox_config mailbox;
        struct webhook *webhooks;
        size_t n_webhooks;
        struct retry retry;
        struct roster roster;
        struct address_book addresses; /* over the roster, the contact and the webhooks */
        struct policy *policies;
        size_t n_policies;
        struct plan *plans;
        size_t n_plans;
        struct calendar *calendar;
        /* A secret is a credential that this process was not given and that lies where systemd keeps them for the
         * service: all else can be looked at, but nothing can be sent. Warned of. */
        bool sealed;
        /* Over every byte read: the same fingerprint means the same obligations. */
        char fingerprint[FINGERPRINT_SIZE];
};

/* Whether the files of secrets are opened: who only checks the text may not be able to. */
enum secrets { SECRETS_READ, SECRETS_LEFT };

/* Reads and checks everything; every mistake and warning is added to `report`, all in one run. 0; -EINVAL: mistakes,
 * all in the report; nothing is returned but, where it could be located, the folder of templates (ret_templates may be
 * NULL; the caller frees it), so that those can be checked in the same run; -ENOMEM. Blocks on the file system only. */
int config_load(const char *path, enum secrets secrets, struct report *report, char **ret_templates,
                struct config **ret);
struct config *config_free(struct config *config);
/* Reads of reminderd.conf no more than the mailbox; without one, *ret has no url. 0; -EINVAL: mistakes, all in the
 * report; -ENOMEM. mailbox_config_clear() releases. */
int config_load_mailbox(const char *path, struct report *report, struct mailbox_config *ret);
void mailbox_config_clear(struct mailbox_config *mailbox);

const struct plan *config_find_plan(const struct config *config, const char *id);
/* The id of the agency that heads a plan that day; NULL: there is no such plan, or nobody heads it. */
const char *config_find_head(const struct config *config, const char *plan_id, civil_day day);
const struct webhook *config_find_webhook(const struct config *config, const char *id);
