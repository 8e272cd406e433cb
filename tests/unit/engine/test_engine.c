/* The engine from a plan to what leaves and when: stories in virtual time, each checked whole. */
#include <stdio.h>

#include "stories.h"

static void the_ladder_of_one_obligation(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-12-31");
        /* 14/6 is a Friday. Two working days after it is Tuesday the 18th. Escalations: 3 and 5 working days. */
        assert_sent(play, "06-07 08:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n"
                          "06-14 08:00 due c bao-cao\n"
                          "06-18 08:00 overdue c bao-cao\n"
                          "06-19 08:00 escalation a bao-cao\n"
                          "06-20 08:00 overdue c bao-cao\n"
                          "06-21 08:00 escalation d bao-cao\n"
                          "06-24 08:00 overdue c bao-cao\n");
        play_free(play);
}

static void what_falls_together_is_one_message(void **state)
{
        struct play *play = play_new(
                "2024-06-01", REPORT ", { id = \"khac\"; title = \"Khác\"; due = \"2024-06-21\"; for = [\"c\"]; }", "",
                false);

        (void)state;
        play_until(play, "2024-06-14 23:00");
        assert_sent(play, "06-07 08:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n"
                          "06-14 08:00 due c bao-cao,khac\n");
        play_free(play);
}

#define MANY 60 /* items of b and as many of c: more than one batch of the scheduler */

static void put_item(char *plan, size_t size, int i, const char *due)
{
        snprintf(plan + strlen(plan), size - strlen(plan),
                 "%s{ id = \"i%02d\"; title = \"Việc\"; due = \"%s\"; for = [\"b\", \"c\"]; }", i > 0 ? ", " : "", i,
                 due);
}

/* What an agency is told at a moment is one message, whichever batch its ladders are judged in: all of one moment, or
 * after an outage of two. The second half has the working day before it where the first has its day. */
static void what_falls_together_stays_together_across_batches(void **state)
{
        static const struct {
                const char *sleeps, *wakes, *leaves;
        } cases[] = {
                {"2024-06-14 07:00", NULL, "06-14 08:00 due"},
                {"2024-06-12 07:00", "2024-06-14 09:30", "06-14 09:30 due"},
        };
        char plan[MANY * 120] = "", items[MANY * sizeof("i00")] = "", expected[2 * sizeof(items) + 64];

        (void)state;
        for (int i = 0; i < MANY; i++) {
                put_item(plan, sizeof(plan), i, i < MANY / 2 ? "2024-06-14" : "2024-06-17");
                snprintf(items + strlen(items), sizeof(items) - strlen(items), "%si%02d", i > 0 ? "," : "", i);
        }
        for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
                struct play *play = play_new("2024-06-08", plan, "", true);

                play_until(play, cases[i].sleeps);
                (void)play_sent(play);
                if (cases[i].wakes)
                        play_restart(play, cases[i].wakes);
                play_until(play, "2024-06-14 12:00");
                snprintf(expected, sizeof(expected), "%1$s b %2$s\n%1$s c %2$s\n", cases[i].leaves, items);
                assert_sent(play, expected);
                play_free(play);
        }
}

#define INSPECTION \
        "{ id = \"kiem-tra\"; title = \"Kiểm tra\"; window = [\"2024-10-01\", \"2024-10-31\"]; tentative = true; " \
        "fix_by = \"2024-09-20\"; for = [\"b\", \"c\"]; policy = \"inspection\"; }"

static void a_tentative_window_until_its_day_is_fixed(void **state)
{
        struct play *play = play_new("2024-09-01", INSPECTION, "", false);
        struct decision_scope all = {.item = {.plan = "p", .item = "kiem-tra"}},
                              one = {.item = {.plan = "p", .item = "kiem-tra"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_until(play, "2024-10-07 12:00");
        /* 20/9 is a Friday. 28/9, three days before the window, is a Saturday. The head is asked every second working
         * day after fix_by. */
        assert_sent(play, "09-06 08:00 fix_date a kiem-tra\n"
                          "09-17 08:00 fix_date a kiem-tra\n"
                          "09-20 08:00 fix_date a kiem-tra\n"
                          "09-24 08:00 fix_date a kiem-tra\n"
                          "09-26 08:00 fix_date a kiem-tra\n"
                          "09-27 08:00 advance b kiem-tra\n"
                          "09-27 08:00 advance c kiem-tra\n"
                          "09-30 08:00 advance b kiem-tra\n"
                          "09-30 08:00 advance c kiem-tra\n"
                          "09-30 08:00 fix_date a kiem-tra\n"
                          "10-01 08:00 advance b kiem-tra\n"
                          "10-01 08:00 advance c kiem-tra\n"
                          "10-02 08:00 fix_date a kiem-tra\n"
                          "10-04 08:00 fix_date a kiem-tra\n");
        assert_int_equal(
                decided(decide_set_date(play_engine(play), &clerk, &all, day_of("2024-10-22"), NULL, true, &result),
                        &result),
                DECIDED);
        assert_int_equal(decided(decide_set_date(play_engine(play), &clerk, &one, day_of("2024-10-24"), "đoàn bận",
                                                 true, &result),
                                 &result),
                         DECIDED);
        play_until(play, "2024-12-31");
        /* c was told of both days in two messages only if the first had left; it had not, so it is cancelled. */
        assert_sent(play, "10-07 12:00 date_set b kiem-tra\n"
                          "10-07 12:00 date_set c kiem-tra\n"
                          "10-18 08:00 advance b kiem-tra\n"
                          "10-21 08:00 advance c kiem-tra\n"
                          "10-21 08:00 due b kiem-tra\n"
                          "10-23 08:00 due c kiem-tra\n");
        play_free(play);
}

/* Down from before the first rung until after the due date: one overdue reminder, and both escalations' readers are
 * told, each once. */
static void a_late_start_catches_up_once(void **state)
{
        struct play *play = play_new("2024-06-23 20:00", REPORT, "", true);

        (void)state;
        play_until(play, "2024-06-24 07:45");
        assert_sent(play, "06-24 07:30 escalation a bao-cao\n"
                          "06-24 07:30 escalation d bao-cao\n"
                          "06-24 07:30 overdue c bao-cao\n");
        play_until(play, "2024-12-31");
        assert_sent(play, "06-24 08:00 overdue c bao-cao\n");
        play_free(play);
}

static void an_old_advance_rung_is_not_caught_up(void **state)
{
        struct play *play = play_new("2024-06-12 10:00", REPORT, "catch_up = \"3d\";", true);

        (void)state;
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "06-13 08:00 due c bao-cao\n");
        play_free(play);
        play = play_new("2024-06-12 10:00", REPORT, "catch_up = \"7d\";", true);
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "06-12 10:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n");
        play_free(play);
}

