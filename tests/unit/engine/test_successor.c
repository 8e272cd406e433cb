/* An agency passes to another one on a day to come; stories in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "play.h"
#include "store/obligation-list.h"

#define PLAN \
        "{ id = \"alone\"; title = \"Riêng\"; due = \"2024-06-28\"; for = [\"c\"]; }," \
        "{ id = \"both\"; title = \"Chung\"; due = \"2024-06-28\"; for = [\"b\", \"c\"]; }"
#define C_PASSES_TO_B "emails = [\"c@x.example\"]; successor = \"b\"; from = \"2024-06-20\";"

struct found {
        const char *item, *agency;
        enum obligation_status status;
        bool there;
};

static int find(void *userdata, const struct obligation_record *record)
{
        struct found *found = userdata;

        if (strcmp(record->item, found->item) != 0 || strcmp(record->agency, found->agency) != 0)
                return 0;
        found->there = true;
        found->status = record->obligation.status;
        return 0;
}

static void assert_status(struct play *play, const char *item, const char *agency, int expected)
{
        const struct obligation_filter all = {0};
        struct found found = {.item = item, .agency = agency};

        assert_int_equal(store_each_obligation(play_engine(play)->store, &all, find, &found), 0);
        assert_int_equal(found.there ? (int)found.status : -1, expected);
}

static void assert_passed(struct play *play)
{
        assert_status(play, "alone", "b", OBLIGATION_OPEN);
        assert_status(play, "alone", "c", OBLIGATION_WITHDRAWN);
        assert_status(play, "both", "b", OBLIGATION_OPEN);
        assert_status(play, "both", "c", OBLIGATION_WITHDRAWN);
}

static struct play *merger_to_come(void)
{
        struct play *play = play_new("2024-06-03 12:00", PLAN, "", false);

        assert_int_equal(play_move(play, C_PASSES_TO_B), 0);
        assert_status(play, "alone", "c", OBLIGATION_OPEN);
        assert_status(play, "alone", "b", -1);
        return play;
}

/* It happens by itself, at midnight; from then on the one is told what the other was told, and the other nothing. */
static void the_day_comes(void **state)
{
        struct play *play = merger_to_come();
        const char *sent;

        (void)state;
        play_until(play, "2024-06-19 23:59");
        assert_status(play, "alone", "c", OBLIGATION_OPEN);
        (void)play_sent(play);
        play_until(play, "2024-06-20 00:01");
        assert_passed(play);
        assert_sent(play, "");
        play_until(play, "2024-07-12");
        sent = play_sent(play);
        assert_non_null(strstr(sent, " b alone,both\n"));
        assert_null(strstr(sent, " c "));
        play_free(play);
}

static void the_day_passes_while_nobody_watches(void **state)
{
        struct play *play = merger_to_come();

        (void)state;
        play_restart(play, "2024-06-25 12:00");
        assert_passed(play);
        play_restart(play, "2024-06-26 12:00");
        assert_passed(play);
        play_free(play);
}

/* Whoever takes it back before or after the day has what was. */
static void it_is_taken_back(void **state)
{
        struct play *play = merger_to_come();

        (void)state;
        play_until(play, "2024-06-21");
        assert_passed(play);
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"];"), 0);
        assert_status(play, "alone", "c", OBLIGATION_OPEN);
        assert_status(play, "alone", "b", OBLIGATION_WITHDRAWN);
        assert_status(play, "both", "c", OBLIGATION_OPEN);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_day_comes),
                cmocka_unit_test(the_day_passes_while_nobody_watches),
                cmocka_unit_test(it_is_taken_back),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
