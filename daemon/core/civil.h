/* Civil dates (proleptic Gregorian) as whole days, and wall-clock moments as whole seconds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Days since 1970-01-01, in the block's time zone. */
typedef int32_t civil_day;
#define CIVIL_NONE INT32_MIN

/* Seconds since 1970-01-01 00:00:00 as the block's wall clock shows them (no offset, no leap seconds). */
typedef int64_t wall_time;
#define WALL_NONE INT64_MIN /* before everything */
#define WALL_NEVER INT64_MAX

#define DAY_SECONDS 86400
#define CIVIL_DATE_SIZE sizeof("-2147483648-12-31") /* fits any civil_day as YYYY-MM-DD and its NUL */

/* Years that the program accepts anywhere: those of the lunar table. */
#define CIVIL_FIRST_YEAR 1968
#define CIVIL_LAST_YEAR 2100
/* All days that can follow from those years: what is moved off a day off, snoozed or escalated may pass the last. */
#define CIVIL_FIRST_DAY (-731)        /* 1968-01-01 */
#define CIVIL_LAST_DAY INT32_C(48576) /* 2102-12-31 */

struct civil_date {
        int32_t year;
        int32_t month; /* 1..12 */
        int32_t day;   /* 1..31 */
};

enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

/* Between the first and the last day, which CIVIL_NONE is not. */
static inline bool civil_is_known(civil_day day)
{
        return day >= CIVIL_FIRST_DAY && day <= CIVIL_LAST_DAY;
}
/* Whether that date exists (30/02 does not). */
bool civil_valid(int32_t year, int32_t month, int32_t day);
int32_t civil_month_days(int32_t year, int32_t month);
/* The date must be valid. */
civil_day civil_from(int32_t year, int32_t month, int32_t day);
struct civil_date civil_split(civil_day day);
enum weekday civil_weekday(civil_day day);
/* The last day with that weekday that is not after `day`. */
civil_day civil_last_weekday(civil_day day, enum weekday weekday);

/* A week belongs to the year in which most of its days lie. */
struct civil_week {
        int32_t year;
        int32_t number; /* 1..53 */
        int32_t of;     /* weeks that year has: 52 or 53 */
};

/* Numbered as by ISO 8601, for weeks that begin on `start`; ISO's own begin on MONDAY. */
struct civil_week civil_week(civil_day day, enum weekday start);

/* Reads "YYYY-MM-DD", nothing before or after it. 0, or -EINVAL (not that form), -ERANGE (no such date, or a
 * year outside CIVIL_FIRST_YEAR..CIVIL_LAST_YEAR). */
int civil_parse(const char *text, civil_day *ret);
/* Writes "YYYY-MM-DD"; "" for CIVIL_NONE. Returns buffer. */
char *civil_format(civil_day day, char buffer[static CIVIL_DATE_SIZE]);
/* The same as "DD/MM/YYYY", the form of Vietnamese administration. */
char *civil_format_vi(civil_day day, char buffer[static CIVIL_DATE_SIZE]);

/* Reads "HH:MM" or "HH:MM:SS", 00:00 to 23:59:59, as seconds since midnight. 0, -EINVAL or -ERANGE. */
int civil_parse_clock(const char *text, int32_t *ret);
#define CIVIL_CLOCK_SIZE sizeof("00:00:00")
/* Writes "HH:MM", with seconds where there are some. Returns buffer. */
char *civil_format_clock(int32_t seconds, char buffer[static CIVIL_CLOCK_SIZE]);

static inline wall_time wall_at(civil_day day, int32_t seconds)
{
        return (wall_time)day * DAY_SECONDS + seconds;
}
civil_day wall_day(wall_time at); /* rounds toward the past, also before 1970 */
int32_t wall_clock(wall_time at); /* seconds since that day's midnight */
