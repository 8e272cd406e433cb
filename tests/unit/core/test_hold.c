/* Tests of hold: how long one lasts. */
#include "ladder_fixture.h"

#include "core/hold.h"

static void test_how_long(void **state)
{
        static const struct {
                const char *until, *today; /* until NULL: it is released */
                bool may_last, over, forgotten;
                const char *end;
        } table[] = {
                {"2024-09-09", "2024-09-08", true, false, false, "2024-09-10 00:00"},
                {"2024-09-09", "2024-09-09", true, false, false, "2024-09-10 00:00"},
                {"2024-09-09", "2024-09-10", false, true, false, "2024-09-10 00:00"},
                {"2024-12-31", "2025-01-01", false, true, false, "2025-01-01 00:00"},
                {"2024-12-10", "2024-09-09", true, false, false, "2024-12-11 00:00"},
                {"2024-12-11", "2024-09-09", true, false, true, "2024-12-12 00:00"},
                {NULL, "2024-09-09", true, false, true, NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day until = table[i].until ? day_of(table[i].until) : CIVIL_NONE;
                civil_day today = day_of(table[i].today);

                assert_int_equal(hold_may_last(until, today), table[i].may_last);
                assert_int_equal(hold_is_over(until, today), table[i].over);
                assert_true(hold_end(until) == (table[i].end ? wall_of(table[i].end) : WALL_NEVER));
                assert_int_equal(hold_may_be_forgotten(until, today), table[i].forgotten);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_how_long),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
