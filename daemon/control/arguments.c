/* Arguments of the methods: items, agencies and dates, checked. */
#include "control/arguments.h"

#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "core/season.h"
#include "store/obligation-list.h"
#include "store/plans.h"

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

/* Plans outlive their files, and of those whose records are older still nothing is known but obligations. */
static int search_old_plans(const struct control *control, const char *id, sd_bus_error *error)
{
        struct nearest nearest = nearest_to(id);
        struct plan_record *plans = NULL;
        char plan[ID_SIZE];
        size_t n = 0;
        int r = store_all_plans(control_engine(control)->store, &plans, &n);

        if (r < 0)
                return control_trouble(control, r, error);
        r = search_records(control, &(struct obligation_filter){.plan = id, .limit = 1}, plan, error);
        for (size_t i = 0; i < n && r == SEARCH_NOTHING; i++) {
                nearest_consider(&nearest, plans[i].id);
                if (strcmp(plans[i].id, id) == 0)
                        r = SEARCH_FOUND;
        }
        if (r == SEARCH_NOTHING)
                r = not_found("plan", &nearest, "reminderctl status names those in force", error);
        store_free_plans(plans, n);
        return r < 0 ? r : 0;
}

int argument_plan(const struct control *control, const char *id, sd_bus_error *error)
{
        if (!id_valid(id))
                return sd_bus_error_set(error, ERROR_INVALID, "that is no plan's id: a-z, 0-9 and - make one");
        if (config_find_plan(engine_config(control_engine(control)), id))
                return 0;
        return search_old_plans(control, id, error);
}

/* ---- items ---- */

/* The plans that have an item, with what is owed of it. */
struct candidates {
        const struct engine *engine;
        item_fits *fits;
        wall_time now;
        struct reference_candidate *list;
        size_t n;
        bool owed; /* by the agency, of any of them */
};

static void candidates_clear(struct candidates *candidates)
{
        free(candidates->list);
}

/* The obligation that is meant most of all speaks for its plan. */
static int weigh(void *userdata, const struct obligation_record *record)
{
        struct candidates *candidates = userdata;
        struct ladder_rules rules;
        struct reference_candidate one;
        const struct plan *plan;
        const struct item *item;

        if (!settings_find_item(candidates->engine->settings, record->plan, record->item, &plan, &item))
                return 0;
        candidates->owed = true;
        rules = engine_rules(candidates->engine, item);
        one = (struct reference_candidate){
                .plan = plan->id,
                .fits = candidates->fits(&record->obligation) == REFUSED_NOT,
                .stage = season_stage(&rules, &record->obligation, plan->year, candidates->now),
        };
        for (size_t i = 0; i < candidates->n; i++)
                if (strcmp(candidates->list[i].plan, one.plan) == 0 &&
                    reference_compare(&one, &candidates->list[i]) > 0)
                        candidates->list[i] = one;
        return 0;
}

static int gather(struct candidates *candidates, const struct reference *reference, const char *agency)
{
        const struct config *config = engine_config(candidates->engine);
        const struct obligation_filter filter = {
                .item = reference->item,
                .key = reference_key(reference),
                .agency = *agency ? agency : NULL,
        };
        int r;

        candidates->list = calloc(config->n_plans + 1, sizeof(*candidates->list));
        if (!candidates->list)
                return -ENOMEM;
        for (size_t i = 0; i < config->n_plans; i++)
                if (plan_find_item(&config->plans[i], reference->item))
                        candidates->list[candidates->n++].plan = config->plans[i].id;
        if (candidates->n < 2)
                return 0;
        r = store_each_obligation(candidates->engine->store, &filter, weigh, candidates);
        if (!candidates->owed) /* of none of them: any will do to say so */
                candidates->n = 1;
        return r;
}

static int say_both(const struct reference *reference, const struct reference_candidate *const fits[static 2],
                    sd_bus_error *error)
{
        char first[REFERENCE_TEXT_SIZE], second[REFERENCE_TEXT_SIZE];
        size_t earlier = strcmp(fits[0]->plan, fits[1]->plan) > 0; /* ids end in the year */

        return sd_bus_error_setf(error, ERROR_NOT_FOUND, "item \"%s\" stands in several plans; write %s or %s",
                                 reference->item,
                                 reference_format(fits[earlier]->plan, reference->item, reference->key, first),
                                 reference_format(fits[!earlier]->plan, reference->item, reference->key, second));
}

