/* What the parts of the configuration share while it is loaded, and the reader of each part. */
#pragma once

#include "config/config.h"
#include "config/source.h"
#include "config/value.h"

/* A reader adds mistakes to the report and goes on; what it fills in is then only good for finding more of them. It
 * returns 0, or -ENOMEM. What could not be read is never named as unknown where another part refers to it. */
struct loader {
        struct report *report;
        struct config *config; /* being filled */
        enum secrets secrets;
        EVP_MD_CTX *digest;
        EVP_MD_CTX *ground;    /* of all but the plans, while these are read */
        char *folder;          /* of reminderd.conf as the user gave it: "" or ending in '/' */
        char *base;            /* the same, absolute */
        struct section main;   /* reminderd.conf; without a group when it could not be read */
        size_t default_policy; /* index */
        char *agencies_file;
        unsigned *agency_lines; /* where each agency stands in it */
        bool policies_known;
        bool roster_known;
        bool calendars_known;
};

/* A path of reminderd.conf as the user can open it, and absolute. Allocated; NULL: no memory. */
char *loader_path(const struct loader *loader, const char *path);
char *loader_absolute(const struct loader *loader, const char *path);
/* The path below a key of reminderd.conf, or the usual one, as the user can open it, and the place to blame when it
 * leads nowhere; *ret stays NULL where reminderd.conf is not known and nothing has the usual name. 0 or -ENOMEM. */
int loader_locate(const struct loader *loader, const char *key, const char *usual, char **ret, struct place *ret_named);

int general_read(struct loader *loader);
int answers_read(struct loader *loader);
int mail_read(struct loader *loader);
int mailbox_read(struct loader *loader);
/* All of the webhooks but their agencies, which webhooks_bind() reads once the agencies are known. */
int webhooks_read(struct loader *loader);
int webhooks_bind(struct loader *loader);
int agencies_read(struct loader *loader);
/* Warns of agencies that nothing reaches, now that webhooks are bound. */
void agencies_check(struct loader *loader);
int policies_read(struct loader *loader);
int calendars_read(struct loader *loader);
int plans_read(struct loader *loader);

/* ---- parts of parts ---- */

/* Puts what a group says (before, at, overdue, escalate, shift) in the place of what the policy has. */
int policy_apply(struct loader *loader, const struct section *section, struct policy *policy);
/* The keys of a policy, for lists of known ones. */
#define POLICY_KEYS "before", "at", "overdue", "escalate", "shift"

/* "head", "deputy", …: no agency and no group may have one of these as its id. In the order of enum target_role,
 * NULL ends. */
extern const char *const target_roles[];
bool target_is_role(const char *word);
/* Words of `for` and `to`; a single string counts as a list of one. */
int targets_read(struct loader *loader, const struct section *section, const config_setting_t *value,
                 struct targets *ret);
/* The index of an agency by a value; ROSTER_NONE: wrong, and reported where the agencies are known. */
size_t agency_lookup(const struct loader *loader, const struct section *section, const config_setting_t *value);
/* Indexes of agencies from a list of ids; those that are wrong are left out. */
int agencies_lookup(struct loader *loader, const struct section *section, const config_setting_t *list, size_t **ret,
                    size_t *ret_n);

/* Index of a policy; POLICY_NONE: unknown, and reported at the value, if there is one. */
#define POLICY_NONE ((size_t)-1)
size_t policy_lookup(const struct loader *loader, const struct section *section, const config_setting_t *value,
                     const char *id);

/* A plan, while its items are read. */
struct plan_reading {
        struct loader *loader;
        struct plan *plan;                    /* year 0: not known */
        EVP_MD_CTX *digest;                   /* of the ground, and of the plan but its items */
        bool no_head, no_deputy;              /* none is given; a wrong one has its own finding */
        bool vacancy_told[TARGET_DEPUTY + 1]; /* by role */
};
extern const char *const plan_keys[], *const item_keys[];
int item_read(struct plan_reading *reading, const struct section *section, struct item *item);
/* When an item falls: exactly one of the kinds of date. */
int dates_read(const struct section *section, const struct plan *plan, struct item *item);
/* Reports a day of the key or list that lies outside the plan's time; not where one of the two is not known. */
void dates_check_year(const struct section *section, const config_setting_t *value, const struct plan *plan,
                      civil_day day);
/* `limit`, after all days of the item are known. */
void limit_read(const struct section *section, const struct plan *plan, struct item *item);
/* `dates`: days of single agencies, of those who owe the item. */
int own_dates_read(struct plan_reading *reading, const struct section *section, struct item *item);
/* `after` and `before_item`: counted from the day of another item. */
int anchor_read(const struct section *section, const config_setting_t *value, struct item *item);
/* Whether that is there, and has such a day; after all items of the plan are known. */
int anchors_check(const struct plan_reading *reading, const struct section *section, const config_setting_t *list);
/* `period` and `period_offset`, which go with a repeat (NULL: there is none). */
void period_read(const struct section *section, const config_setting_t *repeat, struct item *item);
/* A rule that is wrong or never comes is reported; warned is of days that it leaves out. */
int repeat_read(const struct section *section, const config_setting_t *value, const struct plan *plan,
                struct item *item);
/* Warns of `before` offsets, now known, that are longer than from one day of the repeat to the next. */
int repeat_check_before(const struct section *section, const struct plan *plan, const struct item *item);

/* `contact` of a section: whom to ask; each of it is "" where not given. */
int contact_read(const struct section *holder, struct contact *contact);
/* The address at which a document can be read; *ret is left alone without one. */
int link_read(const struct section *section, char **ret);

/* The absolute path of a file that a key names and that must be there. */
int path_read(const struct loader *loader, const struct section *section, const char *key, char **ret);

/* Warns of a time of day at which nothing may leave. */
void daytime_check(const struct loader *loader, const struct section *section, const config_setting_t *value,
                   int32_t at);

/* The *.conf files of a folder, in the order of their bytes, each with the folder before it. The caller frees with
 * files_free(). 0, -ENOMEM, -E2BIG (FOLDER_FILES_MAX), or why the folder cannot be read. */
#define FOLDER_FILES_MAX 1000 /* plans or calendars: one or a few a year */
int files_list(const char *folder, char ***ret, size_t *ret_n);
/* Warns of files in it that somebody may take for configuration, and that files_list() leaves out. */
void files_warn(const struct loader *loader, const char *key, const char *folder, const struct place *named);
void files_free(char **files, size_t n);
/* Reports why a folder that a key names cannot be read. */
void files_report(const struct loader *loader, const char *key, const char *folder, const struct place *named,
                  int error);
