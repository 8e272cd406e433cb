/* What was decided is told after a while: one message for each agency, and nothing of what was taken back meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "addressing/announce.h"
#include "base/cleanup.h"
#include "play.h"
#include "store/occurrences.h"

#define ITEMS \
        "{ id = \"mot\"; title = \"Một\"; due = \"2024-06-28\"; for = [\"b\", \"c\"]; }, " \
        "{ id = \"hai\"; title = \"Hai\"; due = \"2024-06-28\"; for = [\"b\", \"c\"]; }"
#define COLLECTED "confirmations = true; confirm_after = \"15min\";"

static void decided(int r, struct decision_result *result)
{
        decision_result_clear(result);
        assert_int_equal(r, DECIDED);
}

static void done(struct play *play, const char *item, const char *agency)
{
        struct decision_scope scope = {.item = {.plan = "p"}, .agency = agency, .all = true};
        struct decision_result result;

        snprintf(scope.item.item, sizeof(scope.item.item), "%s", item);
        decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-03"), NULL, false, &result), &result);
}

static void reopened(struct play *play, const char *item, const char *agency)
{
        struct decision_scope scope = {.item = {.plan = "p"}, .agency = agency};
        struct decision_result result;

        snprintf(scope.item.item, sizeof(scope.item.item), "%s", item);
        decided(decide_reopen(play_engine(play), &clerk, &scope, "nhầm", &result), &result);
}

static void an_agency_is_told_once_of_what_is_decided_together(void **state)
{
        struct play *play = play_new("2024-06-03 09:00", ITEMS, COLLECTED, false);

        (void)state;
        done(play, "mot", NULL);
        play_until(play, "2024-06-03 09:10");
        done(play, "hai", "c");
        play_until(play, "2024-06-03 12:00");
        assert_sent(play, "06-03 09:15 completed b mot\n"
                          "06-03 09:25 completed c hai,mot\n");
        play_free(play);
}

static void what_is_taken_back_meanwhile_is_not_told(void **state)
{
        struct play *play = play_new("2024-06-03 09:00", ITEMS, COLLECTED, false);

        (void)state;
        done(play, "mot", "b");
        play_until(play, "2024-06-03 09:14");
        reopened(play, "mot", "b");
        play_until(play, "2024-06-03 12:00");
        assert_sent(play, "");

        done(play, "mot", "b");
        play_until(play, "2024-06-03 12:15");
        reopened(play, "mot", "b");
        play_until(play, "2024-06-03 13:00");
        assert_sent(play, "06-03 12:15 completed b mot\n"
                          "06-03 12:30 reopened b mot\n");
        play_free(play);
}

/* Decided in the evening: it leaves when the hours open, whatever became of the program in the night. */
static void what_waits_outlives_the_program(void **state)
{
        struct play *play = play_new("2024-06-03 16:50", ITEMS, COLLECTED, false);

        (void)state;
        done(play, "mot", "b");
        play_until(play, "2024-06-03 16:55");
        play_restart(play, "2024-06-03 22:00");
        done(play, "hai", "b");
        play_until(play, "2024-06-04 12:00");
        assert_sent(play, "06-04 07:30 completed b hai,mot\n");
        play_free(play);
}

/* A clock that ran a year ahead made it: it does not wait for that year. */
static void what_a_fast_clock_decided_does_not_wait_for_it(void **state)
{
        struct play *play = play_new("2024-06-03 09:00", ITEMS, COLLECTED, false);

        (void)state;
        done(play, "mot", "b");
        play_restart(play, "2024-06-03 08:30");
        play_until(play, "2024-06-03 08:31");
        assert_sent(play, "06-03 08:30 completed b mot\n");
        play_free(play);
}

static int amend(struct play *play, const char *on, const char *note, bool quiet)
{
        const struct decision_scope scope = {.item = {.plan = "p", .item = "mot"}, .agency = "b"};
        struct decision_result result;
        int r = decide_amend(play_engine(play), &clerk, &scope, on ? day_of(on) : CIVIL_NONE, note, quiet, &result);

        decision_result_clear(&result);
        return r;
}

/* What b was last told of its completion: "YYYY-MM-DD note", or "" for nothing. */
static void assert_told(struct play *play, const char *expected)
{
        struct store *store = play_engine(play)->store;
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        struct notice_detail CLEANUP(notice_detail_clear) told = {0};
        char text[100] = "", day[CIVIL_DATE_SIZE];

        assert_int_equal(store_find_occurrence(store, "p", "mot", "", &occurrence), 0);
        assert_int_equal(store_find_obligation(store, occurrence.id, "b", &record), 0);
        if (announced_completion(play_engine(play), &record, 0, &told) == ANNOUNCE_KNOWN)
                snprintf(text, sizeof(text), "%s %s", civil_format(told.on, day), told.note ? told.note : "-");
        assert_string_equal(text, expected);
}

static void what_is_amended_is_told_as_it_is(void **state)
{
        struct play *play = play_new("2024-06-03 09:00", ITEMS, COLLECTED, false);

        (void)state;
        assert_int_equal(amend(play, "2024-06-02", NULL, false), DECISION_REFUSED); /* it is not done */
        done(play, "mot", "b");
        assert_int_equal(amend(play, NULL, NULL, false), DECISION_INVALID);
        assert_int_equal(amend(play, "2024-06-04", NULL, false), DECISION_REFUSED); /* it is still to come */
        assert_int_equal(amend(play, "2024-06-03", NULL, false), DECISION_REFUSED); /* it says so */
        play_until(play, "2024-06-03 09:10");
        assert_int_equal(amend(play, "2024-06-02", NULL, false), DECIDED);
        play_until(play, "2024-06-03 12:00"); /* the first was not told: there is one, with the right day */
        assert_sent(play, "06-03 09:25 completed b mot\n");
        assert_told(play, "2024-06-02 -");

        assert_int_equal(amend(play, NULL, "công văn 15", false), DECIDED);
        play_until(play, "2024-06-03 13:00");
        assert_sent(play, "06-03 12:15 completed b mot\n");
        assert_told(play, "2024-06-02 công văn 15");

        assert_int_equal(amend(play, "2024-06-01", NULL, true), DECIDED);
        play_until(play, "2024-06-03 14:00");
        assert_sent(play, "");
        assert_told(play, "2024-06-02 công văn 15");
        play_free(play);
}

/* It says what they know: taken back, and done again as it was. */
static void what_comes_back_as_it_was_is_not_told(void **state)
{
        struct play *play = play_new("2024-06-03 09:00", ITEMS, COLLECTED, false);

        (void)state;
        done(play, "mot", "b");
        play_until(play, "2024-06-03 10:00");
        (void)play_sent(play);
        reopened(play, "mot", "b");
        done(play, "mot", "b");
        play_until(play, "2024-06-03 11:00");
        assert_sent(play, "");

        reopened(play, "mot", "b");
        play_until(play, "2024-06-03 12:00");
        assert_sent(play, "06-03 11:15 reopened b mot\n");
        assert_told(play, "");
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_agency_is_told_once_of_what_is_decided_together),
                cmocka_unit_test(what_is_taken_back_meanwhile_is_not_told),
                cmocka_unit_test(what_waits_outlives_the_program),
                cmocka_unit_test(what_is_amended_is_told_as_it_is),
                cmocka_unit_test(what_comes_back_as_it_was_is_not_told),
                cmocka_unit_test(what_a_fast_clock_decided_does_not_wait_for_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
