/* Working days: Monday to Friday, less holidays, plus days worked in exchange. */
#pragma once

#include "core/civil.h"

/* One line of a calendar file. */
struct calendar_day {
        civil_day day;
        bool off;   /* true: a day off; false: worked in exchange */
        char *name; /* owned by whoever holds the array */
};

struct calendar;

/* Every year from CIVIL_FIRST_YEAR to CIVIL_LAST_YEAR by the law's fallback, all provisional.
 * 0 or -ENOMEM. */
int calendar_new(struct calendar **ret);
struct calendar *calendar_free(struct calendar *calendar);
/* Replaces the fallback of one year by what a file says; the days are copied and must lie in that year.
 * 0, -ENOMEM, -ERANGE. */
int calendar_set_year(struct calendar *calendar, int32_t year, const struct calendar_day *days, size_t n);
/* True while the year comes from the law and not from a file. */
bool calendar_is_provisional(const struct calendar *calendar, int32_t year);

/* Of days that are not known (civil_is_known) nothing is looked for: each is its own nearest working day, and counts as
 * none. So a forged date costs no more than a sound one. */
bool calendar_is_working(const struct calendar *calendar, civil_day day);
/* Why a day is off or worked in exchange; NULL for plain days and weekends. Borrowed. */
const char *calendar_day_name(const struct calendar *calendar, civil_day day);
/* The day itself when it is a working day, else the nearest one after (before) it. */
civil_day calendar_next_working(const struct calendar *calendar, civil_day day);
civil_day calendar_previous_working(const struct calendar *calendar, civil_day day);
/* The n-th working day strictly after the day (before it when n is negative); n = 0 is the day itself. */
civil_day calendar_add_working(const struct calendar *calendar, civil_day day, int32_t n);
/* How many working days lie in (from, to]; negative when to is before from. */
int32_t calendar_working_between(const struct calendar *calendar, civil_day from, civil_day to);
