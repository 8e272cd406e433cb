/* The verb calendar: a year on the terminal, with days off, days worked in exchange, and deadlines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "core/civil.h"
#include "ctl/shape.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

#define YEAR_DAYS 366
#define CELL 3 /* columns of a day: two digits and a mark */
#define MONTH_COLUMNS (7 * CELL)
#define MONTH_LINES 6   /* weeks that a month can touch */
#define MONTHS_ACROSS 3 /* fewer on a narrow terminal */
#define GAP 3
#define DAY_KIND_COLUMNS 8

/* The line for one day. */
struct day {
        bool off, worked;                 /* against the weekday */
        unsigned open, overdue, finished; /* obligations due */
};

struct year {
        int32_t number;
        civil_day first, today;
        struct day days[YEAR_DAYS];
        const struct style *style;
};

static struct day *find_day(struct year *year, const char *text)
{
        civil_day day;

        if (civil_parse(text, &day) < 0 || civil_split(day).year != year->number)
                return NULL;
        return &year->days[day - year->first];
}

static void take_days(struct year *year, const json_t *days)
{
        for (size_t i = 0; i < json_array_size(days); i++) {
                const json_t *entry = json_array_get(days, i);
                struct day *day = find_day(year, received_text(entry, "date"));

                if (!day)
                        continue;
                day->off = received_truth(entry, "off");
                day->worked = !day->off && civil_weekday(year->first + (civil_day)(day - year->days)) >= SATURDAY;
        }
}

static void take_deadlines(struct year *year, const json_t *rows)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                const char *state = received_text(row, "state");
                struct day *day = find_day(year, received_text(row, "due"));

                if (!day || received_truth(row, "tentative") || received_truth(row, "observance") ||
                    strcmp(state, "withdrawn") == 0 || strcmp(state, "waived") == 0)
                        continue;
                if (*received_text(row, "done_on"))
                        day->finished++;
                else if (strcmp(state, "overdue") == 0 || received_number(row, "days_late") > 0)
                        day->overdue++;
                else
                        day->open++;
        }
}

/* ---- on the terminal ---- */

static void print_day(const struct year *year, civil_day day)
{
        const struct day *entry = &year->days[day - year->first];
        bool weekend = civil_weekday(day) >= SATURDAY;
        enum look look = LOOK_PLAIN;
        char mark = ' ';

        if (weekend || entry->off)
                look = LOOK_FAINT;
        if (entry->off)
                mark = '-';
        if (entry->worked) {
                look = LOOK_PLAIN;
                mark = '+';
        }
        if (entry->finished > 0) {
                look = LOOK_GOOD;
                mark = '*';
        }
        if (entry->open > 0) {
                look = LOOK_SOON;
                mark = '*';
        }
        if (entry->overdue > 0) {
                look = LOOK_BAD;
                mark = '!';
        }
        if (day == year->today)
                look = LOOK_TODAY;
        style_begin(year->style, look);
        printf("%2d%c", civil_split(day).day, mark);
        style_end(year->style, look);
}

/* The week-th line of a month, Monday first. */
static void print_week(const struct year *year, int32_t month, int week)
{
        civil_day first = civil_from(year->number, month, 1);
        int32_t n = civil_month_days(year->number, month);
        int32_t offset = week * 7 - (int32_t)civil_weekday(first) + 1;

        for (int32_t i = 0; i < 7; i++)
                if (offset + i < 0 || offset + i >= n)
                        printf("%*s", CELL, "");
                else
                        print_day(year, first + offset + i);
}

static int32_t months_across(const struct style *style)
{
        int32_t n = MONTHS_ACROSS;

        while (n > 1 && style->columns > 0 && (size_t)n * (MONTH_COLUMNS + GAP) > style->columns)
                n--;
        return n;
}

static void print_months(const struct year *year, int32_t first, int32_t n)
{
        static const char *const weekdays[] = {N_("Mo"), N_("Tu"), N_("We"), N_("Th"), N_("Fr"), N_("Sa"), N_("Su")};
        char title[32];

        for (int32_t m = 0; m < n; m++) {
                snprintf(title, sizeof(title), _("%02d/%d"), first + m, year->number);
                style_begin(year->style, LOOK_HEAD);
                text_pad(stdout, title, MONTH_COLUMNS + GAP);
                style_end(year->style, LOOK_HEAD);
        }
        putchar('\n');
        for (int32_t m = 0; m < n; m++) {
                for (size_t i = 0; i < ELEMENTS(weekdays); i++)
                        text_pad(stdout, _(weekdays[i]), CELL);
                printf("%*s", GAP, "");
        }
        putchar('\n');
        for (int week = 0; week < MONTH_LINES; week++) {
                for (int32_t m = 0; m < n; m++) {
                        print_week(year, first + m, week);
                        printf("%*s", m + 1 < n ? GAP : 0, "");
                }
                putchar('\n');
        }
}

static void print_names(const json_t *days)
{
        for (size_t i = 0; i < json_array_size(days); i++) {
                const json_t *day = json_array_get(days, i);
                char date[LANGUAGE_DATE_SIZE];

                printf("  %s  ", language_date(received_text(day, "date"), date));
                text_pad(stdout, received_truth(day, "off") ? _("off") : _("worked"), DAY_KIND_COLUMNS);
                text_write(stdout, received_text(day, "name"), SIZE_MAX);
                putchar('\n');
        }
}

