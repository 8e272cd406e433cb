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

static bool is_one_of(civil_day day, const struct last_days *last)
{
        for (size_t i = 0; i < last->n; i++)
                if (last->days[i] == day)
                        return true;
        return false;
}

/* In the year of one of them. "trước ngày 01/01" is the year before. */
static bool comes_to(const struct civil_date *date, int32_t shift, const struct last_days *last)
{
        for (size_t i = 0; i < last->n; i++) {
                civil_day day = day_in(date, civil_split(last->days[i] - shift).year);

                if (day != CIVIL_NONE && day + shift == last->days[i])
                        return true;
        }
        return false;
}

/* "tháng 10/2026", "quý IV năm 2026", "6 tháng đầu năm", with a year or without (then in that one): their last day. */
static bool read_part(const char **at, int32_t year, struct civil_date *ret)
{
        static const char *const quarters[] = {"IV", "III", "II", "I"}; /* "III" begins with "II" */
        struct civil_date date = {0};
        const char *after;

        if (skip(at, "tháng "))
                date.month = read_number(at, 2);
        else if (skip(at, "6 tháng đầu năm") || skip(at, "06 tháng đầu năm") || skip(at, "nửa đầu năm"))
                date.month = 6;
        else if (skip(at, "quý ") || skip(at, "Quý "))
                for (size_t i = 0; i < ELEMENTS(quarters) && date.month == 0; i++)
                        if (skip(at, quarters[i]))
                                date.month = (int32_t)(ELEMENTS(quarters) - i) * 3;
        if (date.month < 1 || date.month > 12)
                return false;
        after = *at;
        if (skip(&after, "/") || skip(&after, "-") || skip(&after, " năm "))
                date.year = read_number(&after, 4);
        if (date.year > 0)
                *at = after;
        else
                date.year = year;
        date.day = civil_month_days(date.year, date.month);
        *ret = date;
        return true;
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

/* "trong tháng 10", and where it ends. */
static bool read_within(const char **at, int32_t year, struct civil_date *ret)
{
        const char *part = *at;

        if (!skip(&part, "rong ") || !read_part(&part, year, ret))
                return false;
        *at = part;
        return true;
}

bool wording_contradicts(const char *wording, const struct last_days *last, struct named_day *ret)
{
        int32_t year = last->n > 0 ? civil_split(last->days[0]).year : 0;
        bool found = false;

        for (const char *at = wording; *at; at++) {
                const char *end = at;
                struct civil_date date;
                int32_t shift = 0;
                civil_day named;

                if (!read_deadline(&end, &date, &shift) && !(last->of_part && read_within(&end, year, &date)))
                        continue;
                if (date.year == 0 && comes_to(&date, shift, last))
                        return false;
                named = day_in(&date, date.year > 0 ? date.year : year);
                if (named == CIVIL_NONE)
                        continue;
                if (is_one_of(named + shift, last))
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
