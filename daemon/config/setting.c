/* The settings of a file, by group and key, and the findings about them with file and line. */
#include "config/setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"

#define FINDING_SIZE 700 /* bytes of one finding: it is one line for a person */

struct section section_of(struct report *report, const char *file, const config_setting_t *group)
{
        return (struct section){.report = report, .file = file, .group = group};
}

/* What a file says may hold anything; a finding is one line of a terminal or the journal. */
static void make_one_line(char *text)
{
        size_t size = strlen(text), n;

        for (size_t i = 0; i < size; i += n) {
                char32_t code;

                n = utf8_decode(text + i, size - i, &code);
                if (n == 0) {
                        text[i] = '?';
                        n = 1;
                } else if (utf8_kind(code) & UTF8_STEERS)
                        memset(text + i, '?', n);
        }
}

__attribute__((format(printf, 4, 0))) static void find(const struct section *section, const config_setting_t *at,
                                                       bool warning, const char *format, va_list arguments)
{
        char text[FINDING_SIZE];

        (void)vsnprintf(text, sizeof(text), format, arguments);
        make_one_line(text);
        (warning ? report_warning : report_error)(section->report, section->file, setting_line(section, at), "%s%s",
                                                  section->label, text);
}

void setting_error(const struct section *section, const config_setting_t *at, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        find(section, at, false, format, arguments);
        va_end(arguments);
}

void setting_warning(const struct section *section, const config_setting_t *at, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        find(section, at, true, format, arguments);
        va_end(arguments);
}

void section_label(struct section *section, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(section->label, sizeof(section->label), format, arguments);
        va_end(arguments);
        make_one_line(section->label);
}

unsigned setting_line(const struct section *section, const config_setting_t *at)
{
        unsigned line = 0;

        if (at)
                line = config_setting_source_line(at);
        else if (section->group)
                line = config_setting_source_line(section->group);
        return line > 0 ? line : 1; /* the file's outermost group has none */
}

const char *setting_name(const config_setting_t *value)
{
        const config_setting_t *named = value;

        while (named && !config_setting_name(named))
                named = config_setting_parent(named);
        return named ? config_setting_name(named) : "";
}

const char *setting_type_name(const config_setting_t *value)
{
        switch (config_setting_type(value)) {
        case CONFIG_TYPE_GROUP:
                return "a group { }";
        case CONFIG_TYPE_INT:
        case CONFIG_TYPE_INT64:
                return "an integer";
        case CONFIG_TYPE_FLOAT:
                return "a number with a point";
        case CONFIG_TYPE_STRING:
                return "a string";
        case CONFIG_TYPE_BOOL:
                return "a boolean";
        case CONFIG_TYPE_ARRAY:
        case CONFIG_TYPE_LIST:
                return "a list";
        default:
                return "nothing";
        }
}

const char *setting_string(const config_setting_t *value)
{
        const char *text;

        if (!value || config_setting_type(value) != CONFIG_TYPE_STRING)
                return NULL;
        text = config_setting_get_string(value);
        return text ? text : ""; /* libconfig 1.5 keeps an empty string as none */
}

const config_setting_t *setting_get(const struct section *section, const char *key)
{
        return section->group ? config_setting_get_member(section->group, key) : NULL;
}

const config_setting_t *setting_require(const struct section *section, const char *key, const char *example)
{
        const config_setting_t *value = setting_get(section, key);

        if (!value && section->group)
                setting_error(section, NULL, "%s is missing; write %s = %s;", key, key, example);
        return value;
}

bool section_element(const struct section *section, const config_setting_t *element, const char *noun,
                     struct section *ret)
{
        struct section found = *section;
        char buffer[EXCERPT_SIZE];
        const char *id;

        if (!config_setting_is_group(element)) {
                setting_error(section, element, "%s: expected a group { }, found %s", setting_name(element),
                              setting_type_name(element));
                return false;
        }
        found.group = element;
        id = setting_string(config_setting_get_member(element, "id"));
        if (id)
                section_label(&found, "%s \"%s\": ", noun, excerpt(id, buffer));
        else
                section_label(&found, "%s %d: ", noun, config_setting_index(element) + 1);
        *ret = found;
        return true;
}

