/* Plans that are edited while the program runs. */
#include <errno.h>
#include <stdio.h>

#include "stories.h"

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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_edited_plan_moves_adds_and_withdraws),
                cmocka_unit_test(old_items_leave_the_plan_in_silence),
                cmocka_unit_test(a_broken_edit_changes_nothing),
                cmocka_unit_test(what_left_the_plan_is_not_reopened),
                cmocka_unit_test(another_step_of_overdue_reminders_loses_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
