/* Policies: when to remind, how often, and to whom to escalate. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "config/loader.h"
#include "config/pasted.h"

#define BEFORE_MAX 100  /* rungs before a date: with a year of overdue ones they must fit a ladder (LADDER_MAX) */
#define ESCALATE_MAX 32 /* levels */
#define OVERDUE_LIMIT_MAX 10000 /* counted from the first at every look; whoever wants no end leaves it out */
#define AT_DEFAULT (8 * 3600)

static const char *const policy_keys[] = {POLICY_KEYS, NULL};
static const char *const overdue_keys[] = {"every", "limit", NULL};
static const char *const escalate_keys[] = {"after", "to", NULL};
static const char *const shift_names[] = {"next", "previous", "none", NULL};

static int read_before(const struct section *section, struct policy *policy)
{
        const config_setting_t *list = setting_get(section, "before");
        unsigned n = list_length(list);
        struct offset *before;
        size_t n_before = 0;

        if (!value_list(section, list))
                return 0;
        if (n > BEFORE_MAX) {
                setting_error(section, list, "before: has %u spans; at most %d make sense", n, BEFORE_MAX);
                return 0;
        }
        before = calloc(n + 1, sizeof(*before));
        if (!before)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                bool twice = false;

                if (!value_offset(section, element, &before[n_before]))
                        continue;
                for (size_t k = 0; k < n_before; k++)
                        twice = twice || (before[k].days == before[n_before].days &&
                                          before[k].workdays == before[n_before].workdays);
                if (twice)
                        setting_warning(section, element, "before: \"%s\" says the same as an earlier span",
                                        setting_string(element));
                else
                        n_before++;
        }
        free(policy->before);
        policy->before = before;
        policy->n_before = n_before;
        return 0;
}

static void read_overdue(const struct section *policy_section, struct policy *policy)
{
        struct section section;
        const config_setting_t *every;

        if (!section_member(policy_section, "overdue", &section))
                return;
        (void)section_known(&section, overdue_keys);
        policy->overdue_limit = OVERDUE_UNLIMITED;
        (void)value_integer(&section, setting_get(&section, "limit"), 0, OVERDUE_LIMIT_MAX, &policy->overdue_limit);
        if (policy->overdue_limit == 0) {
                policy->overdue_every = (struct offset){.workdays = 1};
                every = setting_get(&section, "every");
        } else {
                every = setting_require(&section, "every", "\"2wd\"");
        }
        if (value_offset(&section, every, &policy->overdue_every) && policy->overdue_every.days == 0 &&
            policy->overdue_every.workdays == 0)
                setting_error(&section, every, "every \"%s\" is no time at all; expected at least \"1d\"",
                              setting_string(every));
}

static int read_escalation(struct loader *loader, const struct section *section, struct escalation *escalation)
{
        const config_setting_t *after = setting_require(section, "after", "\"3wd\"");
        const config_setting_t *to = setting_require(section, "to", "\"head\"");

        (void)section_known(section, escalate_keys);
        if (value_offset(section, after, &escalation->after) && escalation->after.days == 0 &&
            escalation->after.workdays == 0)
                setting_error(section, after, "after \"%s\" is before anything is late; expected at least \"1d\"",
                              setting_string(after));
        return to ? targets_read(loader, section, to, &escalation->to) : 0;
}

static void clear_escalations(struct policy *policy)
{
        for (size_t i = 0; i < policy->n_escalations; i++)
                free(policy->escalations[i].to.words);
        free(TAKE_PTR(policy->escalations));
        policy->n_escalations = 0;
}

static int read_escalate(struct loader *loader, const struct section *section, struct policy *policy)
{
        const config_setting_t *list = setting_get(section, "escalate");
        unsigned n = list_length(list);

        if (!value_list(section, list))
                return 0;
        if (n > ESCALATE_MAX) {
                setting_error(section, list, "escalate: has %u levels; at most %d make sense", n, ESCALATE_MAX);
                return 0;
        }
        clear_escalations(policy);
        policy->escalations = calloc(n + 1, sizeof(*policy->escalations));
        if (!policy->escalations)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                struct section level = *section;
                int r;

                if (!config_setting_is_group(element)) {
                        setting_error(section, element, "escalate: expected a group { after = …; to = …; }, found %s",
                                      setting_type_name(element));
                        continue;
                }
                level.group = element;
                section_label(&level, "%sescalate: ", section->label);
                r = read_escalation(loader, &level, &policy->escalations[policy->n_escalations++]);
                if (r < 0)
                        return r;
        }
        return 0;
}

