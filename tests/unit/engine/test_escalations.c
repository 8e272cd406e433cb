/* Who is told of what others owe. */
#include <stdio.h>

#include "store/occurrences.h"
#include "stories.h"

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
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_date_set_in_the_past_is_escalated),
                cmocka_unit_test(every_date_of_an_occurrence_is_escalated),
                cmocka_unit_test(a_dropped_escalation_stays_dropped),
                cmocka_unit_test(an_older_programs_escalations_stay_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
