/* The days of a rule of repetition: RFC 5545, section 3.3.10, on civil days. */
#include "core/repeat.h"

#include <errno.h>

#include "base/cleanup.h"

#define WEEK_OVERHANG 3 /* days of a year's first or last week that can lie in the neighbouring year */
#define INTERVAL_DAYS_MAX (366 + 2 * WEEK_OVERHANG)

/* One interval of a rule, the days of which make one set: a day, a week, a month or a year. */
struct interval {
        civil_day from, to;
        int32_t year; /* of a year */
};

static struct interval month_interval(int32_t month)
{
        int32_t year = month / 12;

        month = month % 12 + 1;
        return (struct interval){
                .from = civil_from(year, month, 1),
                .to = civil_from(year, month, civil_month_days(year, month)),
        };
}

/* The nth interval of a rule that starts on `first`; each INTERVAL-th counts. With BYWEEKNO a year is that of its
 * weeks, which begins and ends within three days of the calendar's. */
static struct interval interval_at(const struct rule *rule, civil_day first, int32_t nth)
{
        struct civil_date start = civil_split(first);
        int32_t steps = nth * rule->interval, overhang = rule->by[BY_WEEK].given ? WEEK_OVERHANG : 0;
        struct interval interval = {.from = first + steps, .to = first + steps};

        switch (rule->frequency) {
        case DAILY:
                break;
        case WEEKLY:
                interval.from = civil_last_weekday(first, rule->week_start) + steps * 7;
                interval.to = interval.from + 6;
                break;
        case MONTHLY:
                return month_interval(start.year * 12 + start.month - 1 + steps);
        case YEARLY:
                interval.year = start.year + steps;
                interval.from = civil_from(interval.year, 1, 1) - overhang;
                interval.to = civil_from(interval.year, 12, 31) + overhang;
                break;
        }
        return interval;
}

/* Whether BYDAY names a weekday that is the nth day of so many, of a month or of a year. */
static bool weekday_is_named(const struct weekday_choice *weekday, int32_t nth, int32_t of)
{
        int32_t count = (nth - 1) / 7 + 1;

        return weekday->every || (weekday->nth.given && numbers_name(&weekday->nth, count, count + (of - nth) / 7));
}

/* The parts of a rule follow one another as expansions and limits. Since the days of an interval are few, each of
 * them is asked instead whether every part names it: what an expansion adds and what a limit keeps are the same days.
 */
static bool is_named(const struct rule *rule, const struct interval *interval, civil_day day)
{
        const struct weekday_choice *weekday = &rule->weekdays[civil_weekday(day)];
        struct civil_date date = civil_split(day);
        int32_t month_days = civil_month_days(date.year, date.month);
        civil_day new_year = civil_from(date.year, 1, 1);
        int32_t year_day = day - new_year + 1, year_days = civil_from(date.year + 1, 1, 1) - new_year;
        bool in_month = rule_counts_in_month(rule);
        struct civil_week week;

        if (!numbers_name(&rule->by[BY_MONTH], date.month, 12) ||
            !numbers_name(&rule->by[BY_MONTH_DAY], date.day, month_days) ||
            !numbers_name(&rule->by[BY_YEAR_DAY], year_day, year_days))
                return false;
        if (rule->by_weekday &&
            !weekday_is_named(weekday, in_month ? date.day : year_day, in_month ? month_days : year_days))
                return false;
        if (!rule->by[BY_WEEK].given)
                return true;
        week = civil_week(day, rule->week_start);
        return week.year == interval->year && numbers_name(&rule->by[BY_WEEK], week.number, week.of);
}

/* The set of an interval, before BYSETPOS. Returns how many there are. */
static int32_t collect(const struct rule *rule, const struct interval *interval,
                       civil_day set[static INTERVAL_DAYS_MAX])
{
        int32_t n = 0;

        for (civil_day day = interval->from; day <= interval->to; day++)
                if (is_named(rule, interval, day))
                        set[n++] = day;
        return n;
}

static void name(struct numbers *numbers, int32_t number)
{
        numbers->given = true;
        numbers->from_start[number] = true;
}

/* What the rule leaves open is as on its first day. BYWEEKNO by itself means each day of the week: the RFC does not
 * say, and a day that nobody chose, the weekday of the first one, would be the worse guess. */
