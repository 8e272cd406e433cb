/* A rule of repetition: read, and judged by RFC 5545. */
#include "core/rule.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"

#define NUMBER_DIGITS_MAX 4 /* of INTERVAL and COUNT: more are a slip of the pen */
#define MONTH_WEEKDAYS_MAX 5
#define YEAR_WEEKDAYS_MAX 53

/* A rule while it is read. */
struct reading {
        struct rule rule;
        char *reason; /* of RULE_REASON_SIZE */
};

/* One part of a rule: NAME=value. */
struct part {
        const char *name;
        int (*read)(struct reading *reading, const struct part *part, char *value);
        enum rule_list list; /* of a list of numbers */
        int32_t most;        /* the largest of them */
};

__attribute__((format(printf, 2, 3))) static int refuse(struct reading *reading, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(reading->reason, RULE_REASON_SIZE, format, arguments);
        va_end(arguments);
        return -EINVAL;
}

/* ---- values ---- */

static bool is_number(const char *text, size_t digits_max)
{
        size_t n = strspn(text, "0123456789");

        return n > 0 && n <= digits_max && text[n] == '\0';
}

/* Whether a text is like a pattern, in which 0 stands for any digit. */
static bool is_like(const char *text, const char *pattern)
{
        for (; *text != '\0' && *pattern != '\0'; text++, pattern++)
                if (*pattern == '0' ? !isdigit((unsigned char)*text) : toupper((unsigned char)*text) != *pattern)
                        return false;
        return *text == *pattern;
}

static int read_frequency(struct reading *reading, const struct part *part, char *value)
{
        static const char *const names[] = {
                [DAILY] = "DAILY", [WEEKLY] = "WEEKLY", [MONTHLY] = "MONTHLY", [YEARLY] = "YEARLY"};

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcasecmp(value, names[i]) == 0) {
                        reading->rule.frequency = (enum frequency)i;
                        return 0;
                }
        return refuse(reading, "%s is DAILY, WEEKLY, MONTHLY or YEARLY", part->name);
}

static int read_amount(struct reading *reading, const struct part *part, const char *value, int32_t *ret)
{
        int32_t amount = is_number(value, NUMBER_DIGITS_MAX) ? atoi(value) : 0;

        if (amount == 0)
                return refuse(reading, "%s is a number from 1 to 9999", part->name);
        *ret = amount;
        return 0;
}

static int read_interval(struct reading *reading, const struct part *part, char *value)
{
        return read_amount(reading, part, value, &reading->rule.interval);
}

static int read_count(struct reading *reading, const struct part *part, char *value)
{
        return read_amount(reading, part, value, &reading->rule.count);
}

static int read_until(struct reading *reading, const struct part *part, char *value)
{
        int32_t date = (int32_t)strtol(value, NULL, 10);
        int32_t year = date / 10000, month = date / 100 % 100, day = date % 100;

        if (!is_like(value, "00000000") && !is_like(value, "00000000T000000") && !is_like(value, "00000000T000000Z"))
                return refuse(reading, "%s is the last day that counts, such as UNTIL=20241231", part->name);
        if (!civil_valid(year, month, day))
                return refuse(reading, "%s names a day that the calendar does not have", part->name);
        reading->rule.until = civil_from(year, month, day);
        return 0;
}

/* MONDAY to SUNDAY; 0 for anything but MO, TU, … */
static enum weekday find_weekday(const char *name)
{
        static const char names[][sizeof("MO")] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (strcasecmp(name, names[i]) == 0)
                        return (enum weekday)(MONDAY + i);
        return 0;
}

static int read_week_start(struct reading *reading, const struct part *part, char *value)
{
        reading->rule.week_start = find_weekday(value);
        return reading->rule.week_start ? 0 : refuse(reading, "%s is one of MO, TU, WE, TH, FR, SA, SU", part->name);
}

/* "15", "+15" or "-1", none above `most`. */
static bool add_number(struct numbers *numbers, const char *text, int32_t most)
{
        size_t sign = *text == '-' || *text == '+';
        int32_t number = is_number(text + sign, 3) ? atoi(text + sign) : 0;

        if (number < 1 || number > most)
                return false;
        numbers->given = true;
        (*text == '-' ? numbers->from_end : numbers->from_start)[number] = true;
        return true;
}

