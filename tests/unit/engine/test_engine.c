/* The engine from a plan to what leaves and when: stories in virtual time, each checked whole. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "addressing/announce.h"
#include "base/cleanup.h"
#include "play.h"
#include "store/attempts.h"
#include "store/counts.h"
#include "store/obligation_list.h"
#include "store/occurrences.h"

#define REPORT "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"c\"]; }"

static int decided(int r, struct decision_result *result)
{
        decision_result_clear(result);
        return r;
}

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

static void done_stops_everything(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_until(play, "2024-06-13 12:00");
        (void)play_sent(play);
        assert_int_equal(
                decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-13"), NULL, false, &result),
                        &result),
                DECIDED);
        play_until(play, "2024-12-31");
        assert_sent(play, "");
        play_free(play);
}

/* A server that is away keeps messages in the queue; what is done meanwhile never leaves. */
static void done_cancels_what_is_queued(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}};
        struct decision_result result;
        struct store_counts counts;

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-07 09:00");
        assert_sent(play, "06-07 08:00 advance c bao-cao\n");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.queued, 1);
        assert_int_equal(
                decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-07"), NULL, false, &result),
                        &result),
                DECIDED);
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.queued, 0);
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

static void a_snooze_is_silent_and_ends_with_a_reminder(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "confirmations = true;", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_until(play, "2024-06-05 10:00");
        assert_int_equal(decided(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-14"), "vướng", NULL,
                                               false, &result),
                                 &result),
                         DECISION_REFUSED);
        assert_int_equal(decided(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-11"), "", NULL, false,
                                               &result),
                                 &result),
                         DECISION_INVALID);
        assert_int_equal(decided(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-11"), "vướng", NULL,
                                               false, &result),
                                 &result),
                         DECIDED);
        play_until(play, "2024-06-14 12:00");
        assert_sent(play, "06-05 10:00 snoozed c bao-cao\n"
                          "06-12 08:00 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n"
                          "06-14 08:00 due c bao-cao\n");
        play_free(play);
}

static void an_unsnooze_is_followed_by_a_reminder(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        assert_int_equal(decided(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-11"), "vướng", NULL,
                                               false, &result),
                                 &result),
                         DECIDED);
        play_until(play, "2024-06-10 15:00");
        assert_sent(play, "");
        assert_int_equal(decided(decide_unsnooze(play_engine(play), &clerk, &scope, &result), &result), DECIDED);
        play_until(play, "2024-06-12 12:00");
        assert_sent(play, "06-10 15:00 advance c bao-cao\n");
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

static void an_edited_plan_moves_adds_and_withdraws(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-10 10:00");
        (void)play_sent(play);
        assert_int_equal(play_edit(play, "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-28\"; "
                                         "for = [\"c\"]; }, { id = \"moi\"; title = \"Mới\"; due = \"2024-06-12\"; "
                                         "for = [\"b\"]; }"),
                         0);
        play_until(play, "2024-06-22");
        assert_sent(play, "06-10 10:00 advance b moi\n"
                          "06-10 10:00 date_set c bao-cao\n"
                          "06-11 08:00 due b moi\n"
                          "06-12 08:00 due b moi\n"
                          "06-14 08:00 overdue b moi\n"
                          "06-17 08:00 escalation a moi\n"
                          "06-18 08:00 overdue b moi\n"
                          "06-19 08:00 escalation d moi\n"
                          "06-20 08:00 overdue b moi\n"
                          "06-21 08:00 advance c bao-cao\n");
        assert_int_equal(play_edit(play, "{ id = \"moi\"; title = \"Mới\"; due = \"2024-06-12\"; for = [\"b\"]; }"), 0);
        play_until(play, "2024-12-31");
        assert_sent(play, "06-24 07:30 withdrawn c bao-cao\n"); /* the 22nd is a Saturday */
        play_free(play);
}