/* Finds the plan of an item that was named without one. An enum search, or a negative errno, with `error` set where two
 * plans fit. */
static int choose_plan(const struct control *control, const char *agency, item_fits *fits, struct reference *reference,
                       sd_bus_error *error)
{
        const struct engine *engine = control_engine(control);
        struct candidates CLEANUP(candidates_clear) candidates = {
                .engine = engine,
                .fits = fits,
                .now = clock_wall(clock_now(&engine->clock)),
        };
        const struct reference_candidate *meant[2];
        int r = gather(&candidates, reference, agency);

        if (r < 0)
                return control_trouble(control, r, error);
        switch (reference_choose(candidates.list, candidates.n, meant)) {
        case REFERENCE_UNKNOWN:
                break;
        case REFERENCE_AMBIGUOUS:
                return say_both(reference, meant, error);
        case REFERENCE_CHOSEN:
                snprintf(reference->plan, sizeof(reference->plan), "%s", meant[0]->plan);
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

static int read_reference(const char *text, struct reference *ret, sd_bus_error *error)
{
        if (reference_parse(text, ret) == 0)
                return 0;
        return sd_bus_error_set(error, ERROR_INVALID,
                                "that names no item; write ITEM, PLAN/ITEM or either with @YYYY-MM-DD");
}

/* In the plans in force. An enum search. */
static int search_plans(const struct control *control, const struct reference *named)
{
        const struct config *config = engine_config(control_engine(control));

        for (size_t i = 0; i < config->n_plans; i++)
                if ((!*named->plan || strcmp(named->plan, config->plans[i].id) == 0) &&
                    plan_find_item(&config->plans[i], named->item))
                        return SEARCH_FOUND;
        return SEARCH_NOTHING;
}

/* `found` is an enum search or an error. What is not in the plans may be in the records, whose plan is given then. */
static int found_item(const struct control *control, int found, struct reference *named, char plan[static ID_SIZE],
                      sd_bus_error *error)
{
        const struct obligation_filter filter = {
                .plan = *named->plan ? named->plan : NULL, .item = named->item, .limit = 1};

        if (found == SEARCH_NOTHING)
                found = search_records(control, &filter, plan, error);
        if (found == SEARCH_NOTHING)
                return no_item(control, named, error);
        return found < 0 ? found : 0;
}

int argument_item(const struct control *control, const char *text, const char *agency, item_fits *fits,
                  struct reference *ret, sd_bus_error *error)
{
        struct reference named;
        int r = read_reference(text, &named, error);

        if (r < 0)
                return r;
        r = *named.plan ? search_plans(control, &named) : choose_plan(control, agency, fits, &named, error);
        r = found_item(control, r, &named, named.plan, error);
        if (r == 0)
                *ret = named;
        return r;
}

int argument_item_of_any_plan(const struct control *control, const char *text, struct reference *ret,
                              sd_bus_error *error)
{
        struct reference named;
        char plan[ID_SIZE];
        int r = read_reference(text, &named, error);

        if (r == 0)
                r = found_item(control, search_plans(control, &named), &named, plan, error);
        if (r == 0)
                *ret = named;
        return r;
}

/* ---- dates ---- */

int argument_date(const struct control *control, const char *text, enum date_sense sense, civil_day *ret,
                  sd_bus_error *error)
{
        static const char forms[] = "write 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d or +3wd";

        switch (date_parse(text, engine_config(control_engine(control))->calendar, control_today(control), sense,
                           ret)) {
        case 0:
                return 0;
        case -ERANGE:
                return sd_bus_error_setf(error, ERROR_INVALID, "there is no such day (%d to %d)", CIVIL_FIRST_YEAR,
                                         CIVIL_LAST_YEAR);
        case -ENOTUNIQ:
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "that day is over in this year; write the year too: 15/10/2025");
        case -EDOM:
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "days are counted here: write +5d, +2w or +3wd, working days by themselves");
        default:
                return sd_bus_error_setf(error, ERROR_INVALID, "that is no date; %s", forms);
        }
}
