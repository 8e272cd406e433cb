/* Typed values of settings: what is of another type or makes no sense becomes a finding. */
#include "config/value.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "config/pasted.h"
#include "core/roster.h"

static bool has_type(const struct section *section, const config_setting_t *value, int type, const char *expected)
{
        if (!value)
                return false;
        if (config_setting_type(value) == type)
                return true;
        setting_error(section, value, "%s: expected %s, found %s", setting_name(value), expected,
                      setting_type_name(value));
        return false;
}

/* A string may hold by escapes what the check of the file's bytes did not see. */
static bool check_characters(const struct section *section, const config_setting_t *value, const char *text, bool prose)
{
        size_t size = strlen(text), n;
        char32_t code;

        for (size_t i = 0; i < size; i += n) {
                n = utf8_decode(text + i, size - i, &code);
                if (n == 0) {
                        setting_error(section, value, "%s: the escape \\x%02X makes no UTF-8", setting_name(value),
                                      (unsigned)(unsigned char)text[i]);
                        return false;
                }
                if (prose && (code == '\n' || code == '\r' || code == '\t'))
                        continue;
                if (code == '\n' || code == '\r') {
                        setting_error(section, value, "%s: has a line end inside; it must be one line",
                                      setting_name(value));
                        return false;
                }
                if (code < 0x80 && utf8_kind(code) == UTF8_CONTROL) {
                        setting_error(section, value, "%s: has the control character 0x%02X inside",
                                      setting_name(value), (unsigned)code);
                        return false;
                }
        }
        return true;
}

static bool read_text(const struct section *section, const config_setting_t *value, bool prose, const char **ret)
{
        const char *text;

        if (!has_type(section, value, CONFIG_TYPE_STRING, "a string"))
                return false;
        text = setting_string(value);
        if (text[strspn(text, " \t\r\n")] == '\0') {
                setting_error(section, value, "%s: is empty", setting_name(value));
                return false;
        }
        if (!check_characters(section, value, text, prose))
                return false;
        *ret = text;
        return true;
}

bool value_text(const struct section *section, const config_setting_t *value, const char **ret)
{
        return read_text(section, value, false, ret);
}

bool value_prose(const struct section *section, const config_setting_t *value, const char **ret)
{
        return read_text(section, value, true, ret);
}

bool value_id(const struct section *section, const config_setting_t *value, const char **ret)
{
        char buffer[EXCERPT_SIZE];
        const char *text;

        if (!value_text(section, value, &text))
                return false;
        if (!id_valid(text)) {
                if (pasted_report(section, value, text))
                        return false;
                setting_error(section, value,
                              "%s \"%s\" is not a valid id; use a-z, 0-9 and '-', at most %d, none of them a '-' first",
                              setting_name(value), excerpt(text, buffer), ID_SIZE - 1);
                return false;
        }
        *ret = text;
        return true;
}

bool value_bool(const struct section *section, const config_setting_t *value, bool *ret)
{
        if (!has_type(section, value, CONFIG_TYPE_BOOL, "true or false"))
                return false;
        *ret = config_setting_get_bool(value);
        return true;
}

bool value_integer(const struct section *section, const config_setting_t *value, int32_t min, int32_t max, int32_t *ret)
{
        long long number;

        if (!value)
                return false;
        if (config_setting_type(value) != CONFIG_TYPE_INT64 && !has_type(section, value, CONFIG_TYPE_INT, "an integer"))
                return false;
        number = config_setting_get_int64(value);
        if (number < min || number > max) {
                setting_error(section, value, "%s is out of range; expected %d to %d", setting_name(value), min, max);
                return false;
        }
        *ret = (int32_t)number;
        return true;
}

/* "30/10/2025", the way it is written in documents, as the date that was meant. */
static bool is_written_date(const char *text, char iso[static CIVIL_DATE_SIZE])
{
        int day, month, year, end = 0;

        if (sscanf(text, "%2d/%2d/%4d%n", &day, &month, &year, &end) != 3 || text[end] != '\0' ||
            !civil_valid(year, month, day))
                return false;
        civil_format(civil_from(year, month, day), iso);
        return true;
}

