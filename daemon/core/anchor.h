/* The day of what is counted from another item of its plan, its anchor: "5 ngày làm việc trước ngày kiểm tra". */
#pragma once

#include "core/obligation.h"

/* The item from whose day another one is counted; NULL: it has a date of its own, or the plan has no such item. */
const struct item *item_anchor(const struct plan *plan, const struct item *item);
/* Through how many items its day is counted; more than the plan has: they go round in a circle. */
size_t item_depth(const struct plan *plan, const struct item *item);
/* Whether the day of some item of the plan is counted from that one. */
bool plan_counts_from(const struct plan *plan, const char *anchor);
/* The day that an agency has of it, by its obligation of the anchor: from the day on which that was done, if the item
 * comes after it, else from the date in force; never beyond its limit. CIVIL_NONE while that is not known, and of what
 * is not to be done. */
civil_day anchor_day(const struct item *item, const struct item *anchor, const struct obligation *obligation,
                     const struct calendar *calendar);
/* What it waits for, in the words of a message. The caller frees it. NULL: no memory. */
char *anchor_when(const struct item *anchor);
