/* Answers of the bus as JSON. */
#include "client/received.h"

static json_t *read_value(sd_bus_message *message);

static json_t *read_array(sd_bus_message *message, const char *contents)
{
        json_t *CLEANUP_JSON array = json_array();
        int r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, contents);

        if (r < 0 || !array)
                return NULL;
        while (sd_bus_message_at_end(message, false) == 0) {
                json_t *value = read_value(message);

                if (!value || json_array_append_new(array, value) < 0)
                        return NULL;
        }
        return sd_bus_message_exit_container(message) < 0 ? NULL : TAKE_PTR(array);
}

static json_t *read_object(sd_bus_message *message, const char *contents)
{
        json_t *CLEANUP_JSON object = json_object();
        int r = sd_bus_message_enter_container(message, SD_BUS_TYPE_ARRAY, contents);

        if (r < 0 || !object)
                return NULL;
        while (sd_bus_message_at_end(message, false) == 0) {
                const char *key;
                json_t *value;

                if (sd_bus_message_enter_container(message, SD_BUS_TYPE_DICT_ENTRY, "sv") < 0 ||
                    sd_bus_message_read(message, "s", &key) < 0)
                        return NULL;
                value = read_value(message);
                if (!value || json_object_set_new(object, key, value) < 0 || sd_bus_message_exit_container(message) < 0)
                        return NULL;
        }
        return sd_bus_message_exit_container(message) < 0 ? NULL : TAKE_PTR(object);
}

static json_t *read_variant(sd_bus_message *message, const char *contents)
{
        json_t *CLEANUP_JSON value = NULL;

        if (sd_bus_message_enter_container(message, SD_BUS_TYPE_VARIANT, contents) < 0)
                return NULL;
        value = read_value(message);
        return sd_bus_message_exit_container(message) < 0 ? NULL : TAKE_PTR(value);
}

static json_t *read_basic(sd_bus_message *message, char type)
{
        union {
                const char *text;
                int truth;
                uint32_t small;
                uint64_t large;
                int64_t signed_large;
        } value;

        if (sd_bus_message_read_basic(message, type, &value) < 0)
                return NULL;
        switch (type) {
        case SD_BUS_TYPE_STRING:
                return json_string(value.text);
        case SD_BUS_TYPE_BOOLEAN:
                return json_boolean(value.truth);
        case SD_BUS_TYPE_UINT32:
                return json_integer(value.small);
        case SD_BUS_TYPE_UINT64:
                return json_integer((json_int_t)value.large);
        case SD_BUS_TYPE_INT64:
                return json_integer(value.signed_large);
        default: /* the interface has no others */
                return NULL;
        }
}

static json_t *read_value(sd_bus_message *message)
{
        const char *contents;
        char type;

        if (sd_bus_message_peek_type(message, &type, &contents) <= 0)
                return NULL;
        switch (type) {
        case SD_BUS_TYPE_ARRAY:
                return *contents == SD_BUS_TYPE_DICT_ENTRY_BEGIN ? read_object(message, contents)
                                                                 : read_array(message, contents);
        case SD_BUS_TYPE_VARIANT:
                return read_variant(message, contents);
        default:
                return read_basic(message, type);
        }
}

json_t *received_values(sd_bus_message *message)
{
        json_t *CLEANUP_JSON values = json_array();

        while (values && sd_bus_message_at_end(message, true) == 0) {
                json_t *value = read_value(message);

                if (!value || json_array_append_new(values, value) < 0)
                        return NULL;
        }
        return TAKE_PTR(values);
}

/* ---- members ---- */

const char *received_text(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));

        return text ? text : "";
}

json_int_t received_number(const json_t *object, const char *key)
{
        return json_integer_value(json_object_get(object, key));
}

bool received_truth(const json_t *object, const char *key)
{
        return json_is_true(json_object_get(object, key));
}
