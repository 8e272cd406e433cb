/* Dates and times of day, as files and people write them.
 * Input: a text; as a date of the plan, as a clock, and as what a clerk types.
 * Holds: what is accepted is in range and prints as what was read; what a clerk types is never read otherwise than the
 * file's form where both read it; days and dates are one to one. */
#include "fuzz.h"

#include <errno.h>

#include "core/date.h"

static struct calendar *calendar;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(calendar_new(&calendar) == 0);
        return 0;
}

static void check_day(civil_day day)
{
        struct civil_date date = civil_split(day);
        struct civil_date next = civil_split(day + 1);

        REQUIRE(date.year >= CIVIL_FIRST_YEAR && date.year <= CIVIL_LAST_YEAR);
        REQUIRE(civil_valid(date.year, date.month, date.day));
        REQUIRE(civil_from(date.year, date.month, date.day) == day);
        REQUIRE(next.day == date.day + 1 || (next.day == 1 && date.day == civil_month_days(date.year, date.month)));
        REQUIRE(civil_weekday(day + 7) == civil_weekday(day) && civil_weekday(day + 1) != civil_weekday(day));
        REQUIRE(civil_week(day, MONDAY).number >= 1 && civil_week(day, MONDAY).number <= civil_week(day, MONDAY).of);
        REQUIRE(wall_day(wall_at(day, DAY_SECONDS - 1)) == day && wall_clock(wall_at(day, 1)) == 1);
}

static void check_date(const char *text)
{
        char written[CIVIL_DATE_SIZE], vietnamese[CIVIL_DATE_SIZE];
        civil_day day = CIVIL_NONE, typed;
        int r = civil_parse(text, &day);

        REQUIRE(r == 0 || ((r == -EINVAL || r == -ERANGE) && day == CIVIL_NONE));
        if (r < 0)
                return;
        check_day(day);
        REQUIRE(strcmp(civil_format(day, written), text) == 0);
        REQUIRE(date_parse(text, calendar, 0, DATE_OF_YEAR, &typed) == 0 && typed == day);
        REQUIRE(date_parse(civil_format_vi(day, vietnamese), calendar, 0, DATE_OF_YEAR, &typed) == 0 && typed == day);
}

static void check_typed(const char *text, civil_day today)
{
        civil_day day = CIVIL_NONE, again;
        int r = date_parse(text, calendar, today, DATE_OF_YEAR, &day);

        REQUIRE(r == 0 || ((r == -EINVAL || r == -ERANGE || r == -EDOM) && day == CIVIL_NONE));
        if (r < 0)
                return;
        check_day(day);
        REQUIRE(date_parse(text, calendar, today, DATE_OF_YEAR, &again) == 0 && again == day);
        if (*text == '+')
                REQUIRE(day >= today);
        if (*text == '-')
                REQUIRE(day <= today);
}

static void check_clock(const char *text)
{
        char written[sizeof("00:00:00")];
        int32_t seconds = -1;
        int r = civil_parse_clock(text, &seconds);

        REQUIRE(r == 0 || ((r == -EINVAL || r == -ERANGE) && seconds == -1));
        if (r < 0)
                return;
        REQUIRE(seconds >= 0 && seconds < DAY_SECONDS);
        (void)snprintf(written, sizeof(written), "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        REQUIRE(strncmp(written, text, strlen(text)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);

        check_date(text);
        check_clock(text);
        check_typed(text, civil_from(2024, 2, 29));
        check_typed(text, civil_from(CIVIL_LAST_YEAR, 12, 31));
        return 0;
}