/* But not of what is over and nobody would have been reminded of again; what is urged still is. */
static void old_items_leave_the_plan_in_silence(void **state)
{
#define KEPT "{ id = \"moi\"; title = \"Mới\"; due = \"2024-12-12\"; for = [\"b\"]; }"
        struct play *play = play_new("2024-06-01",
                                     "{ id = \"kiem-tra\"; title = \"Kiểm tra\"; due = \"2024-06-14\"; for = [\"b\"]; "
                                     "policy = \"inspection\"; }, { id = \"bao-cao\"; title = \"Báo cáo\"; "
                                     "due = \"2024-06-14\"; for = [\"c\"]; }, " KEPT,
                                     "", false);

        (void)state;
        play_until(play, "2024-06-17 12:00");
        (void)play_sent(play);
        assert_int_equal(play_edit(play, KEPT), 0);
        play_until(play, "2024-11-01");
        assert_sent(play, "06-17 12:00 withdrawn c bao-cao\n");
        play_free(play);
}

static void a_broken_edit_changes_nothing(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        assert_int_equal(play_edit(play, "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-02-30\"; }"), -EINVAL);
        play_until(play, "2024-06-08");
        assert_sent(play, "06-07 08:00 advance c bao-cao\n");
        play_free(play);
}

/* A dead mailbox: the contact hears of it once, the others are not delayed. */
static void a_permanent_failure_is_told_to_the_contact(void **state)
{
        struct play *play = play_new("2024-06-01",
                                     "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; "
                                     "for = [\"b\", \"c\"]; }",
                                     "", false);

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-07 12:00");
        assert_sent(play, "06-07 08:00 advance b bao-cao\n"
                          "06-07 08:00 advance c bao-cao\n"
                          "06-07 08:01 failure contact \n");
        play_free(play);
}

static void a_temporary_failure_is_tried_again_until_given_up(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT,
                                     "retry = { first = \"10min\"; max = \"1h\"; give_up = \"2h\"; };", false);
        struct delivery_filter filter = {.state = DELIVERY_FAILED};
        struct store_counts counts;

        (void)state, (void)filter;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-07 08:30");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.queued, 1);
        play_until(play, "2024-06-07 12:00");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.failed, 1);
        play_free(play);
}

static void retry_after_is_honoured(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);
        int64_t next;

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 3600);
        play_until(play, "2024-06-07 08:30");
        assert_int_equal(store_next_attempt(play_engine(play)->store, &channel_mail, false, &next), 0);
        assert_true(wall_clock(clock_wall(next)) == 9 * 3600);
        play_free(play);
}

/* A week, and give_up is five days: put off, and tried again until it is taken. */
static void a_pause_longer_than_give_up_loses_nothing(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);
        struct store_counts counts;

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 604800);
        play_until(play, "2024-06-07 08:30");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.queued, 1);
        play_answer(play, "c@x.example", TRANSFER_SENT, 0);
        play_until(play, "2024-06-07 12:30");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-07"), &counts), 0);
        assert_int_equal(counts.sent, 1);
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

/* Both at night: what was taken back before the hours open is not confirmed. */
static void what_was_taken_back_is_not_confirmed(void **state)
{
        struct play *play = play_new("2024-06-03 20:00", REPORT, "confirmations = true;", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        assert_int_equal(
                decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-03"), NULL, false, &result),
                        &result),
                DECIDED);
        assert_int_equal(decided(decide_reopen(play_engine(play), &clerk, &scope, "nhầm", &result), &result), DECIDED);
        play_until(play, "2024-06-04 12:00");
        assert_sent(play, "");
        play_free(play);
}

/* c finished, then the plan binds b alone: nobody can bring c's obligation to life again. */
static void what_left_the_plan_is_not_reopened(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        assert_int_equal(
                decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-03"), NULL, false, &result),
                        &result),
                DECIDED);
        assert_int_equal(play_edit(play, "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; "
                                         "for = [\"b\"]; }"),
                         0);
        assert_int_equal(decided(decide_reopen(play_engine(play), &clerk, &scope, "nhầm", &result), &result),
                         DECISION_REFUSED);
        play_free(play);
}

/* Two reminders under the old step, the rest under the new one: 14/6 and a week each are 21/6, 28/6. */
static void another_step_of_overdue_reminders_loses_none(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-20 12:00");
        (void)play_sent(play);
        assert_int_equal(play_edit(play, "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; "
                                         "for = [\"c\"]; overdue = { every = \"1w\"; limit = 3; }; }"),
                         0);
        play_until(play, "2024-07-31");
        assert_sent(play, "06-21 08:00 escalation d bao-cao\n"
                          "06-21 08:00 overdue c bao-cao\n"
                          "06-28 08:00 overdue c bao-cao\n"
                          "07-05 08:00 overdue c bao-cao\n");
        play_free(play);
}

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

