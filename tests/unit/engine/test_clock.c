/* Tests of clock: moments as they are written and read in zones east and west of Greenwich, summer and winter.
 * Depends on clock, cmocka.
 * Run by make unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/cleanup.h"
#include "engine/clock.h"

#define WINTER INT64_C(1733745909000) /* 2024-12-09 12:05:09 UTC */
#define SUMMER INT64_C(1718452800000) /* 2024-06-15 12:00:00 UTC */

static void test_zones(void **state)
{
        static const struct {
                const char *zone;
                int64_t moment;
                const char *written;
        } rows[] = {
                {"Asia/Ho_Chi_Minh", WINTER, "2024-12-09T19:05:09+07:00"},
                {"Asia/Ho_Chi_Minh", SUMMER, "2024-06-15T19:00:00+07:00"},
                {"UTC", WINTER, "2024-12-09T12:05:09+00:00"},
                {"America/New_York", WINTER, "2024-12-09T07:05:09-05:00"},
                {"America/New_York", SUMMER, "2024-06-15T08:00:00-04:00"},
                {"America/St_Johns", WINTER, "2024-12-09T08:35:09-03:30"},
                {"America/St_Johns", SUMMER, "2024-06-15T09:30:00-02:30"},
                {"Asia/Kolkata", WINTER, "2024-12-09T17:35:09+05:30"},
                {"Asia/Kathmandu", WINTER, "2024-12-09T17:50:09+05:45"},
                {"Pacific/Kiritimati", WINTER, "2024-12-10T02:05:09+14:00"},
                {"Etc/GMT+12", WINTER, "2024-12-09T00:05:09-12:00"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                char text[CLOCK_TEXT_SIZE];

                clock_set_zone(rows[i].zone);
                assert_string_equal(clock_format(rows[i].moment, text), rows[i].written);
                assert_int_equal(clock_instant(clock_wall(rows[i].moment)), rows[i].moment);
                assert_int_equal(clock_wall(rows[i].moment) - rows[i].moment / 1000, clock_offset(rows[i].moment));
        }
}

/* Where the wall clock shows a moment twice, or never. */
static void test_changes_of_the_clock(void **state)
{
        static const struct {
                const char *zone;
                int32_t month, day, hour, minute; /* of 2024 */
                const char *written;
        } rows[] = {
                {"Europe/Berlin", 10, 27, 2, 30, "2024-10-27T02:30:00+02:00"}, /* twice: the earlier */
                {"Europe/Berlin", 10, 27, 3, 0, "2024-10-27T03:00:00+01:00"},
                {"America/St_Johns", 11, 3, 1, 30, "2024-11-03T01:30:00-02:30"},
                {"Australia/Lord_Howe", 4, 7, 1, 45, "2024-04-07T01:45:00+11:00"}, /* half an hour, twice */
                {"Europe/Berlin", 3, 31, 2, 0, "2024-03-31T03:00:00+02:00"},       /* never: the first after the gap */
                {"Europe/Berlin", 3, 31, 2, 59, "2024-03-31T03:00:00+02:00"},
                {"Africa/Cairo", 4, 26, 0, 0, "2024-04-26T01:00:00+03:00"},
                {"Australia/Lord_Howe", 10, 6, 2, 15, "2024-10-06T02:30:00+11:00"},
                {"Europe/Berlin", 3, 31, 3, 0, "2024-03-31T03:00:00+02:00"},
                {"Europe/Berlin", 3, 31, 1, 59, "2024-03-31T01:59:00+01:00"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                wall_time at = wall_at(civil_from(2024, rows[i].month, rows[i].day),
                                       (rows[i].hour * 60 + rows[i].minute) * 60);
                char text[CLOCK_TEXT_SIZE];

                clock_set_zone(rows[i].zone);
                assert_string_equal(clock_format(clock_instant(at), text), rows[i].written);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_zones),
                cmocka_unit_test(test_changes_of_the_clock),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
