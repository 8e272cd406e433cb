/* What people decide, and what leaves after it. */
#include <stdio.h>

#include "addressing/announce.h"
#include "store/counts.h"
#include "store/occurrences.h"
#include "stories.h"

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

/* Its message waits, claimed, for a connection; what is done meanwhile is left out of it, and was not reminded of. */
static void done_before_its_turn_is_not_counted_as_reminded(void **state)
{
        struct play *play = play_new("2024-06-01",
                                     "{ id = \"mot\"; title = \"Một\"; due = \"2024-06-14\"; for = [\"c\"]; },"
                                     "{ id = \"hai\"; title = \"Hai\"; due = \"2024-06-14\"; for = [\"c\"]; }",
                                     "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "mot"}, .agency = "c"};
        struct decision_result CLEANUP(decision_result_clear) done = {0};
        struct decision_result result;
        struct notice_counts counts;

        (void)state;
        play_until(play, "2024-06-07 07:59");
        for (uint32_t i = 0; i < engine_config(play_engine(play))->mail.connections; i++)
                assert_int_equal(
                        decided(decide_test_to(play_engine(play), &clerk, "c", "t@x.example", &result), &result),
                        DECIDED);
        clock_advance(&play_engine(play)->clock, manager_wake(play_manager(play)));
        assert_int_equal(manager_tick(play_manager(play)), 0);
        assert_int_equal(manager_under_way(play_manager(play)), 4);
        assert_int_equal(deliveries_in(play, DELIVERY_SENDING), 5);
        assert_int_equal(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-07"), NULL, false, &done),
                         DECIDED);
        play_until(play, "2024-06-07 09:00");
        assert_non_null(strstr(play_sent(play), "advance c hai\n"));
        assert_int_equal(store_count_notices(play_engine(play)->store, done.changed[0].id, &counts), 0);
        assert_int_equal(counts.reminders, 0);
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

static void no_snooze_on_the_last_day(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        struct decision_result result;

        (void)state;
        play_until(play, "2024-06-14 10:00");
        assert_int_equal(
                decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-14"), "vướng", NULL, false, &result),
                DECISION_REFUSED);
        assert_string_equal(result.text,
                            "bao-cao for c: no working day is left before it is due; a snooze needs --force");
        decision_result_clear(&result);
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
        assert_int_equal(deliveries_in(play, DELIVERY_QUEUED), 1);
        play_until(play, "2024-06-12 12:00");
        assert_int_equal(deliveries_in(play, DELIVERY_SENT), 1);
        only_id(play, after);
        assert_string_equal(after, before);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(done_stops_everything),
                cmocka_unit_test(done_cancels_what_is_queued),
                cmocka_unit_test(done_before_its_turn_is_not_counted_as_reminded),
                cmocka_unit_test(a_snooze_is_silent_and_ends_with_a_reminder),
                cmocka_unit_test(no_snooze_on_the_last_day),
                cmocka_unit_test(an_unsnooze_is_followed_by_a_reminder),
                cmocka_unit_test(what_was_taken_back_is_not_confirmed),
                cmocka_unit_test(what_follows_a_snooze_keeps_its_id),
                cmocka_unit_test(dates_set_before_anybody_heard),
                cmocka_unit_test(a_date_moved_away_and_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
