/* Settings: one loaded configuration with its compiled templates, counted. */
#include "runtime/settings.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

struct entry {
        const struct plan *plan;
        const struct item *item;
};

struct settings {
        unsigned references;
        struct config *config;
        struct composer *composer;
        struct letter_sender sender;
        struct entry *items; /* sorted by plan id, then item id */
        size_t n_items;
};

static int compare_entries(const void *left, const void *right)
{
        const struct entry *a = left, *b = right;
        int order = strcmp(a->plan->id, b->plan->id);

        return order != 0 ? order : strcmp(a->item->id, b->item->id);
}

static int index_items(struct settings *settings)
{
        const struct config *config = settings->config;
        size_t n = 0;

        for (size_t p = 0; p < config->n_plans; p++)
                n += config->plans[p].n_items;
        settings->items = calloc(n + 1, sizeof(*settings->items));
        if (!settings->items)
                return -ENOMEM;
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++)
                        settings->items[settings->n_items++] =
                                (struct entry){&config->plans[p], &config->plans[p].items[i]};
        qsort(settings->items, n, sizeof(*settings->items), compare_entries);
        return 0;
}

int settings_load(const char *path, enum secrets secrets, struct report *report, struct settings **ret)
{
        struct settings *CLEANUP(settings_unref_p) settings = calloc(1, sizeof(*settings));
        char *CLEANUP_FREE templates = NULL;
        int r;

        if (!settings)
                return -ENOMEM;
        settings->references = 1;
        r = config_load(path, secrets, report, &templates, &settings->config);
        /* Broken files elsewhere are no reason to leave the templates' mistakes for another run. */
        if (r == -EINVAL && templates)
                (void)composer_new(templates, report, &settings->composer);
        if (r < 0)
                return r;
        r = composer_new(settings->config->templates, report, &settings->composer);
        if (r < 0)
                return r;
        /* Templates of before do not know of it, and would not show it. */
        settings->config->addresses.digest_joins =
                settings->config->digest.when == DIGEST_WHEN_CHANGED && composer_shows_digest(settings->composer);
        r = index_items(settings);
        if (r < 0)
                return r;

        const struct config *config = settings->config;

        settings->sender = (struct letter_sender){
                .block_name = config->block_name,
                .block_short = config->block_short,
                .contact = &config->contact,
                .from_name = config->mail.from.name,
                .from_address = config->mail.from.address,
                .reply_to = config->mail.reply_to,
                .redirect = config->mail.redirect,
                .hears = config->mailbox.url != NULL,
        };
        *ret = TAKE_PTR(settings);
        return 0;
}

struct settings *settings_ref(struct settings *settings)
{
        settings->references++;
        return settings;
}

struct settings *settings_unref(struct settings *settings)
{
        if (!settings || --settings->references > 0)
                return NULL;
        free(settings->items);
        composer_free(settings->composer);
        config_free(settings->config);
        free(settings);
        return NULL;
}

const struct config *settings_config(const struct settings *settings)
{
        return settings->config;
}

const struct composer *settings_composer(const struct settings *settings)
{
        return settings->composer;
}

const struct letter_sender *settings_sender(const struct settings *settings)
{
        return &settings->sender;
}

bool settings_find_item(const struct settings *settings, const char *plan, const char *item,
                        const struct plan **ret_plan, const struct item **ret_item)
{
        const struct plan wanted_plan = {.id = (char *)plan};
        const struct item wanted_item = {.id = (char *)item};
        const struct entry wanted = {&wanted_plan, &wanted_item};
        const struct entry *found =
                bsearch(&wanted, settings->items, settings->n_items, sizeof(wanted), compare_entries);

        if (!found)
                return false;
        *ret_plan = found->plan;
        *ret_item = found->item;
        return true;
}
