/* Working days: what the calendar files say of a year, or else the law's fallback. */
#include "core/calendar.h"

#include "base/cleanup.h"
#include "core/holidays.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
        YEARS = CIVIL_LAST_YEAR - CIVIL_FIRST_YEAR + 1,
        YEAR_DAYS_MAX = 366,
        /* Days that a search for a working day looks ahead: a calendar file that declares a whole year off, and the
         * holidays after it, is still crossed; one that leaves no working day at all does not hang the program. */
        SEARCH_DAYS_MAX = 400,
};

struct year {
        struct calendar_day *days; /* ascending, each day once */
        size_t n;
        bool provisional;
};

struct calendar {
        struct year years[YEARS];
};

static void year_clear(struct year *year)
{
        for (size_t i = 0; i < year->n; i++)
                free(year->days[i].name);
        free(year->days);
        *year = (struct year){0};
}

/* Index of the first entry that is not before the day. */
static size_t year_seek(const struct year *year, civil_day day)
{
        size_t low = 0, high = year->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (year->days[middle].day < day)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* Adds a copy of an entry; of two for one day the later counts. The array has room for every day of a year. */
static int year_put(struct year *year, const struct calendar_day *entry)
{
        size_t at = year_seek(year, entry->day);
        CLEANUP_FREE char *name = strdup(entry->name ? entry->name : "");

        if (!name)
                return -ENOMEM;
        if (at < year->n && year->days[at].day == entry->day) {
                free(year->days[at].name);
        } else {
                memmove(&year->days[at + 1], &year->days[at], (year->n - at) * sizeof(*year->days));
                year->n++;
        }
        year->days[at] = (struct calendar_day){.day = entry->day, .off = entry->off, .name = TAKE_PTR(name)};
        return 0;
}

static int year_fill(struct year *year, const struct calendar_day *days, size_t n)
{
        CLEANUP(year_clear) struct year filled = {0};

        filled.days = calloc(n < YEAR_DAYS_MAX ? n + 1 : YEAR_DAYS_MAX, sizeof(*filled.days));
        if (!filled.days)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int r = year_put(&filled, &days[i]);

                if (r < 0)
                        return r;
        }
        year_clear(year);
        *year = filled;
        filled = (struct year){0};
        return 0;
}

int calendar_new(struct calendar **ret)
{
        struct calendar *calendar = calloc(1, sizeof(*calendar));

        if (!calendar)
                return -ENOMEM;
        for (int32_t i = 0; i < YEARS; i++) {
                struct calendar_day days[HOLIDAYS_MAX];
                size_t n = holidays_of_year(CIVIL_FIRST_YEAR + i, days);
                int r = year_fill(&calendar->years[i], days, n);

                if (r < 0) {
                        calendar_free(calendar);
                        return r;
                }
                calendar->years[i].provisional = true;
        }
        *ret = calendar;
        return 0;
}

struct calendar *calendar_free(struct calendar *calendar)
{
        if (!calendar)
                return NULL;
        for (size_t i = 0; i < YEARS; i++)
                year_clear(&calendar->years[i]);
        free(calendar);
        return NULL;
}

int calendar_set_year(struct calendar *calendar, int32_t year, const struct calendar_day *days, size_t n)
{
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
                return -ERANGE;
        for (size_t i = 0; i < n; i++)
                if (civil_split(days[i].day).year != year)
                        return -ERANGE;
        return year_fill(&calendar->years[year - CIVIL_FIRST_YEAR], days, n);
}

bool calendar_is_provisional(const struct calendar *calendar, int32_t year)
{
        return year >= CIVIL_FIRST_YEAR && year <= CIVIL_LAST_YEAR &&
               calendar->years[year - CIVIL_FIRST_YEAR].provisional;
}

/* What is said of a day, NULL where nothing is. */
static const struct calendar_day *find_entry(const struct calendar *calendar, civil_day day)
{
        int32_t number = civil_split(day).year;
        const struct year *year;
        size_t at;

        if (number < CIVIL_FIRST_YEAR || number > CIVIL_LAST_YEAR)
                return NULL;
        year = &calendar->years[number - CIVIL_FIRST_YEAR];
        at = year_seek(year, day);
        return at < year->n && year->days[at].day == day ? &year->days[at] : NULL;
}

bool calendar_is_working(const struct calendar *calendar, civil_day day)
{
        const struct calendar_day *entry = find_entry(calendar, day);

        return entry ? !entry->off : civil_weekday(day) <= FRIDAY;
}

const char *calendar_day_name(const struct calendar *calendar, civil_day day)
{
        const struct calendar_day *entry = find_entry(calendar, day);

        return entry ? entry->name : NULL;
}

/* The nearest working day in a direction, the day itself first; the day itself too where there is none in reach. */
static civil_day seek_working(const struct calendar *calendar, civil_day day, int32_t step)
{
        for (int32_t i = 0; i < SEARCH_DAYS_MAX && civil_is_known(day); i++)
                if (calendar_is_working(calendar, day + i * step))
                        return day + i * step;
        return day;
}

civil_day calendar_next_working(const struct calendar *calendar, civil_day day)
{
        return seek_working(calendar, day, 1);
}

civil_day calendar_previous_working(const struct calendar *calendar, civil_day day)
{
        return seek_working(calendar, day, -1);
}

civil_day calendar_add_working(const struct calendar *calendar, civil_day day, int32_t n)
{
        int32_t step = n < 0 ? -1 : 1;

        for (; n != 0 && civil_is_known(day); n -= step)
                day = seek_working(calendar, day + step, step);
        return day;
}

int32_t calendar_working_between(const struct calendar *calendar, civil_day from, civil_day to)
{
        int32_t n = 0;

        if (to < from)
                return -calendar_working_between(calendar, to, from);
        if (from < CIVIL_FIRST_DAY)
                from = CIVIL_FIRST_DAY - 1;
        if (to > CIVIL_LAST_DAY)
                to = CIVIL_LAST_DAY;
        for (civil_day day = from + 1; day <= to; day++)
                n += calendar_is_working(calendar, day);
        return n;
}
