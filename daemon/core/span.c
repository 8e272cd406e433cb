/* Spans: a number and a unit, several in a row. */
#include "core/span.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct unit {
        const char *name;
        int32_t seconds; /* 0: has no fixed length */
        int32_t days;    /* 0: is no number of calendar days */
        int32_t workdays;
};

static const struct unit units[] = {
        {.name = "s", .seconds = 1},
        {.name = "min", .seconds = 60},
        {.name = "h", .seconds = 3600},
        {.name = "d", .seconds = DAY_SECONDS, .days = 1},
        {.name = "w", .seconds = 7 * DAY_SECONDS, .days = 7},
        {.name = "wd", .workdays = 1},
};

/* One number and its unit. */
struct term {
        int64_t number;
        const struct unit *unit;
};

/* Larger numbers are out of range in any unit; far from overflow when multiplied by the seconds of a week. */
#define TERM_NUMBER_MAX ((int64_t)OFFSET_DAYS_MAX * DAY_SECONDS)

static const struct unit *find_unit(const char *name, size_t length)
{
        for (size_t i = 0; i < ELEMENTS(units); i++)
                if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0)
                        return &units[i];
        return NULL;
}

/* Reads one term and moves *text behind it and the spaces that follow. 0, -EINVAL, -ERANGE. */
static int read_term(const char **text, struct term *ret)
{
        size_t digits = strspn(*text, "0123456789");
        const char *name = *text + digits;
        size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyz");
        const struct unit *unit = find_unit(name, letters);
        int64_t number = 0;

        if (digits == 0 || !unit)
                return -EINVAL;
        for (size_t i = 0; i < digits; i++) {
                number = number * 10 + ((*text)[i] - '0');
                if (number > TERM_NUMBER_MAX)
                        return -ERANGE;
        }
        *text = name + letters;
        *text += strspn(*text, " ");
        *ret = (struct term){.number = number, .unit = unit};
        return 0;
}

int offset_parse(const char *text, struct offset *ret)
{
        int64_t days = 0, workdays = 0;
        bool has_days = false, has_workdays = false;

        do {
                struct term term;
                int r = read_term(&text, &term);

                if (r < 0)
                        return r;
                if (term.unit->days == 0 && term.unit->workdays == 0)
                        return -EDOM;
                has_days |= term.unit->days != 0;
                has_workdays |= term.unit->workdays != 0;
                days += term.number * term.unit->days;
                workdays += term.number * term.unit->workdays;
                if (days > OFFSET_DAYS_MAX || workdays > OFFSET_DAYS_MAX)
                        return -ERANGE;
        } while (*text != '\0');

        if (has_days && has_workdays)
                return -EDOM;
        *ret = (struct offset){.days = (int32_t)days, .workdays = (int32_t)workdays};
        return 0;
}

int duration_parse(const char *text, int64_t *ret_seconds)
{
        int64_t seconds = 0;

        if (strcmp(text, "0") == 0) { /* of whatever unit */
                *ret_seconds = 0;
                return 0;
        }
        do {
                struct term term;
                int r = read_term(&text, &term);

                if (r < 0)
                        return r;
                if (term.unit->seconds == 0)
                        return -EDOM;
                seconds += term.number * term.unit->seconds;
                if (seconds > (int64_t)OFFSET_DAYS_MAX * DAY_SECONDS)
                        return -ERANGE;
        } while (*text != '\0');

        *ret_seconds = seconds;
        return 0;
}

civil_day offset_before(const struct offset *offset, const struct calendar *calendar, civil_day day)
{
        return calendar_add_working(calendar, day - offset->days, -offset->workdays);
}

civil_day offset_after(const struct offset *offset, const struct calendar *calendar, civil_day day)
{
        return calendar_add_working(calendar, day + offset->days, offset->workdays);
}

char *offset_format(const struct offset *offset, char buffer[static OFFSET_TEXT_SIZE])
{
        if (offset->workdays != 0)
                (void)snprintf(buffer, OFFSET_TEXT_SIZE, "%dwd", offset->workdays);
        else
                (void)snprintf(buffer, OFFSET_TEXT_SIZE, "%dd", offset->days);
        return buffer;
}
