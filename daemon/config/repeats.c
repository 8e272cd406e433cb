/* The repeat of an item: judged, and warned of where it may not mean what its writer does. */
#include "core/repeat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/loader.h"
#include "config/pasted.h"

#define MONTHS_TEXT_SIZE sizeof("01, 02, 03, 04, 05, 06, 07, 08, 09, 10, 11, 12")

static const char *months_text(const struct repeat_gaps *gaps, char buffer[static MONTHS_TEXT_SIZE])
{
        size_t size = 0;

        for (int32_t month = 1; month <= 12; month++)
                if (gaps->months[month])
                        size += (size_t)snprintf(buffer + size, MONTHS_TEXT_SIZE - size, "%s%02d", size > 0 ? ", " : "",
                                                 month);
        return buffer;
}

/* A repeat as it is being judged. */
struct judging {
        const struct section *section;
        const config_setting_t *value;
        const struct plan *plan;
        struct rule rule;
        char text[EXCERPT_SIZE];
};

/* Offsets that are positive would want occurrences of the year before. */
#define PERIOD_OFFSET_MIN (-12) /* a year of months */

void period_read(const struct section *section, const config_setting_t *repeat, struct item *item)
{
        static const char *const units[] = {
                [PERIOD_WEEK - 1] = "week", [PERIOD_MONTH - 1] = "month", [PERIOD_QUARTER - 1] = "quarter",
                [PERIOD_HALF - 1] = "half", [PERIOD_YEAR - 1] = "year",   [PERIOD_YEAR] = NULL,
        };
        const config_setting_t *period = setting_get(section, "period"),
                               *offset = setting_get(section, "period_offset");
        size_t unit;

        if (offset && !period)
                setting_error(section, offset,
                              "period_offset counts from a period, which is not given; write period = \"month\" or the "
                              "like");
        if (period && !repeat)
                setting_error(section, period, "period belongs to a repeat; of a single date write it into the title");
        else if (value_word(section, period, units, &unit))
                item->period.unit = (enum period_unit)(unit + 1);
        (void)value_integer(section, offset, PERIOD_OFFSET_MIN, 0, &item->period.offset);
}

/* The rule has days, but none that counts. */
static bool only_periods_are_missing(const struct plan *plan, const struct item *item)
{
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        struct item bare = *item;
        size_t n;

        bare.period.unit = PERIOD_NONE;
        return item->period.unit != PERIOD_NONE && item_occurrences(plan, &bare, &occurrences, &n) == 0;
}

static void report_never(const struct judging *judging, const struct item *item)
{
        struct repeat_gaps missed = repeat_missed_months(&judging->rule);
        char date[CIVIL_DATE_SIZE], months[MONTHS_TEXT_SIZE], why[128] = "no day has all that it asks for";

        if (judging->rule.until != CIVIL_NONE && judging->rule.until < civil_from(judging->plan->year, 1, 1))
                (void)snprintf(why, sizeof(why), "UNTIL ended it on %s", civil_format(judging->rule.until, date));
        else if (only_periods_are_missing(judging->plan, item))
                (void)snprintf(why, sizeof(why), "the periods that its days are about begin in other years");
        else if (missed.any)
                (void)snprintf(why, sizeof(why),
                               "INTERVAL=%d counts from January and steps over month %s; leave INTERVAL out",
                               judging->rule.interval, months_text(&missed, months));
        setting_error(judging->section, judging->value, "repeat \"%s\" never comes in %d: %s", judging->text,
                      judging->plan->year, why);
}

static void warn_of_gaps(const struct judging *judging, civil_day last)
{
        const struct rule *rule = &judging->rule;
        struct repeat_gaps missed = repeat_missed_months(rule);
        struct repeat_gaps too_short = repeat_short_months(rule, judging->plan->year, last);
        char months[MONTHS_TEXT_SIZE];

        if (missed.any)
                setting_warning(judging->section, judging->value,
                                "repeat \"%s\" leaves out month %s: INTERVAL=%d counts from January and steps over it; "
                                "leave INTERVAL out",
                                judging->text, months_text(&missed, months), rule->interval);
        if (too_short.any)
                setting_warning(
                        judging->section, judging->value,
                        "repeat \"%s\" finds no such day in month %s of %d and leaves it out; the last one of a "
                        "month has number -1",
                        judging->text, months_text(&too_short, months), judging->plan->year);
        if (!rule->by_weekday && !rule->by[BY_MONTH_DAY].given && !rule->by[BY_YEAR_DAY].given &&
            (rule->frequency == WEEKLY || rule->by[BY_WEEK].given))
                setting_warning(judging->section, judging->value,
                                "repeat \"%s\" names no weekday, and takes %s; add BYDAY=FR or the like", judging->text,
                                rule->frequency == WEEKLY ? "that of 1 January" : "all seven");
}

