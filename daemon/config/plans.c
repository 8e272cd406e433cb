/* Plan files. */
#include <errno.h>
#include <string.h>

#include "config/address.h"
#include "config/fingerprint.h"
#include "config/loader.h"
#include "config/pasted.h"

static const char *const file_keys[] = {"plan", NULL};
const char *const plan_keys[] = {"id",   "year",   "title", "basis",  "link",    "contact", "since",
                                 "ends", "closes", "head",  "deputy", "members", "items",   NULL};

/* Where each plan begins, for findings about two of them. */
struct plan_place {
        char *file;
        unsigned line;
};

static int read_members(struct loader *loader, const struct section *section, struct plan *plan)
{
        const config_setting_t *list = setting_get(section, "members");
        size_t n = loader->config->roster.n_agencies;

        if (list) {
                if (!value_list(section, list))
                        return 0;
                if (list_length(list) == 0)
                        setting_error(section, list, "members: names nobody; leave it out for all agencies");
                return agencies_lookup(loader, section, list, &plan->members, &plan->n_members);
        }
        plan->members = calloc(n + 1, sizeof(*plan->members));
        if (!plan->members)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                plan->members[plan->n_members++] = i;
        return 0;
}

int link_read(const struct section *section, char **ret)
{
        static const char *const schemes[] = {"https", "http", NULL};
        const config_setting_t *value = setting_get(section, "link");
        const char *text, *why;
        size_t scheme;
        int r;

        if (!value_text(section, value, &text))
                return 0;
        r = url_check(text, schemes, &scheme, &why);
        if (r == ADDRESS_WRONG && !pasted_report(section, value, text))
                setting_error(section, value, "link is not valid: %s; expected https://HOST/PATH", why);
        return r < 0 ? r : setting_keep(section, "link", NULL, ret);
}

/* One, or a list: a block may have two. */
static int read_deputies(struct loader *loader, const struct section *section, struct plan *plan)
{
        const config_setting_t *deputy = setting_get(section, "deputy");

        if (deputy && list_length(deputy) > 0)
                return agencies_lookup(loader, section, deputy, &plan->deputies, &plan->n_deputies);
        plan->deputies = calloc(1, sizeof(*plan->deputies));
        if (!plan->deputies)
                return -ENOMEM;
        plan->deputies[0] = agency_lookup(loader, section, deputy);
        plan->n_deputies = plan->deputies[0] != ROSTER_NONE;
        return 0;
}

static int read_plan_contact(const struct section *section, struct plan *plan)
{
        const config_setting_t *contact = setting_get(section, "contact");

        if (!contact)
                return 0;
        if (config_setting_is_group(contact) && config_setting_length(contact) == 0)
                setting_error(
                        section, contact,
                        "contact: names nobody; leave it out where whoever answers for the block does for the plan");
        plan->contact = calloc(1, sizeof(*plan->contact));
        return plan->contact ? contact_read(section, plan->contact) : -ENOMEM;
}

static int take_fingerprint(const struct plan_reading *reading, const config_setting_t *group, struct item *item)
{
        CLEANUP(digest_free_p) EVP_MD_CTX *digest = NULL;
        int r = fingerprint_new(reading->digest, &digest);

        if (r == 0)
                r = fingerprint_add_setting(digest, group, NULL);
        return r < 0 ? r : fingerprint_finish(digest, item->fingerprint);
}

static int read_items(struct plan_reading *reading, const struct section *section)
{
        const config_setting_t *list = setting_require(section, "items", "( { id = \"…\"; … }, … )");
        struct plan *plan = reading->plan;
        unsigned n = list_length(list);
        int r;

        if (!value_list(section, list))
                return 0;
        if (n == 0)
                setting_warning(section, list, "items: is empty");
        plan->items = calloc(n + 1, sizeof(*plan->items));
        if (!plan->items)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                struct section item;

                if (!section_element(section, config_setting_get_elem(list, i), "item", &item))
                        continue;
                r = item_read(reading, &item, &plan->items[plan->n_items]);
                if (r == 0)
                        r = take_fingerprint(reading, item.group, &plan->items[plan->n_items]);
                plan->n_items++;
                if (r < 0)
                        return r;
        }
        r = setting_unique_ids(section, list, "item");
        return r < 0 ? r : anchors_check(reading, section, list);
}

