/* The agencies of the block and the named groups of them. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "config/address.h"
#include "config/loader.h"

static const char *const file_keys[] = {"agencies", "groups", NULL};
static const char *const agency_keys[] = {"id", "name", "short", "emails", "webhook", "successor", "from", NULL};

static int read_emails(const struct section *section, struct agency *agency)
{
        const config_setting_t *list = setting_get(section, "emails");
        char buffer[EXCERPT_SIZE];

        if (!value_list(section, list))
                return 0;
        agency->emails = calloc(list_length(list) + 1, sizeof(*agency->emails));
        if (!agency->emails)
                return -ENOMEM;
        agency->n_emails = 0;
        for (unsigned i = 0; i < list_length(list); i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                CLEANUP_FREE char *email = NULL;
                int r = address_read(section, element, &email);

                if (r < 0)
                        return r;
                if (email && agency_has_mailbox(agency, email))
                        setting_warning(section, element, "emails: \"%s\" is given twice", excerpt(email, buffer));
                else if (email)
                        agency->emails[agency->n_emails++] = TAKE_PTR(email);
        }
        return 0;
}

static void check_webhook(const struct loader *loader, const struct section *section, const struct agency *agency)
{
        const struct config *config = loader->config;
        struct nearest nearest = nearest_to(agency->webhook ? agency->webhook : "");
        char buffer[EXCERPT_SIZE], hint[HINT_SIZE];

        if (!agency->webhook || !loader->main.group || config_find_webhook(config, agency->webhook))
                return;
        for (size_t i = 0; i < config->n_webhooks; i++)
                if (config->webhooks[i].id)
                        nearest_consider(&nearest, config->webhooks[i].id);
        setting_error(section, setting_get(section, "webhook"), "unknown webhook \"%s\"; %s",
                      excerpt(agency->webhook, buffer),
                      config->n_webhooks > 0 ? nearest_hint(&nearest, loader->main.file, hint)
                                             : "reminderd.conf has none");
}

/* Who it is, is looked up once all are known. */
static int read_successor(const struct section *section, struct agency *agency)
{
        const config_setting_t *successor = setting_get(section, "successor"), *from = setting_get(section, "from");

        if (successor && !from)
                setting_error(section, successor,
                              "successor needs the day on which it takes over: from = \"2026-07-01\"");
        if (from && !successor)
                setting_error(section, from,
                              "from needs the agency that takes over on that day: successor = \"so-tai-chinh\"");
        (void)value_date(section, from, &agency->from);
        return setting_keep(section, "successor", NULL, &agency->successor);
}

static int read_agency(const struct loader *loader, const struct section *section, struct agency *agency)
{
        const config_setting_t *value = setting_require(section, "id", "\"vp-ubnd\"");
        const char *id;
        int r;

        (void)section_known(section, agency_keys);
        if (value_id(section, value, &id) && target_is_role(id))
                setting_error(section, value, "id \"%s\" is the word for a role; choose another", id);
        (void)setting_require(section, "name", "\"…\"");
        r = setting_keep(section, "id", "", &agency->id);
        if (r == 0)
                r = setting_keep(section, "name", "", &agency->name);
        if (r == 0)
                r = setting_keep(section, "short", agency->name, &agency->short_name);
        if (r == 0)
                r = setting_keep(section, "webhook", NULL, &agency->webhook);
        if (r == 0)
                r = read_emails(section, agency);
        if (r == 0)
                r = read_successor(section, agency);
        if (r == 0)
                check_webhook(loader, section, agency);
        return r;
}

static int read_list(struct loader *loader, const struct section *root)
{
        struct roster *roster = &loader->config->roster;
        const config_setting_t *list = setting_require(root, "agencies", "( { id = \"…\"; … }, … )");
        unsigned n = list_length(list);

        if (!value_list(root, list))
                return 0;
        if (n == 0)
                setting_error(root, list, "agencies: is empty; a block has at least one");
        roster->agencies = calloc(n + 1, sizeof(*roster->agencies));
        loader->agency_lines = calloc(n + 1, sizeof(*loader->agency_lines));
        if (!roster->agencies || !loader->agency_lines)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                struct section section;
                int r;

                if (!section_element(root, config_setting_get_elem(list, i), "agency", &section))
                        continue;
                loader->agency_lines[roster->n_agencies] = setting_line(&section, NULL);
                r = read_agency(loader, &section, &roster->agencies[roster->n_agencies++]);
                if (r < 0)
                        return r;
        }
        return setting_unique_ids(root, list, "agency");
}

/* Whether it comes back to an agency when each passes to its successor, whatever their days: one of them would be its
 * own successor in the end. */
static bool is_in_circle(const struct roster *roster, size_t agency)
{
        size_t next = roster_successor(roster, agency, CIVIL_LAST_DAY);

        for (size_t steps = 0; steps < roster->n_agencies && next != ROSTER_NONE; steps++) {
                if (next == agency)
                        return true;
                next = roster_successor(roster, next, CIVIL_LAST_DAY);
        }
        return false;
}

