/* Regular expressions over what mails say. */
#include "incoming/pattern.h"

GRegex *pattern_new(const char *pattern)
{
        GRegex *regex = g_regex_new(pattern, G_REGEX_CASELESS | G_REGEX_MULTILINE, 0, NULL);

        g_assert(regex);
        return regex;
}

void pattern_each(const char *pattern, const char *text, pattern_take *take, void *userdata)
{
        GRegex *regex = pattern_new(pattern);
        GMatchInfo *match = NULL;
        bool more = true;

        (void)g_regex_match(regex, text, 0, &match);
        while (more && g_match_info_matches(match)) {
                char *group = g_match_info_fetch(match, g_match_info_get_match_count(match) > 1 ? 1 : 0);

                more = take(userdata, group) && g_match_info_next(match, NULL);
                g_free(group);
        }
        g_match_info_free(match);
        g_regex_unref(regex);
}

static bool take_first(void *userdata, const char *group)
{
        char **found = userdata;

        *found = g_strdup(group);
        return false;
}

char *pattern_find(const char *pattern, const char *text)
{
        char *found = NULL;

        pattern_each(pattern, text, take_first, &found);
        return found;
}

bool pattern_is_in(const char *pattern, const char *text)
{
        return g_regex_match_simple(pattern, text, G_REGEX_CASELESS | G_REGEX_MULTILINE, 0);
}