/* Further than this it is another plan, or a slip of the pen: a term of office is five years. */
#define PLAN_YEARS_MAX 5

static void read_ends(const struct section *section, struct plan *plan)
{
        const config_setting_t *value = setting_get(section, "ends");
        char first[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];
        civil_day new_year = civil_from(plan->year, 1, 1), latest = civil_from(plan->year + PLAN_YEARS_MAX - 1, 12, 31);

        if (!value_date(section, value, &plan->ends) || plan->year == 0)
                return;
        if (plan->ends > new_year && plan->ends <= latest)
                return;
        setting_error(section, value, "ends: the last day of the plan lies from %s to %s",
                      civil_format(new_year + 1, first), civil_format(latest, last));
        plan->ends = CIVIL_NONE;
}

static void read_closes(const struct section *section, struct plan *plan)
{
        const config_setting_t *value = setting_get(section, "closes");

        char first[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];

        if (!value_date(section, value, &plan->closes) ||
            plan_may_close_on(plan->year, plan_last_day(plan), plan->closes))
                return;
        if (plan->ends == CIVIL_NONE)
                setting_error(section, value, "closes: lies neither in the plan's year, %d, nor in the one after it",
                              plan->year);
        else
                setting_error(section, value, "closes: a plan that ends as this one does closes from %s to %s",
                              civil_format(plan_first_closing(plan->year), first),
                              civil_format(plan_last_closing(plan->ends), last));
}

static int read_plan(struct loader *loader, const struct section *section, struct plan *plan)
{
        const config_setting_t *head = setting_get(section, "head"), *deputy = setting_get(section, "deputy");
        CLEANUP(digest_free_p) EVP_MD_CTX *digest = NULL;
        struct plan_reading reading = {.loader = loader, .plan = plan, .no_head = !head, .no_deputy = !deputy};
        const char *id;
        int r = fingerprint_new(loader->ground, &digest);

        if (r == 0)
                r = fingerprint_add_setting(digest, section->group, "items");
        if (r < 0)
                return r;
        reading.digest = digest;
        (void)section_known_beside(section, plan_keys, &(struct elsewhere){item_keys, "items"});
        (void)value_id(section, setting_require(section, "id", "\"tdkt-2025\""), &id);
        (void)value_integer(section, setting_require(section, "year", "2025"), CIVIL_FIRST_YEAR, CIVIL_LAST_YEAR - 1,
                            &plan->year);
        (void)setting_require(section, "title", "\"…\"");
        (void)value_date(section, setting_get(section, "since"), &plan->since);
        read_ends(section, plan);
        plan->closes = plan_closes_by_itself(plan_last_day(plan));
        read_closes(section, plan);
        plan->head = agency_lookup(loader, section, head);
        if (!head)
                setting_warning(
                        section, NULL,
                        "has no head; what is meant for the head (digest, escalations, dates to fix) goes nowhere");
        r = read_deputies(loader, section, plan);
        if (r == 0)
                r = setting_keep(section, "id", "", &plan->id);
        if (r == 0)
                r = setting_keep(section, "title", "", &plan->title);
        if (r == 0)
                r = setting_keep(section, "basis", "", &plan->basis);
        if (r == 0)
                r = link_read(section, &plan->link);
        if (r == 0)
                r = read_plan_contact(section, plan);
        if (r == 0)
                r = read_members(loader, section, plan);
        if (r == 0)
                r = read_items(&reading, section);
        return r;
}

/* Whether an earlier plan has that year too. */
static bool is_told(const struct config *config, const struct plan *plan, int32_t year)
{
        for (const struct plan *earlier = config->plans; earlier < plan; earlier++)
                if (earlier->year <= year && year <= civil_split(plan_last_day(earlier)).year)
                        return true;
        return false;
}

