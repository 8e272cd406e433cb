/* Days that answers name: 15/6, 15-06-2026, ngày 15 tháng 6, hết ngày 20, cuối tháng 6. */
#include <string.h>

#include "base/cleanup.h"
#include "core/answer-private.h"

/* Without a year a day is the nearest that comes; one so far off was more likely meant of a month that is over. */
#define ASKED_DAYS_MAX 183
/* What is finished was finished in these days; what is older is another year's, or the date of a document. */
#define DONE_DAYS_MAX 183

#define DAYS_OFF_MAX 10 /* weekends and a long holiday on top of so many working days */

#define YEARS_MAX 8 /* from one 29 February to the next, over a year like 2100 */

#define NOT_GIVEN (-1)

/* As people write it. */
struct written_day {
        int32_t day, month, year;
};

enum day_word {
        DAY,
        MONTH,
        QUARTER,
        YEAR,
        WEEK,
        NUMBER, /* of a document */
        END,
        WHOLE,
        HOUR,
        MINUTE,
        MORNING,
        NOON,
        AFTERNOON,
        EVENING,
        NOW,
        PAST,
        WEEKDAY, /* before one of the next six */
        FIRST_WEEKDAY,
        LAST_WEEKDAY = FIRST_WEEKDAY + 5,
        SUN, /* chủ nhật */
        SUNS_DAY,
        WORK, /* làm việc */
};

static const struct token *token_at(const struct passage *passage, size_t at)
{
        return at < passage->n_tokens ? &passage->tokens[at] : NULL;
}

static bool says(const struct passage *passage, size_t at, enum day_word word)
{
        static const struct {
                const char *full, *bare; /* as in struct syllable */
        } words[] = {
                [DAY] = {"ngay1", "ngay"},
                [MONTH] = {"thang2", "thang"},
                [QUARTER] = {"quy2", "quy"},
                [YEAR] = {"na(m", "nam"},
                [WEEK] = {"tua^n1", "tuan"},
                [NUMBER] = {"so^2", "so"},
                [END] = {"cuo^i2", "cuoi"},
                [WHOLE] = {"he^t2", "het"},
                [HOUR] = {"gio+1", "gio"},
                [MINUTE] = {"phut2", "phut"},
                [MORNING] = {"sang2", "sang"},
                [NOON] = {"tru+a", "trua"},
                [AFTERNOON] = {"chie^u1", "chieu"},
                [EVENING] = {"to^i2", "toi"},
                [NOW] = {"nay", "nay"},
                [PAST] = {"qua", "qua"},
                [WEEKDAY] = {"thu+2", "thu"},
                [FIRST_WEEKDAY] = {"hai", "hai"},
                {"ba", "ba"},
                {"tu+", "tu"},
                {"na(m", "nam"},
                {"sau2", "sau"},
                [LAST_WEEKDAY] = {"bay3", "bay"},
                [SUN] = {"chu3", "chu"},
                [SUNS_DAY] = {"nha^t5", "nhat"},
                [WORK] = {"lam1", "lam"},
        };
        const struct token *token = token_at(passage, at);

        return token && token->kind == TOKEN_WORD &&
               (strcmp(token->syllable.full, words[word].full) == 0 ||
                (!passage->marked && strcmp(token->syllable.bare, words[word].bare) == 0));
}

/* How many numbers are written together at a token; 0: none. */
static unsigned numbers_at(const struct passage *passage, size_t at)
{
        const struct token *token = token_at(passage, at);

        return token && token->kind == TOKEN_NUMBERS ? token->n_numbers : 0;
}

static bool is_clock(const struct passage *passage, size_t at)
{
        const struct token *token = token_at(passage, at);

        return token && token->kind == TOKEN_CLOCK;
}

/* A month, and the year if it is there: 6, 6/2026, 6 năm 2026. False: none is at the token. */
static bool read_month(const struct passage *passage, size_t at, struct written_day *ret)
{
        unsigned n = numbers_at(passage, at);

        if (n != 1 && n != 2)
                return false;
        ret->month = passage->tokens[at].numbers[0];
        ret->year = n == 2 ? passage->tokens[at].numbers[1] : NOT_GIVEN;
        if (n == 1 && says(passage, at + 1, YEAR) && numbers_at(passage, at + 2) == 1)
                ret->year = passage->tokens[at + 2].numbers[0];
        return true;
}