static void fill_in(struct rule *rule, civil_day first)
{
        struct civil_date start = civil_split(first);
        bool has_day = rule->by_weekday || rule->by[BY_MONTH_DAY].given || rule->by[BY_YEAR_DAY].given ||
                       rule->by[BY_WEEK].given;

        if (has_day || rule->frequency == DAILY)
                return;
        if (rule->frequency == WEEKLY) {
                rule->by_weekday = true;
                rule->weekdays[civil_weekday(first)].every = true;
                return;
        }
        name(&rule->by[BY_MONTH_DAY], start.day);
        if (rule->frequency == YEARLY && !rule->by[BY_MONTH].given)
                name(&rule->by[BY_MONTH], start.month);
}

int repeat_days(const struct rule *rule, civil_day first, civil_day last, civil_day **ret, size_t *ret_n)
{
        struct rule whole = *rule;
        CLEANUP_FREE civil_day *days = calloc((size_t)(last - first) + 1, sizeof(*days));
        civil_day end = rule->until != CIVIL_NONE && rule->until < last ? rule->until : last;
        size_t n = 0, most = rule->count > 0 ? (size_t)rule->count : SIZE_MAX;

        if (!days)
                return -ENOMEM;
        fill_in(&whole, first);
        /* Intervals ascend, and none reaches into the set of another. */
        for (int32_t nth = 0; n < most; nth++) {
                struct interval interval = interval_at(&whole, first, nth);
                civil_day set[INTERVAL_DAYS_MAX];
                int32_t n_set;

                if (interval.from > end)
                        break;
                n_set = collect(&whole, &interval, set);
                for (int32_t i = 0; i < n_set && n < most; i++)
                        if (set[i] >= first && set[i] <= end && numbers_name(&whole.by[BY_POSITION], i + 1, n_set))
                                days[n++] = set[i];
        }
        if (n == 0)
                return -ENODATA;
        *ret = TAKE_PTR(days);
        *ret_n = n;
        return 0;
}

/* ---- what the year does not have ---- */

/* INTERVAL counts from January, in which the year's first day lies. */
static bool comes_in_month(const struct rule *rule, int32_t month)
{
        return numbers_name(&rule->by[BY_MONTH], month, 12) &&
               (rule->frequency != MONTHLY || (month - 1) % rule->interval == 0);
}

static bool lacks_month_day(const struct rule *rule, int32_t days)
{
        const struct numbers *numbers = &rule->by[BY_MONTH_DAY];
        bool lacks = false, has = false;

        for (int32_t n = 1; n <= 31; n++) {
                bool named = numbers->from_start[n] || numbers->from_end[n];

                lacks |= named && n > days;
                has |= named && n <= days;
        }
        return lacks && !(has && rule->by[BY_POSITION].given);
}

static bool lacks_fifth_weekday(const struct rule *rule, civil_day first, int32_t days)
{
        for (civil_day day = first; day < first + 7; day++) {
                const struct numbers *nth = &rule->weekdays[civil_weekday(day)].nth;

                if ((nth->from_start[5] || nth->from_end[5]) && day + 28 >= first + days)
                        return true;
        }
        return false;
}

struct repeat_gaps repeat_short_months(const struct rule *rule, int32_t year, civil_day last)
{
        bool by_month_day = rule->by[BY_MONTH_DAY].given && !rule->by_weekday;
        bool by_weekday = rule_counts_in_month(rule) && rule->by_weekday && !rule->by[BY_MONTH_DAY].given &&
                          !rule->by[BY_POSITION].given;
        struct repeat_gaps gaps = {0};

        if (rule->by[BY_YEAR_DAY].given || rule->by[BY_WEEK].given)
                return gaps;
        for (int32_t month = 1; month <= 12; month++) {
                int32_t days = civil_month_days(year, month);
                civil_day first = civil_from(year, month, 1);

                gaps.months[month] = first <= last && comes_in_month(rule, month) &&
                                     ((by_month_day && lacks_month_day(rule, days)) ||
                                      (by_weekday && lacks_fifth_weekday(rule, first, days)));
                gaps.any |= gaps.months[month];
        }
        return gaps;
}

struct repeat_gaps repeat_missed_months(const struct rule *rule)
{
        struct repeat_gaps gaps = {0};

        for (int32_t month = 1; rule->by[BY_MONTH].given && month <= 12; month++) {
                gaps.months[month] = numbers_name(&rule->by[BY_MONTH], month, 12) && !comes_in_month(rule, month);
                gaps.any |= gaps.months[month];
        }
        return gaps;
}
