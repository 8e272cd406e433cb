/* A clock that is set, and hours that come twice. */
#include <stdio.h>

#include "stories.h"

/* What was said in a future that did not come stays said; what was only passed over is said when its time comes. */
static void a_clock_that_ran_ahead_loses_nothing(void **state)
{
        struct play *play = play_new("2024-06-05", REPORT, "", false);

        (void)state;
        play_restart(play, "2024-06-14 12:00");
        play_until(play, "2024-06-14 12:01");
        assert_sent(play, "06-14 12:00 due c bao-cao\n");
        play_restart(play, "2024-06-05 13:00");
        play_until(play, "2024-06-20 07:00");
        assert_sent(play, "06-07 08:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n"
                          "06-18 08:00 overdue c bao-cao\n"
                          "06-19 08:00 escalation a bao-cao\n");
        play_free(play);
}

/* In Egypt on Thursday, 31 October 2024, the hour before midnight came twice. Whoever wakes up in its second showing is
 * not early for what was due in the first, and does not wake again and again until the clock shows that moment anew. */
static void an_hour_that_comes_twice_counts_once(void **state)
{
        static const char plan[] = "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-10-31\"; for = [\"c\"]; "
                                   "before = [\"0d\"]; at = \"23:30\"; overdue = { limit = 0; }; escalate = (); }";
        struct play *play = play_new("2024-10-31", plan, "hours = { open = \"00:00\"; close = \"00:00\"; };", false);
        struct clock *clock = &play_engine(play)->clock;

        (void)state;
        clock_set_zone("Africa/Cairo");
        play_until(play, "2024-10-31 23:10");
        assert_sent(play, "");
        clock_advance(clock, clock_now(clock) + INT64_C(3600) * 1000);
        play_until(play, "2024-10-31 23:10");
        assert_int_equal(clock_offset(clock_now(clock)), 2 * 3600);
        assert_sent(play, "10-31 23:59 due c bao-cao\n");
        assert_true(manager_wake(play_manager(play)) > clock_now(clock));
        play_free(play);
}

/* What waits in the queue when the clock is set right is not called overdue before it is; it may have arrived already,
 * and keeps its id. */
static void what_a_fast_clock_queued_waits(void **state)
{
        struct play *play = play_new("2024-06-05", REPORT, "", false);

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_restart(play, "2024-06-19 12:00");
        play_until(play, "2024-06-19 12:00");
        assert_sent(play, "06-19 12:00 escalation a bao-cao\n"
                          "06-19 12:00 overdue c bao-cao\n");
        play_answer(play, "", TRANSFER_SENT, 0);
        play_restart(play, "2024-06-05 13:00");
        play_until(play, "2024-06-18 07:00");
        assert_sent(play, "06-07 08:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n"
                          "06-14 08:00 due c bao-cao\n");
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-19 09:00");
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 0);
        assert_int_equal(deliveries_in(play, DELIVERY_SENT), 5);
        assert_int_equal(deliveries_in(play, DELIVERY_CANCELLED), 0);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_clock_that_ran_ahead_loses_nothing),
                cmocka_unit_test(an_hour_that_comes_twice_counts_once),
                cmocka_unit_test(what_a_fast_clock_queued_waits),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
