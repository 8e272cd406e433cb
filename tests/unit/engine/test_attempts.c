/* What a server refuses, for a while or for good; how long it is tried. */
#include <stdio.h>

#include "store/attempts.h"
#include "store/counts.h"
#include "stories.h"

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
        assert_int_equal(deliveries_in(play, DELIVERY_SENT), 10);
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-08");
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 2);
        play_until(play, "2024-06-10 07:30");
        assert_int_equal(deliveries_in(play, DELIVERY_SENT), 12);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_permanent_failure_is_told_to_the_contact),
                cmocka_unit_test(a_temporary_failure_is_tried_again_until_given_up),
                cmocka_unit_test(retry_after_is_honoured),
                cmocka_unit_test(a_pause_longer_than_give_up_loses_nothing),
                cmocka_unit_test(a_retry_on_another_day_is_of_another_kind),
                cmocka_unit_test(the_end_of_the_hours_stops_no_test),
                cmocka_unit_test(days_off_are_no_time_tried),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
