/* Arguments of the methods: items, agencies, dates, pages and filters, checked. */
#include "control/arguments.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "control/dates.h"

static int not_found(const char *what, const struct nearest *nearest, const char *else_try, sd_bus_error *error)
{
        const char *best = nearest_likely(nearest);

        if (best)
                return sd_bus_error_setf(error, ERROR_NOT_FOUND, "no %s \"%s\"; did you mean %s?", what, nearest->word,
                                         best);
        return sd_bus_error_setf(error, ERROR_NOT_FOUND, "no %s \"%s\"; %s", what, nearest->word, else_try);
}

static int note_found(void *userdata, const struct obligation_record *record)
{
        struct item_name *name = userdata;

        snprintf(name->plan, sizeof(name->plan), "%s", record->plan);
        return 1;
}

/* ---- agencies and plans ---- */

int argument_agency(const struct control *control, const char *id, sd_bus_error *error)
{
        const struct engine *engine = control_engine(control);
        const struct roster *roster = &engine_config(engine)->roster;
        struct nearest nearest = nearest_to(id);
        struct item_name found;
        int r;

        if (!id_valid(id))
                return sd_bus_error_set(error, ERROR_INVALID, "that is no agency's id: a-z, 0-9 and - make one");
        if (roster_find(roster, id) != ROSTER_NONE)
                return 0;
        r = store_each_obligation(engine->store, &(struct obligation_filter){.agency = id, .limit = 1}, note_found,
                                  &found);
        if (r < 0)
                return control_trouble(control, r, error);
        if (r > 0)
                return 0;
        for (size_t i = 0; i < roster->n_agencies; i++)
                nearest_consider(&nearest, roster->agencies[i].id);
        return not_found("agency", &nearest, "agencies.conf names them", error);
}

int argument_plan(const struct control *control, const char *id, sd_bus_error *error)
{
        const struct engine *engine = control_engine(control);
        const struct config *config = engine_config(engine);
        struct nearest nearest = nearest_to(id);
        struct item_name found;
        int r;

        if (!id_valid(id))
                return sd_bus_error_set(error, ERROR_INVALID, "that is no plan's id: a-z, 0-9 and - make one");
        if (config_find_plan(config, id))
                return 0;
        r = store_each_obligation(engine->store, &(struct obligation_filter){.plan = id, .limit = 1}, note_found,
                                  &found);
        if (r < 0)
                return control_trouble(control, r, error);
        if (r > 0)
                return 0;
        for (size_t i = 0; i < config->n_plans; i++)
                nearest_consider(&nearest, config->plans[i].id);
        return not_found("plan", &nearest, "reminderctl status names them", error);
}

/* ---- items ---- */

/* Copies text[0..length) where it is a whole id. */
static bool take_id(const char *text, size_t length, char ret[static ID_SIZE])
{
        if (length == 0 || length >= ID_SIZE)
                return false;
        memcpy(ret, text, length);
        ret[length] = '\0';
        return id_valid(ret);
}

static bool split(const char *text, struct item_name *ret)
{
        size_t length = strnlen(text, ITEM_TEXT_SIZE);
        const char *end = text + length, *at = memchr(text, '@', length), *slash = memchr(text, '/', length);
        const char *item = slash ? slash + 1 : text;
        civil_day day;

        *ret = (struct item_name){0};
        if (length == ITEM_TEXT_SIZE || (at && slash && at < slash))
                return false;
        if (slash && !take_id(text, (size_t)(slash - text), ret->plan))
                return false;
        if (!take_id(item, (size_t)((at ? at : end) - item), ret->item))
                return false;
        if (!at)
                return true;
        if (civil_parse(at + 1, &day) < 0)
                return false;
        snprintf(ret->key, sizeof(ret->key), "%s", at + 1);
        return true;
}

/* Without a plan's name the item must be of one plan; of several, the plan of this year is meant. 1: found, 0: in
 * none. */
