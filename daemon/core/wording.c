/* The words of a document, compared with the day that was read from them. */
#include "core/wording.h"

#include <string.h>

#include "base/cleanup.h"

/* What stands before a date that is a last day, without the first letter, which may be a capital. */
static const struct {
        const char *words;
        int32_t shift; /* from the date that follows */
} openings[] = {
        {"rước ", -1},    {"hậm nhất ", 0}, {"uộn nhất ", 0}, {"rễ nhất ", 0},
        {"hông quá ", 0}, {"ến hết ", 0},   {"ạn chót ", 0},
};

/* What may stand between that and the number. */
static const char *const fillers[] = {"vào ", "là ", "ngày "};

static bool skip(const char **at, const char *words)
{
        size_t size = strlen(words);

        if (strncmp(*at, words, size) != 0)
                return false;
        *at += size;
        return true;
}

/* A number of at most so many digits; 0: there is none. */
static int32_t read_number(const char **at, size_t digits)
{
        size_t size = strspn(*at, "0123456789");
        int32_t number = 0;

        if (size > digits)
                return 0;
        for (; size > 0; size--)
                number = number * 10 + (*(*at)++ - '0');
        return number;
}

/* "15/6/2026", "15-6-2026", "15 tháng 6 năm 2026", or without the year (0). */
static bool read_date(const char **at, struct civil_date *ret)
{
        struct civil_date date = {.day = read_number(at, 2)};
        const char *after;

        if (!skip(at, "/") && !skip(at, "-") && !skip(at, " tháng "))
                return false;
        date.month = read_number(at, 2);
        after = *at;
        if (skip(&after, "/") || skip(&after, "-") || skip(&after, " năm "))
                date.year = read_number(&after, 4);
        if (date.year > 0)
                *at = after;
        *ret = date;
        return date.day > 0 && date.month > 0;
}

static civil_day day_in(const struct civil_date *date, int32_t year)
{
        return civil_valid(year, date->month, date->day) ? civil_from(year, date->month, date->day) : CIVIL_NONE;
}

static bool comes_to(const struct civil_date *date, int32_t year, int32_t shift, civil_day last)
{
        civil_day day = day_in(date, year);

        return day != CIVIL_NONE && day + shift == last;
}

/* A deadline at one place of the text: whether there is one, and where it ends. */
static bool read_deadline(const char **at, struct civil_date *ret, int32_t *ret_shift)
{
        for (size_t i = 0; i < ELEMENTS(openings); i++) {
                const char *date = *at;

                if (!skip(&date, openings[i].words))
                        continue;
                for (size_t k = 0; k < ELEMENTS(fillers); k++)
                        (void)skip(&date, fillers[k]);
                if (!read_date(&date, ret))
                        continue;
                *at = date;
                *ret_shift = openings[i].shift;
                return true;
        }
        return false;
}

/* "trường hợp đặc biệt không quá 15/02": not the usual day. */
static bool is_outer(const char *wording, const char *at)
{
        static const char exception[] = "biệt k";
        size_t size = strlen(exception);

        return (size_t)(at - wording) >= size && strncmp(at - size, exception, size) == 0;
}

bool wording_contradicts(const char *wording, civil_day last, struct named_day *ret)
{
        int32_t year = civil_split(last).year;
        bool found = false;

        for (const char *at = wording; *at; at++) {
                const char *end = at;
                struct civil_date date;
                int32_t shift;
                civil_day named;

                if (!read_deadline(&end, &date, &shift))
                        continue;
                /* "trước ngày 01/01" is the year before. */
                if (date.year == 0 && comes_to(&date, civil_split(last - shift).year, shift, last))
                        return false;
                named = day_in(&date, date.year > 0 ? date.year : year);
                if (named == CIVIL_NONE)
                        continue;
                if (named + shift == last)
                        return false;
                if (is_outer(wording, at))
                        continue;
                if (!found) {
                        const char *start = at;

                        while (start > wording && start[-1] != ' ')
                                start--;
                        *ret = (struct named_day){.start = (size_t)(start - wording),
                                                  .size = (size_t)(end - start),
                                                  .last = named + shift};
                }
                found = true;
                at = end - 1;
        }
        return found;
}