static int count_delivery(void *userdata, const struct delivery_record *delivery)
{
        (void)delivery;
        (*(int *)userdata)++;
        return 0;
}

static int deliveries(struct play *play, enum delivery_state state)
{
        const struct delivery_filter filter = {.state = (int)state};
        int n = 0;

        assert_int_equal(store_each_delivery(play_engine(play)->store, &filter, count_delivery, &n), 0);
        return n;
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
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-19 09:00");
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 0);
        assert_int_equal(deliveries(play, DELIVERY_SENT), 5);
        assert_int_equal(deliveries(play, DELIVERY_CANCELLED), 0);
        play_free(play);
}

static int note_id(void *userdata, const struct delivery_record *delivery)
{
        memcpy(userdata, delivery->id, DELIVERY_ID_SIZE);
        return 0;
}

static void only_id(struct play *play, char ret[static DELIVERY_ID_SIZE])
{
        const struct delivery_filter filter = {.state = -1};

        assert_int_equal(store_each_delivery(play_engine(play)->store, &filter, note_id, ret), 0);
}

/* What a fast clock said when a snooze was over may have arrived: when it is over it keeps its id. */
static void what_follows_a_snooze_keeps_its_id(void **state)
{
        struct play *play = play_new("2024-06-05 10:00", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;
        char before[DELIVERY_ID_SIZE], after[DELIVERY_ID_SIZE];

        (void)state;
        assert_int_equal(decided(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-11"), "vướng", NULL,
                                               false, &result),
                                 &result),
                         DECIDED);
        play_answer(play, "", TRANSFER_TEMPORARY, 86400);
        play_restart(play, "2024-06-12 09:00");
        play_until(play, "2024-06-12 09:00");
        assert_sent(play, "06-12 09:00 advance c bao-cao\n");
        only_id(play, before);
        play_answer(play, "", TRANSFER_SENT, 0);
        play_restart(play, "2024-06-06 09:00");
        play_until(play, "2024-06-11 20:00");
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 1);
        play_until(play, "2024-06-12 12:00");
        assert_int_equal(deliveries(play, DELIVERY_SENT), 1);
        only_id(play, after);
        assert_string_equal(after, before);
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
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 1);
        play_until(play, "2024-06-18 08:00");
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 0);
        assert_int_equal(deliveries(play, DELIVERY_SENT), 3);
        play_free(play);
}

struct told_dates {
        int n;
        civil_day old;
};

static int note_told_date(void *userdata, const struct notice_record *notice)
{
        struct told_dates *told = userdata;
        struct notice_detail CLEANUP(notice_detail_clear) detail = {0};

        if (notice->kind != KIND_DATE_SET || notice->state == NOTICE_CANCELLED)
                return 0;
        notice_detail_read(notice->detail, &detail);
        told->n++;
        told->old = detail.due;
        return 0;
}

static struct told_dates told_dates(struct play *play)
{
        struct store *store = play_engine(play)->store;
        struct told_dates told = {.old = CIVIL_NONE};
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};

        assert_int_equal(store_find_occurrence(store, "p", "bao-cao", "", &occurrence), 0);
        assert_int_equal(store_find_obligation(store, occurrence.id, "c", &record), 0);
        assert_int_equal(store_each_notice(store, occurrence.id, record.id, note_told_date, &told), 0);
        return told;
}

/* On a Saturday nothing leaves: of several dates set on it only the last is told, against the date last heard of. */
static void dates_set_before_anybody_heard(void **state)
{
        static const struct {
                const char *days[3];
                int told;
        } table[] = {{{"2024-06-20"}, 1}, {{"2024-06-20", "2024-06-21"}, 1}, {{"2024-06-20", "2024-06-14"}, 0}};
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct play *play = play_new("2024-06-01", REPORT, "", false);
                struct told_dates told;

                for (int d = 0; d < 3 && table[i].days[d]; d++) {
                        struct decision_result result;

                        assert_int_equal(decided(decide_set_date(play_engine(play), &clerk, &scope,
                                                                 day_of(table[i].days[d]), NULL, true, &result),
                                                 &result),
                                         DECIDED);
                }
                told = told_dates(play);
                assert_int_equal(told.n, table[i].told);
                if (told.n > 0)
                        assert_int_equal(told.old, day_of("2024-06-14"));
                play_free(play);
        }
}

