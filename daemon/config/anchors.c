/* Items whose day is counted from that of another item of the plan. */
#include <errno.h>
#include <string.h>

#include "config/loader.h"
#include "core/anchor.h"

int anchor_read(const struct section *item_section, const config_setting_t *value, struct item *item)
{
        static const char *const keys[] = {"item", "by", NULL};
        struct section section;
        const char *id;

        if (!section_member(item_section, setting_name(value), &section))
                return 0;
        (void)section_known(&section, keys);
        (void)value_offset(&section, setting_require(&section, "by", "\"5wd\""), &item->by);
        if (!value_id(&section, setting_require(&section, "item", "\"kiem-tra\""), &id))
                return 0;
        item->anchor = strdup(id);
        return item->anchor ? 0 : -ENOMEM;
}

/* Each agency counts from its own day. */
static int check_debtors(const struct plan_reading *reading, const struct section *section,
                         const config_setting_t *value, const struct item *item, const struct item *anchor)
{
        const struct roster *roster = &reading->loader->config->roster;
        CLEANUP_FREE size_t *debtors = NULL, *others = NULL;
        size_t n = 0, n_others = 0;
        int r = plan_resolve(reading->plan, roster, &item->for_, &debtors, &n);

        if (r == 0)
                r = plan_resolve(reading->plan, roster, &anchor->for_, &others, &n_others);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (!agency_is_among(debtors[i], others, n_others)) {
                        setting_error(section, value,
                                      "%s: \"%s\" does not have to do \"%s\", and has no day of it to count from",
                                      setting_name(value), roster->agencies[debtors[i]].id, anchor->id);
                        break;
                }
        return r;
}

static int check_anchor(const struct plan_reading *reading, const struct section *section,
                        const config_setting_t *value, struct item *item)
{
        const struct plan *plan = reading->plan;
        const struct item *anchor = item_anchor(plan, item);
        const char *key = setting_name(value);

        if (!anchor)
                setting_error(section, value, "%s: the plan has no item \"%s\"", key, item->anchor);
        else if (anchor == item)
                setting_error(section, value, "%s: an item is not counted from itself", key);
        else if (item_depth(plan, item) > plan->n_items)
                setting_error(
                        section, value,
                        "%s: counting from \"%s\" goes round in a circle; give one of those items a date of its own",
                        key, anchor->id);
        else if (anchor->form == DATE_REPEAT || anchor->form == DATE_DAYS || anchor->form == DATE_OBSERVANCE)
                setting_error(section, value,
                              "%s: \"%s\" is a repeat, an observance or due on several days; only one day can be "
                              "counted from",
                              key, anchor->id);
        else {
                item->when = anchor_when(anchor);
                return item->when ? check_debtors(reading, section, value, item, anchor) : -ENOMEM;
        }
        return 0;
}

int anchors_check(const struct plan_reading *reading, const struct section *section, const config_setting_t *list)
{
        struct item *item = reading->plan->items;
        int r = 0;

        for (unsigned i = 0; r == 0 && i < list_length(list); i++) {
                const config_setting_t *element = config_setting_get_elem(list, i);
                struct section own;

                if (!config_setting_is_group(element))
                        continue;
                if (item->anchor && section_element(section, element, "item", &own)) {
                        const config_setting_t *after = setting_get(&own, "after");

                        r = check_anchor(reading, &own, after ? after : setting_get(&own, "before_item"), item);
                }
                item++;
        }
        return r;
}
