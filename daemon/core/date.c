/* Dates as people write them: 2024-10-15, 15/10/2024, 15/10, tomorrow, +5d, +3wd. */
#include "core/date.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
        const char *word;
        int32_t days; /* from today */
} words[] = {{"today", 0}, {"tomorrow", 1}, {"yesterday", -1}};

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

/* D/M or D/M/YYYY, the order of Vietnamese administration. */
static int parse_slashes(const char *text, int32_t year, civil_day *ret)
{
        int32_t month, day;

        if (!read_number(&text, 2, &day) || !read_slash(&text) || !read_number(&text, 2, &month))
                return -EINVAL;
        if (read_slash(&text) && (strspn(text, "0123456789") != 4 || !read_number(&text, 4, &year)))
                return -EINVAL;
        if (*text)
                return -EINVAL;
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR || !civil_valid(year, month, day))
                return -ERANGE;
        *ret = civil_from(year, month, day);
        return 0;
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

int date_parse(const char *text, const struct calendar *calendar, civil_day today, civil_day *ret)
{
        if (strlen(text) > DATE_WORD_MAX)
                return -EINVAL;
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (strcmp(text, words[i].word) == 0)
                        return take_day(today + words[i].days, ret);
        if (*text == '+' || *text == '-')
                return parse_span(text, calendar, today, ret);
        if (strchr(text, '/'))
                return parse_slashes(text, civil_split(today).year, ret);
        return civil_parse(text, ret);
}
