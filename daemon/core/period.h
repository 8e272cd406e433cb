/* What a repeating report is about: a week, a month, a quarter, half a year or a year. */
#pragma once

#include "core/civil.h"

enum period_unit { PERIOD_NONE, PERIOD_WEEK, PERIOD_MONTH, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR };

/* The period of an occurrence, found from its day. */
struct period {
        enum period_unit unit;
        int32_t offset; /* periods from the one in which the day lies; -1: the one before */
};

/* Whether the period of an occurrence on that day begins between the two others. A week, from Monday, begins here on
 * its Thursday, so that it lies in the year by which ISO 8601 numbers it. */
bool period_begins_between(const struct period *period, civil_day day, civil_day first, civil_day last);

#define PERIOD_NAME_SIZE sizeof("tháng -2147483648 năm -2147483648") /* the longest, whatever the numbers are */
/* Writes "quý I năm 2026", the name of the period of an occurrence on that day; of CIVIL_NONE the unit alone, "quý".
 * Returns buffer. */
const char *period_name(const struct period *period, civil_day day, char buffer[static PERIOD_NAME_SIZE]);
