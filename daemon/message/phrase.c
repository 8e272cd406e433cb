/* Vietnamese phrases for dates, spans and terms, in the register of the administration. */
#include "message/phrase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define UNDATED "chưa ấn định thời gian"
#define LATER "(lịch cụ thể sẽ được thông báo sau)"

/* Adds to the end of a phrase. */
static void say(char phrase[static PHRASE_SIZE], const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(char phrase[static PHRASE_SIZE], const char *format, ...)
{
        size_t size = strlen(phrase);
        va_list args;
        va_start(args, format);
        vsnprintf(phrase + size, PHRASE_SIZE - size, format, args);
        va_end(args);
}

/* Adds words that need no format, as most do. */
static void add(char phrase[static PHRASE_SIZE], const char *words)
{
        size_t at = strlen(phrase), room = PHRASE_SIZE - 1 - at, size = strlen(words);
        if (size > room)
                size = room;
        memcpy(phrase + at, words, size);
        phrase[at + size] = '\0';
}

static void say_day(char phrase[static PHRASE_SIZE], const char *before, civil_day day)
{
        char date[CIVIL_DATE_SIZE];
        add(phrase, before);
        add(phrase, civil_format_vi(day, date));
}

const char *phrase_weekday(civil_day day)
{
        static const char *const names[] = {
                [MONDAY] = "thứ Hai", [TUESDAY] = "thứ Ba",   [WEDNESDAY] = "thứ Tư", [THURSDAY] = "thứ Năm",
                [FRIDAY] = "thứ Sáu", [SATURDAY] = "thứ Bảy", [SUNDAY] = "Chủ nhật",
        };
        return day == CIVIL_NONE ? "" : names[civil_weekday(day)];
}

static void say_clock(char phrase[static PHRASE_SIZE], int32_t seconds)
{
        say(phrase, "%02d giờ %02d", seconds / 3600, seconds / 60 % 60);
}

/* "trước 16 giờ 00 ngày 23/09/2026" */
static void say_day_at(char phrase[static PHRASE_SIZE], const char *before, int32_t time, civil_day day)
{
        add(phrase, before);
        say_clock(phrase, time);
        say_day(phrase, " ngày ", day);
}

char *phrase_clock(int32_t seconds, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        say_clock(buffer, seconds);
        return buffer;
}

const char *phrase_roman(size_t number)
{
        static const char *const numerals[] = {"",    "I",    "II", "III", "IV", "V",  "VI",
                                               "VII", "VIII", "IX", "X",   "XI", "XII"};
        return number < ELEMENTS(numerals) ? numerals[number] : "";
}

/* Whole months that a window fills; 0 when it begins or ends within one, or in another year. */
static int32_t whole_months(struct civil_date first, struct civil_date last)
{
        if (first.year != last.year || first.day != 1 || last.day != civil_month_days(last.year, last.month))
                return 0;
        return last.month - first.month + 1;
}

/* Says "trong tháng 10/2024" and the like of a window that has a name of its own; false for any other. */
static bool say_named_range(char phrase[static PHRASE_SIZE], const struct obligation_dates *dates)
{
        if (dates->from == CIVIL_NONE)
                return false;
        struct civil_date first = civil_split(dates->from), last = civil_split(dates->due);
        int32_t months = whole_months(first, last);
        if (months == 1)
                say(phrase, "trong tháng %02d/%d", first.month, first.year);
        else if (months == 3 && first.month % 3 == 1)
                say(phrase, "trong Quý %s/%d", phrase_roman((size_t)last.month / 3), first.year);
        else if (months == 6 && first.month % 6 == 1)
                say(phrase, "trong 6 tháng %s năm %d", first.month == 1 ? "đầu" : "cuối", first.year);
        else if (months == 12)
                say(phrase, "trong năm %d", first.year);
        else
                return false;
        return true;
}

static void say_range(char phrase[static PHRASE_SIZE], const struct obligation_dates *dates)
{
        if (dates->due == CIVIL_NONE || say_named_range(phrase, dates))
                return;
        if (dates->from == CIVIL_NONE || dates->from == dates->due) {
                say_day(phrase, "ngày ", dates->due);
                return;
        }
        say_day(phrase, "từ ", dates->from);
        say_day(phrase, " đến ", dates->due);
}

char *phrase_range(const struct obligation_dates *dates, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        say_range(buffer, dates);
        return buffer;
}

/* What the short and the long form of a date have in common: that there is no date, or none yet. */
static bool say_no_day(char phrase[static PHRASE_SIZE], const struct obligation_dates *dates)
{
        if (dates->due == CIVIL_NONE) {
                add(phrase, UNDATED);
                return true;
        }
        if (dates->tentative) {
                add(phrase, "dự kiến ");
                say_range(phrase, dates);
        }
        return dates->tentative;
}

static char *say_short(const char *before, const struct obligation_dates *dates, int32_t time,
                       char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        if (say_no_day(buffer, dates))
                return buffer;
        say_day(buffer, before, dates->effective);
        if (time > 0) {
                add(buffer, ", ");
                say_clock(buffer, time);
        }
        return buffer;
}

char *phrase_limit(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE])
{
        return say_short("hạn ", dates, time, buffer);
}