#define EARLY_DAYS 15 /* of a year: what is reported in them is mostly about the time before them */

/* "trước ngày 05 của tháng đầu quý sau": of the quarters of this year the last one is reported in the next. Of what
 * comes each month nobody can tell. */
static void warn_of_the_year_before(const struct judging *judging, const struct occurrence *occurrences, size_t n)
{
        static const char *const units[] = {[2] = "half", [3] = "quarter", [4] = "quarter"};
        civil_day begin = civil_from(judging->plan->year, 1, 1);
        char date[CIVIL_DATE_SIZE];

        if (judging->rule.frequency < MONTHLY || n < 2 || n >= ELEMENTS(units) ||
            occurrences[0].due >= begin + EARLY_DAYS || setting_get(judging->section, "period") ||
            setting_get(judging->section, "period_offset") || setting_get(judging->section, "since"))
                return;
        setting_warning(judging->section, judging->value,
                        "repeat \"%s\" begins on %s; if what is due then is about the time before, and belongs to the "
                        "plan of the year before, write period = \"%s\"; period_offset = -1; so that it ends in the "
                        "next January instead",
                        judging->text, civil_format(occurrences[0].due, date), units[n]);
}

int repeat_read(const struct section *section, const config_setting_t *value, const struct plan *plan,
                struct item *item)
{
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        struct judging judging = {.section = section, .value = value, .plan = plan};
        char reason[RULE_REASON_SIZE];
        size_t n;
        int r = setting_keep(section, "repeat", NULL, &item->repeat);

        if (r < 0 || !item->repeat)
                return r;
        excerpt(item->repeat, judging.text);
        if (rule_parse(item->repeat, &judging.rule, reason) < 0) {
                if (pasted_report(section, value, item->repeat))
                        return 0;
                setting_error(section, value, "repeat \"%s\" is no rule of RFC 5545 for days: %s", judging.text,
                              reason);
                return 0;
        }
        if (plan->year == 0)
                return 0;
        r = item_occurrences(plan, item, &occurrences, &n);
        if (r == -ENODATA)
                report_never(&judging, item);
        else if (r == 0) {
                /* Past its COUNT or UNTIL nothing is missing. */
                warn_of_gaps(&judging, judging.rule.count == (int32_t)n   ? occurrences[n - 1].due
                                       : judging.rule.until != CIVIL_NONE ? judging.rule.until
                                                                          : plan_last_day(plan));
                warn_of_the_year_before(&judging, occurrences, n);
        }
        return r == -ENODATA ? 0 : r;
}

/* At least so many days of the calendar: five working days take a week. */
static int32_t calendar_days(const struct offset *offset)
{
        return offset->days + offset->workdays + offset->workdays / 5 * 2;
}

int repeat_check_before(const struct section *section, const struct plan *plan, const struct item *item)
{
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        const config_setting_t *own = setting_get(section, "before");
        const struct offset *longest = NULL;
        char offset[OFFSET_TEXT_SIZE], text[EXCERPT_SIZE];
        size_t n = 0, n_closer = 0;
        int32_t shortest = INT32_MAX;
        int r;

        if (item->form != DATE_REPEAT || !item->repeat || plan->year == 0 || item->policy.n_before == 0)
                return 0;
        r = item_occurrences(plan, item, &occurrences, &n);
        if (r < 0)
                return r == -ENOMEM ? r : 0; /* reported when it was read */
        longest = &item->policy.before[0];
        for (size_t i = 1; i < item->policy.n_before; i++)
                if (calendar_days(&item->policy.before[i]) > calendar_days(longest))
                        longest = &item->policy.before[i];
        for (size_t i = 1; i < n; i++) {
                int32_t distance = occurrences[i].due - occurrences[i - 1].due;

                n_closer += distance < calendar_days(longest);
                shortest = distance < shortest ? distance : shortest;
        }
        /* Most of them, so that "30d" may stand before what comes every month: one February is no reason to warn. */
        if (n_closer * 2 <= n - 1)
                return 0;
        setting_warning(section, own ? own : setting_get(section, "repeat"),
                        "repeat \"%s\" comes again within %d day%s, but before begins \"%s\" ahead, when earlier ones "
                        "are still to come; give the item a shorter one, such as before = [\"1d\", \"0d\"]",
                        excerpt(item->repeat, text), shortest, shortest == 1 ? "" : "s",
                        offset_format(longest, offset));
        return 0;
}