int policy_apply(struct loader *loader, const struct section *section, struct policy *policy)
{
        const config_setting_t *at = setting_get(section, "at");
        size_t shift = policy->shift;
        int r;

        if (value_clock(section, at, &policy->at))
                daytime_check(loader, section, at, policy->at);
        if (value_word(section, setting_get(section, "shift"), shift_names, &shift))
                policy->shift = (enum shift)shift;
        read_overdue(section, policy);
        r = read_before(section, policy);
        if (r == 0)
                r = read_escalate(loader, section, policy);
        return r;
}

/* What holds where reminderd.conf has no policies: the `report` of the manual without its escalations. */
static int make_builtin(struct config *config)
{
        static const struct offset before[] = {{.days = 30}, {.days = 14}, {.days = 7},
                                               {.days = 3},  {.days = 1},  {.days = 0}};
        struct policy *policy = calloc(1, sizeof(*policy));

        if (!policy)
                return -ENOMEM;
        config->policies = policy;
        config->n_policies = 1;
        *policy = (struct policy){
                .id = strdup("report"),
                .before = malloc(sizeof(before)),
                .n_before = ELEMENTS(before),
                .at = AT_DEFAULT,
                .overdue_every = {.workdays = 2},
                .overdue_limit = 10,
                .shift = SHIFT_NEXT,
        };
        if (!policy->id || !policy->before)
                return -ENOMEM;
        memcpy(policy->before, before, sizeof(before));
        return 0;
}

static int read_policy(struct loader *loader, const struct section *policies, const config_setting_t *value)
{
        struct policy *policy = &loader->config->policies[loader->config->n_policies];
        const char *id = config_setting_name(value);
        struct section section;
        char buffer[EXCERPT_SIZE];
        int r;

        *policy = (struct policy){.id = strdup(id), .at = AT_DEFAULT};
        if (!policy->id)
                return -ENOMEM;
        loader->config->n_policies++;
        if (!id_valid(id))
                setting_error(policies, value, "\"%s\" is not a valid id; use a-z, 0-9 and '-'", excerpt(id, buffer));
        if (!section_member(policies, id, &section))
                return 0;
        section_label(&section, "policy \"%s\": ", excerpt(id, buffer));
        (void)section_known(&section, policy_keys);
        r = policy_apply(loader, &section, policy);
        if (r == 0 && policy->n_before == 0 && policy->overdue_limit == 0 &&
            list_length(setting_get(&section, "before")) == 0)
                setting_warning(&section, NULL, "has neither before nor overdue, so nothing is reminded of");
        return r;
}

size_t policy_lookup(const struct loader *loader, const struct section *section, const config_setting_t *value,
                     const char *id)
{
        const struct config *config = loader->config;
        struct nearest nearest = nearest_to(id);
        char buffer[EXCERPT_SIZE], hint[HINT_SIZE];

        for (size_t i = 0; i < config->n_policies; i++)
                if (strcmp(config->policies[i].id, id) == 0)
                        return i;
        if (!value || !loader->policies_known || pasted_report(section, value, id))
                return POLICY_NONE;
        for (size_t i = 0; i < config->n_policies; i++)
                nearest_consider(&nearest, config->policies[i].id);
        setting_error(section, value, "unknown policy \"%s\"; %s", excerpt(id, buffer),
                      nearest_hint(&nearest, loader->main.file, hint));
        return POLICY_NONE;
}

static void find_default(struct loader *loader)
{
        const struct config *config = loader->config;
        const config_setting_t *value = setting_get(&loader->main, "default_policy");
        const char *id = "report";

        if (value && !value_text(&loader->main, value, &id))
                return;
        loader->default_policy = policy_lookup(loader, &loader->main, value, id);
        if (loader->default_policy != POLICY_NONE)
                return;
        loader->default_policy = 0;
        if (!value && config->n_policies > 1 && loader->main.group)
                (void)setting_require(&loader->main, "default_policy", "\"…\"");
}

int policies_read(struct loader *loader)
{
        struct section policies;
        unsigned n = 0;

        loader->policies_known = loader->main.group && !setting_get(&loader->main, "policies");
        if (section_member(&loader->main, "policies", &policies)) {
                loader->policies_known = true;
                n = list_length(policies.group);
        }
        if (n == 0) {
                int r = make_builtin(loader->config);

                if (r < 0)
                        return r;
        } else {
                loader->config->policies = calloc(n, sizeof(*loader->config->policies));
                if (!loader->config->policies)
                        return -ENOMEM;
                loader->config->n_policies = 0;
        }
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *value = config_setting_get_elem(policies.group, i);
                int r;

                if (setting_is_repeated(value))
                        continue;
                r = read_policy(loader, &policies, value);
                if (r < 0)
                        return r;
        }
        find_default(loader);
        return 0;
}