char *phrase_event_day(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE])
{
        return say_short("ngày ", dates, time, buffer);
}

char *phrase_day(const struct obligation_dates *dates, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        if (!say_no_day(buffer, dates))
                say_day(buffer, "", dates->effective);
        return buffer;
}

static bool is_shifted(const struct obligation_dates *dates)
{
        return dates->due != CIVIL_NONE && !dates->tentative && dates->effective != dates->due;
}

static void say_shift(char phrase[static PHRASE_SIZE], const struct obligation_dates *dates, int32_t time)
{
        bool later = dates->effective > dates->due;
        say_day(phrase, "hạn ", dates->due);
        add(phrase, later ? " là ngày nghỉ, được tính đến " : " là ngày nghỉ, đề nghị hoàn thành ");
        if (time > 0)
                say_day_at(phrase, later ? "" : "trước ", time, dates->effective);
        else
                say_day(phrase, later ? "hết ngày " : "chậm nhất ngày ", dates->effective);
}

char *phrase_shift(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        if (is_shifted(dates))
                say_shift(buffer, dates, time);
        return buffer;
}

/* "hạn 31/03/2024", of a window that was named before. */
static void say_last_day(char phrase[static PHRASE_SIZE], const struct obligation_dates *dates, int32_t time)
{
        if (is_shifted(dates))
                say_shift(phrase, dates, time);
        else if (time > 0)
                say_day_at(phrase, "hạn trước ", time, dates->due);
        else
                say_day(phrase, "hạn ", dates->due);
}

char *phrase_term(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE])
{
        bool shifted = is_shifted(dates);
        buffer[0] = '\0';
        if (say_no_day(buffer, dates)) {
                add(buffer, " " LATER);
                return buffer;
        }
        if (say_named_range(buffer, dates)) {
                add(buffer, ", ");
                say_last_day(buffer, dates, time);
                return buffer;
        }
        if (dates->from != CIVIL_NONE && dates->from != dates->due) {
                say_range(buffer, dates);
                shifted |= time > 0;
        } else {
                add(buffer, phrase_weekday(dates->due));
                if (time > 0 && !shifted)
                        say_day_at(buffer, ", trước ", time, dates->due);
                else
                        say_day(buffer, ", ngày ", dates->due);
        }
        if (shifted) {
                add(buffer, " (");
                say_last_day(buffer, dates, time);
                add(buffer, ")");
        }
        return buffer;
}

char *phrase_event(const struct obligation_dates *dates, int32_t time, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        if (say_no_day(buffer, dates)) {
                add(buffer, " " LATER);
                return buffer;
        }
        if (dates->from != CIVIL_NONE && dates->from != dates->due) {
                if (time == 0) {
                        say_range(buffer, dates);
                        return buffer;
                }
                say_day_at(buffer, "từ ", time, dates->from);
                say_day(buffer, " đến ", dates->due);
                return buffer;
        }
        if (time > 0) {
                say_clock(buffer, time);
                add(buffer, ", ");
        }
        add(buffer, phrase_weekday(dates->due));
        say_day(buffer, ", ngày ", dates->due);
        return buffer;
}

civil_day phrase_deadline(const struct obligation_dates *dates)
{
        return dates->due == CIVIL_NONE || dates->tentative ? CIVIL_NONE : dates->effective;
}

char *phrase_left(const struct obligation_dates *dates, int32_t days_left, civil_day today,
                  char buffer[static PHRASE_SIZE])
{
        civil_day deadline = phrase_deadline(dates);
        buffer[0] = '\0';
        if (deadline == CIVIL_NONE || deadline < today)
                return buffer;
        if (deadline - today <= 1)
                add(buffer, deadline == today ? "hôm nay" : "ngày mai");
        else if (days_left > 0)
                say(buffer, "còn %d ngày làm việc", days_left);
        else
                say(buffer, "còn %d ngày", deadline - today);
        return buffer;
}

char *phrase_late(int32_t days_late, char buffer[static PHRASE_SIZE])
{
        buffer[0] = '\0';
        add(buffer, "quá hạn");
        if (days_late > 0)
                say(buffer, " %d ngày làm việc", days_late);
        return buffer;
}
