/* The configuration: reminderd.conf and the agencies, plans and calendars it names, checked and whole. */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/address.h"
#include "config/file.h"
#include "config/fingerprint.h"
#include "config/secret.h"

/* Belongs to the fingerprints. It grows when the same text comes to mean other days, so that after an update what is
 * stored is brought in line. 2: repeats mean what RFC 5545 says. 3: the last day is the effective one. */
#define MEANING 3

DEFINE_CLEANUP(struct config *, config_free, config_free)

static void loader_clear(struct loader *loader)
{
        free(loader->folder);
        free(loader->base);
        free(loader->agencies_file);
        free(loader->agency_lines);
}

/* Folder (with its '/') of a path as it was given, and the same from the root. 0, -ENOMEM or -EINVAL, which was
 * reported. */
static int loader_place(struct loader *loader, const char *path)
{
        const char *slash = strrchr(path, '/');
        CLEANUP_FREE char *here = NULL;

        loader->folder = strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
        if (!loader->folder)
                return -ENOMEM;
        if (path[0] == '/') {
                loader->base = strdup(loader->folder);
                return loader->base ? 0 : -ENOMEM;
        }
        here = get_current_dir_name();
        if (!here && errno == ENOMEM)
                return -ENOMEM;
        if (!here) {
                report_error(loader->report, path, 0, "the current folder is not known: %s", strerror(errno));
                return -EINVAL;
        }
        return asprintf(&loader->base, "%s/%s", strcmp(here, "/") == 0 ? "" : here, loader->folder) < 0 ? -ENOMEM : 0;
}

static char *join(const char *folder, const char *path)
{
        char *joined;

        return asprintf(&joined, "%s%s", path[0] == '/' ? "" : folder, path) < 0 ? NULL : joined;
}

char *loader_path(const struct loader *loader, const char *path)
{
        return join(loader->folder, path);
}

char *loader_absolute(const struct loader *loader, const char *path)
{
        return join(loader->base, path);
}

int loader_locate(const struct loader *loader, const char *key, const char *usual, char **ret, struct place *ret_named)
{
        const config_setting_t *value = setting_get(&loader->main, key);
        const char *path = usual;
        CLEANUP_FREE char *shown = NULL;

        if (value && !value_text(&loader->main, value, &path))
                return 0;
        shown = loader_path(loader, path);
        if (!shown)
                return -ENOMEM;
        *ret_named = (struct place){loader->main.file, setting_line(&loader->main, value)};
        if (loader->main.group || access(shown, F_OK) == 0)
                *ret = TAKE_PTR(shown);
        return 0;
}

int path_read(const struct loader *loader, const struct section *section, const char *key, char **ret)
{
        const config_setting_t *value = setting_get(section, key);
        struct stat st;
        const char *path;

        if (!value_text(section, value, &path))
                return 0;
        *ret = loader_absolute(loader, path);
        if (!*ret)
                return -ENOMEM;
        if (stat(*ret, &st) < 0 || access(*ret, R_OK) < 0)
                setting_error(section, value, "%s: %s %s", key, *ret, file_error(-errno));
        else if (!S_ISREG(st.st_mode))
                setting_error(section, value, "%s: %s is not a regular file", key, *ret);
        return 0;
}

/* In an order in which each part finds what it refers to. */
static int read_parts(struct loader *loader)
{
        static int (*const readers[])(struct loader *) = {general_read,   answers_read,  mail_read,     mailbox_read,
                                                          webhooks_read,  agencies_read, webhooks_bind, policies_read,
                                                          calendars_read, plans_read};

        for (size_t i = 0; i < ELEMENTS(readers); i++) {
                int r = readers[i](loader);

                if (r < 0)
                        return r;
        }
        agencies_check(loader);
        return 0;
}

/* The main file, by one of the readers. */
static int read_main(struct loader *loader, const char *path, int (*read)(struct loader *))
{
        CLEANUP(source_free_p) struct source *source = NULL;
        int r = source_read(path, NULL, loader->digest, loader->report, &source);

        if (r < 0)
                return r;
        loader->main = section_of(loader->report, path, source->parsed ? config_root_setting(&source->tree) : NULL);
        return read(loader);
}

static void write_addresses(struct config *config)
{
        struct address_book *book = &config->addresses;

        book->roster = &config->roster;
        book->contact = config->contact.email;
        book->has_mail = config->mail.url != NULL;
        for (size_t i = config->mail.redirect ? 0 : config->n_webhooks; i-- > 0;) {
                struct subscription *subscription = &config->webhooks[i].subscription;

                subscription->id = config->webhooks[i].id;
                subscription->next = book->webhooks;
                book->webhooks = subscription;
        }
}

