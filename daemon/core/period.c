/* What a repeating report is about: a week, a month, a quarter, half a year or a year. */
#include "core/period.h"

#include <stdio.h>

/* 0: no number of months. */
static int32_t months_of(enum period_unit unit)
{
        static const int32_t months[] = {
                [PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_HALF] = 6, [PERIOD_YEAR] = 12};

        return months[unit];
}

/* The day by which the period is told: its first one, of a week the Thursday. */
static civil_day telling_day(const struct period *period, civil_day day)
{
        struct civil_date date = civil_split(day);
        int32_t size = months_of(period->unit), month;

        if (size == 0)
                return civil_last_weekday(day, MONDAY) + (THURSDAY - MONDAY) + 7 * period->offset;
        month = date.year * 12 + (date.month - 1) / size * size + size * period->offset;
        return civil_from(month / 12, month % 12 + 1, 1);
}

bool period_begins_between(const struct period *period, civil_day day, civil_day first, civil_day last)
{
        civil_day begin = telling_day(period, day);

        return begin >= first && begin <= last;
}

static const char *unit_name(enum period_unit unit)
{
        static const char *const names[] = {
                [PERIOD_NONE] = "",       [PERIOD_WEEK] = "tuần",    [PERIOD_MONTH] = "tháng",
                [PERIOD_QUARTER] = "quý", [PERIOD_HALF] = "6 tháng", [PERIOD_YEAR] = "năm",
        };

        return names[unit];
}

const char *period_name(const struct period *period, civil_day day, char buffer[static PERIOD_NAME_SIZE])
{
        static const char *const quarters[] = {"I", "II", "III", "IV"};
        const char *unit = unit_name(period->unit);
        civil_day told = CIVIL_NONE;
        struct civil_date date;

        if (period->unit == PERIOD_NONE || day == CIVIL_NONE) {
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s", unit);
                return buffer;
        }
        told = telling_day(period, day);
        date = civil_split(told);
        switch (period->unit) {
        case PERIOD_NONE:
                break;
        case PERIOD_WEEK:
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s %d năm %d", unit, civil_week(told, MONDAY).number,
                               date.year);
                break;
        case PERIOD_MONTH:
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s %d năm %d", unit, date.month, date.year);
                break;
        case PERIOD_QUARTER:
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s %s năm %d", unit, quarters[(date.month - 1) / 3],
                               date.year);
                break;
        case PERIOD_HALF:
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s %s năm %d", unit, date.month == 1 ? "đầu" : "cuối",
                               date.year);
                break;
        case PERIOD_YEAR:
                (void)snprintf(buffer, PERIOD_NAME_SIZE, "%s %d", unit, date.year);
                break;
        }
        return buffer;
}
