/* The wall clock of a zone and its instants, where hours are skipped and where they come twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "runtime/clock.h"

/* "YYYY-MM-DD HH:MM" or with seconds, as a wall clock shows it. */
static wall_time wall_of(const char *text)
{
        char day[sizeof("YYYY-MM-DD")] = "";
        civil_day date;
        int32_t clock;

        memcpy(day, text, sizeof(day) - 1);
        assert_int_equal(civil_parse(day, &date), 0);
        assert_int_equal(civil_parse_clock(text + sizeof(day), &clock), 0);
        return wall_at(date, clock);
}

static const struct {
        const char *zone, *wall, *instant; /* what the clock shows then */
} table[] = {
        {"Asia/Ho_Chi_Minh", "2024-10-27 02:30", "2024-10-27T02:30:00+07:00"},
        {"UTC", "2024-10-27 02:30", "2024-10-27T02:30:00+00:00"},
        /* twice: the first */
        {"Europe/Berlin", "2024-10-27 01:59:59", "2024-10-27T01:59:59+02:00"},
        {"Europe/Berlin", "2024-10-27 02:00", "2024-10-27T02:00:00+02:00"},
        {"Europe/Berlin", "2024-10-27 02:30", "2024-10-27T02:30:00+02:00"},
        {"Europe/Berlin", "2024-10-27 02:59:59", "2024-10-27T02:59:59+02:00"},
        {"Europe/Berlin", "2024-10-27 03:00", "2024-10-27T03:00:00+01:00"},
        {"America/New_York", "2024-11-03 01:30", "2024-11-03T01:30:00-04:00"},
        {"America/New_York", "2024-11-03 02:00", "2024-11-03T02:00:00-05:00"},
        {"Australia/Lord_Howe", "2024-04-07 01:29", "2024-04-07T01:29:00+11:00"},
        {"Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-07T01:45:00+11:00"},
        {"America/St_Johns", "2024-11-03 01:30", "2024-11-03T01:30:00-02:30"},
        {"Australia/Lord_Howe", "2024-04-07 02:00", "2024-04-07T02:00:00+10:30"},
        {"Africa/Casablanca", "2024-03-10 02:30", "2024-03-10T02:30:00+01:00"}, /* Ramadan begins */
        {"Antarctica/Troll", "2024-10-27 01:30", "2024-10-27T01:30:00+02:00"},  /* two hours */
        {"America/Havana", "2024-11-03 00:30", "2024-11-03T00:30:00-04:00"},
        {"America/Sao_Paulo", "2019-02-16 23:30", "2019-02-16T23:30:00-02:00"}, /* at midnight */
        {"Europe/Berlin", "2099-10-25 02:30", "2099-10-25T02:30:00+02:00"},
        /* never: the first moment after the gap */
        {"Europe/Berlin", "2024-03-31 01:59:59", "2024-03-31T01:59:59+01:00"},
        {"Europe/Berlin", "2024-03-31 02:00", "2024-03-31T03:00:00+02:00"},
        {"Europe/Berlin", "2024-03-31 02:30", "2024-03-31T03:00:00+02:00"},
        {"Europe/Berlin", "2024-03-31 02:59:59", "2024-03-31T03:00:00+02:00"},
        {"Europe/Berlin", "2024-03-31 03:00", "2024-03-31T03:00:00+02:00"},
        {"America/New_York", "2024-03-10 02:30", "2024-03-10T03:00:00-04:00"},
        {"Australia/Lord_Howe", "2024-10-06 02:15", "2024-10-06T02:30:00+11:00"},
        {"Africa/Cairo", "2024-04-26 00:00", "2024-04-26T01:00:00+03:00"},
        {"Africa/Casablanca", "2024-04-14 02:30", "2024-04-14T03:00:00+01:00"},
        {"America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T01:00:00-02:00"},
        {"Pacific/Apia", "2011-12-30 12:00", "2011-12-31T00:00:00+14:00"}, /* a whole day */
};

static void check_row(size_t i)
{
        char text[CLOCK_TEXT_SIZE];
        int64_t instant;

        clock_set_zone(table[i].zone);
        instant = clock_instant(wall_of(table[i].wall));
        assert_string_equal(clock_format(instant, text), table[i].instant);
        /* What has come has come then, and not before. */
        assert_true(clock_wall(instant) >= wall_of(table[i].wall));
        assert_true(clock_wall(instant - 1) < wall_of(table[i].wall));
}

static void a_moment_has_one_instant_whatever_was_asked_before(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                check_row(i);
        for (size_t i = ELEMENTS(table); i-- > 0;)
                check_row(i);
        /* The same zone, asked for winter and for summer before. */
        clock_set_zone("Europe/Berlin");
        for (int32_t month = 1; month <= 12; month++) {
                char text[CLOCK_TEXT_SIZE];

                (void)clock_instant(wall_at(civil_from(2024, month, 1), 0));
                assert_string_equal(clock_format(clock_instant(wall_of("2024-10-27 02:30")), text),
                                    "2024-10-27T02:30:00+02:00");
                (void)clock_instant(wall_at(civil_from(2024, month, 1), 0));
                assert_string_equal(clock_format(clock_instant(wall_of("2024-03-31 02:30")), text),
                                    "2024-03-31T03:00:00+02:00");
        }
}

#define WINTER INT64_C(1733745909000) /* 2024-12-09 12:05:09 UTC */
#define SUMMER INT64_C(1718452800000) /* 2024-06-15 12:00:00 UTC */

/* East and west of Greenwich, at half hours, summer and winter. */
static void a_moment_is_written_in_its_zone(void **state)
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

/* Through the second showing it stands, so that what is due in that hour has come, and a wake lies ahead. */
static void the_wall_clock_never_goes_back(void **state)
{
        static const struct {
                const char *zone, *from;
        } changes[] = {
                {"Europe/Berlin", "2024-10-27 00:00"},       {"Europe/Berlin", "2024-03-31 00:00"},
                {"Australia/Lord_Howe", "2024-04-07 00:00"}, {"Africa/Casablanca", "2024-03-10 00:00"},
                {"Antarctica/Troll", "2024-10-27 00:00"},    {"America/Sao_Paulo", "2019-02-16 21:00"},
                {"Pacific/Apia", "2011-12-29 21:00"},        {"Asia/Ho_Chi_Minh", "2024-10-27 00:00"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(changes); i++) {
                int64_t begin, end;
                wall_time last;

                clock_set_zone(changes[i].zone);
                begin = clock_instant(wall_of(changes[i].from));
                end = begin + INT64_C(6) * 3600 * 1000;
                last = clock_wall(begin);
                for (int64_t now = begin; now < end; now += 15000) {
                        assert_true(clock_wall(now) >= last);
                        last = clock_wall(now);
                        assert_true(clock_instant(last) <= now);
                        assert_true(clock_instant(last + 1) > now);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_moment_has_one_instant_whatever_was_asked_before),
                cmocka_unit_test(a_moment_is_written_in_its_zone),
                cmocka_unit_test(the_wall_clock_never_goes_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
