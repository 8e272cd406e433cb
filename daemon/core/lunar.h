/* The Vietnamese lunar calendar: months counted from new moons at UTC+7, from a table for 1968 to 2100. */
#pragma once

#include "core/civil.h"

struct lunar_date {
        int32_t year;  /* named after the Gregorian year in which it begins */
        int32_t month; /* 1..12 */
        int32_t day;   /* 1..30 */
        bool leap;     /* the second month of that number */
};

/* 0, or -ERANGE (outside the table), -EINVAL (no such day: the 30th of a month of 29, or a leap month that the
 * year does not have). */
int lunar_to_civil(const struct lunar_date *date, civil_day *ret);
int lunar_from_civil(civil_day day, struct lunar_date *ret);
/* The leap month of a lunar year, 0 where there is none. -ERANGE outside the table. */
int lunar_leap_month(int32_t year);