bool value_date(const struct section *section, const config_setting_t *value, civil_day *ret)
{
        char buffer[EXCERPT_SIZE], iso[CIVIL_DATE_SIZE];
        const char *text;
        int year, month, day;
        int r;

        if (!value_text(section, value, &text))
                return false;
        r = civil_parse(text, ret);
        if (r == 0)
                return true;
        if (pasted_report(section, value, text))
                return false;
        excerpt(text, buffer);
        if (is_written_date(text, iso))
                setting_error(section, value, "%s \"%s\" is not of the form YYYY-MM-DD; write \"%s\"",
                              setting_name(value), buffer, iso);
        else if (r == -ERANGE && sscanf(text, "%d-%d-%d", &year, &month, &day) == 3 && month >= 1 && month <= 12 &&
                 year >= CIVIL_FIRST_YEAR && year <= CIVIL_LAST_YEAR)
                setting_error(section, value, "%s \"%s\": there is no such date; that month has %d days",
                              setting_name(value), buffer, civil_month_days(year, month));
        else if (r == -ERANGE)
                setting_error(section, value, "%s \"%s\": there is no such date in the years %d to %d",
                              setting_name(value), buffer, CIVIL_FIRST_YEAR, CIVIL_LAST_YEAR);
        else
                setting_error(section, value, "%s \"%s\" is not a date; expected YYYY-MM-DD", setting_name(value),
                              buffer);
        return false;
}

bool value_clock(const struct section *section, const config_setting_t *value, int32_t *ret)
{
        char buffer[EXCERPT_SIZE];
        const char *text;

        if (!value_text(section, value, &text))
                return false;
        if (civil_parse_clock(text, ret) == 0)
                return true;
        if (!pasted_report(section, value, text))
                setting_error(section, value, "%s \"%s\" is not a time of day; expected HH:MM, \"00:00\" to \"23:59\"",
                              setting_name(value), excerpt(text, buffer));
        return false;
}

bool value_offset(const struct section *section, const config_setting_t *value, struct offset *ret)
{
        char buffer[EXCERPT_SIZE];
        const char *text;
        int r;

        if (!value_text(section, value, &text))
                return false;
        r = offset_parse(text, ret);
        if (r == 0)
                return true;
        if (pasted_report(section, value, text))
                return false;
        excerpt(text, buffer);
        if (r == -ERANGE)
                setting_error(section, value, "%s \"%s\" is too long; at most %d days make sense", setting_name(value),
                              buffer, OFFSET_DAYS_MAX);
        else if (r == -EDOM)
                setting_error(section, value,
                              "%s \"%s\": expected whole days, in d and w or in wd (working days), not both",
                              setting_name(value), buffer);
        else
                setting_error(section, value,
                              "%s \"%s\" is not a span of days; expected such as \"7d\", \"2w\" or \"3wd\"",
                              setting_name(value), buffer);
        return false;
}

#define DURATION_TEXT_SIZE 24

static const char *duration_text(int64_t seconds, char buffer[static DURATION_TEXT_SIZE])
{
        static const struct {
                int64_t seconds;
                const char *unit;
        } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
        size_t i = 0;

        while (i + 1 < ELEMENTS(units) && (seconds == 0 || seconds % units[i].seconds != 0))
                i++;
        (void)snprintf(buffer, DURATION_TEXT_SIZE, "%lld%s", (long long)(seconds / units[i].seconds), units[i].unit);
        return buffer;
}

