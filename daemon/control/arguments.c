/* Arguments of the methods: items, agencies, dates, pages and filters, checked. */
#include "control/arguments.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "core/date.h"

static int not_found(const char *what, const struct nearest *nearest, const char *else_try, sd_bus_error *error)
{
        if (nearest->best)
                return sd_bus_error_setf(error, ERROR_NOT_FOUND, "no %s \"%s\"; did you mean %s?", what, nearest->word,
                                         nearest->best);
        return sd_bus_error_setf(error, ERROR_NOT_FOUND, "no %s \"%s\"; %s", what, nearest->word, else_try);
}

enum search { SEARCH_NOTHING = 0, SEARCH_FOUND };

static int note_plan(void *userdata, const struct obligation_record *record)
{
        snprintf(userdata, ID_SIZE, "%s", record->plan);
        return SEARCH_FOUND;
}

/* The records outlive plans and agencies. Gives the plan of the first obligation that fits. An enum search, or a
 * negative errno with `error` set. */
static int search_records(const struct control *control, const struct obligation_filter *filter,
                          char plan[static ID_SIZE], sd_bus_error *error)
{
        int r = store_each_obligation(control_engine(control)->store, filter, note_plan, plan);

        return r < 0 ? control_trouble(control, r, error) : r;
}

/* ---- agencies and plans ---- */

int argument_agency(const struct control *control, const char *id, sd_bus_error *error)
{
        const struct roster *roster = &engine_config(control_engine(control))->roster;
        struct nearest nearest = nearest_to(id);
        char plan[ID_SIZE];
        int r;

        if (!id_valid(id))
                return sd_bus_error_set(error, ERROR_INVALID, "that is no agency's id: a-z, 0-9 and - make one");
        if (roster_find(roster, id) != ROSTER_NONE)
                return 0;
        r = search_records(control, &(struct obligation_filter){.agency = id, .limit = 1}, plan, error);
        if (r != SEARCH_NOTHING)
                return r < 0 ? r : 0;
        for (size_t i = 0; i < roster->n_agencies; i++)
                nearest_consider(&nearest, roster->agencies[i].id);
        return not_found("agency", &nearest, "agencies.conf names them", error);
}

int argument_plan(const struct control *control, const char *id, sd_bus_error *error)
{
        const struct config *config = engine_config(control_engine(control));
        struct nearest nearest = nearest_to(id);
        char plan[ID_SIZE];
        int r;

        if (!id_valid(id))
                return sd_bus_error_set(error, ERROR_INVALID, "that is no plan's id: a-z, 0-9 and - make one");
        if (config_find_plan(config, id))
                return 0;
        r = search_records(control, &(struct obligation_filter){.plan = id, .limit = 1}, plan, error);
        if (r != SEARCH_NOTHING)
                return r < 0 ? r : 0;
        for (size_t i = 0; i < config->n_plans; i++)
                nearest_consider(&nearest, config->plans[i].id);
        return not_found("plan", &nearest, "reminderctl status names them", error);
}

/* ---- items ---- */

/* Finds the plan of an item that was named without one. An enum search, or a negative errno, with `error` set where two
 * plans fit. */
static int choose_plan(const struct control *control, struct reference *reference, sd_bus_error *error)
{
        const struct config *config = engine_config(control_engine(control));
        struct reference_candidate *CLEANUP_FREE candidates = calloc(config->n_plans + 1, sizeof(*candidates));
        const struct reference_candidate *fits[2];
        size_t n = 0;

        if (!candidates)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_plans; i++)
                if (plan_find_item(&config->plans[i], reference->item))
                        candidates[n++] = (struct reference_candidate){config->plans[i].id, config->plans[i].year};
        switch (reference_choose(candidates, n, civil_split(control_today(control)).year, fits)) {
        case REFERENCE_UNKNOWN:
                break;
        case REFERENCE_AMBIGUOUS:
                return sd_bus_error_setf(error, ERROR_NOT_FOUND,
                                         "item \"%s\" stands in several plans; write %s/%s or %s/%s", reference->item,
                                         fits[0]->plan, reference->item, fits[1]->plan, reference->item);
        case REFERENCE_CHOSEN:
                snprintf(reference->plan, sizeof(reference->plan), "%s", fits[0]->plan);
                return SEARCH_FOUND;
        }
        return SEARCH_NOTHING;
}

static int no_item(const struct control *control, const struct reference *reference, sd_bus_error *error)
{
        const struct config *config = engine_config(control_engine(control));
        struct nearest nearest = nearest_to(reference->item);
        int r = *reference->plan ? argument_plan(control, reference->plan, error) : 0;

        if (r < 0)
                return r;
        for (size_t p = 0; p < config->n_plans; p++)
                for (size_t i = 0; i < config->plans[p].n_items; i++)
                        if (!*reference->plan || strcmp(reference->plan, config->plans[p].id) == 0)
                                nearest_consider(&nearest, config->plans[p].items[i].id);
        return not_found("item", &nearest, "reminderctl list shows them", error);
}

int argument_item(const struct control *control, const char *text, struct reference *ret, sd_bus_error *error)
{
        const struct plan *plan;
        const struct item *item;
        struct reference named;
        struct obligation_filter filter = {.item = named.item, .limit = 1};
        int r;

        if (reference_parse(text, &named) < 0)
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "that names no item; write ITEM, PLAN/ITEM or either with @YYYY-MM-DD");
        if (*named.plan) {
                filter.plan = named.plan;
                r = settings_find_item(control_engine(control)->settings, named.plan, named.item, &plan, &item)
                            ? SEARCH_FOUND
                            : SEARCH_NOTHING;
        } else
                r = choose_plan(control, &named, error);
        if (r == SEARCH_NOTHING)
                r = search_records(control, &filter, named.plan, error);
        if (r < 0)
                return r;
        if (r == SEARCH_NOTHING)
                return no_item(control, &named, error);
        *ret = named;
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
        if (!id_valid(name)) /* nothing that could steer a terminal is handed back */
                return sd_bus_error_set(error, ERROR_INVALID, "the filter has a key that is no word");
        return sd_bus_error_setf(error, ERROR_INVALID, "the filter has an unknown key \"%s\"%s%s%s", name,
                                 nearest.best ? "; did you mean \"" : "", nearest.best ? nearest.best : "",
                                 nearest.best ? "\"?" : "");
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
