/* What becomes of what could not be said: it came too late, and somebody is told; stories in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "play.h"
#include "store/counts.h"

#define ONLY \
        "{ id = \"kiem-tra\"; title = \"Kiểm tra\"; due = \"2024-06-14\"; for = [\"c\"]; policy = \"inspection\"; }"
#define URGED "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"c\"]; }"

static struct store_counts counts_of(struct play *play)
{
        struct store_counts counts;

        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-14"), &counts), 0);
        return counts;
}

static void acknowledge(struct play *play, const char *id, enum decision_outcome expected)
{
        struct decision_result result;

        assert_int_equal(decide_acknowledge(play_engine(play), &clerk, id, &result), expected);
        decision_result_clear(&result);
}

static int note_id(void *userdata, const struct delivery_record *delivery)
{
        memcpy(userdata, delivery->id, DELIVERY_ID_SIZE);
        return 0;
}

/* Away from before the last reminder until after the last day: it is not sent any more, and the contact is told. */
static void a_server_that_is_away_until_it_is_too_late(void **state)
{
        struct play *play = play_new("2024-06-12", ONLY, "", false);
        const struct delivery_filter cancelled = {.state = DELIVERY_CANCELLED};
        char id[DELIVERY_ID_SIZE] = "";

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-14 16:00");
        assert_int_equal(counts_of(play).too_late, 0);
        (void)play_sent(play);
        play_answer(play, "", TRANSFER_SENT, 0);
        play_until(play, "2024-06-18");
        assert_sent(play, "06-17 07:31 failure contact kiem-tra\n");
        assert_int_equal(counts_of(play).too_late, 1);
        assert_int_equal(counts_of(play).failed, 0);
        assert_int_equal(store_each_delivery(play_engine(play)->store, &cancelled, note_id, id), 0);
        acknowledge(play, "00112233445566778899aabbccddeeff", DECISION_NOT_FOUND);
        acknowledge(play, id, DECIDED);
        acknowledge(play, id, DECISION_REFUSED);
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* The same while nothing runs: of two that were missed the last is told. */
static void a_daemon_that_is_off_until_it_is_too_late(void **state)
{
        struct play *play = play_new("2024-06-03", ONLY, "", false);

        (void)state;
        play_until(play, "2024-06-10");
        play_restart(play, "2024-06-15 10:00");
        play_until(play, "2024-06-18");
        assert_sent(play, "06-17 07:30 failure contact kiem-tra\n");
        assert_int_equal(counts_of(play).too_late, 1);
        play_restart(play, "2024-06-19 10:00");
        play_until(play, "2024-06-20");
        assert_sent(play, "");
        acknowledge(play, NULL, DECIDED);
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* Off over the first only: the second is said in time. */
static void what_is_caught_up_is_not_too_late(void **state)
{
        struct play *play = play_new("2024-06-03", ONLY, "", false);

        (void)state;
        play_restart(play, "2024-06-13 12:00");
        play_until(play, "2024-06-20");
        assert_sent(play, "06-13 12:00 due c kiem-tra\n");
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* Where the policy urges afterwards, that speaks in its place. */
static void what_is_urged_afterwards_is_not_too_late(void **state)
{
        struct play *play = play_new("2024-06-12", URGED, "", false);

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-14 16:00");
        play_answer(play, "", TRANSFER_SENT, 0);
        play_until(play, "2024-06-18 09:00");
        assert_int_equal(counts_of(play).too_late, 0);
        play_restart(play, "2024-06-30 10:00");
        play_until(play, "2024-07-02");
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* What was over when the plan was first read came too late for nobody. */
static void a_plan_of_the_past_is_not_too_late(void **state)
{
        struct play *play = play_new("2024-06-20", ONLY, "", true);

        (void)state;
        play_until(play, "2024-06-22");
        assert_sent(play, "");
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* What was finished, snoozed or given up by hand in the meantime is nobody's loss. */
static void what_was_decided_in_time_is_not_too_late(void **state)
{
        struct play *play = play_new("2024-06-12", ONLY, "", false);
        const struct decision_scope scope = {.item = {.plan = "p", .item = "kiem-tra"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-14 16:00");
        assert_int_equal(decide_waive(play_engine(play), &clerk, &scope, "miễn", &result), DECIDED);
        decision_result_clear(&result);
        play_answer(play, "", TRANSFER_SENT, 0);
        (void)play_sent(play);
        play_until(play, "2024-06-18");
        assert_sent(play, "");
        assert_int_equal(counts_of(play).too_late, 0);
        play_free(play);
}

/* A failure stays one until it is acknowledged; and tried again it is none. */
static void a_failure_is_acknowledged_or_retried(void **state)
{
        struct play *play = play_new("2024-06-12", ONLY, "", false);
        const struct delivery_filter failed = {.state = DELIVERY_FAILED};
        char id[DELIVERY_ID_SIZE] = "";
        struct decision_result result;

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-13 12:00");
        assert_int_equal(counts_of(play).failed, 1);
        acknowledge(play, NULL, DECIDED);
        assert_int_equal(counts_of(play).failed, 0);
        assert_int_equal(store_each_delivery(play_engine(play)->store, &failed, note_id, id), 0);
        assert_int_equal(decide_retry(play_engine(play), &clerk, id, &result), DECIDED);
        play_until(play, "2024-06-13 13:00");
        assert_int_equal(counts_of(play).failed, 1);
        play_answer(play, "c@x.example", TRANSFER_SENT, 0);
        assert_int_equal(decide_retry(play_engine(play), &clerk, NULL, &result), DECIDED);
        assert_int_equal(counts_of(play).failed, 0);
        play_free(play);
}

/* ---- one mailbox of two agencies ---- */

#define SHARED \
        "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"a\", \"b\", \"c\"]; before = " \
        "[\"1d\"]; " \
        "overdue = { limit = 0; }; escalate = (); }"

/* C's first mailbox is that of A, in other letters; its second is its own. */
static void two_agencies_with_one_mailbox_get_one_message(void **state)
{
        struct play *play = play_new("2024-06-03", SHARED, "", false);

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"A@X.example\", \"c@x.example\", \"C@x.example\"];"), 0);
        play_until(play, "2024-06-20");
        assert_sent(play, "06-13 08:00 due a bao-cao,bao-cao\n"
                          "06-13 08:00 due b bao-cao\n"
                          "06-13 08:00 due c bao-cao\n");
        play_free(play);
}

/* Tried again, it is still one message. */
static void a_shared_mailbox_is_tried_again(void **state)
{
        struct play *play = play_new("2024-06-03", SHARED, "", false);

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"a@x.example\"];"), 0);
        play_answer(play, "a@x.example", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-13 08:00");
        assert_sent(play, "06-13 08:00 due a bao-cao,bao-cao\n"
                          "06-13 08:00 due b bao-cao\n");
        assert_int_equal(counts_of(play).queued, 1);
        play_answer(play, "a@x.example", TRANSFER_SENT, 0);
        play_until(play, "2024-06-13 17:00");
        assert_int_equal(counts_of(play).sent, 2);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_server_that_is_away_until_it_is_too_late),
                cmocka_unit_test(a_daemon_that_is_off_until_it_is_too_late),
                cmocka_unit_test(what_is_caught_up_is_not_too_late),
                cmocka_unit_test(what_is_urged_afterwards_is_not_too_late),
                cmocka_unit_test(a_plan_of_the_past_is_not_too_late),
                cmocka_unit_test(what_was_decided_in_time_is_not_too_late),
                cmocka_unit_test(a_failure_is_acknowledged_or_retried),
                cmocka_unit_test(two_agencies_with_one_mailbox_get_one_message),
                cmocka_unit_test(a_shared_mailbox_is_tried_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