bool value_duration(const struct section *section, const config_setting_t *value, int64_t min, int64_t max,
                    int64_t *ret)
{
        char buffer[EXCERPT_SIZE], least[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];
        const char *text;
        int64_t seconds = 0;
        int r;

        if (!value_text(section, value, &text))
                return false;
        r = duration_parse(text, &seconds);
        if (r == 0 && seconds >= min && seconds <= max) {
                *ret = seconds;
                return true;
        }
        if (pasted_report(section, value, text))
                return false;
        excerpt(text, buffer);
        if (r == -EDOM)
                setting_error(section, value, "%s \"%s\": working days (wd) have no fixed length; use d",
                              setting_name(value), buffer);
        else if (r == -EINVAL)
                setting_error(section, value,
                              "%s \"%s\" is not a span; expected such as \"20s\", \"1h 30min\" or \"7d\"",
                              setting_name(value), buffer);
        else
                setting_error(section, value, "%s \"%s\" is out of range; expected %s to %s", setting_name(value),
                              buffer, duration_text(min, least), duration_text(max, most));
        return false;
}

bool value_word(const struct section *section, const config_setting_t *value, const char *const *words, size_t *ret)
{
        char buffer[EXCERPT_SIZE], list[WORD_LIST_SIZE];
        struct nearest nearest;
        const char *text;

        if (!value_text(section, value, &text))
                return false;
        nearest = nearest_to(text);
        for (size_t i = 0; words[i]; i++) {
                if (strcmp(text, words[i]) == 0) {
                        *ret = i;
                        return true;
                }
                nearest_consider(&nearest, words[i]);
        }
        if (pasted_report(section, value, text))
                return false;
        word_list(words, list);
        excerpt(text, buffer);
        if (nearest.best)
                setting_error(section, value, "%s \"%s\" is not known; the nearest known one is \"%s\" (of %s)",
                              setting_name(value), buffer, nearest.best, list);
        else
                setting_error(section, value, "%s \"%s\" is not known; expected one of %s", setting_name(value), buffer,
                              list);
        return false;
}

bool value_list(const struct section *section, const config_setting_t *value)
{
        return value && (config_setting_is_array(value) || has_type(section, value, CONFIG_TYPE_LIST, "a list"));
}

static int keep(const char *text, char **ret)
{
        char *copy;

        if (!text)
                return 0;
        copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        free(*ret);
        *ret = copy;
        return 0;
}

int setting_keep(const struct section *section, const char *key, const char *fallback, char **ret)
{
        const char *text = fallback;

        (void)value_text(section, setting_get(section, key), &text);
        return keep(text, ret);
}

int setting_keep_prose(const struct section *section, const char *key, char **ret)
{
        const char *text = NULL;

        (void)value_prose(section, setting_get(section, key), &text);
        return keep(text, ret);
}

struct id_place {
        const char *id;
        unsigned place; /* in the list */
};

static int compare_places(const void *a, const void *b)
{
        const struct id_place *x = a, *y = b;
        int order = strcmp(x->id, y->id);

        return order ? order : (x->place > y->place) - (x->place < y->place);
}

int setting_unique_ids(const struct section *section, const config_setting_t *list, const char *noun)
{
        unsigned n = list_length(list), n_places = 0;
        CLEANUP_FREE struct id_place *places = calloc(n + 1, sizeof(*places));
        char buffer[EXCERPT_SIZE];
        unsigned first = 0;

        if (!places)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                const char *id = config_setting_is_group(element)
                                         ? setting_string(config_setting_get_member(element, "id"))
                                         : NULL;

                if (id)
                        places[n_places++] = (struct id_place){id, i};
        }
        qsort(places, n_places, sizeof(*places), compare_places);
        for (unsigned i = 1; i < n_places; i++) {
                const config_setting_t *again = config_setting_get_elem(list, places[i].place);

                if (strcmp(places[i].id, places[first].id) != 0) {
                        first = i;
                        continue;
                }
                setting_error(section, config_setting_get_member(again, "id"),
                              "%s \"%s\" is given twice; the first is on line %u", noun, excerpt(places[i].id, buffer),
                              setting_line(section, config_setting_get_elem(list, places[first].place)));
        }
        return 0;
}