/* Says once for each year that no calendar file has it. */
static void check_calendar(const struct loader *loader, const struct section *section, const struct plan *plan)
{
        const struct config *config = loader->config;

        if (!loader->calendars_known || plan->year == 0)
                return;
        for (int32_t year = plan->year; year <= civil_split(plan_last_day(plan)).year; year++)
                if (calendar_is_provisional(config->calendar, year) && !is_told(config, plan, year))
                        setting_warning(section, setting_get(section, year == plan->year ? "year" : "ends"),
                                        "no calendar for %d: its days off are provisional, by the law alone; add a "
                                        "calendar file",
                                        year);
}

static void check_id(const struct loader *loader, const struct section *section, const struct plan *plan,
                     const struct plan_place *places)
{
        const struct config *config = loader->config;
        char buffer[EXCERPT_SIZE];

        for (size_t i = 0; i + 1 < config->n_plans; i++)
                if (*plan->id && strcmp(config->plans[i].id, plan->id) == 0) {
                        setting_error(section, setting_get(section, "id"), "plan \"%s\" is already in %s:%u",
                                      excerpt(plan->id, buffer), places[i].file, places[i].line);
                        return;
                }
}

static int read_file(struct loader *loader, const char *path, struct plan_place *places)
{
        CLEANUP(source_free_p) struct source *source = NULL;
        struct config *config = loader->config;
        struct plan *plan = &config->plans[config->n_plans];
        struct section root, section;
        char buffer[EXCERPT_SIZE];
        const char *id;
        int r = source_read(path, NULL, loader->digest, loader->report, &source);

        if (r < 0 || !source->parsed)
                return r;
        root = section_of(loader->report, source->name, config_root_setting(&source->tree));
        (void)section_known(&root, file_keys);
        (void)setting_require(&root, "plan", "{ id = \"…\"; year = …; … }");
        if (!section_member(&root, "plan", &section))
                return 0;
        id = setting_string(setting_get(&section, "id"));
        section_label(&section, id ? "plan \"%s\": " : "plan: ", excerpt(id ? id : "", buffer));
        places[config->n_plans].line = setting_line(&section, NULL);
        places[config->n_plans].file = strdup(path);
        if (!places[config->n_plans].file)
                return -ENOMEM;
        plan->head = ROSTER_NONE;
        plan->since = plan->ends = CIVIL_NONE;
        config->n_plans++;
        r = read_plan(loader, &section, plan);
        if (r < 0)
                return r;
        section.label[0] = '\0';
        check_id(loader, &section, plan, places);
        check_calendar(loader, &section, plan);
        return 0;
}

static int read_files(struct loader *loader, char **files, size_t n)
{
        CLEANUP_FREE struct plan_place *places = calloc(n + 1, sizeof(*places));
        int r = 0;

        loader->config->plans = calloc(n + 1, sizeof(*loader->config->plans));
        if (!places || !loader->config->plans)
                return -ENOMEM;
        for (size_t i = 0; i < n && r == 0; i++)
                r = read_file(loader, files[i], places);
        for (size_t i = 0; i < n; i++)
                free(places[i].file);
        return r;
}

int plans_read(struct loader *loader)
{
        CLEANUP_FREE char *folder = NULL;
        struct place named;
        char **files;
        size_t n;
        int r = loader_locate(loader, "plans", "plans.d", &folder, &named);

        if (r < 0 || !folder)
                return r;
        files_warn(loader, "plans", folder, &named);
        r = files_list(folder, &files, &n);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                files_report(loader, "plans", folder, &named, r);
                return 0;
        }
        if (n == 0)
                report_warning(loader->report, named.file, named.line,
                               "plans: %s has no *.conf file; there is nothing to do", folder);
        r = fingerprint_new(loader->digest, &loader->ground);
        if (r == 0)
                r = read_files(loader, files, n);
        EVP_MD_CTX_free(TAKE_PTR(loader->ground));
        files_free(files, n);
        return r;
}