static int read_numbers(struct reading *reading, const struct part *part, char *value)
{
        for (char *text = strsep(&value, ","); text; text = strsep(&value, ","))
                if (!add_number(&reading->rule.by[part->list], text, part->most))
                        return refuse(reading, "%s takes numbers from 1 to %d or, from the end, -1 to -%d", part->name,
                                      part->most, part->most);
        return 0;
}

static int read_months(struct reading *reading, const struct part *part, char *value)
{
        return strchr(value, '-') ? refuse(reading, "%s takes numbers from 1 to %d", part->name, part->most)
                                  : read_numbers(reading, part, value);
}

static int read_weekdays(struct reading *reading, const struct part *part, char *value)
{
        reading->rule.by_weekday = true;
        for (char *text = strsep(&value, ","); text; text = strsep(&value, ",")) {
                char *name = text + strspn(text, "+-0123456789");
                struct weekday_choice *weekday = &reading->rule.weekdays[find_weekday(name)];
                bool is_plain = name == text;

                if (!find_weekday(name))
                        return refuse(reading, "%s takes MO, TU, WE, TH, FR, SA, SU, or with a number 1MO, -1FR",
                                      part->name);
                *name = '\0';
                if (!is_plain && !add_number(&weekday->nth, text, YEAR_WEEKDAYS_MAX))
                        return refuse(reading, "%s takes numbers from 1 to %d or -1 to -%d before a weekday: 1MO, -1FR",
                                      part->name, YEAR_WEEKDAYS_MAX, YEAR_WEEKDAYS_MAX);
                weekday->every |= is_plain;
        }
        return 0;
}

/* RFC 5545 has no hours for what happens on a date. */
static int refuse_time(struct reading *reading, const struct part *part, char *value)
{
        (void)value;
        return refuse(reading, "%s is no use to a day; leave it out and write at = \"08:00\" in the item", part->name);
}

/* Another calendar's months (RFC 7529) would be those of Beijing, not of Hanoi. */
static int refuse_calendar(struct reading *reading, const struct part *part, char *value)
{
        (void)value;
        return refuse(reading,
                      "%s is not understood; lunar dates are those of observance = { date = \"lunar:03-10\"; }",
                      part->name);
}

/* ---- parts ---- */

static const struct part parts[] = {
        {"FREQ", read_frequency, 0, 0}, /* the first: none may be without it */
        {"INTERVAL", read_interval, 0, 0},
        {"COUNT", read_count, 0, 0},
        {"UNTIL", read_until, 0, 0},
        {"WKST", read_week_start, 0, 0},
        {"BYMONTH", read_months, BY_MONTH, 12},
        {"BYMONTHDAY", read_numbers, BY_MONTH_DAY, 31},
        {"BYYEARDAY", read_numbers, BY_YEAR_DAY, 366},
        {"BYWEEKNO", read_numbers, BY_WEEK, 53},
        {"BYDAY", read_weekdays, 0, 0},
        {"BYSETPOS", read_numbers, BY_POSITION, 366},
        {"BYHOUR", refuse_time, 0, 0},
        {"BYMINUTE", refuse_time, 0, 0},
        {"BYSECOND", refuse_time, 0, 0},
        {"RSCALE", refuse_calendar, 0, 0},
        {"SKIP", refuse_calendar, 0, 0},
};

static const struct part *find_part(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(parts); i++)
                if (strcasecmp(name, parts[i].name) == 0)
                        return &parts[i];
        return NULL;
}

static int refuse_name(struct reading *reading, const char *name)
{
        struct nearest nearest = nearest_to(name);

        for (size_t i = 0; i < ELEMENTS(parts); i++)
                nearest_consider(&nearest, parts[i].name);
        if (nearest.best)
                return refuse(reading, "there is no part \"%.20s\"; the nearest is %s", name, nearest.best);
        return refuse(reading, "there is no part \"%.20s\"; parts are FREQ=MONTHLY, BYMONTHDAY=25 and the like", name);
}

