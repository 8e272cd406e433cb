/* What the tests of core share: dates as text, and the calendar that was really proclaimed for 2022 to 2026. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "core/calendar.h"

#include <string.h>

DEFINE_CLEANUP(struct calendar *, calendar_free, calendar)

#define CLOCK(hour, minute) ((60 * (hour) + (minute)) * 60)

/* "" is no day. */
static inline civil_day day_of(const char *text)
{
        civil_day day = CIVIL_NONE;

        if (*text)
                assert_int_equal(civil_parse(text, &day), 0);
        return day;
}

/* "YYYY-MM-DD HH:MM", "never", "" for WALL_NONE. */
static inline wall_time wall_of(const char *text)
{
        char date[] = "YYYY-MM-DD";
        int32_t clock = 0;

        if (!*text)
                return WALL_NONE;
        if (strcmp(text, "never") == 0)
                return WALL_NEVER;
        memcpy(date, text, strlen(date));
        assert_int_equal(civil_parse_clock(text + strlen(date) + 1, &clock), 0);
        return wall_at(day_of(date), clock);
}

#define WALL_TEXT_SIZE 32

static inline const char *wall_text(wall_time at, char buffer[static WALL_TEXT_SIZE])
{
        char date[CIVIL_DATE_SIZE];

        if (at == WALL_NEVER)
                (void)snprintf(buffer, WALL_TEXT_SIZE, "never");
        else if (at == WALL_NONE)
                buffer[0] = '\0';
        else
                (void)snprintf(buffer, WALL_TEXT_SIZE, "%s %02d:%02d", civil_format(wall_day(at), date),
                               wall_clock(at) / 3600, wall_clock(at) / 60 % 60);
        return buffer;
}

/* Reads the lines of a data file, without the first, cut at the commas into fields. */
#define FIELDS 4
typedef void (*row_visitor)(void *userdata, char *fields[static FIELDS]);

static inline void each_row(const char *path, row_visitor visit, void *userdata)
{
        CLEANUP_FCLOSE FILE *file = fopen(path, "re");
        CLEANUP_FREE char *line = NULL;
        size_t size = 0;

        assert_non_null(file);
        assert_true(getline(&line, &size, file) > 0);
        while (getline(&line, &size, file) > 0) {
                char *fields[FIELDS], *rest = line;

                line[strcspn(line, "\r\n")] = '\0';
                for (size_t i = 0; i < FIELDS; i++) {
                        fields[i] = strsep(&rest, ",");
                        if (!fields[i])
                                fields[i] = line + strlen(line);
                }
                visit(userdata, fields);
        }
}

#define PROCLAIMED_FIRST 2022
#define PROCLAIMED_LAST 2026

struct proclaimed {
        struct calendar_day days[128];
        size_t n;
};

static inline void add_proclaimed(void *userdata, char *fields[static FIELDS])
{
        struct proclaimed *proclaimed = userdata;

        assert_true(proclaimed->n < ELEMENTS(proclaimed->days));
        proclaimed->days[proclaimed->n++] =
                (struct calendar_day){.day = day_of(fields[0]), .off = strcmp(fields[1], "off") == 0, .name = NULL};
}

/* The days that the Prime Minister proclaimed for 2022 to 2026, over the law's fallback. */
static inline struct calendar *proclaimed_calendar(void)
{
        struct proclaimed all = {.n = 0};
        struct calendar *calendar = NULL;
        size_t from = 0;

        each_row(SOURCE_DIR "/tests/data/holidays-vn-2022-2026.csv", add_proclaimed, &all);
        assert_int_equal(calendar_new(&calendar), 0);
        for (int32_t year = PROCLAIMED_FIRST; year <= PROCLAIMED_LAST; year++) {
                size_t to = from;

                while (to < all.n && civil_split(all.days[to].day).year == year)
                        to++;
                assert_true(to > from);
                assert_int_equal(calendar_set_year(calendar, year, all.days + from, to - from), 0);
                from = to;
        }
        return calendar;
}