static int note_delivery(void *userdata, const struct delivery_record *record)
{
        char *text = userdata;
        size_t n = strlen(text);

        (void)snprintf(text + n, 100 - n, "%s %s\n", kind_name(record->kind), delivery_state_name(record->state));
        return 0;
}

/* The reminder of Friday waits for a server that is away, or took it and was not heard. In the evening its date moves
 * away and back, by a decision or by an edited plan: nobody heard of that, and on Monday it leaves, with its id. */
static void a_date_moved_away_and_back(void **state)
{
        const struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};

        (void)state;
        for (int edited = 0; edited < 2; edited++) {
                struct play *play = play_new("2024-06-01", REPORT, "", false);
                const struct delivery_filter all = {.state = -1};
                struct decision_result result;
                char deliveries[100] = "";

                play_answer(play, "", TRANSFER_TEMPORARY, 3 * 86400);
                play_until(play, "2024-06-07 20:00");
                assert_sent(play, "06-07 08:00 advance c bao-cao\n");
                play_answer(play, "", TRANSFER_SENT, 0);
                for (int back = 0; back < 2; back++) {
                        const char *day = back ? "2024-06-14" : "2024-06-20";
                        char plan[200];

                        snprintf(plan, sizeof(plan),
                                 "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"%s\"; for = [\"c\"]; }", day);
                        if (edited)
                                assert_int_equal(play_edit(play, plan), 0);
                        else
                                assert_int_equal(decided(decide_set_date(play_engine(play), &clerk, &scope, day_of(day),
                                                                         NULL, true, &result),
                                                         &result),
                                                 DECIDED);
                }
                play_until(play, "2024-06-13 09:00");
                assert_sent(play, "06-13 08:00 due c bao-cao\n"); /* first attempts alone are told */
                assert_int_equal(store_each_delivery(play_engine(play)->store, &all, note_delivery, deliveries), 0);
                assert_string_equal(deliveries, "due sent\nadvance sent\n");
                play_free(play);
        }
}

static int note_kind(void *userdata, const struct delivery_record *delivery)
{
        *(enum notice_kind *)userdata = delivery->kind;
        return 0;
}

/* The record says of which kind the message was that left, which the day tells. */
static void a_retry_on_another_day_is_of_another_kind(void **state)
{
        struct play *play = play_new("2024-06-03",
                                     "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; "
                                     "for = [\"c\"]; before = [\"2d\"]; }",
                                     "", false);
        const struct delivery_filter sent = {.state = DELIVERY_SENT};
        enum notice_kind kind = KIND_COUNT;

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-12 20:00");
        assert_sent(play, "06-12 08:00 advance c bao-cao\n");
        play_answer(play, "", TRANSFER_SENT, 0);
        play_until(play, "2024-06-13 12:00");
        assert_int_equal(store_each_delivery(play_engine(play)->store, &sent, note_kind, &kind), 0);
        assert_string_equal(kind_name(kind), kind_name(KIND_DUE));
        play_free(play);
}

/* Claimed in one batch with what the end of the hours stops: a test leaves all the same, and the rest the next day. */
static void the_end_of_the_hours_stops_no_test(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "hours = { open = \"07:30\"; close = \"08:31\"; };", false);
        struct decision_result result;

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"1@x.example\", \"2@x.example\", \"3@x.example\", "
                                         "\"4@x.example\", \"5@x.example\", \"6@x.example\"];"),
                         0);
        play_answer(play, "", TRANSFER_TEMPORARY, 1800);
        play_until(play, "2024-06-07 08:29");
        play_answer(play, "", TRANSFER_SENT, 0);
        clock_advance(&play_engine(play)->clock, manager_wake(play_manager(play)));
        assert_int_equal(decided(decide_test(play_engine(play), &clerk, "c", NULL, &result), &result), DECIDED);
        assert_int_equal(manager_tick(play_manager(play)), 0);
        assert_int_equal(manager_under_way(play_manager(play)), 4); /* reminders: they have waited longer */
        clock_advance(&play_engine(play)->clock, clock_now(&play_engine(play)->clock) + 120000);
        play_until(play, "2024-06-07 08:33");
        assert_int_equal(deliveries(play, DELIVERY_SENT), 10);
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-08");
        assert_int_equal(deliveries(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-10 07:30");
        assert_int_equal(deliveries(play, DELIVERY_SENT), 12);
        play_free(play);
}

/* Tết 2024 lasts from 8 to 14 February: over it nothing is tried, and nothing is given up for that. */
static void days_off_are_no_time_tried(void **state)
{
        struct play *play = play_new("2024-02-06",
                                     "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-02-20\"; "
                                     "for = [\"c\"]; before = [\"13d\"]; }",
                                     "retry = { first = \"1h\"; max = \"4h\"; give_up = \"2d\"; };", false);
        struct store_counts counts;

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-02-15 07:30");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-02-15"), &counts), 0);
        assert_int_equal(counts.failed, 0);
        play_until(play, "2024-02-19 12:00");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-02-19"), &counts), 0);
        assert_true(counts.failed > 0);
        play_free(play);
}