/* A day with its month; false: none is at the token. */
static bool read_day(const struct passage *passage, size_t at, struct written_day *ret)
{
        const int32_t *numbers = at < passage->n_tokens ? passage->tokens[at].numbers : NULL;

        switch (numbers_at(passage, at)) {
        case 1:
                *ret = (struct written_day){numbers[0], NOT_GIVEN, NOT_GIVEN};
                return says(passage, at + 1, MONTH) && read_month(passage, at + 2, ret);
        case 2:
                *ret = (struct written_day){numbers[0], numbers[1], NOT_GIVEN};
                if (says(passage, at + 1, YEAR) && numbers_at(passage, at + 2) == 1)
                        ret->year = passage->tokens[at + 2].numbers[0];
                return true;
        case 3:
                *ret = numbers[0] > 31 ? (struct written_day){numbers[2], numbers[1], numbers[0]}
                                       : (struct written_day){numbers[0], numbers[1], numbers[2]};
                return true;
        default:
                return false;
        }
}

static bool make_day(int32_t year, int32_t month, int32_t day, civil_day *ret)
{
        if (year < CIVIL_FIRST_YEAR || year > CIVIL_LAST_YEAR || !civil_valid(year, month, day))
                return false;
        *ret = civil_from(year, month, day);
        return true;
}

/* The day that is meant: without a year, the nearest on the side of today to which `step` counts. */
static bool find_day(const struct written_day *written, int32_t step, civil_day today, civil_day *ret)
{
        int32_t year = civil_split(today).year;

        if (written->year != NOT_GIVEN)
                return make_day(written->year < 100 ? 2000 + written->year : written->year, written->month,
                                written->day, ret);
        for (int32_t i = 0; i < YEARS_MAX; i++, year += step)
                if (make_day(year, written->month, written->day, ret) && (*ret - today) * step >= 0)
                        return true;
        return false;
}

static bool find_end_of_month(const struct written_day *written, civil_day today, civil_day *ret)
{
        struct civil_date now = civil_split(today);
        int32_t month = written->month, year = written->year;

        if (month < 1 || month > 12)
                return false;
        if (year == NOT_GIVEN)
                year = month < now.month ? now.year + 1 : now.year;
        else if (year < 100)
                year += 2000;
        return make_day(year, month, civil_month_days(year, month), ret);
}

/* "ngày 20": of this month or the next, if the due date leaves only one of the two. */
static bool find_bare_day(int32_t day, civil_day today, civil_day due, civil_day *ret)
{
        struct civil_date month = civil_split(today);
        civil_day found;

        for (unsigned i = 0; i < 2; i++) {
                if (make_day(month.year, month.month, day, &found) && found >= today) {
                        *ret = found;
                        return due == CIVIL_NONE || found > due;
                }
                month = month.month == 12 ? (struct civil_date){month.year + 1, 1, 1}
                                          : (struct civil_date){month.year, month.month + 1, 1};
        }
        return false;
}

/* Behind "17 giờ", "17 giờ 00", "17 giờ 00 phút"; `at` itself where no such time is. */
static size_t skip_hour(const struct passage *passage, size_t at)
{
        if (numbers_at(passage, at) != 1 || !says(passage, at + 1, HOUR))
                return at;
        at += 2;
        at += numbers_at(passage, at) == 1;
        return at + says(passage, at, MINUTE);
}

/* Behind "thứ sáu", "chủ nhật"; `at` itself where neither is. */
static size_t skip_weekday(const struct passage *passage, size_t at, enum weekday *ret)
{
        if (says(passage, at, SUN) && says(passage, at + 1, SUNS_DAY)) {
                *ret = SUNDAY;
                return at + 2;
        }
        for (enum day_word word = FIRST_WEEKDAY; says(passage, at, WEEKDAY) && word <= LAST_WEEKDAY; word++)
                if (says(passage, at + 1, word)) {
                        *ret = MONDAY + (word - FIRST_WEEKDAY);
                        return at + 2;
                }
        return at;
}

