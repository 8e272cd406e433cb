/* JSON as the values of a template, for tests. */
#include "json_values.h"

#include <stdio.h>

unsigned json_values_number(const char *name, size_t size)
{
        return size == 1 ? (unsigned char)*name : 0;
}

static bool find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const json_t *found = json_object_get(scope->facts, (char[]){(char)name, '\0'});
        return found && json_values_fill(found, ret);
}

static bool element(const struct scope *scope, size_t index, struct fill *ret)
{
        return json_values_fill(json_array_get(scope->facts, index), ret);
}

bool json_values_fill(const json_t *json, struct fill *ret)
{
        const struct scope scope = {.find = find, .facts = json};
        switch (json_typeof(json)) {
        case JSON_OBJECT:
                return fill_scope(ret, &scope);
        case JSON_ARRAY:
                return fill_list(ret, &scope, json_array_size(json), element);
        case JSON_STRING:
                return fill_phrase(ret, json_string_value(json));
        case JSON_INTEGER:
                return fill_number(ret, json_integer_value(json));
        case JSON_REAL:
                snprintf(ret->room, sizeof(ret->room), "%g", json_real_value(json));
                return fill_phrase(ret, ret->room);
        case JSON_TRUE:
        case JSON_FALSE:
                return fill_bool(ret, json_is_true(json));
        case JSON_NULL:
                break;
        }
        return true;
}
