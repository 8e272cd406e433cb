/* The Vietnamese lunar calendar, read from a table of years at UTC+7. */
#include "core/lunar.h"

#include "base/cleanup.h"

#include <errno.h>

static const struct lunar_year {
        uint16_t long_months; /* bit n: the n-th month of the year, from 0, has 30 days, not 29 */
        uint8_t first;        /* days from 1 January to the first day of the year */
        uint8_t leap;         /* the month that is repeated, 0: none */
} years[] = {
#include "core/lunar-table.inc"
};

_Static_assert(ELEMENTS(years) == CIVIL_LAST_YEAR - CIVIL_FIRST_YEAR + 1, "the table covers every year");

static const struct lunar_year *find_year(int32_t year)
{
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
                return NULL;
        return &years[year - CIVIL_FIRST_YEAR];
}

static civil_day first_day(const struct lunar_year *year)
{
        return civil_from((int32_t)(year - years) + CIVIL_FIRST_YEAR, 1, 1) + year->first;
}

static int32_t count_months(const struct lunar_year *year)
{
        return year->leap ? 13 : 12;
}

/* The days of the month at a place, 0..12, in its year. */
static int32_t month_days(const struct lunar_year *year, int32_t place)
{
        return year->long_months >> place & 1 ? 30 : 29;
}

int lunar_leap_month(int32_t year)
{
        const struct lunar_year *found = find_year(year);

        return found ? found->leap : -ERANGE;
}

int lunar_to_civil(const struct lunar_date *date, civil_day *ret)
{
        const struct lunar_year *year = find_year(date->year);
        int32_t place;
        civil_day first;

        if (!year)
                return -ERANGE;
        if (date->month < 1 || date->month > 12 || (date->leap && date->month != year->leap))
                return -EINVAL;
        place = date->month - 1;
        /* Behind the leap month every month stands one place later. */
        if (year->leap && (date->leap || date->month > year->leap))
                place++;
        if (date->day < 1 || date->day > month_days(year, place))
                return -EINVAL;

        first = first_day(year);
        for (int32_t i = 0; i < place; i++)
                first += month_days(year, i);
        *ret = first + date->day - 1;
        return 0;
}

int lunar_from_civil(civil_day day, struct lunar_date *ret)
{
        int32_t number = civil_split(day).year;
        const struct lunar_year *year = find_year(number);
        int32_t place = 0;
        civil_day left;

        /* January and a part of February belong to the year before; 2101 begins in the lunar year 2100. */
        if (!year || day < first_day(year))
                year = find_year(--number);
        if (!year)
                return -ERANGE;
        left = day - first_day(year);
        while (place < count_months(year) && left >= month_days(year, place))
                left -= month_days(year, place++);
        if (place == count_months(year))
                return -ERANGE;

        *ret = (struct lunar_date){
                .year = number,
                .month = place + 1 - (year->leap && place >= year->leap),
                .day = left + 1,
                .leap = year->leap && place == year->leap,
        };
        return 0;
}
