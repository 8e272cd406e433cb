/* The public holidays that the law alone gives: what a year without a calendar file falls back to. */
#pragma once

#include "core/calendar.h"

#define HOLIDAYS_MAX 24 /* twelve days of the law, each made up on another day at most */

/* Writes the days off of a year, ascending by rule and not by date, each day once; the names are static: not to be
 * freed. Returns how many. The exchanged days and the choices that the Prime Minister makes every year are not
 * among them: no formula gives those. */
size_t holidays_of_year(int32_t year, struct calendar_day days[static HOLIDAYS_MAX]);
