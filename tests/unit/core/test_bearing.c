/* Tests of bearing: connections and messages that a server bears, how long that is believed, and when it is left alone.
 */
#include "fixture.h"

#include "core/bearing.h"

#define NOW INT64_C(1000000)

static void test_connections(void **state)
{
        static const struct {
                int64_t after_ms; /* since the last row */
                uint32_t busy;    /* turned away among so many; 0: nobody was */
                bool learned;
                uint32_t room; /* of 4 */
        } table[] = {
                {0, 0, false, 4},
                {0, 4, true, 3},
                {0, 3, true, 2},
                {0, 1, false, 2}, /* alone: it means everybody */
                {BEARING_MS - 1, 0, false, 2},
                {1, 0, false, 3},
                {1, 0, false, 3},
                {BEARING_MS, 0, false, 4},
                {BEARING_MS, 0, false, 4},
                {0, 2, true, 1},
        };
        struct bearing bearing = {0};
        int64_t now = NOW;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                now += table[i].after_ms;
                if (table[i].busy > 0)
                        assert_int_equal(bearing_learn_connections(&bearing, table[i].busy, now), table[i].learned);
                if (bearing_room(&bearing, 4, now) != table[i].room)
                        fail_msg("row %zu: room for %u", i, bearing_room(&bearing, 4, now));
        }
        assert_int_equal(bearing_room(&bearing, 1, now), 1);
}

static void test_messages(void **state)
{
        struct bearing bearing = {0};

        (void)state;
        assert_false(bearing_is_full(&bearing, 1000, NOW));
        assert_false(bearing_holds(&bearing, NOW));
        bearing_learn_messages(&bearing, 5, NOW);
        assert_false(bearing_is_full(&bearing, 4, NOW));
        assert_true(bearing_is_full(&bearing, 5, NOW));
        assert_true(bearing_is_full(&bearing, 6, NOW + BEARING_MS - 1));
        assert_true(bearing_holds(&bearing, NOW + BEARING_MS - 1));
        assert_false(bearing_is_full(&bearing, 6, NOW + BEARING_MS));
        assert_false(bearing_holds(&bearing, NOW + BEARING_MS));
}

/* Left alone for 1, 2, 4… seconds, a minute at most; a message that is taken ends it. */
static void test_closed(void **state)
{
        static const int64_t seconds[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
        struct bearing bearing = {0};
        int64_t now = NOW;

        (void)state;
        assert_false(bearing_is_closed(&bearing, now));
        for (size_t i = 0; i < ELEMENTS(seconds); i++) {
                bearing_refused(&bearing, now);
                assert_true(bearing_is_closed(&bearing, now + seconds[i] * 1000 - 1));
                now += seconds[i] * 1000;
                assert_false(bearing_is_closed(&bearing, now));
                assert_true(bearing_holds(&bearing, now)); /* the next refusal is to count on */
        }
        bearing_accepted(&bearing);
        assert_false(bearing_holds(&bearing, now));
        bearing_refused(&bearing, now);
        assert_false(bearing_is_closed(&bearing, now + 1000));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_connections),
                cmocka_unit_test(test_messages),
                cmocka_unit_test(test_closed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
