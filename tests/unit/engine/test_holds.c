/* Holds in virtual time: nothing leaves meanwhile, and afterwards the newest of what was missed, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stories.h"

#define BOTH "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"b\", \"c\"]; }"

static const char *const c_only[] = {"c"};
static const char *const head_only[] = {"a"};

static void hold(struct play *play, const char *const *agencies, size_t n, const char *until)
{
        struct decision_result result;

        assert_int_equal(
                decide_hold(play_engine(play), &clerk, agencies, n, until ? day_of(until) : CIVIL_NONE, "bão", &result),
                DECIDED);
        assert_null(result.text);
        assert_int_equal(manager_decided(play_manager(play)), 0);
}

static void release(struct play *play, const char *const *agencies, size_t n)
{
        struct decision_result result;

        assert_int_equal(decide_release(play_engine(play), &clerk, agencies, n, &result), DECIDED);
        assert_int_equal(manager_decided(play_manager(play)), 0);
}

static void only_the_newest_follows(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-06");
        hold(play, NULL, 0, NULL);
        play_until(play, "2024-06-14 07:00");
        assert_sent(play, "");
        release(play, NULL, 0);
        play_until(play, "2024-06-19");
        /* Of 7 days and 1 day before the newer one; what was to come comes. */
        assert_sent(play, "06-14 07:30 due c bao-cao\n"
                          "06-14 08:00 due c bao-cao\n"
                          "06-18 08:00 overdue c bao-cao\n");
        play_free(play);
}

static void it_ends_with_its_last_day(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        hold(play, c_only, 1, "2024-06-19");
        play_until(play, "2024-06-19 12:00");
        assert_sent(play, "06-19 08:00 escalation a bao-cao\n");
        play_restart(play, "2024-06-19 18:00");
        play_until(play, "2024-06-20 12:00");
        /* One for all that was missed, and at eight that of the day. */
        assert_sent(play, "06-20 07:30 overdue c bao-cao\n"
                          "06-20 08:00 overdue c bao-cao\n");
        play_free(play);
}

static void whoever_reads_of_others_is_held_too(void **state)
{
        struct play *play = play_new("2024-06-01", BOTH, "", false);

        (void)state;
        play_until(play, "2024-06-18 12:00");
        (void)play_sent(play);
        hold(play, head_only, 1, "2024-06-24");
        play_until(play, "2024-06-23");
        assert_sent(play, "06-20 08:00 overdue b bao-cao\n"
                          "06-20 08:00 overdue c bao-cao\n"
                          "06-21 08:00 escalation d bao-cao\n");
        play_until(play, "2024-06-25 12:00");
        assert_sent(play, "06-24 08:00 overdue b bao-cao\n"
                          "06-24 08:00 overdue c bao-cao\n"
                          "06-25 07:30 escalation a bao-cao\n");
        play_free(play);
}

/* What waited in the queue when the hold began gives way to the newer one. */
static void what_was_queued_is_superseded(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-07 12:00");
        (void)play_sent(play);
        hold(play, c_only, 1, NULL);
        play_answer(play, "", TRANSFER_SENT, 0);
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "");
        release(play, c_only, 1);
        play_until(play, "2024-06-14 07:00");
        assert_sent(play, "06-13 12:00 due c bao-cao\n");
        play_free(play);
}

static void another_hold_of_the_same_counts(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-06");
        hold(play, c_only, 1, "2024-06-30");
        play_until(play, "2024-06-08");
        hold(play, c_only, 1, "2024-06-09");
        hold(play, NULL, 0, "2024-06-11");
        play_until(play, "2024-06-11 12:00");
        assert_sent(play, "");
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "06-12 07:30 advance c bao-cao\n"
                          "06-13 08:00 due c bao-cao\n");
        play_free(play);
}

static void refusals(void **state)
{
        struct play *play = play_new("2024-06-10 09:00", REPORT, "", false);
        struct decision_result result;

        (void)state;
        assert_int_equal(decide_hold(play_engine(play), &clerk, NULL, 0, day_of("2024-06-09"), "bão", &result),
                         DECISION_REFUSED);
        decision_result_clear(&result);
        assert_int_equal(decide_hold(play_engine(play), &clerk, NULL, 0, CIVIL_NONE, " ", &result), DECISION_INVALID);
        decision_result_clear(&result);
        assert_int_equal(decide_release(play_engine(play), &clerk, c_only, 1, &result), DECISION_REFUSED);
        decision_result_clear(&result);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_the_newest_follows),
                cmocka_unit_test(it_ends_with_its_last_day),
                cmocka_unit_test(whoever_reads_of_others_is_held_too),
                cmocka_unit_test(what_was_queued_is_superseded),
                cmocka_unit_test(another_hold_of_the_same_counts),
                cmocka_unit_test(refusals),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