static void a_restart_repeats_nothing(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-13 12:00");
        (void)play_sent(play);
        play_restart(play, "2024-06-13 12:01");
        play_until(play, "2024-06-14 07:00");
        assert_sent(play, "");
        play_restart(play, "2024-06-19 15:00");
        play_until(play, "2024-06-19 16:00");
        assert_sent(play, "06-19 15:00 escalation a bao-cao\n"
                          "06-19 15:00 overdue c bao-cao\n");
        play_free(play);
}

static void a_weekly_digest(void **state)
{
        struct play *play = play_new("2024-06-09", REPORT,
                                     "digest = { weekday = \"mon\"; at = \"08:00\"; when = \"always\"; };", false);

        (void)state;
        play_until(play, "2024-06-10 12:00");
        assert_sent(play, "06-10 08:00 digest a 2024-06-10..2024-06-16\n"
                          "06-10 08:00 digest c 2024-06-10..2024-06-16 week:bao-cao\n");
        play_free(play);
}

static void observances_are_announced_and_never_overdue(void **state)
{
        struct play *play = play_new("2024-04-01",
                                     "{ id = \"ngay-sinh-bac\"; title = \"Kỷ niệm {n} năm\"; observance = { date = "
                                     "\"05-19\"; since = 1890; }; before = [\"30d\"]; for = [\"c\"]; }",
                                     "", false);

        (void)state;
        play_until(play, "2024-12-31");
        /* 19/4 is a Friday and a working day. */
        assert_sent(play, "04-19 08:00 observance c ngay-sinh-bac\n");
        play_free(play);
}

/* The server is away for days: of two announcements that wait the newest leaves, and it counts as one. */
static void an_announcement_gives_way_to_the_next(void **state)
{
        struct play *play = play_new("2024-04-01",
                                     "{ id = \"ngay-sinh-bac\"; title = \"Kỷ niệm\"; observance = { date = \"05-19\"; "
                                     "since = 1890; }; before = [\"7d\", \"5d\"]; for = [\"c\"]; }",
                                     "", false);
        struct notice_counts counts = {0};

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 3 * 86400);
        play_until(play, "2024-05-14 07:45");
        assert_sent(play, "05-10 08:00 observance c ngay-sinh-bac\n"); /* the attempt */
        play_answer(play, "", TRANSFER_SENT, 0);
        play_until(play, "2024-05-18 00:00");
        assert_sent(play, "05-14 08:00 observance c ngay-sinh-bac\n");
        assert_int_equal(store_count_notices(play_engine(play)->store, 1, &counts), 0);
        assert_int_equal(counts.reminders, 1);
        play_free(play);
}

/* One that is true and one that is not yet, in one message of a fast clock: it waits as a whole, for it may have
 * arrived and must keep its id. The one is late for that, and not lost. */
static void what_is_true_waits_with_what_is_not_yet(void **state)
{
        struct play *play = play_new(
                "2024-06-10", REPORT ", { id = \"khac\"; title = \"Khác\"; due = \"2024-06-24\"; for = [\"c\"]; }", "",
                false);

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_restart(play, "2024-06-18 08:00");
        play_until(play, "2024-06-18 08:00");
        assert_sent(play, "06-18 08:00 overdue c bao-cao,khac\n");
        play_answer(play, "", TRANSFER_SENT, 0);
        play_restart(play, "2024-06-10 09:00");
        play_until(play, "2024-06-17 12:00"); /* the day of khac's reminder */
        assert_sent(play, "06-13 08:00 due c bao-cao\n06-14 08:00 due c bao-cao\n");
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 1);
        play_until(play, "2024-06-18 08:00");
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 0);
        assert_int_equal(deliveries_in(play, DELIVERY_SENT), 3);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_ladder_of_one_obligation),
                cmocka_unit_test(what_falls_together_is_one_message),
                cmocka_unit_test(what_falls_together_stays_together_across_batches),
                cmocka_unit_test(a_tentative_window_until_its_day_is_fixed),
                cmocka_unit_test(a_late_start_catches_up_once),
                cmocka_unit_test(an_old_advance_rung_is_not_caught_up),
                cmocka_unit_test(a_restart_repeats_nothing),
                cmocka_unit_test(a_weekly_digest),
                cmocka_unit_test(observances_are_announced_and_never_overdue),
                cmocka_unit_test(an_announcement_gives_way_to_the_next),
                cmocka_unit_test(what_is_true_waits_with_what_is_not_yet),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
