/* When an item falls: a day or several, a window, nothing fixed, a repetition, an anniversary. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/loader.h"
#include "config/pasted.h"

/* In the order of enum date_form, but for DATE_DAYS, which has the key of DATE_DUE. */
static const char *const form_keys[] = {"due",  "window", "half",       "quarter", "month",
                                        "when", "repeat", "observance", "after",   "before_item"};

/* The key of the one kind of date; NULL: none, or several, both reported. */
static const config_setting_t *find_form(const struct section *section, enum date_form *ret)
{
        const config_setting_t *found = NULL;

        for (size_t i = 0; i < ELEMENTS(form_keys); i++) {
                const config_setting_t *value = setting_get(section, form_keys[i]);

                if (!value)
                        continue;
                if (found) {
                        bool later = config_setting_source_line(value) >= config_setting_source_line(found);

                        setting_error(section, later ? value : found, "has two kinds of date, %s and %s; keep one",
                                      setting_name(found), setting_name(value));
                        return NULL;
                }
                found = value;
                *ret = (enum date_form)i;
        }
        if (!found && !setting_get(section, "dates"))
                setting_error(section, NULL,
                              "has no date; give it one of due, window, half, quarter, month, when, repeat, "
                              "observance, after or before_item");
        return found;
}

void dates_check_year(const struct section *section, const config_setting_t *value, const struct plan *plan,
                      civil_day day)
{
        char date[CIVIL_DATE_SIZE], last[CIVIL_DATE_SIZE];

        if (plan->year == 0 || day == CIVIL_NONE)
                return;
        if (day >= civil_from(plan->year, 1, 1) && day <= plan_last_date(plan))
                return;
        (void)civil_format(plan_last_date(plan), last);
        if (plan->ends != CIVIL_NONE)
                setting_error(section, value, "%s %s is outside the plan's time; expected %d-01-01 to %s, when it ends",
                              setting_name(value), civil_format(day, date), plan->year, last);
        else if (day > plan_last_date(plan))
                setting_error(
                        section, value,
                        "%s %s is outside the plan's year; expected %d-01-01 to %s; of a plan for longer write in "
                        "the plan until when, ends = \"%d-12-31\", or make a plan of its own for each year",
                        setting_name(value), civil_format(day, date), plan->year, last, civil_split(day).year);
        else
                setting_error(section, value, "%s %s is outside the plan's year; expected %d-01-01 to %s",
                              setting_name(value), civil_format(day, date), plan->year, last);
}

static void read_due(const struct section *section, const config_setting_t *value, const struct plan *plan,
                     struct item *item)
{
        if (value_date(section, value, &item->to))
                dates_check_year(section, value, plan, item->to);
}

static int compare_days(const void *a, const void *b)
{
        const civil_day *first = a, *second = b;

        return (*first > *second) - (*first < *second);
}

/* Each is an occurrence. Those that are wrong are left out. */
static int read_days(const struct section *section, const config_setting_t *list, const struct plan *plan,
                     struct item *item)
{
        unsigned n = list_length(list);
        char date[CIVIL_DATE_SIZE];

        if (n == 0)
                setting_error(section, list, "due: names no day");
        item->days = calloc(n + 1, sizeof(*item->days));
        if (!item->days)
                return -ENOMEM;
        for (unsigned i = 0; i < n; i++) {
                const config_setting_t *value = config_setting_get_elem(list, i);

                if (value_date(section, value, &item->days[item->n_days]))
                        dates_check_year(section, value, plan, item->days[item->n_days++]);
        }
        qsort(item->days, item->n_days, sizeof(*item->days), compare_days);
        for (size_t i = 1; i < item->n_days; i++)
                if (item->days[i] == item->days[i - 1])
                        setting_error(section, list, "due names %s twice; keep one", civil_format(item->days[i], date));
        return 0;
}

static void read_window(const struct section *section, const config_setting_t *value, const struct plan *plan,
                        struct item *item)
{
        const config_setting_t *first, *last;
        char from[CIVIL_DATE_SIZE], to[CIVIL_DATE_SIZE];