static void a_date_set_in_the_past_is_escalated(void **state)
{
        struct play *play = play_new("2024-06-03", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_until(play, "2024-06-13 12:00");
        (void)play_sent(play);
        assert_int_equal(
                decided(decide_set_date(play_engine(play), &clerk, &scope, day_of("2024-06-04"), NULL, true, &result),
                        &result),
                DECIDED);
        play_until(play, "2024-06-13 13:00");
        assert_sent(play, "06-13 12:00 date_set c bao-cao\n"
                          "06-13 12:00 escalation a bao-cao\n"
                          "06-13 12:00 escalation d bao-cao\n");
        play_free(play);
}

#define LATE 120 /* agencies, each with a day of its own in the past; days off leave about two thirds of them apart */

struct days {
        civil_day last;
        int n;
};

static int count_day(void *userdata, const struct obligation_record *record)
{
        struct days *days = userdata;

        days->n += record->effective != days->last;
        days->last = record->effective;
        return 0;
}

static int count_escalation(void *userdata, const struct notice_record *notice)
{
        *(int *)userdata += notice->kind == KIND_ESCALATION && strcmp(notice->agency, "a") == 0;
        return 0;
}

/* Of one occurrence every date is escalated, however many there are. */
static void every_date_of_an_occurrence_is_escalated(void **state)
{
        struct play *play =
                play_new("2024-06-10 10:00",
                         "{ id = \"bao-cao\"; title = \"Báo cáo\"; when = \"sau\"; for = [\"all\"]; }", "", true);
        const struct obligation_filter dated = {.due_from = day_of("2024-01-01"), .due_to = day_of("2024-06-30")};
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct decision_result result;
        struct days days = {.last = CIVIL_NONE};
        char agencies[LATE * 80] = "emails = [\"c@x.example\"];", id[16];
        int escalations = 0;

        (void)state;
        for (int i = 0; i < LATE; i++)
                snprintf(agencies + strlen(agencies), sizeof(agencies) - strlen(agencies),
                         " }, { id = \"x%d\"; name = \"X\"; emails = [\"x%d@x.example\"];", i, i);
        assert_int_equal(play_move(play, agencies), 0);
        for (int i = 0; i < LATE; i++) {
                struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = id};

                snprintf(id, sizeof(id), "x%d", i);
                assert_int_equal(decided(decide_set_date(play_engine(play), &clerk, &scope, day_of("2024-01-02") + i,
                                                         NULL, true, &result),
                                         &result),
                                 DECIDED);
        }
        play_until(play, "2024-06-10 10:00");
        assert_int_equal(store_each_obligation(play_engine(play)->store, &dated, count_day, &days), 0);
        assert_true(days.n > 64);
        assert_int_equal(store_find_occurrence(play_engine(play)->store, "p", "bao-cao", "", &occurrence), 0);
        assert_int_equal(store_each_notice(play_engine(play)->store, occurrence.id, 0, count_escalation, &escalations),
                         0);
        assert_int_equal(escalations, days.n);
        play_free(play);
}

/* Escalations are judged by their notices whenever something is decided: one that a person dropped is not made again.
 */
