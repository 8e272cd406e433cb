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
#define NUMBER_DIGITS_MAX 4 /* of INTERVAL and COUNT: libical cuts them to 16 and 32 bits without a word */

DEFINE_CLEANUP(icalrecur_iterator *, icalrecur_iterator_free, iterator)

/* ---- what libical 3.0 reads as something else: numbers with letters behind them, a part given twice ---- */

static bool is_number(const char *value, size_t size)
{
        return size > 0 && size <= NUMBER_DIGITS_MAX && strspn(value, "0123456789") >= size;
}

/* "1,-15", or with weekdays "MO,-1FR". */
static bool is_list(const char *value, size_t size, bool weekdays)
{
        const char *end = value + size;

        for (;; value++) {
                size_t sign = strspn(value, "+-") > 0, digits = strspn(value + sign, "0123456789");

                value += sign + digits;
                if (weekdays ? digits > 2 || (sign > 0 && digits == 0) : digits < 1 || digits > 3)
                        return false;
                if (weekdays)
                        value += 2; /* libical knows the names */
                if (value >= end || *value != ',')
                        return value == end;
        }
}

static bool is_part(const char *part, size_t size, const char *name)
{
        return size >= strlen(name) && strncasecmp(part, name, strlen(name)) == 0;
}

static bool part_is_sound(const char *part, size_t size, const char *rest)
{
        const char *equals = memchr(part, '=', size);
        size_t name = equals ? (size_t)(equals - part) + 1 : 0;
        const char *value = part + name;

        if (name == 0)
                return false;
        for (; *rest; rest += strcspn(rest, ";")) {
                rest += strspn(rest, ";");
                if (strncasecmp(rest, part, name) == 0)
                        return false;
        }
        if (is_part(part, size, "INTERVAL=") || is_part(part, size, "COUNT="))
                return is_number(value, size - name);
        if (is_part(part, size, "BY"))
                return is_list(value, size - name, is_part(part, size, "BYDAY="));
        return true; /* libical judges these well */
}

static bool is_sound(const char *rule)
{
        for (const char *part = rule;; part++) {
                size_t size = strcspn(part, ";");

                if (!part_is_sound(part, size, part + size))
                        return false;
                part += size;
                if (!*part)
                        return true;
        }
}

/* ---- the rule ---- */

/* RFC 5545, 3.3.10: "1MO" goes with MONTHLY and YEARLY alone. For a ninth Friday of a month libical searches seconds.
 */
static bool weekdays_fit(const struct icalrecurrencetype *rule)
{
        int most = rule->freq == ICAL_MONTHLY_RECURRENCE ? 5 : rule->freq == ICAL_YEARLY_RECURRENCE ? 53 : 0;

        for (size_t i = 0; i < ICAL_BY_DAY_SIZE && rule->by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
                if (abs(icalrecurrencetype_day_position(rule->by_day[i])) > most)
                        return false;
        return true;
}

/* No rule is to blame where libical lacks memory; where ICU below it does, it speaks of an internal error. */
static int why_not(void)
{
        icalerrorenum error = icalerrno;

        icalerror_clear_errno();
        return error == ICAL_NEWFAILED_ERROR || error == ICAL_INTERNAL_ERROR ? -ENOMEM : -EINVAL;
}

static int parse_rule(const char *text, struct icalrecurrencetype *ret)
{
        struct icalrecurrencetype rule;

        /* Another calendar's months (RFC 7529) would be those of Beijing, not of Hanoi. */
        if (strlen(text) > RULE_SIZE_MAX || strcasestr(text, "RSCALE=") || !is_sound(text))
                return -EINVAL;
        icalerror_clear_errno();
        rule = icalrecurrencetype_from_string(text);
        if (why_not() == -ENOMEM)
                return -ENOMEM;
        /* An item has days, no hours (RFC 5545, 3.3.10: BYHOUR and finer do not go with a date). */
        if (rule.freq < ICAL_DAILY_RECURRENCE || rule.freq == ICAL_NO_RECURRENCE || rule.interval < 1 ||
            rule.by_hour[0] != ICAL_RECURRENCE_ARRAY_MAX || rule.by_minute[0] != ICAL_RECURRENCE_ARRAY_MAX ||
            rule.by_second[0] != ICAL_RECURRENCE_ARRAY_MAX)
                return -EINVAL;
        if (!weekdays_fit(&rule))
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
        r = why_not();
        if (!iterator)
                return r;
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