static void print_year(const struct year *year, const json_t *calendar)
{
        int32_t across = months_across(year->style);

        for (int32_t month = 1; month <= 12; month += across)
                print_months(year, month, across);
        puts(_("- day off   + worked in exchange   * deadline   ! overdue"));
        if (received_truth(calendar, "provisional"))
                puts(_("There is no calendar file for this year: the days off follow the law alone."));
        print_names(json_object_get(calendar, "days"));
}

/* ---- as JSON ---- */

static json_t *deadlines_of(const struct year *year)
{
        json_t *CLEANUP_JSON deadlines = json_array();

        for (int32_t i = 0; i < YEAR_DAYS; i++) {
                const struct day *day = &year->days[i];
                char text[CIVIL_DATE_SIZE];
                json_t *entry;

                if (day->open + day->overdue + day->finished == 0)
                        continue;
                entry = json_pack("{s:s, s:i, s:i, s:i}", "date", civil_format(year->first + i, text), "open",
                                  (int)day->open, "overdue", (int)day->overdue, "finished", (int)day->finished);
                if (!entry || json_array_append_new(deadlines, entry) < 0)
                        return NULL;
        }
        return TAKE_PTR(deadlines);
}

/* ---- the verb ---- */

static int read_year(const struct cli *cli, uint32_t *ret)
{
        const char *text = cli_argument(cli, 0);
        char *end;
        unsigned long year = strtoul(text, &end, 10);

        if (*end || year > CIVIL_LAST_YEAR || (*text && year < CIVIL_FIRST_YEAR))
                return cli_fail(cli, EXIT_USAGE, _("a year is a number from %d to %d"), CIVIL_FIRST_YEAR,
                                CIVIL_LAST_YEAR);
        *ret = (uint32_t)year;
        return EXIT_DONE;
}

static int append_year(sd_bus_message *message, const void *userdata)
{
        const struct year *year = userdata;
        char since[CIVIL_DATE_SIZE], before[CIVIL_DATE_SIZE];
        civil_day end =
                year->number < CIVIL_LAST_YEAR ? civil_from(year->number + 1, 1, 1) : civil_from(year->number, 12, 31);

        return sd_bus_message_append(message, "a{sv}", 2, "since", "s", civil_format(year->first, since), "before", "s",
                                     civil_format(end, before));
}

static int print_json(const struct cli *cli, const struct year *year, json_t *calendar)
{
        json_t *days = json_object_get(calendar, "days");
        json_t *deadlines = deadlines_of(year);

        for (size_t i = 0; i < json_array_size(days); i++)
                if (shape_fill(json_array_get(days, i), (const char *const[]){"name"}, 1) < 0)
                        return cli_no_memory(cli);
        if (!deadlines || json_object_set_new(calendar, "deadlines", deadlines) < 0)
                return cli_no_memory(cli);
        return cli_print(cli, calendar);
}

/* ---- as a file for calendar programs ---- */

static int print_feed(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL;
        const char *text;
        int code;

        if (*cli_argument(cli, 0))
                return cli_fail(cli, EXIT_USAGE, "%s", _("--ics is of all years: leave YEAR out"));
        if (cli_is_json(cli))
                return cli_fail(cli, EXIT_USAGE, "%s", _("one of --ics and --json"));
        code = cli_call(cli, &reply, "CalendarFile", "s", cli_value(cli, OPTION_AGENCY));
        if (code != EXIT_DONE)
                return code;
        text = json_string_value(json_array_get(reply, 0));
        if (!text)
                return cli_fail(cli, EXIT_REFUSED, "%s", _("the daemon's answer makes no sense"));
        fputs(text, stdout);
        return EXIT_DONE;
}

int run_calendar(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL, *CLEANUP_JSON rows = NULL;
        struct year year = {.style = &cli->style};
        json_t *calendar;
        uint32_t wanted = 0;
        int code;

        if (command_has(cli->command, OPTION_ICS))
                return print_feed(cli);
        if (command_has(cli->command, OPTION_AGENCY))
                return cli_fail(cli, EXIT_USAGE, "%s", _("--agency goes with --ics"));
        code = read_year(cli, &wanted);
        if (code == EXIT_DONE)
                code = cli_call(cli, &reply, "Calendar", "u", wanted);
        if (code != EXIT_DONE)
                return code;
        calendar = json_array_get(reply, 0);
        year.number = (int32_t)received_number(calendar, "year");
        if (year.number < CIVIL_FIRST_YEAR || year.number > CIVIL_LAST_YEAR ||
            civil_parse(received_text(calendar, "today"), &year.today) < 0)
                return cli_fail(cli, EXIT_REFUSED, "%s", _("the daemon's answer makes no sense"));
        year.first = civil_from(year.number, 1, 1);
        code = cli_pages(cli, "List", append_year, &year, NULL, &rows);
        if (code != EXIT_DONE)
                return code;
        take_days(&year, json_object_get(calendar, "days"));
        take_deadlines(&year, rows);
        if (cli_is_json(cli))
                return print_json(cli, &year, calendar);
        print_year(&year, calendar);
        return EXIT_DONE;
}
