/* Tests of hours: inside the window, the next moment in it, and when it ends. */
#include "fixture.h"

#include "core/hours.h"

static void test_next(void **state)
{
        static const struct hours office = HOURS_DEFAULT;
        static const struct hours always = {0};
        static const struct hours empty = {.open = CLOCK(8, 0), .close = CLOCK(8, 0)};
        static const struct {
                const struct hours *hours;
                const char *at, *next; /* equal: open */
        } table[] = {
                {&office, "2024-12-10 07:30", "2024-12-10 07:30"},
                {&office, "2024-12-10 12:00", "2024-12-10 12:00"},
                {&office, "2024-12-10 16:59", "2024-12-10 16:59"},
                {&office, "2024-12-10 07:29", "2024-12-10 07:30"},
                {&office, "2024-12-10 00:00", "2024-12-10 07:30"},
                {&office, "2024-12-10 17:00", "2024-12-11 07:30"},
                {&office, "2024-12-06 17:00", "2024-12-09 07:30"}, /* Friday evening */
                {&office, "2024-12-07 10:00", "2024-12-09 07:30"}, /* Saturday */
                {&office, "2024-02-07 18:00", "2024-02-15 07:30"}, /* the eve of Tet */
                {&office, "2024-05-04 09:00", "2024-05-04 09:00"}, /* a Saturday worked in exchange */
                {&office, "1969-12-31 17:00", "1970-01-02 07:30"},
                {&always, "2024-12-07 23:59", "2024-12-07 23:59"},
                {&empty, "2024-12-10 08:00", "2024-12-11 08:00"}, /* never open, and no endless search */
                {&office, "never", "never"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                wall_time at = wall_of(table[i].at);
                bool open = strcmp(table[i].at, table[i].next) == 0;

                assert_int_equal(hours_next(table[i].hours, calendar, at), wall_of(table[i].next));
                if (at != WALL_NEVER)
                        assert_int_equal(hours_are_open(table[i].hours, calendar, at), open);
        }
}

static void test_until(void **state)
{
        static const struct hours office = HOURS_DEFAULT;
        static const struct hours always = {0};
        static const struct {
                const struct hours *hours;
                const char *at, *until;
        } table[] = {
                {&office, "2024-12-10 07:30", "2024-12-10 17:00"}, {&office, "2024-12-10 16:59", "2024-12-10 17:00"},
                {&office, "2024-12-10 17:00", "2024-12-11 00:00"}, {&office, "2024-12-10 07:29", "2024-12-11 00:00"},
                {&office, "2024-12-31 23:59", "2025-01-01 00:00"}, {&always, "2024-12-10 12:00", "2024-12-11 00:00"},
                {&always, "2024-12-10 00:00", "2024-12-11 00:00"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(hours_until(table[i].hours, wall_of(table[i].at)), wall_of(table[i].until));
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_next), cmocka_unit_test(test_until)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