/* Behind what may stand before a day: a time of day, the day of the week. */
static size_t skip_time(const struct passage *passage, size_t at, enum weekday *weekday)
{
        for (;; at++) {
                at = skip_weekday(passage, skip_hour(passage, at), weekday);
                if (!is_clock(passage, at) && !says(passage, at, MORNING) && !says(passage, at, NOON) &&
                    !says(passage, at, AFTERNOON) && !says(passage, at, EVENING))
                        return at;
        }
}

bool passage_names_time(const struct passage *passage, size_t at)
{
        static const enum day_word words[] = {DAY,    MONTH,   YEAR, END,       WHOLE,  HOUR,
                                              MINUTE, MORNING, NOON, AFTERNOON, EVENING};
        enum weekday weekday;

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (says(passage, at, words[i]))
                        return true;
        return skip_weekday(passage, at, &weekday) > at || (at > 0 && skip_weekday(passage, at - 1, &weekday) > at);
}

/* What is asked for lies ahead, and its year is certain. */
static bool is_asked(const struct written_day *written, civil_day today, civil_day due, civil_day day)
{
        return day >= today && (due == CIVIL_NONE || day > due) &&
               (written->year != NOT_GIVEN || day - today <= ASKED_DAYS_MAX);
}

/* The day at a token, behind a word for "until". */
static enum named_day read_asked(const struct passage *passage, size_t at, civil_day today, civil_day due,
                                 civil_day *ret)
{
        struct written_day written = {NOT_GIVEN, NOT_GIVEN, NOT_GIVEN};
        enum weekday weekday = 0;
        bool whole, bare, found;

        at = skip_time(passage, at, &weekday);
        whole = says(passage, at, WHOLE) || says(passage, at, END);
        at = skip_time(passage, at + whole, &weekday);
        bare = says(passage, at, DAY) && numbers_at(passage, at + 1) == 1;
        at += says(passage, at, DAY);
        if (read_day(passage, at, &written))
                found = find_day(&written, 1, today, ret);
        else if (whole && says(passage, at, MONTH)) {
                written.month = civil_split(today).month;
                (void)read_month(passage, at + 1, &written);
                found = find_end_of_month(&written, today, ret);
        } else if (bare)
                found = find_bare_day(passage->tokens[at].numbers[0], today, due, ret);
        else
                return NAMED_NO_DAY;
        return found && is_asked(&written, today, due, *ret) && (!weekday || civil_weekday(*ret) == weekday)
                       ? NAMED_DAY
                       : NAMED_UNCLEAR;
}

enum named_day passage_asked_day(const struct passage *passage, const struct answer_words *words, size_t from,
                                 civil_day today, civil_day due, civil_day *ret)
{
        civil_day day = CIVIL_NONE, another;
        bool any = false;

        for (size_t at = from; at < passage->n_tokens; at++) {
                size_t n = answer_words_match(words, ANSWER_UNTIL, passage, at);
                enum named_day named = n ? read_asked(passage, at + n, today, due, &another) : NAMED_NO_DAY;

                any |= n > 0;
                if (named == NAMED_UNCLEAR || (named == NAMED_DAY && day != CIVIL_NONE && another != day))
                        return NAMED_UNCLEAR;
                if (named == NAMED_DAY)
                        day = another;
        }
        if (day == CIVIL_NONE)
                return any ? NAMED_UNCLEAR : NAMED_NO_DAY;
        *ret = day;
        return NAMED_DAY;
}

/* Whether a number with a slash at a token is a day, and not a share of the work: "đã nộp 3/5". */
static bool is_introduced(const struct passage *passage, size_t at)
{
        static const enum day_word words[] = {DAY, MORNING, NOON, AFTERNOON, EVENING, NOW, PAST};

        if (at == 0)
                return false;
        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (says(passage, at - 1, words[i]))
                        return true;
        return is_clock(passage, at - 1);
}

/* Whether a period is that of the due date or the one before, of so many in a year. */
static bool is_of(int32_t period, int32_t of_due, int32_t in_year)
{
        return period == of_due || period == (of_due + in_year - 2) % in_year + 1;
}

/* "tháng 6", "quý 2/2026", "năm 2026": the number is the one behind the word. */
static bool fits_period(const struct passage *passage, size_t at, const struct civil_date *due)
{
        const struct token *token = &passage->tokens[at];
        int32_t year = token->n_numbers == 2 ? token->numbers[1] : due->year;

        if (says(passage, at - 1, MONTH))
                return is_of(token->numbers[0], due->month, 12) && (year == due->year || year == due->year - 1);
        if (says(passage, at - 1, QUARTER))
                return is_of(token->numbers[0], (due->month + 2) / 3, 4) &&
                       (year == due->year || year == due->year - 1);
        return token->n_numbers == 1 && (token->numbers[0] == due->year || token->numbers[0] == due->year - 1);
}

