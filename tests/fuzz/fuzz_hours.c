/* Working days and the hours in which messages may leave.
 * Input, as bytes: a year, its calendar's days, the hours, a moment.
 * Holds: a calendar says of each day what its file says; next and previous are the nearest working days; counting there
 * and back again agree; the next open moment is open, not before, and none lies between. */
#include "fuzz.h"

#include "core/holidays.h"
#include "core/hours.h"

#define DAYS_MAX 40 /* of one calendar file */

static struct calendar *calendar; /* its making costs more than a whole run */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(calendar_new(&calendar) == 0);
        return 0;
}

static void fill_year(struct input *input, int32_t year)
{
        struct calendar_day days[DAYS_MAX];
        char name[] = "x";
        size_t n = 0, n_wanted = input_byte(input) % DAYS_MAX;
        civil_day first = civil_from(year, 1, 1), last = civil_from(year, 12, 31);

        for (; n < n_wanted && input->left > 0; n++)
                days[n] = (struct calendar_day){
                        .day = (civil_day)input_number(input, first, last), .off = input_byte(input) & 1, .name = name};
        REQUIRE(calendar_set_year(calendar, year, days, n) == 0);
        REQUIRE(!calendar_is_provisional(calendar, year));
        for (size_t i = 0; i < n; i++) {
                bool repeated = false;

                for (size_t k = 0; k < n; k++)
                        repeated |= k != i && days[k].day == days[i].day;
                REQUIRE(repeated || calendar_is_working(calendar, days[i].day) == !days[i].off);
        }
}

/* As it was, so that no input depends on those before it. */
static void reset_year(int32_t year)
{
        struct calendar_day days[HOLIDAYS_MAX];
        size_t n = holidays_of_year(year, days);

        REQUIRE(calendar_set_year(calendar, year, days, n) == 0);
}

static void check_days(civil_day day, int32_t n)
{
        civil_day next = calendar_next_working(calendar, day), previous = calendar_previous_working(calendar, day);
        civil_day far = calendar_add_working(calendar, day, n);

        REQUIRE(next >= day && previous <= day);
        REQUIRE(calendar_is_working(calendar, next) && calendar_is_working(calendar, previous));
        for (civil_day between = previous + 1; between < next; between++)
                REQUIRE(!calendar_is_working(calendar, between));
        REQUIRE(n >= 0 ? far >= day : far <= day);
        REQUIRE(n == 0 || calendar_is_working(calendar, far));
        if (n > 0)
                REQUIRE(calendar_working_between(calendar, day, far) == n);
        if (n != 0 && calendar_is_working(calendar, day))
                REQUIRE(calendar_add_working(calendar, far, -n) == day);
}

static void check_hours(const struct hours *hours, wall_time at)
{
        wall_time next = hours_next(hours, calendar, at);

        REQUIRE(next >= at);
        REQUIRE((next == at) == hours_are_open(hours, calendar, at));
        REQUIRE(hours_are_open(hours, calendar, next));
        REQUIRE(hours_next(hours, calendar, next) == next);
        if (next > at) {
                REQUIRE(!hours_are_open(hours, calendar, next - 1));
                REQUIRE(!hours_are_open(hours, calendar, at + (next - at) / 2));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        int32_t year = (int32_t)input_number(&input, CIVIL_FIRST_YEAR + 1, CIVIL_LAST_YEAR - 1);
        struct hours hours;
        civil_day day;

        hours.open = (int32_t)input_number(&input, 0, DAY_SECONDS - 2);
        hours.close = hours.open ? (int32_t)input_number(&input, hours.open + 1, DAY_SECONDS - 1) : 0;
        day = civil_from(year, 1, 1) + (civil_day)input_number(&input, 0, 364);
        fill_year(&input, year);
        check_days(day, (int32_t)input_number(&input, -60, 60));
        check_hours(&hours, wall_at(day, (int32_t)input_number(&input, 0, DAY_SECONDS - 1)));
        reset_year(year);
        return 0;
}
