/* The days of a repeating item: an RFC 5545 rule inside one year.
 * Depends on civil; expands with libical.
 * Called by plan. */
#include "core/plan.h"

#include "core/cleanup.h"

#include <errno.h>
#include <libical/ical.h>
#include <string.h>

/* Longer than BYYEARDAY with every day of the year, which needs about 1,500 bytes. */
#define RULE_SIZE_MAX 4096
/* libical cuts INTERVAL to 16 bits and COUNT to 32 without a word: more digits than these are refused before. */
#define NUMBER_DIGITS_MAX 4

DEFINE_CLEANUP(icalrecur_iterator *, icalrecur_iterator_free, iterator)

static bool number_fits(const char *rule, const char *name)
{
        const char *part = strcasestr(rule, name);

        return !part || strspn(part + strlen(name), "0123456789") <= NUMBER_DIGITS_MAX;
}

static int parse_rule(const char *text, struct icalrecurrencetype *ret)
{
        struct icalrecurrencetype rule;

        /* Another calendar's months (RFC 7529) would be those of Beijing, not of Hanoi. */
        if (strlen(text) > RULE_SIZE_MAX || strcasestr(text, "RSCALE=") || !number_fits(text, "INTERVAL=") ||
            !number_fits(text, "COUNT="))
                return -EINVAL;
        rule = icalrecurrencetype_from_string(text);
        icalerror_clear_errno();
        /* An item has days, no hours (RFC 5545, 3.3.10: BYHOUR and finer do not go with a date). */
        if (rule.freq < ICAL_DAILY_RECURRENCE || rule.freq == ICAL_NO_RECURRENCE || rule.interval < 1 ||
            rule.by_hour[0] != ICAL_RECURRENCE_ARRAY_MAX || rule.by_minute[0] != ICAL_RECURRENCE_ARRAY_MAX ||
            rule.by_second[0] != ICAL_RECURRENCE_ARRAY_MAX)
                return -EINVAL;
        /* libical reads 20240631 as some day of July. */
        if (!icaltime_is_null_time(rule.until) && !civil_valid(rule.until.year, rule.until.month, rule.until.day))
                return -EINVAL;
        *ret = rule;
        return 0;
}

static struct icaltimetype ical_date(int32_t year, int32_t month, int32_t day)
{
        /* Not icaltime_null_date(): its hour is -1, and moves every day that the iterator computes. */
        return (struct icaltimetype){.year = year, .month = month, .day = day, .is_date = 1};
}

int repeat_expand(const char *text, int32_t year, civil_day **ret, size_t *ret_n)
{
        CLEANUP(iterator_p) icalrecur_iterator *iterator = NULL;
        CLEANUP_FREE civil_day *days = NULL;
        struct icaltimetype end = ical_date(year, 12, 31);
        struct icalrecurrencetype rule;
        size_t n = 0;
        int r;

        r = parse_rule(text, &rule);
        if (r < 0)
                return r;
        /* Without an end, a rule that never comes true is searched for centuries. */
        if (icaltime_is_null_time(rule.until) || icaltime_compare_date_only(rule.until, end) > 0)
                rule.until = end;
        iterator = icalrecur_iterator_new(rule, ical_date(year, 1, 1));
        icalerror_clear_errno();
        if (!iterator)
                return -EINVAL;
        days = calloc(OCCURRENCES_MAX, sizeof(*days));
        if (!days)
                return -ENOMEM;

        for (;;) {
                struct icaltimetype next = icalrecur_iterator_next(iterator);
                civil_day day;

                if (icaltime_is_null_time(next))
                        break;
                if (n == OCCURRENCES_MAX)
                        return -E2BIG;
                day = civil_from(next.year, next.month, next.day);
                /* The days are keys of occurrences: each once, whatever the library does. */
                if (n > 0 && day <= days[n - 1])
                        continue;
                days[n++] = day;
        }
        icalerror_clear_errno();
        if (n == 0)
                return -ENODATA;
        *ret = TAKE_PTR(days);
        *ret_n = n;
        return 0;
}