static void check_successors(const struct loader *loader, const struct section *root)
{
        const struct roster *roster = &loader->config->roster;
        const config_setting_t *list = setting_get(root, "agencies");

        for (unsigned i = 0, agency = 0; i < list_length(list) && agency < roster->n_agencies; i++) {
                struct section section;
                const config_setting_t *value;

                if (!config_setting_is_group(config_setting_get_elem(list, i)))
                        continue;
                (void)section_element(root, config_setting_get_elem(list, i), "agency", &section);
                value = setting_get(&section, "successor");
                if (value && agency_lookup(loader, &section, value) != ROSTER_NONE && is_in_circle(roster, agency))
                        setting_error(
                                &section, value,
                                "successor: \"%s\" passes back to this agency in the end; one of them has to stay",
                                roster->agencies[agency].successor);
                agency++;
        }
}

static int read_groups(struct loader *loader, const struct section *root)
{
        struct roster *roster = &loader->config->roster;
        struct section groups;
        unsigned n;

        if (!section_member(root, "groups", &groups))
                return 0;
        n = list_length(groups.group);
        roster->groups = calloc(n + 1, sizeof(*roster->groups));
        if (!roster->groups)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *value = config_setting_get_elem(groups.group, i);
                const char *id = config_setting_name(value);
                struct group *group = &roster->groups[roster->n_groups];
                char buffer[EXCERPT_SIZE];
                int r;

                if (setting_is_repeated(value))
                        continue;
                if (!id_valid(id))
                        setting_error(&groups, value, "\"%s\" is not a valid id; use a-z, 0-9 and '-'",
                                      excerpt(id, buffer));
                else if (target_is_role(id))
                        setting_error(&groups, value, "\"%s\" is the word for a role; choose another id", id);
                else if (roster_find(roster, id) != ROSTER_NONE)
                        setting_error(&groups, value, "\"%s\" is the id of an agency; choose another", id);
                group->id = strdup(id);
                if (!group->id)
                        return -ENOMEM;
                roster->n_groups++;
                if (!value_list(&groups, value))
                        continue;
                if (list_length(value) == 0)
                        setting_error(&groups, value, "%s: names nobody", excerpt(id, buffer));
                r = agencies_lookup(loader, &groups, value, &group->agencies, &group->n_agencies);
                if (r < 0)
                        return r;
        }
        return 0;
}

int agencies_read(struct loader *loader)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        CLEANUP_FREE char *path = NULL;
        struct place named;
        struct section root;
        int r = loader_locate(loader, "agencies", "agencies.conf", &path, &named);

        if (r < 0 || !path)
                return r;
        loader->agencies_file = TAKE_PTR(path);
        r = source_read(loader->agencies_file, &named, loader->digest, loader->report, &source);
        if (r < 0 || !source->parsed)
                return r;
        root = section_of(loader->report, source->name, config_root_setting(&source->tree));
        /* A mistyped `agencies` or `groups` is one mistake, not one wherever they are named. */
        loader->roster_known = section_known(&root, file_keys) && list_length(setting_get(&root, "agencies")) > 0;
        r = read_list(loader, &root);
        if (r == 0)
                r = roster_index(&loader->config->roster);
        if (r == 0)
                check_successors(loader, &root);
        if (r == 0)
                r = read_groups(loader, &root);
        return r;
}

static bool is_reached(const struct config *config, size_t agency)
{
        const struct agency *it = &config->roster.agencies[agency];

        if (it->n_emails > 0 && config->mail.url)
                return true;
        for (size_t i = 0; i < config->n_webhooks; i++)
                for (size_t kind = 0; kind < KIND_COUNT; kind++)
                        if (subscription_wants(&config->webhooks[i].subscription, agency, (enum notice_kind)kind))
                                return true;
        return false;
}

/* Two offices may have one clerk; more often the second line is a copy of the first. */
static void check_shared(const struct loader *loader, size_t index, size_t earlier)
{
        const struct agency *agency = &loader->config->roster.agencies[index];
        const struct agency *other = &loader->config->roster.agencies[earlier];
        char buffer[EXCERPT_SIZE];

        for (size_t i = 0; i < agency->n_emails; i++)
                for (size_t k = 0; k < other->n_emails; k++)
                        if (strcmp(agency->emails[i], other->emails[k]) == 0)
                                report_warning(loader->report, loader->agencies_file, loader->agency_lines[index],
                                               "agency \"%s\": emails: \"%s\" is also an address of \"%s\", and gets "
                                               "what is for either of them",
                                               agency->id, excerpt(agency->emails[i], buffer), other->id);
}

void agencies_check(struct loader *loader)
{
        const struct roster *roster = &loader->config->roster;
        bool has_mail = setting_get(&loader->main, "mail") != NULL;
        size_t unused = 0;

        if (!loader->main.group)
                return;
        for (size_t i = 0; i < roster->n_agencies; i++) {
                const struct agency *agency = &roster->agencies[i];
                char buffer[EXCERPT_SIZE];

                unused += !has_mail && agency->n_emails > 0;
                if (agency->n_emails > 0 || agency->webhook || agency->successor || is_reached(loader->config, i))
                        continue;
                report_warning(loader->report, loader->agencies_file, loader->agency_lines[i],
                               "agency \"%s\": has neither an e-mail address nor a webhook; nothing reaches it",
                               excerpt(agency->id, buffer));
        }
        for (size_t i = 0; i < roster->n_agencies; i++)
                for (size_t k = 0; k < i; k++)
                        check_shared(loader, i, k);
        if (unused > 0)
                setting_warning(&loader->main, NULL,
                                "mail is missing: the e-mail addresses of %zu agencies are not used", unused);
}
