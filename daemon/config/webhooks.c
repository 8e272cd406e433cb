/* Webhooks: where they go, what they carry, and for which agencies. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "config/address.h"
#include "config/pasted.h"
#include "config/secret.h"

#define WEBHOOK_CONNECTIONS 4
#define WEBHOOK_CONNECTIONS_MAX 100
#define WEBHOOK_TIMEOUT 20 /* seconds; Standard Webhooks asks for 15 to 30 */
#define WEBHOOK_TIMEOUT_MAX 3600

static const char *const webhook_keys[] = {"id",    "url",        "secret_credential", "secret_file", "agencies",
                                           "kinds", "allow_http", "timeout",           "ca_file",     "connections",
                                           NULL};
static const char *const webhook_schemes[] = {"https", "http", NULL};

static int read_url(const struct section *section, struct webhook *webhook)
{
        const config_setting_t *value = setting_require(section, "url", "\"https://HOST/PATH\"");
        const char *text, *why;
        size_t scheme = 0;
        int r;

        (void)value_bool(section, setting_get(section, "allow_http"), &webhook->allow_http);
        if (!value_text(section, value, &text))
                return 0;
        r = url_check(text, webhook_schemes, &scheme, &why);
        if (r < 0)
                return r;
        if (r == ADDRESS_WRONG) {
                if (!pasted_report(section, value, text))
                        setting_error(section, value, "url is not valid: %s; expected https://HOST/PATH", why);
        } else if (scheme == 1 && !webhook->allow_http)
                setting_error(section, value,
                              "url is http, which anyone on the way can read and change; use https, or "
                              "set allow_http = true");
        return setting_keep(section, "url", NULL, &webhook->url);
}

static int read_secret(const struct loader *loader, const struct section *section, struct webhook *webhook)
{
        const config_setting_t *at = setting_get(section, "secret_credential");
        char *secret = NULL;
        size_t size = 0;
        int r = secret_read(loader, section, "secret", &secret, &size);

        if (r < 0 || !secret)
                return r;
        if (!at)
                at = setting_get(section, "secret_file");
        r = secret_decode(section, at, secret, size, &webhook->secret, &webhook->secret_size);
        secret_free(secret, size);
        return r;
}

static void read_kinds(const struct section *section, struct webhook *webhook)
{
        const config_setting_t *list = setting_get(section, "kinds");
        const char *names[KIND_COUNT + 2] = {"*"};

        if (!list)
                memset(webhook->subscription.kinds, true, sizeof(webhook->subscription.kinds));
        if (!value_list(section, list))
                return;
        if (list_length(list) == 0)
                setting_error(section, list, "kinds: names none; leave it out for all kinds");
        for (size_t i = 0; i < KIND_COUNT; i++)
                names[i + 1] = kind_name((enum notice_kind)i);
        for (unsigned i = 0; i < list_length(list); i++) {
                size_t place;

                if (!value_word(section, config_setting_get_elem(list, i), names, &place))
                        continue;
                if (place == 0)
                        memset(webhook->subscription.kinds, true, sizeof(webhook->subscription.kinds));
                else
                        webhook->subscription.kinds[place - 1] = true;
        }
}

static int read_webhook(const struct loader *loader, const struct section *section, struct webhook *webhook)
{
        int32_t connections = WEBHOOK_CONNECTIONS;
        const char *id = "";
        int r;

        (void)section_known(section, webhook_keys);
        (void)value_id(section, setting_require(section, "id", "\"gateway\""), &id);
        webhook->timeout = WEBHOOK_TIMEOUT;
        (void)value_duration(section, setting_get(section, "timeout"), 1, WEBHOOK_TIMEOUT_MAX, &webhook->timeout);
        (void)value_integer(section, setting_get(section, "connections"), 1, WEBHOOK_CONNECTIONS_MAX, &connections);
        webhook->connections = (uint32_t)connections;
        read_kinds(section, webhook);
        r = setting_keep(section, "id", "", &webhook->id);
        if (r == 0)
                r = read_url(section, webhook);
        if (r == 0)
                r = read_secret(loader, section, webhook);
        if (r == 0)
                r = path_read(loader, section, "ca_file", &webhook->ca_file);
        return r;
}

/* One webhook for each element, also for one that is no group, so that webhooks_bind() finds them by place. */
int webhooks_read(struct loader *loader)
{
        const config_setting_t *list = setting_get(&loader->main, "webhooks");
        unsigned n;
        int r;

        if (!value_list(&loader->main, list))
                return 0;
        n = list_length(list);
        loader->config->webhooks = calloc(n + 1, sizeof(*loader->config->webhooks));
        if (!loader->config->webhooks)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                struct webhook *webhook = &loader->config->webhooks[loader->config->n_webhooks++];
                struct section section;

                if (!section_element(&loader->main, config_setting_get_elem(list, i), "webhook", &section))
                        continue;
                r = read_webhook(loader, &section, webhook);
                if (r < 0)
                        return r;
        }
        return setting_unique_ids(&loader->main, list, "webhook");
}

static bool lists(const struct webhook *webhook, size_t agency)
{
        for (size_t i = 0; i < webhook->subscription.n_agencies; i++)
                if (webhook->subscription.agencies[i] == agency)
                        return true;
        return false;
}

/* Adds the agencies that name it as their own. */
static int add_own(const struct roster *roster, struct webhook *webhook)
{
        size_t *agencies = reallocarray(webhook->subscription.agencies,
                                        webhook->subscription.n_agencies + roster->n_agencies + 1, sizeof(*agencies));

        if (!agencies)
                return -ENOMEM;
        webhook->subscription.agencies = agencies;
        for (size_t i = 0; i < roster->n_agencies; i++) {
                const char *own = roster->agencies[i].webhook;

                if (own && webhook->id && strcmp(own, webhook->id) == 0 && !lists(webhook, i))
                        agencies[webhook->subscription.n_agencies++] = i;
        }
        return 0;
}

static bool names_all(const config_setting_t *list)
{
        for (unsigned i = 0; i < list_length(list); i++) {
                const char *word = setting_string(config_setting_get_elem(list, i));

                if (word && strcmp(word, "*") == 0)
                        return true;
        }
        return false;
}

static int bind_webhook(struct loader *loader, const struct section *section, struct webhook *webhook)
{
        const config_setting_t *list = setting_get(section, "agencies");
        int r = 0;

        if (value_list(section, list)) {
                webhook->subscription.all_agencies = names_all(list);
                if (!webhook->subscription.all_agencies)
                        r = agencies_lookup(loader, section, list, &webhook->subscription.agencies,
                                            &webhook->subscription.n_agencies);
        }
        if (r == 0)
                r = add_own(&loader->config->roster, webhook);
        if (r < 0)
                return r;
        if (!list && webhook->subscription.n_agencies == 0)
                webhook->subscription.all_agencies = true;
        if (list_length(list) == 0 && !webhook->subscription.all_agencies && webhook->subscription.n_agencies == 0)
                setting_warning(section, list, "agencies: names nobody, so nothing is ever sent here");
        return 0;
}

int webhooks_bind(struct loader *loader)
{
        const config_setting_t *list = setting_get(&loader->main, "webhooks");

        for (size_t i = 0; i < loader->config->n_webhooks; i++) {
                const config_setting_t *element = config_setting_get_elem(list, (unsigned)i);
                struct section section;
                int r;

                /* One that is no group was reported by webhooks_read(). */
                if (!config_setting_is_group(element) || !section_element(&loader->main, element, "webhook", &section))
                        continue;
                r = bind_webhook(loader, &section, &loader->config->webhooks[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}
