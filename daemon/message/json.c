/* Small additions to jansson: members set from the facts of a letter.
 * Depends on text, civil, jansson.
 * Called by values and payload. */
#include "message/json.h"

#include <string.h>

#include "message/text.h"

int json_put(json_t *object, const char *key, json_t *value)
{
        return json_object_set_new_nocheck(object, key, value);
}

int json_put_text(json_t *object, const char *key, const char *string)
{
        size_t size = string ? strlen(string) : 0;
        if (!size)
                return json_put(object, key, json_null());
        if (text_is_line(string, size))
                return json_put(object, key, json_stringn_nocheck(string, size));
        CLEANUP_FREE char *line = text_line(string);
        if (!line)
                return -1;
        return json_put(object, key, *line ? json_string_nocheck(line) : json_null());
}

int json_put_bool(json_t *object, const char *key, bool value)
{
        return json_put(object, key, json_boolean(value));
}

int json_put_int(json_t *object, const char *key, json_int_t value)
{
        return json_put(object, key, json_integer(value));
}

int json_put_count(json_t *object, const char *key, json_int_t value)
{
        return json_put(object, key, value > 0 ? json_integer(value) : json_null());
}

int json_put_day(json_t *object, const char *key, civil_day day)
{
        char buffer[CIVIL_DATE_SIZE];
        return json_put(object, key, day == CIVIL_NONE ? json_null() : json_string_nocheck(civil_format(day, buffer)));
}

int json_put_day_vi(json_t *object, const char *key, civil_day day)
{
        char buffer[CIVIL_DATE_SIZE];
        return json_put(object, key,
                        day == CIVIL_NONE ? json_null() : json_string_nocheck(civil_format_vi(day, buffer)));
}

char *json_to_text(const json_t *value)
{
        size_t size = json_dumpb(value, NULL, 0, JSON_COMPACT);
        CLEANUP_FREE char *text = malloc(size + 1);
        if (size == 0 || !text || json_dumpb(value, text, size, JSON_COMPACT) != size)
                return NULL;
        text[size] = '\0';
        return TAKE_PTR(text);
}
