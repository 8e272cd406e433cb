/* Tests of backoff: growth, jitter and the cap; what a server asks for. */
#include "fixture.h"

#include "core/backoff.h"

static void test_delay(void **state)
{
        static const struct retry usual = RETRY_DEFAULT;
        static const struct retry none = {.first = 0, .max = 60};
        static const struct retry low = {.first = 60, .max = 30};
        static const struct {
                const struct retry *retry;
                uint32_t attempts;
                int64_t least, most; /* milliseconds */
        } table[] = {
                {&usual, 1, 60000, 75000},
                {&usual, 2, 120000, 150000},
                {&usual, 5, 960000, 1200000},
                {&usual, 8, 7680000, 9600000},
                {&usual, 9, 14400000, 14400000}, /* 256 minutes: above four hours */
                {&usual, UINT32_MAX, 14400000, 14400000},
                {&usual, 0, 60000, 75000},
                {&none, 7, 0, 0},
                {&low, 1, 30000, 30000},
        };
        static const uint64_t randoms[] = {0, 1, 7499, 15000, 15001, UINT64_MAX / 3, UINT64_MAX};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                for (size_t j = 0; j < ELEMENTS(randoms); j++)
                        assert_in_range(backoff_delay_ms(table[i].retry, table[i].attempts, randoms[j]), table[i].least,
                                        table[i].most);
        /* The jitter is used whole. */
        assert_int_equal(backoff_delay_ms(&usual, 1, 0), 60000);
        assert_int_equal(backoff_delay_ms(&usual, 1, 15000), 75000);
}

/* 5 days to give up, 4 hours at most: what is asked for, within both. */
static void test_pause(void **state)
{
        static const struct retry usual = RETRY_DEFAULT;
        static const struct retry eager = {.first = 1, .max = 7200, .give_up = 600};
        static const int64_t hour = 3600 * 1000, day = 24 * hour;
        const struct {
                const struct retry *retry;
                uint32_t attempts;
                int64_t asked;    /* seconds */
                int64_t spent_ms; /* since it was made */
                int64_t pause_ms;
        } table[] = {
                {&usual, 1, 0, 0, 60000},
                {&usual, 1, 30, 0, 60000}, /* ours is longer */
                {&usual, 1, 3600, 0, hour},
                {&usual, 1, 14400, 0, 4 * hour},
                {&usual, 1, 30000, 0, 4 * hour},     /* 30 s in milliseconds */
                {&usual, 1, 604800, 0, 4 * hour},    /* a week, longer than give_up */
                {&usual, 9, 604800, 0, 4 * hour},    /* as long as ours */
                {&usual, 1, 157680000, 0, 4 * hour}, /* a date five years away */
                {&usual, 1, INT64_MAX, 0, 4 * hour},
                {&usual, 1, -5, 0, 60000},
                /* The last attempt is made when it would be given up. */
                {&usual, 2, 604800, 5 * day - hour, hour},
                {&usual, 2, 604800, 5 * day, 120000},
                {&usual, 2, 604800, 6 * day, 120000},
                {&eager, 1, 3600, 0, 600000},
                {&eager, 1, 3600, 590000, 10000},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(
                        backoff_pause_ms(table[i].retry, table[i].attempts, table[i].asked, table[i].spent_ms, 0),
                        table[i].pause_ms);
}

/* Asked for a year each time, a message is tried until it is given up, and not once more. */
static void test_goes_on(void **state)
{
        static const struct retry usual = RETRY_DEFAULT;
        int64_t spent = 0;
        uint32_t attempts = 1;

        (void)state;
        for (int64_t pause;
             pause = backoff_pause_ms(&usual, attempts, 31536000, spent, 0), !backoff_gives_up(&usual, spent + pause);
             attempts++)
                spent += pause;
        assert_int_equal(spent, usual.give_up * 1000);
        assert_false(backoff_gives_up(&usual, spent)); /* an attempt may be the last moment's */
        assert_true(backoff_gives_up(&usual, spent + 1));
        assert_int_equal(attempts, 31); /* at once, and every four hours of five days */
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_delay),
                cmocka_unit_test(test_pause),
                cmocka_unit_test(test_goes_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
