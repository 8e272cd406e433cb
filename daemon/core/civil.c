/* Civil dates: the proleptic Gregorian calendar as arithmetic on whole days. */
#include "core/civil.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The arithmetic runs on years that begin on 1 March, so that the leap day is the last of its year, and on eras of
 * 400 years, after which the calendar repeats (Richards, "Mapping Time", 1998). Day 0 of era 0 is 0000-03-01. */
enum {
        DAYS_PER_ERA = 146097,
        YEARS_PER_ERA = 400,
        EPOCH_OFFSET = 719468, /* days from 0000-03-01 to 1970-01-01 */
        EPOCH_WEEKDAY = THURSDAY,
};

static bool is_leap(int32_t year)
{
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t divide_down(int64_t value, int64_t by)
{
        return value / by - (value % by < 0);
}

int32_t civil_month_days(int32_t year, int32_t month)
{
        static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        if (month < 1 || month > 12)
                return 0;
        return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool civil_valid(int32_t year, int32_t month, int32_t day)
{
        return day >= 1 && day <= civil_month_days(year, month);
}

civil_day civil_from(int32_t year, int32_t month, int32_t day)
{
        int64_t march_year = (int64_t)year - (month <= 2);
        int64_t era = divide_down(march_year, YEARS_PER_ERA);
        int64_t year_of_era = march_year - era * YEARS_PER_ERA;
        int64_t month_from_march = (month + 9) % 12;
        int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

        return (civil_day)(era * DAYS_PER_ERA + day_of_era - EPOCH_OFFSET);
}

struct civil_date civil_split(civil_day day)
{
        int64_t shifted = (int64_t)day + EPOCH_OFFSET;
        int64_t era = divide_down(shifted, DAYS_PER_ERA);
        int64_t day_of_era = shifted - era * DAYS_PER_ERA;
        int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
        int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        int64_t month_from_march = (5 * day_of_year + 2) / 153;
        int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

        return (struct civil_date){
                .year = (int32_t)(year_of_era + era * YEARS_PER_ERA + (month <= 2)),
                .month = (int32_t)month,
                .day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        };
}

enum weekday civil_weekday(civil_day day)
{
        int64_t from_monday = (int64_t)day + EPOCH_WEEKDAY - MONDAY;

        return (enum weekday)(from_monday - divide_down(from_monday, 7) * 7 + MONDAY);
}

civil_day civil_last_weekday(civil_day day, enum weekday weekday)
{
        return day - ((int32_t)civil_weekday(day) - (int32_t)weekday + 7) % 7;
}

struct civil_week civil_week(civil_day day, enum weekday start)
{
        civil_day middle = civil_last_weekday(day, start) + 3;
        int32_t year = civil_split(middle).year;
        int32_t number = (middle - civil_from(year, 1, 1)) / 7 + 1;

        return (struct civil_week){
                .year = year,
                .number = number,
                .of = number + (civil_from(year, 12, 31) - middle) / 7,
        };
}

/* Reads exactly n digits; -1 where there are not so many. */
static int32_t read_digits(const char *text, size_t n)
{
        int32_t value = 0;

        for (size_t i = 0; i < n; i++) {
                if (text[i] < '0' || text[i] > '9')
                        return -1;
                value = value * 10 + (text[i] - '0');
        }
        return value;
}

int civil_parse(const char *text, civil_day *ret)
{
        int32_t year, month, day;

        if (strlen(text) != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-')
                return -EINVAL;
        year = read_digits(text, 4);
        month = read_digits(text + 5, 2);
        day = read_digits(text + 8, 2);
        if (year < 0 || month < 0 || day < 0)
                return -EINVAL;
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR || !civil_valid(year, month, day))
                return -ERANGE;
        *ret = civil_from(year, month, day);
        return 0;
}

/* Digits, at least so many with a sign; what stdio does for a date takes ten times as long. Returns their end. */
static char *put_number(char *to, int32_t number, int width)
{
        char digits[sizeof("2147483648") - 1];
        uint32_t left = number < 0 ? 0 - (uint32_t)number : (uint32_t)number;
        int size = 0;

        if (number < 0) {
                *to++ = '-';
                width--;
        }
        do {
                digits[size++] = (char)('0' + left % 10);
                left /= 10;
        } while (left || size < width);
        while (size)
                *to++ = digits[--size];
        return to;
}

char *civil_format(civil_day day, char buffer[static CIVIL_DATE_SIZE])
{
        struct civil_date date = civil_split(day);
        char *to = buffer;

        if (day != CIVIL_NONE) {
                to = put_number(to, date.year, 4);
                *to++ = '-';
                to = put_number(to, date.month, 2);
                *to++ = '-';
                to = put_number(to, date.day, 2);
        }
        *to = '\0';
        return buffer;
}

char *civil_format_vi(civil_day day, char buffer[static CIVIL_DATE_SIZE])
{
        struct civil_date date = civil_split(day);
        char *to = buffer;

        if (day != CIVIL_NONE) {
                to = put_number(to, date.day, 2);
                *to++ = '/';
                to = put_number(to, date.month, 2);
                *to++ = '/';
                to = put_number(to, date.year, 4);
        }
        *to = '\0';
        return buffer;
}

int civil_parse_clock(const char *text, int32_t *ret)
{
        size_t length = strlen(text);
        bool with_seconds = length == strlen("HH:MM:SS");
        int32_t hour, minute, second;

        if ((length != strlen("HH:MM") && !with_seconds) || text[2] != ':' || (with_seconds && text[5] != ':'))
                return -EINVAL;
        hour = read_digits(text, 2);
        minute = read_digits(text + 3, 2);
        second = with_seconds ? read_digits(text + 6, 2) : 0;
        if (hour < 0 || minute < 0 || second < 0)
                return -EINVAL;
        if (hour > 23 || minute > 59 || second > 59)
                return -ERANGE;
        *ret = (hour * 60 + minute) * 60 + second;
        return 0;
}

char *civil_format_clock(int32_t seconds, char buffer[static CIVIL_CLOCK_SIZE])
{
        size_t size = seconds % 60 ? CIVIL_CLOCK_SIZE : sizeof("00:00");

        (void)snprintf(buffer, size, "%02u:%02u:%02u", (unsigned)seconds / 3600 % 24, (unsigned)seconds / 60 % 60,
                       (unsigned)seconds % 60);
        return buffer;
}

civil_day wall_day(wall_time at)
{
        return (civil_day)divide_down(at, DAY_SECONDS);
}

int32_t wall_clock(wall_time at)
{
        return (int32_t)(at - divide_down(at, DAY_SECONDS) * DAY_SECONDS);
}
