/* Dates as people write them: 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d, +3wd. */
#include "core/date.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
        const char *word;
        int32_t days; /* from today */
} words[] = {{"today", 0}, {"tomorrow", 1}, {"yesterday", -1}};

#define YEARS_TO_LEAP 8 /* from one 29 February to the next, over a year like 2100 */

/* Reads up to `digits` digits and moves *text behind them. */
static bool read_number(const char **text, size_t digits, int32_t *ret)
{
        size_t n = strspn(*text, "0123456789");

        *ret = 0;
        for (size_t i = 0; i < n && n <= digits; i++)
                *ret = *ret * 10 + ((*text)[i] - '0');
        *text += n;
        return n >= 1 && n <= digits;
}

static bool read_slash(const char **text)
{
        if (**text != '/')
                return false;
        (*text)++;
        return true;
}

static int take_date(int32_t year, int32_t month, int32_t day, civil_day *ret)
{
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR || !civil_valid(year, month, day))
                return -ERANGE;
        *ret = civil_from(year, month, day);
        return 0;
}

/* The nearest year, counting by `step` from today's, in which there is such a day on that side of today. */
static int find_year(int32_t month, int32_t day, civil_day today, int32_t step, civil_day *ret)
{
        int32_t year = civil_split(today).year;
        civil_day found;

        for (int32_t i = 0; i <= YEARS_TO_LEAP; i++, year += step)
                if (take_date(year, month, day, &found) == 0 && (step < 0 ? found <= today : found >= today)) {
                        *ret = found;
                        return 0;
                }
        return -ERANGE;
}

static int take_without_year(int32_t month, int32_t day, civil_day today, enum date_sense sense, civil_day *ret)
{
        civil_day found;
        int r;

        switch (sense) {
        case DATE_PAST:
                return find_year(month, day, today, -1, ret);
        case DATE_COMING:
                return find_year(month, day, today, 1, ret);
        case DATE_OF_YEAR:
        case DATE_AHEAD:
                break;
        }
        r = take_date(civil_split(today).year, month, day, &found);
        if (r == 0 && sense == DATE_AHEAD && found < today)
                return -ENOTUNIQ;
        if (r == 0)
                *ret = found;
        return r;
}

/* D/M or D/M/YYYY, the order of Vietnamese administration. */
static int parse_slashes(const char *text, civil_day today, enum date_sense sense, civil_day *ret)
{
        int32_t year, month, day;

        if (!read_number(&text, 2, &day) || !read_slash(&text) || !read_number(&text, 2, &month))
                return -EINVAL;
        if (!*text)
                return take_without_year(month, day, today, sense, ret);
        if (!read_slash(&text) || strspn(text, "0123456789") != 4 || !read_number(&text, 4, &year) || *text)
                return -EINVAL;
        return take_date(year, month, day, ret);
}

/* Counting from today may lead out of the range of years. */
static int take_day(civil_day day, civil_day *ret)
{
        int32_t year = civil_split(day).year;

        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR)
                return -ERANGE;
        *ret = day;
        return 0;
}

static int parse_span(const char *text, const struct calendar *calendar, civil_day today, civil_day *ret)
{
        struct offset offset;
        int r = offset_parse(text + 1, &offset);

        if (r < 0)
                return r;
        return take_day(*text == '+' ? offset_after(&offset, calendar, today) : offset_before(&offset, calendar, today),
                        ret);
}

int date_parse(const char *text, const struct calendar *calendar, civil_day today, enum date_sense sense,
               civil_day *ret)
{
        if (strlen(text) > DATE_WORD_MAX)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(text, words[i].word) == 0)
                        return take_day(today + words[i].days, ret);
        if (*text == '+' || *text == '-')
                return parse_span(text, calendar, today, ret);
        if (strchr(text, '/'))
                return parse_slashes(text, today, sense, ret);
        return civil_parse(text, ret);
}
