/* The limit of messages in any sixty seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "sending/rate.h"

#define T0 INT64_C(1700000000000)

static void without_a_limit_there_is_always_room(void **state)
{
        struct rate CLEANUP(rate_clear) rate = {0};

        (void)state;
        rate_spend(&rate, T0, 1000);
        assert_int_equal(rate_room(&rate, T0, 64), 64);
        assert_int_equal(rate_next(&rate, T0), T0);
}

/* In order: at that time there is so much room, the next may leave then, and so many leave. */
static void no_sixty_seconds_see_more_than_the_limit(void **state)
{
        static const struct {
                int64_t at;
                size_t room;
                int64_t next;
                size_t spend;
        } steps[] = {
                {0, 3, 0, 2},         {10000, 1, 10000, 1}, {10001, 0, 60000, 0},
                {59999, 0, 60000, 0}, {60000, 2, 60000, 1}, {60001, 1, 60001, 1},
                {60002, 0, 70000, 0}, {70000, 1, 70000, 1}, {500000, 3, 500000, 0},
        };
        struct rate CLEANUP(rate_clear) rate = {0};

        (void)state;
        assert_int_equal(rate_limit(&rate, 3), 0);
        for (size_t i = 0; i < ELEMENTS(steps); i++) {
                assert_int_equal(rate_room(&rate, T0 + steps[i].at, 64), steps[i].room);
                assert_int_equal(rate_next(&rate, T0 + steps[i].at), T0 + steps[i].next);
                rate_spend(&rate, T0 + steps[i].at, steps[i].spend);
        }
}

/* Half a minute back: the sixty seconds begin anew at most. An hour back: that was another time. */
static void a_clock_set_back_blocks_for_a_minute_at_most(void **state)
{
        struct rate CLEANUP(rate_clear) rate = {0};
        int64_t back = T0 - 30000;

        (void)state;
        assert_int_equal(rate_limit(&rate, 1), 0);
        rate_spend(&rate, T0, 1);
        assert_int_equal(rate_room(&rate, back, 64), 0);
        assert_in_range(rate_next(&rate, back), back, back + RATE_PERIOD_MS);
        assert_int_equal(rate_room(&rate, T0 - 3600000, 64), 1);
}

static void another_limit_begins_anew(void **state)
{
        struct rate CLEANUP(rate_clear) rate = {0};

        (void)state;
        assert_int_equal(rate_limit(&rate, 2), 0);
        rate_spend(&rate, T0, 2);
        assert_int_equal(rate_limit(&rate, 2), 0);
        assert_int_equal(rate_room(&rate, T0, 64), 0);
        assert_int_equal(rate_limit(&rate, 5), 0);
        assert_int_equal(rate_room(&rate, T0, 64), 5);
        assert_int_equal(rate_limit(&rate, 0), 0);
        assert_int_equal(rate_room(&rate, T0, 64), 64);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(without_a_limit_there_is_always_room),
                cmocka_unit_test(no_sixty_seconds_see_more_than_the_limit),
                cmocka_unit_test(a_clock_set_back_blocks_for_a_minute_at_most),
                cmocka_unit_test(another_limit_begins_anew),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
