/* RRULE, the repeat of an item.
 * Input: a rule, then a line with a year.
 * Holds: the days are of the time that was asked for, ascending, the same on every call, and those of a year are the
 * beginning of those of three; they are among the days that the rule's BYMONTH, BYMONTHDAY, BYDAY and UNTIL allow, and
 * no more than its COUNT, as libical reads them where it reads the rule. */
#include "fuzz.h"

#include <errno.h>
#include <libical/ical.h>

#include "core/repeat.h"

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

static void check_day(const struct icalrecurrencetype *rule, civil_day day)
{
        struct civil_date date = civil_split(day);
        int from_end = date.day - civil_month_days(date.year, date.month) - 1;

        REQUIRE(is_among(rule->by_month, ICAL_BY_MONTH_SIZE, date.month));
        REQUIRE(is_among(rule->by_month_day, ICAL_BY_MONTHDAY_SIZE, date.day) ||
                is_among(rule->by_month_day, ICAL_BY_MONTHDAY_SIZE, from_end));
        REQUIRE(is_weekday_of(rule, day));
        if (!icaltime_is_null_time(rule->until))
                REQUIRE(day <= civil_from(rule->until.year, rule->until.month, rule->until.day));
}

static void check_allowed(const char *text, const civil_day *days, size_t n)
{
        struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);

        icalerror_clear_errno();
        if (rule.freq == ICAL_NO_RECURRENCE)
                return;
        REQUIRE(rule.count == 0 || n <= (size_t)rule.count);
        for (size_t i = 0; i < n; i++)
                check_day(&rule, days[i]);
}

/* The days of a time, which need not begin with a year. Returns how many. */
static size_t expand(const struct rule *rule, civil_day first, civil_day last, civil_day **ret)
{
        size_t n = 0;
        int r = repeat_days(rule, first, last, ret, &n);

        REQUIRE(r == 0 ? n > 0 && n <= (size_t)(last - first) + 1 : r == -ENODATA && n == 0 && !*ret);
        for (size_t i = 0; i < n; i++)
                REQUIRE((*ret)[i] >= (i == 0 ? first : (*ret)[i - 1] + 1) && (*ret)[i] <= last);
        return n;
}

static int check_rule(const char *text, int32_t year)
{
        CLEANUP_FREE civil_day *days = NULL;
        CLEANUP_FREE civil_day *more = NULL;
        char reason[RULE_REASON_SIZE] = "";
        struct rule rule;
        civil_day first = civil_from(year, 1, 1), last = civil_from(year, 12, 31);
        int r = rule_parse(text, &rule, reason);
        size_t n, n_more;

        REQUIRE(r == 0 || (r == -EINVAL && *reason && !strchr(reason, '\n')));
        if (r < 0)
                return -1;
        n = expand(&rule, first, last, &days);
        n_more = expand(&rule, first, civil_from(year + 2, 12, 31), &more);
        REQUIRE(n <= n_more && (n == n_more || more[n] > last));
        REQUIRE(n == 0 || memcmp(days, more, n * sizeof(*days)) == 0);
        check_allowed(text, more, n_more);
        (void)repeat_short_months(&rule, year, last);
        (void)repeat_missed_months(&rule);
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
