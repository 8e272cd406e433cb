/* Words that stand for agencies: roles, groups, ids. */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "config/loader.h"
#include "config/pasted.h"

const char *const target_roles[] = {"head", "deputy", "members", "all", NULL};

bool target_is_role(const char *word)
{
        for (const char *const *role = target_roles; *role; role++)
                if (strcmp(word, *role) == 0)
                        return true;
        return false;
}

static void report_unknown(const struct loader *loader, const struct section *section, const config_setting_t *value,
                           const char *word, bool agencies_only)
{
        const struct roster *roster = &loader->config->roster;
        struct nearest nearest = nearest_to(word);
        char buffer[EXCERPT_SIZE], hint[HINT_SIZE];

        if (!loader->roster_known || pasted_report(section, value, word))
                return;
        for (size_t i = 0; i < roster->n_agencies; i++)
                if (roster->agencies[i].id)
                        nearest_consider(&nearest, roster->agencies[i].id);
        if (!agencies_only) {
                for (size_t i = 0; i < roster->n_groups; i++)
                        nearest_consider(&nearest, roster->groups[i].id);
                for (const char *const *role = target_roles; *role; role++)
                        nearest_consider(&nearest, *role);
        }
        setting_error(section, value, "%s: unknown %s \"%s\"; %s", setting_name(value),
                      agencies_only ? "agency" : "agency or group", excerpt(word, buffer),
                      nearest_hint(&nearest, loader->agencies_file, hint));
}

size_t agency_lookup(const struct loader *loader, const struct section *section, const config_setting_t *value)
{
        const char *word;
        size_t index;

        if (!value_text(section, value, &word))
                return ROSTER_NONE;
        index = roster_find(&loader->config->roster, word);
        if (index == ROSTER_NONE) {
                if (roster_find_group(&loader->config->roster, word) != ROSTER_NONE || target_is_role(word))
                        setting_error(section, value, "%s: expected the id of an agency, found the word \"%s\"",
                                      setting_name(value), word);
                else
                        report_unknown(loader, section, value, word, true);
        }
        return index;
}

int agencies_lookup(struct loader *loader, const struct section *section, const config_setting_t *list, size_t **ret,
                    size_t *ret_n)
{
        unsigned n = list_length(list);
        CLEANUP_FREE size_t *found = calloc(n + 1, sizeof(*found));
        size_t n_found = 0;
        char buffer[EXCERPT_SIZE];

        if (!found)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                size_t index = agency_lookup(loader, section, element);
                bool twice = false;

                for (size_t k = 0; k < n_found; k++)
                        twice = twice || found[k] == index;
                if (index == ROSTER_NONE)
                        continue;
                if (twice)
                        setting_warning(section, element, "%s: \"%s\" is named twice", setting_name(element),
                                        excerpt(setting_string(element), buffer));
                else
                        found[n_found++] = index;
        }
        free(*ret);
        *ret = TAKE_PTR(found);
        *ret_n = n_found;
        return 0;
}

static bool read_word(struct loader *loader, const struct section *section, const config_setting_t *value,
                      struct target *ret)
{
        const struct roster *roster = &loader->config->roster;
        const char *word;
        size_t index;

        if (!value_text(section, value, &word))
                return false;
        for (size_t i = 0; target_roles[i]; i++)
                if (strcmp(word, target_roles[i]) == 0) {
                        *ret = (struct target){.role = (enum target_role)i};
                        return true;
                }
        index = roster_find_group(roster, word);
        if (index != ROSTER_NONE) {
                *ret = (struct target){TARGET_GROUP, index};
                return true;
        }
        index = roster_find(roster, word);
        if (index != ROSTER_NONE) {
                *ret = (struct target){TARGET_AGENCY, index};
                return true;
        }
        report_unknown(loader, section, value, word, false);
        return false;
}

int targets_read(struct loader *loader, const struct section *section, const config_setting_t *value,
                 struct targets *ret)
{
        bool single = setting_string(value) != NULL;
        unsigned n = single ? 1 : 0;
        struct target *words;
        size_t n_words = 0;

        if (!single) {
                if (!value_list(section, value))
                        return 0;
                n = list_length(value);
                if (n == 0)
                        setting_error(section, value, "%s: names nobody", setting_name(value));
        }
        words = calloc(n + 1, sizeof(*words));
        if (!words)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++)
                if (read_word(loader, section, single ? value : config_setting_get_elem(value, i), &words[n_words]))
                        n_words++;
        free(ret->words);
        *ret = (struct targets){words, n_words};
        return 0;
}