        if (!value_list(section, value))
                return;
        if (list_length(value) != 2) {
                setting_error(section, value, "window: expected two dates [\"first day\", \"last day\"], found %u",
                              list_length(value));
                return;
        }
        first = config_setting_get_elem(value, 0);
        last = config_setting_get_elem(value, 1);
        if (value_date(section, first, &item->from))
                dates_check_year(section, first, plan, item->from);
        if (value_date(section, last, &item->to))
                dates_check_year(section, last, plan, item->to);
        if (item->from != CIVIL_NONE && item->to != CIVIL_NONE && item->to < item->from)
                setting_error(section, value, "window ends %s before it begins %s; write the earlier day first",
                              civil_format(item->to, to), civil_format(item->from, from));
}

/* "II", "2" in quotes: the number that was meant; 0: none. */
static int32_t quoted_number(const char *text)
{
        static const char *const numbers[][2] = {{"I", "1"}, {"II", "2"}, {"III", "3"}, {"IV", "4"}};

        for (size_t i = 0; text && i < ELEMENTS(numbers); i++)
                if (strcmp(text, numbers[i][0]) == 0 || strcmp(text, numbers[i][1]) == 0)
                        return (int32_t)i + 1;
        return 0;
}

/* The nth part of the year, of so many months each. */
static void read_part(const struct section *section, const config_setting_t *value, int32_t months,
                      const struct plan *plan, struct item *item)
{
        int32_t nth = quoted_number(setting_string(value)), last;

        if (nth > 0 && nth <= 12 / months) {
                setting_error(section, value, "%s: a number without quotes; write %s = %d", setting_name(value),
                              setting_name(value), nth);
                return;
        }
        if (!value_integer(section, value, 1, 12 / months, &nth) || plan->year == 0)
                return;
        last = nth * months;
        item->from = civil_from(plan->year, last - months + 1, 1);
        item->to = civil_from(plan->year, last, civil_month_days(plan->year, last));
}

/* "MM-DD" or "lunar:MM-DD", nothing else. */
static bool parse_month_day(const char *text, struct observance *ret)
{
        static const char lunar[] = "lunar:";
        bool is_lunar = strncmp(text, lunar, strlen(lunar)) == 0;
        const char *digits = is_lunar ? text + strlen(lunar) : text;

        if (strlen(digits) != 5 || strspn(digits, "0123456789") != 2 || digits[2] != '-' ||
            strspn(digits + 3, "0123456789") != 2)
                return false;
        ret->lunar = is_lunar;
        ret->month = (digits[0] - '0') * 10 + digits[1] - '0';
        ret->day = (digits[3] - '0') * 10 + digits[4] - '0';
        return true;
}

#define LEAP_YEAR 2024 /* any: 29 February may be observed */
#define LUNAR_MONTHS 12
#define LUNAR_MONTH_DAYS 30

static void read_observance(const struct section *item_section, const struct plan *plan, struct item *item)
{
        static const char *const keys[] = {"date", "since", NULL};
        const config_setting_t *date, *since;
        struct observance *it = &item->observance;
        struct section section;
        char buffer[EXCERPT_SIZE];
        const char *text;

        if (!section_member(item_section, "observance", &section))
                return;
        (void)section_known(&section, keys);
        date = setting_require(&section, "date", "\"05-19\"");
        since = setting_get(&section, "since");
        (void)value_integer(&section, since, 1, CIVIL_LAST_YEAR, &it->since);
        if (since && plan->year != 0 && it->since > plan->year)
                setting_error(&section, since, "since %d is after the plan's year %d", it->since, plan->year);
        if (!value_text(&section, date, &text))
                return;
        excerpt(text, buffer);
        if (!parse_month_day(text, it)) {
                if (!pasted_report(&section, date, text))
                        setting_error(&section, date,
                                      "date \"%s\" is not a day of the year; expected \"MM-DD\" or \"lunar:MM-DD\"",
                                      buffer);
        } else if (it->lunar ? it->month < 1 || it->month > LUNAR_MONTHS || it->day < 1 || it->day > LUNAR_MONTH_DAYS
                             : !civil_valid(LEAP_YEAR, it->month, it->day))
                setting_error(&section, date, "date \"%s\": there is no such day", buffer);
        else
                return;
        it->month = 0; /* not to be looked for in the year */
}