int config_load(const char *path, enum secrets secrets, struct report *report, char **ret_templates,
                struct config **ret)
{
        CLEANUP(config_free_p) struct config *config = calloc(1, sizeof(*config));
        CLEANUP(digest_free_p) EVP_MD_CTX *digest = NULL;
        CLEANUP(loader_clear) struct loader loader = {.report = report, .config = config, .secrets = secrets};
        static const int32_t meaning = MEANING;
        size_t errors = report->n_errors;
        int r;

        if (!config || fingerprint_new(NULL, &digest) < 0)
                return -ENOMEM;
        r = fingerprint_add(digest, &meaning, sizeof(meaning));
        if (r < 0)
                return r;
        loader.digest = digest;
        r = loader_place(&loader, path);
        if (r < 0)
                return r;
        config->path = loader_absolute(&loader, path[0] == '/' ? path : path + strlen(loader.folder));
        if (!config->path)
                return -ENOMEM;
        r = read_main(&loader, path, read_parts);
        if (r == 0)
                r = fingerprint_finish(digest, config->fingerprint);
        if (r < 0)
                return r;
        report_sort(report);
        if (report->n_errors > errors) {
                if (ret_templates)
                        *ret_templates = TAKE_PTR(config->templates);
                return -EINVAL;
        }
        write_addresses(config);
        *ret = TAKE_PTR(config);
        return 0;
}

int config_load_mailbox(const char *path, struct report *report, struct mailbox_config *ret)
{
        CLEANUP(config_free_p) struct config *config = calloc(1, sizeof(*config));
        CLEANUP(digest_free_p) EVP_MD_CTX *digest = NULL;
        CLEANUP(loader_clear) struct loader loader = {.report = report, .config = config, .secrets = SECRETS_LEFT};
        size_t errors = report->n_errors;
        int r = config && fingerprint_new(NULL, &digest) == 0 ? loader_place(&loader, path) : -ENOMEM;

        loader.digest = digest; /* which nobody asks for */
        if (r == 0)
                r = read_main(&loader, path, mailbox_read);
        if (r < 0)
                return r;
        if (report->n_errors > errors)
                return -EINVAL;
        *ret = config->mailbox;
        config->mailbox = (struct mailbox_config){.url = NULL};
        return 0;
}

void mailbox_config_clear(struct mailbox_config *mailbox)
{
        free(mailbox->url);
        free(mailbox->username);
        free(mailbox->password.credential);
        free(mailbox->password.file);
        free(mailbox->token_file);
        free(mailbox->ca_file);
        free(mailbox->folder);
        free(mailbox->done);
        free(mailbox->review);
        free(mailbox->authserv_id);
        *mailbox = (struct mailbox_config){.url = NULL};
}

static void webhook_clear(struct webhook *webhook)
{
        free(webhook->id);
        free(webhook->url);
        secret_free(webhook->secret, webhook->secret_size);
        free(webhook->ca_file);
        free(webhook->subscription.agencies);
}

static void mail_clear(struct mail_config *mail)
{
        free(mail->url);
        free(mail->username);
        secret_free(mail->password, mail->password ? strlen(mail->password) : 0);
        free(mail->ca_file);
        mailbox_clear(&mail->from);
        free(mail->reply_to);
        free(mail->redirect);
        free(mail->helo);
}

struct config *config_free(struct config *config)
{
        if (!config)
                return NULL;
        free(config->path);
        free(config->timezone);
        free(config->block_name);
        free(config->block_short);
        contact_clear(&config->contact);
        free(config->templates);
        free(config->state_dir);
        answer_words_free(config->answer_words);
        mail_clear(&config->mail);
        mailbox_config_clear(&config->mailbox);
        for (size_t i = 0; i < config->n_webhooks; i++)
                webhook_clear(&config->webhooks[i]);
        free(config->webhooks);
        roster_clear(&config->roster);
        for (size_t i = 0; i < config->n_policies; i++)
                policy_clear(&config->policies[i]);
        free(config->policies);
        for (size_t i = 0; i < config->n_plans; i++)
                plan_clear(&config->plans[i]);
        free(config->plans);
        calendar_free(config->calendar);
        free(config);
        return NULL;
}

const struct plan *config_find_plan(const struct config *config, const char *id)
{
        for (size_t i = 0; i < config->n_plans; i++)
                if (strcmp(config->plans[i].id, id) == 0)
                        return &config->plans[i];
        return NULL;
}

const char *config_find_head(const struct config *config, const char *plan_id, civil_day day)
{
        const struct plan *plan = config_find_plan(config, plan_id);
        size_t head = plan ? plan_head(plan, &config->roster, day) : ROSTER_NONE;

        return head != ROSTER_NONE ? config->roster.agencies[head].id : NULL;
}

const struct webhook *config_find_webhook(const struct config *config, const char *id)
{
        for (size_t i = 0; i < config->n_webhooks; i++)
                if (config->webhooks[i].id && strcmp(config->webhooks[i].id, id) == 0)
                        return &config->webhooks[i];
        return NULL;
}