static void a_dropped_escalation_stays_dropped(void **state)
{
        struct play *play = play_new("2024-06-03",
                                     "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; "
                                     "for = [\"b\", \"c\"]; }",
                                     "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;
        char id[DELIVERY_ID_SIZE];
        const struct delivery_filter of_head = {.state = DELIVERY_QUEUED, .agency = "a"};

        (void)state;
        play_answer(play, "a@x.example", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-19 09:00");
        (void)play_sent(play);
        assert_int_equal(store_each_delivery(play_engine(play)->store, &of_head, note_id, id), 0);
        assert_int_equal(decided(decide_drop(play_engine(play), &clerk, id, &result), &result), DECIDED);
        assert_int_equal(
                decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-19"), NULL, false, &result),
                        &result),
                DECIDED);
        play_until(play, "2024-06-19 17:00");
        assert_sent(play, "");
        play_free(play);
}

/* A database in which levels are named by their places, after an upgrade and a reload. */
static void an_older_programs_escalations_stay_said(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct store *store;
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct notice_record old = {.agency = "a", .rung = "escalate-3wd@2024-06-14"};

        (void)state;
        play_until(play, "2024-06-20 12:00");
        (void)play_sent(play);
        store = play_engine(play)->store;
        assert_int_equal(store_find_occurrence(store, "p", "bao-cao", "", &occurrence), 0);
        old.occurrence_id = occurrence.id;
        assert_int_equal(store_rename_notice(store, &old, "escalate-0@2024-06-14"), 0);
        assert_int_equal(play_edit(play, REPORT ", { id = \"moi\"; title = \"Mới\"; when = \"sau\"; for = [\"b\"]; }"),
                         0);
        play_until(play, "2024-06-21 09:00");
        assert_sent(play, "06-21 08:00 escalation d bao-cao\n");
        play_free(play);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_ladder_of_one_obligation),
                cmocka_unit_test(done_stops_everything),
                cmocka_unit_test(done_cancels_what_is_queued),
                cmocka_unit_test(what_falls_together_is_one_message),
                cmocka_unit_test(what_falls_together_stays_together_across_batches),
                cmocka_unit_test(a_tentative_window_until_its_day_is_fixed),
                cmocka_unit_test(a_snooze_is_silent_and_ends_with_a_reminder),
                cmocka_unit_test(an_unsnooze_is_followed_by_a_reminder),
                cmocka_unit_test(a_late_start_catches_up_once),
                cmocka_unit_test(an_old_advance_rung_is_not_caught_up),
                cmocka_unit_test(a_restart_repeats_nothing),
                cmocka_unit_test(an_edited_plan_moves_adds_and_withdraws),
                cmocka_unit_test(old_items_leave_the_plan_in_silence),
                cmocka_unit_test(a_broken_edit_changes_nothing),
                cmocka_unit_test(a_permanent_failure_is_told_to_the_contact),
                cmocka_unit_test(a_temporary_failure_is_tried_again_until_given_up),
                cmocka_unit_test(retry_after_is_honoured),
                cmocka_unit_test(a_pause_longer_than_give_up_loses_nothing),
                cmocka_unit_test(a_weekly_digest),
                cmocka_unit_test(observances_are_announced_and_never_overdue),
                cmocka_unit_test(what_was_taken_back_is_not_confirmed),
                cmocka_unit_test(what_left_the_plan_is_not_reopened),
                cmocka_unit_test(another_step_of_overdue_reminders_loses_none),
                cmocka_unit_test(a_clock_that_ran_ahead_loses_nothing),
                cmocka_unit_test(an_hour_that_comes_twice_counts_once),
                cmocka_unit_test(what_a_fast_clock_queued_waits),
                cmocka_unit_test(what_follows_a_snooze_keeps_its_id),
                cmocka_unit_test(what_is_true_waits_with_what_is_not_yet),
                cmocka_unit_test(dates_set_before_anybody_heard),
                cmocka_unit_test(a_date_moved_away_and_back),
                cmocka_unit_test(a_retry_on_another_day_is_of_another_kind),
                cmocka_unit_test(the_end_of_the_hours_stops_no_test),
                cmocka_unit_test(days_off_are_no_time_tried),
                cmocka_unit_test(a_date_set_in_the_past_is_escalated),
                cmocka_unit_test(every_date_of_an_occurrence_is_escalated),
                cmocka_unit_test(a_dropped_escalation_stays_dropped),
                cmocka_unit_test(an_older_programs_escalations_stay_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
