/* Tests of backoff: growth, jitter and the cap. */
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

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_delay)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
