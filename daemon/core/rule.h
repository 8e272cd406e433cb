/* A rule of repetition: an RRULE of RFC 5545, section 3.3.10, for whole days. */
#pragma once

#include "core/civil.h"

enum frequency { DAILY, WEEKLY, MONTHLY, YEARLY };

/* The lists of numbers: BYMONTH, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYSETPOS. */
enum rule_list { BY_MONTH, BY_MONTH_DAY, BY_YEAR_DAY, BY_WEEK, BY_POSITION, RULE_LISTS };

#define RULE_NUMBER_MAX 366 /* of BYYEARDAY and BYSETPOS; the others end sooner */

/* Numbers that count from the start (1 is the first) or from the end (-1 is the last). */
struct numbers {
        bool given;
        bool from_start[RULE_NUMBER_MAX + 1];
        bool from_end[RULE_NUMBER_MAX + 1];
};

/* What BYDAY says of one weekday. */
struct weekday_choice {
        bool every;         /* FR */
        struct numbers nth; /* 1FR, -1FR: of the month or of the year */
};

struct rule {
        enum frequency frequency;
        int32_t interval;
        int32_t count;           /* 0: not given */
        civil_day until;         /* CIVIL_NONE: not given */
        enum weekday week_start; /* WKST */
        struct numbers by[RULE_LISTS];
        bool by_weekday;
        struct weekday_choice weekdays[SUNDAY + 1];
};

/* Whether the numbers are not given, or name the nth of so many. */
bool numbers_name(const struct numbers *numbers, int32_t nth, int32_t of);
/* Whether a number of BYDAY counts within the month; else within the year. */
bool rule_counts_in_month(const struct rule *rule);

#define RULE_TEXT_MAX 4096 /* longer than BYYEARDAY with every day of the year, which takes about 1,500 */
#define RULE_REASON_SIZE 160

/* Reads a rule and judges it by the RFC: parts and combinations that it forbids are refused, and so is what days have
 * no use for (hours) and other calendars (RSCALE). 0; -EINVAL, and *ret_reason says what is wrong and what to write.
 * Of an UNTIL with a time only the date counts. */
int rule_parse(const char *text, struct rule *ret, char ret_reason[static RULE_REASON_SIZE]);
