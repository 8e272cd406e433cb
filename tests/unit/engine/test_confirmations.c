/* What was decided is told after a while: one message for each agency, and nothing of what was taken back meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "play.h"

#define ITEMS \
        "{ id = \"mot\"; title = \"Một\"; due = \"2024-06-28\"; for = [\"b\", \"c\"]; }, " \
        "{ id = \"hai\"; title = \"Hai\"; due = \"2024-06-28\"; for = [\"b\", \"c\"]; }"
#define COLLECTED "confirmations = true; confirm_after = \"15min\";"

static void decided(int r, struct decision_result *result)
{
        free(result->text);
        assert_int_equal(r, DECIDED);
}

static void done(struct play *play, const char *item, const char *agency)
{
        struct decision_scope scope = {.item = {.plan = "p"}, .agency = agency, .all = true};
        struct decision_result result;

        snprintf(scope.item.item, sizeof(scope.item.item), "%s", item);
        decided(decide_done(play_engine(play), &clerk, &scope, day_of("2024-06-03"), NULL, &result), &result);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_agency_is_told_once_of_what_is_decided_together),
                cmocka_unit_test(what_is_taken_back_meanwhile_is_not_told),
                cmocka_unit_test(what_waits_outlives_the_program),
                cmocka_unit_test(what_a_fast_clock_decided_does_not_wait_for_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