static int read_parts(struct reading *reading, char *text)
{
        bool given[ELEMENTS(parts)] = {false};

        for (char *value = strsep(&text, ";"); value; value = strsep(&text, ";")) {
                const char *name = strsep(&value, "=");
                const struct part *part = find_part(name);
                int r;

                if (!part)
                        return refuse_name(reading, name);
                if (!value)
                        return refuse(reading, "%s has no value", part->name);
                if (given[part - parts])
                        return refuse(reading, "%s is given twice; give one, with several values as in 1,15",
                                      part->name);
                given[part - parts] = true;
                r = part->read(reading, part, value);
                if (r < 0)
                        return r;
        }
        return given[0] ? 0 : refuse(reading, "it has no FREQ; begin with FREQ=MONTHLY or the like");
}

/* ---- what goes together: the table of RFC 5545, section 3.3.10, and the prose before it ---- */

static int judge_weekday_numbers(struct reading *reading)
{
        const struct rule *rule = &reading->rule;
        int32_t most = rule_counts_in_month(rule) ? MONTH_WEEKDAYS_MAX : YEAR_WEEKDAYS_MAX;

        for (enum weekday weekday = MONDAY; weekday <= SUNDAY; weekday++) {
                const struct numbers *nth = &rule->weekdays[weekday].nth;

                if (!nth->given)
                        continue;
                if (rule->frequency < MONTHLY)
                        return refuse(reading, "a weekday with a number (1MO) goes with FREQ=MONTHLY or FREQ=YEARLY");
                if (rule->by[BY_WEEK].given)
                        return refuse(reading, "a weekday with a number (1MO) does not go with BYWEEKNO; write MO");
                for (int32_t n = most + 1; n <= YEAR_WEEKDAYS_MAX; n++)
                        if (nth->from_start[n] || nth->from_end[n])
                                return refuse(reading, "a month has no weekday %d times; BYDAY takes 1 to %d, or -1", n,
                                              most);
        }
        return 0;
}

static int judge(struct reading *reading)
{
        const struct rule *rule = &reading->rule;
        bool selects = rule->by_weekday;

        for (enum rule_list list = 0; list < BY_POSITION; list++)
                selects |= rule->by[list].given;
        if (rule->count > 0 && rule->until != CIVIL_NONE)
                return refuse(reading, "COUNT and UNTIL both end it; keep one");
        if (rule->by[BY_WEEK].given && rule->frequency != YEARLY)
                return refuse(reading, "BYWEEKNO goes with FREQ=YEARLY alone");
        if (rule->by[BY_YEAR_DAY].given && rule->frequency != YEARLY)
                return refuse(reading, "BYYEARDAY goes with FREQ=YEARLY alone");
        if (rule->by[BY_MONTH_DAY].given && rule->frequency == WEEKLY)
                return refuse(reading, "BYMONTHDAY does not go with FREQ=WEEKLY; write FREQ=MONTHLY");
        if (rule->by[BY_POSITION].given && !selects)
                return refuse(reading, "BYSETPOS picks among the days of another part, such as BYDAY; there is none");
        return judge_weekday_numbers(reading);
}

/* ---- the rule ---- */

bool numbers_name(const struct numbers *numbers, int32_t nth, int32_t of)
{
        int32_t from_end = of - nth + 1;

        return !numbers->given || (nth <= RULE_NUMBER_MAX && numbers->from_start[nth]) ||
               (from_end <= RULE_NUMBER_MAX && numbers->from_end[from_end]);
}

bool rule_counts_in_month(const struct rule *rule)
{
        return rule->frequency == MONTHLY || rule->by[BY_MONTH].given;
}

int rule_parse(const char *text, struct rule *ret, char ret_reason[static RULE_REASON_SIZE])
{
        struct reading reading = {
                .rule = {.interval = 1, .until = CIVIL_NONE, .week_start = MONDAY},
                .reason = ret_reason,
        };
        char copy[RULE_TEXT_MAX + 1];
        size_t size = strlen(text);
        int r;

        if (size > RULE_TEXT_MAX)
                return refuse(&reading, "it is longer than %d characters", RULE_TEXT_MAX);
        if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789=;,+-")] != '\0')
                return refuse(&reading, "it may hold letters, digits and = ; , + - alone, and no spaces");
        memcpy(copy, text, size + 1);
        r = read_parts(&reading, copy);
        if (r == 0)
                r = judge(&reading);
        if (r == 0)
                *ret = reading.rule;
        return r;
}
