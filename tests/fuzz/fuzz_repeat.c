/* RRULE, the repeat of an item.
 * Input: a rule, then a line with a year.
 * Holds: the days are of that year, ascending, no more than the bound, the same on every call; those of a rule are
 * among the days that its BYMONTH, BYMONTHDAY, BYDAY and UNTIL allow, and no more than its COUNT, as libical reads
 * them. */
#include "fuzz.h"

#include <errno.h>
#include <libical/ical.h>

#include "core/plan.h"

static bool is_among(const short *list, size_t n, int value)
{
        if (list[0] == ICAL_RECURRENCE_ARRAY_MAX)
                return true;
        for (size_t i = 0; i < n && list[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
                if (list[i] == value)
                        return true;
        return false;
}

static bool is_weekday_of(const struct icalrecurrencetype *rule, civil_day day)
{
        if (rule->by_day[0] == ICAL_RECURRENCE_ARRAY_MAX)
                return true;
        for (size_t i = 0; i < ICAL_BY_DAY_SIZE && rule->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
                /* libical counts from Sunday, 1. */
                if ((int)icalrecurrencetype_day_day_of_week(rule->by_day[i]) == (int)civil_weekday(day) % 7 + 1)
                        return true;
        return false;
}

static void check_day(const struct icalrecurrencetype *rule, civil_day day, int32_t year)
{
        struct civil_date date = civil_split(day);
        int from_end = date.day - civil_month_days(date.year, date.month) - 1;

        REQUIRE(date.year == year);
        REQUIRE(is_among(rule->by_month, ICAL_BY_MONTH_SIZE, date.month));
        REQUIRE(is_among(rule->by_month_day, ICAL_BY_MONTHDAY_SIZE, date.day) ||
                is_among(rule->by_month_day, ICAL_BY_MONTHDAY_SIZE, from_end));
        REQUIRE(is_weekday_of(rule, day));
        if (!icaltime_is_null_time(rule->until))
                REQUIRE(day <= civil_from(rule->until.year, rule->until.month, rule->until.day));
}

static int check_rule(const char *text, int32_t year)
{
        CLEANUP_FREE civil_day *days = NULL;
        CLEANUP_FREE civil_day *again = NULL;
        struct icalrecurrencetype rule;
        size_t n = 0, n_again = 0;
        int r = repeat_expand(text, year, &days, &n);

        REQUIRE(repeat_expand(text, year, &again, &n_again) == r && n_again == n);
        REQUIRE(r == 0 || ((r == -EINVAL || r == -ENODATA || r == -E2BIG) && !days && n == 0));
        if (r < 0)
                return -1;
        rule = icalrecurrencetype_from_string(text);
        icalerror_clear_errno();
        REQUIRE(n > 0 && n <= OCCURRENCES_MAX);
        REQUIRE(rule.count == 0 || n <= (size_t)rule.count);
        REQUIRE(memcmp(days, again, n * sizeof(*days)) == 0);
        for (size_t i = 0; i < n; i++) {
                REQUIRE(i == 0 || days[i] > days[i - 1]);
                check_day(&rule, days[i], year);
        }
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        char *line = strchr(text, '\n');
        int32_t year = line ? atoi(line + 1) : 0;

        if (line)
                *line = '\0';
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
                year = 2024;
        return check_rule(text, year);
}