static bool is_hour(const struct passage *passage, size_t at)
{
        return says(passage, at + 1, HOUR) || says(passage, at + 1, MINUTE) || (at > 0 && says(passage, at - 1, HOUR));
}

/* "thêm 5 ngày", "05 ngày làm việc", "2 tuần": counted from today or the due date, it is the day that is asked for. Of
 * working days, which days off lengthen, it is one that can be. */
static bool fits_duration(const struct passage *passage, size_t at, civil_day until, civil_day today, civil_day due)
{
        bool weeks = says(passage, at + 1, WEEK), working = says(passage, at + 2, WORK);
        civil_day n = passage->tokens[at].numbers[0] * (weeks ? 7 : 1), more = working ? n + DAYS_OFF_MAX : 0;
        const civil_day from[] = {today, due == CIVIL_NONE ? today : due};

        if (!weeks && !says(passage, at + 1, DAY))
                return false;
        if (until == CIVIL_NONE)
                return true;
        for (size_t i = 0; i < ELEMENTS(from); i++)
                if (until >= from[i] + n && until <= from[i] + n + more)
                        return true;
        return false;
}

/* Whether it is the date of a document, behind its number: "Công văn số 345/SNV-VP ngày 11/6". */
static bool is_of_document(const struct passage *passage, size_t at)
{
        for (size_t i = at; i > 0 && at - i < 3; i--)
                if (passage->tokens[i - 1].kind == TOKEN_REFERENCE)
                        return true;
        return false;
}

static bool is_written(const struct written_day *written, const struct civil_date *date)
{
        return written->day == date->day && written->month == date->month &&
               (written->year == NOT_GIVEN || written->year % 100 == date->year % 100);
}

bool passage_fits_request(const struct passage *passage, size_t at, civil_day until, civil_day today, civil_day due)
{
        const struct token *token = &passage->tokens[at];
        const struct civil_date wanted = civil_split(until == CIVIL_NONE ? today : until);
        const struct civil_date owed = civil_split(due == CIVIL_NONE ? today : due);
        struct written_day written;

        if (at > 0 && (says(passage, at - 1, MONTH) || says(passage, at - 1, QUARTER) || says(passage, at - 1, YEAR)))
                return fits_period(passage, at, &owed) || fits_period(passage, at, &wanted);
        if (read_day(passage, at, &written))
                return is_written(&written, &wanted) || is_written(&written, &owed) || is_of_document(passage, at);
        if (token->n_numbers == 1 && at > 0 && says(passage, at - 1, DAY))
                return token->numbers[0] == wanted.day || token->numbers[0] == owed.day;
        return token->n_numbers == 1 &&
               (is_hour(passage, at) || says(passage, at + 1, MONTH) || (at > 0 && says(passage, at - 1, NUMBER)) ||
                fits_duration(passage, at, until, today, due));
}

bool passage_fits_claim(const struct passage *passage, size_t at, civil_day today, civil_day due)
{
        const struct token *token = &passage->tokens[at];
        struct civil_date period = civil_split(due == CIVIL_NONE ? today : due);
        struct written_day written;
        civil_day day;

        if (at > 0 && (says(passage, at - 1, MONTH) || says(passage, at - 1, QUARTER) || says(passage, at - 1, YEAR)))
                return fits_period(passage, at, &period);
        if (read_day(passage, at, &written) && (token->n_numbers != 1 || says(passage, at - 1, DAY)))
                return (token->n_numbers != 2 || is_introduced(passage, at)) && find_day(&written, -1, today, &day) &&
                       day <= today && day >= today - DONE_DAYS_MAX;
        if (token->n_numbers > 1)
                return false;
        if (at > 0 && says(passage, at - 1, DAY))
                return token->numbers[0] <= civil_split(today).day;
        return is_hour(passage, at) || says(passage, at + 1, MONTH) || (at > 0 && says(passage, at - 1, NUMBER)) ||
               token->at[token->size - 1] == '%';
}