static void read_tentative(const struct section *section, const struct plan *plan, struct item *item)
{
        const config_setting_t *tentative = setting_get(section, "tentative");
        const config_setting_t *fix_by = setting_get(section, "fix_by");
        char day[CIVIL_DATE_SIZE], end[CIVIL_DATE_SIZE];
        int32_t fix_year;
        civil_day last;
        bool known;

        known = value_bool(section, tentative, &item->tentative) || !tentative;
        if (item->tentative && item->form == DATE_DAYS)
                setting_error(section, tentative,
                              "tentative belongs to one day or a window, not to several days; make an item of each");
        else if (item->tentative && item->form > DATE_MONTH)
                setting_error(section, tentative, "tentative belongs to a day or a window, not to %s",
                              form_keys[item->form]);
        if (fix_by && known && !item->tentative && item->form != DATE_UNDATED)
                setting_error(section, fix_by,
                              "fix_by belongs to a day or a window with tentative = true, or to what has none (when)");
        if (!value_date(section, fix_by, &item->fix_by))
                return;
        fix_year = civil_split(item->fix_by).year;
        last = item->form == DATE_UNDATED && plan->year != 0 ? plan_last_day(plan) : item->to;
        if (plan->year != 0 && (fix_year < plan->year - 1 || fix_year > civil_split(plan_last_day(plan)).year + 1))
                setting_error(section, fix_by, "fix_by %s is far from the plan's year %d",
                              civil_format(item->fix_by, day), plan->year);
        else if (last != CIVIL_NONE && item->fix_by > last)
                setting_warning(section, fix_by, "fix_by %s is after the day that it is to fix, at the latest %s",
                                civil_format(item->fix_by, day), civil_format(last, end));
}

static void read_time(const struct section *section, struct item *item)
{
        const config_setting_t *value = setting_get(section, "time");

        if (!value_clock(section, value, &item->time))
                return;
        if (item->form == DATE_OBSERVANCE)
                setting_error(section, value, "time belongs to what has to be done, not to an observance");
        else if (item->time == 0)
                setting_error(section, value, "time 00:00 is the end of the day before; give that day, without a time");
        else if (item->time % 60 != 0)
                setting_error(section, value, "time counts no seconds; expected HH:MM");
}

/* Asks the very code that will look for it whether the day ever comes. */
static int check_observance(const struct section *section, const config_setting_t *value, const struct plan *plan,
                            const struct item *item)
{
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n;
        int r;

        if (plan->year == 0 || item->observance.month == 0)
                return 0;
        r = item_occurrences(plan, item, &occurrences, &n);
        if (r != -ENODATA)
                return r;
        setting_error(section, value, "%s never comes in %d", setting_name(value), plan->year);
        return 0;
}

static int read_form(const struct section *section, const config_setting_t *value, const struct plan *plan,
                     struct item *item)
{
        int r = 0;

        if (item->form == DATE_DUE && (config_setting_is_array(value) || config_setting_is_list(value)))
                item->form = DATE_DAYS;
        switch (item->form) {
        case DATE_DUE:
                read_due(section, value, plan, item);
                break;
        case DATE_DAYS:
                r = read_days(section, value, plan, item);
                break;
        case DATE_WINDOW:
                read_window(section, value, plan, item);
                break;
        case DATE_HALF:
                read_part(section, value, 6, plan, item);
                break;
        case DATE_QUARTER:
                read_part(section, value, 3, plan, item);
                break;
        case DATE_MONTH:
                read_part(section, value, 1, plan, item);
                break;
        case DATE_UNDATED:
                r = setting_keep(section, "when", NULL, &item->when);
                break;
        case DATE_REPEAT:
                r = repeat_read(section, value, plan, item);
                break;
        case DATE_OBSERVANCE:
                read_observance(section, plan, item);
                r = check_observance(section, value, plan, item);
                break;
        case DATE_AFTER:
        case DATE_BEFORE_ITEM:
                r = anchor_read(section, value, item);
                break;
        }
        return r;
}

int dates_read(const struct section *section, const struct plan *plan, struct item *item)
{
        const config_setting_t *value;
        int r = 0;

        item->from = item->to = item->fix_by = item->limit = CIVIL_NONE;
        item->form = DATE_UNDATED;
        value = find_form(section, &item->form);
        period_read(section, setting_get(section, "repeat"), item);
        if (value)
                r = read_form(section, value, plan, item);
        read_tentative(section, plan, item);
        read_time(section, item);
        return r;
}
