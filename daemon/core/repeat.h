/* The days of a rule of repetition. */
#pragma once

#include "core/rule.h"

/* The days from `first` to `last` on which a rule falls, ascending, each once; the caller frees *ret. The rule starts
 * on `first` (its DTSTART): INTERVAL and COUNT count from there, and what the rule leaves open is taken from it (of
 * FREQ=MONTHLY the day of the month, of FREQ=WEEKLY the weekday). It is no day of the rule by itself.
 * 0, -ENODATA (it never falls in that time), -ENOMEM. */
int repeat_days(const struct rule *rule, civil_day first, civil_day last, civil_day **ret, size_t *ret_n);

/* What a rule names and that year does not have, by month: [1] is January. */
struct repeat_gaps {
        bool any;
        bool months[12 + 1];
};

/* Months without a day that is asked of them, up to the last day that a rule with an end has: the 30th of February, a
 * fifth Friday. Not where the days were only there to choose from (BYSETPOS, BYDAY with BYMONTHDAY) and one is left. */
struct repeat_gaps repeat_short_months(const struct rule *rule, int32_t year, civil_day last);
/* Months that BYMONTH names and INTERVAL, counted from January, steps over. */
struct repeat_gaps repeat_missed_months(const struct rule *rule);
