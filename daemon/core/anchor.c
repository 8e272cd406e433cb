/* The day of what is counted from another item of its plan. */
#include "core/anchor.h"

#include <stdio.h>
#include <string.h>

const struct item *item_anchor(const struct plan *plan, const struct item *item)
{
        return item->anchor ? plan_find_item(plan, item->anchor) : NULL;
}

size_t item_depth(const struct plan *plan, const struct item *item)
{
        size_t depth = 0;

        while (depth <= plan->n_items && (item = item_anchor(plan, item)))
                depth++;
        return depth;
}

bool plan_counts_from(const struct plan *plan, const char *anchor)
{
        for (size_t i = 0; i < plan->n_items; i++)
                if (plan->items[i].anchor && strcmp(plan->items[i].anchor, anchor) == 0)
                        return true;
        return false;
}

/* From which day it is counted. What has to be there before an event has to be there before its first day. */
static civil_day find_base(const struct item *item, const struct item *anchor, const struct obligation *obligation,
                           const struct calendar *calendar)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (obligation->status == OBLIGATION_WAIVED || obligation->status == OBLIGATION_WITHDRAWN)
                return CIVIL_NONE;
        if (obligation->status == OBLIGATION_DONE && item->form == DATE_AFTER)
                return obligation->done_on;
        if (dates.tentative)
                return CIVIL_NONE;
        return item->form == DATE_BEFORE_ITEM && anchor->event && dates.from != CIVIL_NONE ? dates.from
                                                                                           : dates.effective;
}

civil_day anchor_day(const struct item *item, const struct item *anchor, const struct obligation *obligation,
                     const struct calendar *calendar)
{
        civil_day base = find_base(item, anchor, obligation, calendar), day;

        if (base == CIVIL_NONE)
                return CIVIL_NONE;
        day = item->form == DATE_AFTER ? offset_after(&item->by, calendar, base)
                                       : offset_before(&item->by, calendar, base);
        return item->limit != CIVIL_NONE && item->limit < day ? item->limit : day;
}

char *anchor_when(const struct item *anchor)
{
        char *words;

        return asprintf(&words, "khi có ngày của “%s”", anchor->title) < 0 ? NULL : words;
}