bool section_member(const struct section *section, const char *key, struct section *ret)
{
        const config_setting_t *value = setting_get(section, key);
        struct section found = *section;

        if (!value)
                return false;
        if (!config_setting_is_group(value)) {
                setting_error(section, value, "%s: expected a group { }, found %s", key, setting_type_name(value));
                return false;
        }
        found.group = value;
        section_label(&found, "%s%s: ", section->label, key);
        *ret = found;
        return true;
}

static bool is_known(const char *name, const char *const *known)
{
        for (; *known; known++)
                if (strcmp(name, *known) == 0)
                        return true;
        return false;
}

const char *nearest_hint(const struct nearest *nearest, const char *where, char buffer[static HINT_SIZE])
{
        char known[EXCERPT_SIZE];

        if (nearest->best)
                (void)snprintf(buffer, HINT_SIZE, "the nearest known one is \"%s\"", excerpt(nearest->best, known));
        else
                (void)snprintf(buffer, HINT_SIZE, "%s names them", where);
        return buffer;
}

const char *word_list(const char *const *words, char buffer[static WORD_LIST_SIZE])
{
        size_t used = 0;

        buffer[0] = '\0';
        for (size_t i = 0; words[i] && used < WORD_LIST_SIZE; i++)
                used += (size_t)snprintf(buffer + used, WORD_LIST_SIZE - used, "%s%s", i > 0 ? ", " : "", words[i]);
        return buffer;
}

/* By this key a draft says what somebody has to decide. It is refused with its text, so that no draft is a plan yet. */
#define TODO "TODO"

static void refuse_todo(const struct section *section, const config_setting_t *value)
{
        const char *text = config_setting_get_string(value);

        setting_error(section, value, "TODO, to be decided; then delete it: %s", text ? text : "");
}

static void report_unknown(const struct section *section, const config_setting_t *value, const char *const *known)
{
        const char *name = config_setting_name(value);
        struct nearest nearest = nearest_to(name);
        char buffer[EXCERPT_SIZE], list[WORD_LIST_SIZE];

        for (const char *const *key = known; *key; key++)
                nearest_consider(&nearest, *key);
        if (nearest.best)
                setting_error(section, value, "unknown key \"%s\"; the nearest known one is \"%s\"",
                              excerpt(name, buffer), nearest.best);
        else
                setting_error(section, value, "unknown key \"%s\"; known ones are %s", excerpt(name, buffer),
                              word_list(known, list));
}

bool section_known_beside(const struct section *section, const char *const *known, const struct elsewhere *elsewhere)
{
        unsigned n = section->group ? (unsigned)config_setting_length(section->group) : 0;
        bool all = true;

        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *value = config_setting_get_elem(section->group, i);
                const char *name = config_setting_name(value);

                if (setting_is_repeated(value) || is_known(name, known))
                        continue;
                if (strcmp(name, TODO) == 0)
                        refuse_todo(section, value);
                else if (elsewhere && is_known(name, elsewhere->known))
                        setting_error(section, value, "the key \"%s\" belongs into \"%s\"; move it there", name,
                                      elsewhere->where);
                else
                        report_unknown(section, value, known);
                all = false;
        }
        return all;
}

bool section_known(const struct section *section, const char *const *known)
{
        return section_known_beside(section, known, NULL);
}

bool setting_is_repeated(const config_setting_t *value)
{
        return config_setting_name(value)[0] == '*';
}

unsigned list_length(const config_setting_t *list)
{
        return list && config_setting_is_aggregate(list) ? (unsigned)config_setting_length(list) : 0;
}

const char *excerpt(const char *text, char buffer[static EXCERPT_SIZE])
{
        static const char ellipsis[] = "…";
        size_t size = strlen(text), kept = utf8_fit(text, size, EXCERPT_SIZE - sizeof(ellipsis));

        if (size < EXCERPT_SIZE)
                return memcpy(buffer, text, size + 1);
        memcpy(buffer, text, kept);
        memcpy(buffer + kept, ellipsis, sizeof(ellipsis));
        return buffer;
}