static int find_plan(const struct control *control, struct item_name *name, sd_bus_error *error)
{
        const struct config *config = engine_config(control_engine(control));
        int32_t year = civil_split(control_today(control)).year;
        const struct plan *found = NULL;
        bool several = false;

        for (size_t i = 0; i < config->n_plans; i++) {
                const struct plan *plan = &config->plans[i];

                if (!plan_find_item(plan, name->item))
                        continue;
                several = found != NULL;
                if (!found || plan->year == year)
                        found = plan;
        }
        if (!found)
                return 0;
        if (several && found->year != year)
                return sd_bus_error_setf(error, ERROR_NOT_FOUND, "item \"%s\" stands in several plans; write %s/%s",
                                         name->item, found->id, name->item);
        snprintf(name->plan, sizeof(name->plan), "%s", found->id);
        return 1;
}

static int no_item(const struct control *control, const struct item_name *name, sd_bus_error *error)
{
        const struct config *config = engine_config(control_engine(control));
        struct nearest nearest = nearest_to(name->item);
        int r = *name->plan ? argument_plan(control, name->plan, error) : 0;

        if (r < 0)
                return r;
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++)
                        if (!*name->plan || strcmp(name->plan, config->plans[p].id) == 0)
                                nearest_consider(&nearest, config->plans[p].items[i].id);
        return not_found("item", &nearest, "reminderctl list shows them", error);
}

int argument_item(const struct control *control, const char *text, struct item_name *ret, sd_bus_error *error)
{
        const struct engine *engine = control_engine(control);
        const struct plan *plan;
        const struct item *item;
        struct item_name name;
        struct obligation_filter filter = {.item = name.item, .limit = 1};
        int r;

        if (!split(text, &name))
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "that names no item; write ITEM, PLAN/ITEM or either with @YYYY-MM-DD");
        if (*name.plan) {
                r = settings_find_item(engine->settings, name.plan, name.item, &plan, &item);
                filter.plan = name.plan;
        } else
                r = find_plan(control, &name, error);
        if (r == 0) {
                r = store_each_obligation(engine->store, &filter, note_found, &name);
                if (r < 0)
                        return control_trouble(control, r, error);
        }
        if (r < 0)
                return r;
        if (r == 0)
                return no_item(control, &name, error);
        *ret = name;
        return 0;
}

/* ---- dates, pages, filters ---- */

int argument_date(const struct control *control, const char *text, civil_day *ret, sd_bus_error *error)
{
        static const char forms[] = "write 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d or +3wd";

        switch (date_parse(text, engine_config(control_engine(control))->calendar, control_today(control), ret)) {
        case 0:
                return 0;
        case -ERANGE:
                return sd_bus_error_setf(error, ERROR_INVALID, "there is no such day (%d to %d)", CIVIL_FIRST_YEAR,
                                         CIVIL_LAST_YEAR);
        case -EDOM:
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "days are counted here: write +5d, +2w or +3wd, working days by themselves");
        default:
                return sd_bus_error_setf(error, ERROR_INVALID, "that is no date; %s", forms);
        }
}

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

static int take_value(sd_bus_message *call, const char *name, const struct filter_key *keys, size_t n,
                      sd_bus_error *error)
{
        struct nearest nearest = nearest_to(name);
        const char *value;
        int r;

        for (size_t i = 0; i < n; i++) {
                if (strcmp(name, keys[i].name) != 0) {
                        nearest_consider(&nearest, keys[i].name);
                        continue;
                }
                r = sd_bus_message_read(call, "v", "s", &value);
                if (r == -ENXIO)
                        return sd_bus_error_setf(error, ERROR_INVALID, "the filter's \"%s\" must be a string", name);
                if (r > 0 && *value)
                        *keys[i].value = value;
                return r < 0 ? r : 0;
        }
        return sd_bus_error_setf(error, ERROR_INVALID, "the filter has an unknown key; did you mean \"%s\"?",
                                 nearest.best);
}

int argument_filter(sd_bus_message *call, const struct filter_key *keys, size_t n, sd_bus_error *error)
{
        int r = sd_bus_message_enter_container(call, SD_BUS_TYPE_ARRAY, "{sv}");

        while (r >= 0 && (r = sd_bus_message_enter_container(call, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                const char *name;

                r = sd_bus_message_read(call, "s", &name);
                if (r >= 0)
                        r = take_value(call, name, keys, n, error);
                if (r >= 0)
                        r = sd_bus_message_exit_container(call);
        }
        return r < 0 ? r : sd_bus_message_exit_container(call);
}
