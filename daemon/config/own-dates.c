/* Days beside the date of an item: those of single agencies, as in a schedule of inspections, and the last one of all.
 */
#include <errno.h>

#include "config/loader.h"

static void read_one(struct plan_reading *reading, const struct section *section, const size_t *debtors,
                     size_t n_debtors, struct item *item)
{
        static const char *const keys[] = {"agency", "due", NULL};
        const config_setting_t *agency = setting_require(section, "agency", "\"so-tu-phap\"");
        const config_setting_t *due = setting_require(section, "due", "\"2025-10-06\"");
        struct own_date own = {.agency = agency_lookup(reading->loader, section, agency)};
        char buffer[EXCERPT_SIZE];

        (void)section_known(section, keys);
        if (value_date(section, due, &own.due))
                dates_check_year(section, due, reading->plan, own.due);
        if (own.agency == ROSTER_NONE)
                return;
        if (!agency_is_among(own.agency, debtors, n_debtors))
                setting_error(section, agency, "agency \"%s\" does not have to do this; add it to `for`",
                              excerpt(setting_string(agency), buffer));
        for (size_t i = 0; i < item->n_own_dates; i++)
                if (item->own_dates[i].agency == own.agency)
                        setting_error(section, agency, "agency \"%s\" has a date already; keep one",
                                      excerpt(setting_string(agency), buffer));
        item->own_dates[item->n_own_dates++] = own;
}

int own_dates_read(struct plan_reading *reading, const struct section *section, struct item *item)
{
        const config_setting_t *list = setting_get(section, "dates");
        CLEANUP_FREE size_t *debtors = NULL;
        unsigned n = list_length(list);
        size_t n_debtors = 0;
        int r;

        if (!list || !value_list(section, list))
                return 0;
        if (item->form == DATE_REPEAT || item->form == DATE_OBSERVANCE || item->form == DATE_DAYS || item->anchor)
                setting_error(section, list,
                              "dates gives each agency one day: it does not go with repeat, observance, after, "
                              "before_item or a due of several days");
        if (n == 0)
                setting_error(section, list, "dates: names no agency; write ( { agency = \"…\"; due = \"…\"; } )");
        r = plan_resolve(reading->plan, &reading->loader->config->roster, &item->for_, &debtors, &n_debtors);
        if (r < 0)
                return r;
        item->own_dates = calloc(n + 1, sizeof(*item->own_dates));
        if (!item->own_dates)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                struct section own;

                if (section_element(section, config_setting_get_elem(list, i), "dates", &own))
                        read_one(reading, &own, debtors, n_debtors, item);
        }
        return 0;
}

/* The last day that it names, or CIVIL_NONE. */
static civil_day last_planned(const struct item *item)
{
        civil_day last = item->n_days > 0 ? item->days[item->n_days - 1] : item->to;

        for (size_t i = 0; i < item->n_own_dates; i++)
                if (item->own_dates[i].due > last)
                        last = item->own_dates[i].due;
        return last;
}

void limit_read(const struct section *section, const struct plan *plan, struct item *item)
{
        const config_setting_t *value = setting_get(section, "limit");
        civil_day last = last_planned(item);
        char limit[CIVIL_DATE_SIZE], day[CIVIL_DATE_SIZE];

        if (!value_date(section, value, &item->limit))
                return;
        dates_check_year(section, value, plan, item->limit);
        if (item->form == DATE_REPEAT || item->form == DATE_OBSERVANCE)
                setting_error(section, value,
                              "limit is how far a date may be moved: it does not go with repeat or observance");
        else if (last != CIVIL_NONE && item->limit < last)
                setting_error(section, value,
                              "limit %s is before the item's own last day %s; it is the day that even a special case "
                              "may not pass",
                              civil_format(item->limit, limit), civil_format(last, day));
}
