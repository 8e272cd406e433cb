/* Arguments of the methods that narrow or refine: pages, filters and details, checked. */
#include "control/arguments.h"

#include <errno.h>

#include "base/nearest.h"

int argument_page(sd_bus_message *call, size_t most, struct page *ret, sd_bus_error *error)
{
        uint64_t offset;
        uint32_t limit;
        int r = sd_bus_message_read(call, "tu", &offset, &limit);

        if (r < 0)
                return r;
        if (offset > INT32_MAX)
                return sd_bus_error_setf(error, ERROR_INVALID, "an offset is at most %d", INT32_MAX);
        *ret = (struct page){offset, limit == 0 || limit > most ? most : limit};
        return 0;
}

/* `r` is how the value was read. */
static int value_read(int r, const char *name, const char *type, sd_bus_error *error)
{
        if (r == -ENXIO)
                return sd_bus_error_setf(error, ERROR_INVALID, "\"%s\" must be a %s", name, type);
        return r < 0 ? r : 0;
}

struct keys {
        const struct filter_key *texts;
        size_t n_texts;
        const struct truth_key *truths;
        size_t n_truths;
};

static int unknown_key(const struct keys *keys, const char *name, sd_bus_error *error)
{
        struct nearest nearest = nearest_to(name);

        if (!id_valid(name)) /* nothing that could steer a terminal is handed back */
                return sd_bus_error_set(error, ERROR_INVALID, "the filter has a key that is no word");
        for (size_t i = 0; i < keys->n_texts; i++)
                nearest_consider(&nearest, keys->texts[i].name);
        for (size_t i = 0; i < keys->n_truths; i++)
                nearest_consider(&nearest, keys->truths[i].name);
        return sd_bus_error_setf(error, ERROR_INVALID, "the filter has an unknown key \"%s\"%s%s%s", name,
                                 nearest.best ? "; did you mean \"" : "", nearest.best ? nearest.best : "",
                                 nearest.best ? "\"?" : "");
}

static int take_value(sd_bus_message *call, const char *name, const struct keys *keys, sd_bus_error *error)
{
        const char *value;
        int r;

        for (size_t i = 0; i < keys->n_texts; i++) {
                if (strcmp(name, keys->texts[i].name) != 0)
                        continue;
                r = sd_bus_message_read(call, "v", "s", &value);
                if (r > 0 && *value)
                        *keys->texts[i].value = value;
                return value_read(r, name, "string", error);
        }
        for (size_t i = 0; i < keys->n_truths; i++)
                if (strcmp(name, keys->truths[i].name) == 0)
                        return value_read(sd_bus_message_read(call, "v", "b", keys->truths[i].value), name, "boolean",
                                          error);
        return unknown_key(keys, name, error);
}

int argument_details(sd_bus_message *call, const struct filter_key *texts, size_t n, const struct truth_key *truths,
                     size_t n_truths, sd_bus_error *error)
{
        const struct keys keys = {texts, n, truths, n_truths};
        int r = sd_bus_message_enter_container(call, SD_BUS_TYPE_ARRAY, "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(call, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                const char *name;

                r = sd_bus_message_read(call, "s", &name);
                if (r >= 0)
                        r = take_value(call, name, &keys, error);
                if (r >= 0)
                        r = sd_bus_message_exit_container(call);
        }
        return r < 0 ? r : sd_bus_message_exit_container(call);
}

int argument_filter(sd_bus_message *call, const struct filter_key *keys, size_t n, sd_bus_error *error)
{
        return argument_details(call, keys, n, NULL, 0, error);
}
