/* The lists of a weekly digest: on which day an obligation passes from one to the next. */
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

/* The digest is of Monday 10 June 2024, for the week to the 16th; its month ends on 10 July, 30 days ahead. An item is
 * named after the list in which it must stand, "none" where in none, and why. */
static const struct {
        const char *name, *when; /* as the plan has it */
        const char *done_on;     /* or NULL */
} items[] = {
        {"overdue-friday", "due = \"2024-06-07\"", NULL},
        {"week-saturday", "due = \"2024-06-08\"", NULL}, /* a day off: on time until this Monday */
        {"week-monday", "due = \"2024-06-10\"", NULL},
        {"week-sunday", "due = \"2024-06-16\"", NULL},
        {"month-monday", "due = \"2024-06-17\"", NULL},
        {"month-last", "due = \"2024-07-10\"", NULL},
        {"none-behind", "due = \"2024-07-11\"", NULL},
        {"none-eight", "due = \"2024-12-02\"", "2024-06-02"}, /* eight days back: told last week */
        {"finished-seven", "due = \"2024-12-03\"", "2024-06-03"},
        {"finished-one", "due = \"2024-12-04\"", "2024-06-09"},
        {"none-today", "due = \"2024-12-05\"", "2024-06-10"}, /* told next week */
        {"finished-late", "due = \"2024-06-04\"", "2024-06-05"},
        {"waiting-undated", "when = \"khi có hướng dẫn\"", NULL},
        {"waiting-tentative", "window = [\"2024-06-03\", \"2024-06-28\"]; tentative = true", NULL},
        {"none-observance", "observance = { date = \"06-12\"; since = 1950; }", NULL},
};

static char *plan_of_items(void)
{
        char *plan = NULL;
        size_t size;
        FILE *out = open_memstream(&plan, &size);

        assert_non_null(out);
        for (size_t i = 0; i < ELEMENTS(items); i++)
                fprintf(out, "%s{ id = \"%s\"; title = \"Việc\"; for = [\"c\"]; %s; }", i > 0 ? ", " : "",
                        items[i].name, items[i].when);
        fclose(out);
        return plan;
}

static void finish(struct play *play, size_t i)
{
        struct decision_scope scope = {.item.plan = "p"};
        struct decision_result result;

        snprintf(scope.item.item, sizeof(scope.item.item), "%s", items[i].name);
        assert_int_equal(decide_done(play_engine(play), &clerk, &scope, day_of(items[i].done_on), NULL, false, &result),
                         DECIDED);
        decision_result_clear(&result);
}

/* The digest's line, on which each item stands behind "list:" or a comma. */
static bool is_listed(const char *line, const char *list, const char *item)
{
        char opening[32];
        const char *from, *to, *found;

        snprintf(opening, sizeof(opening), " %s:", list);
        from = strstr(line, opening);
        if (!from)
                return false;
        to = strpbrk(from + 1, " \n");
        found = strstr(from, item);
        return found && found < to;
}

static void each_list_ends_on_its_day(void **state)
{
        char *CLEANUP_FREE plan = plan_of_items();
        struct play *play = play_new("2024-05-20", plan,
                                     "digest = { weekday = \"mon\"; at = \"08:00\"; when = \"always\"; };", false);
        const char *line;

        (void)state;
        play_until(play, "2024-06-10 07:30");
        for (size_t i = 0; i < ELEMENTS(items); i++)
                if (items[i].done_on)
                        finish(play, i);
        (void)play_sent(play);
        play_until(play, "2024-06-10 12:00");
        line = strstr(play_sent(play), "06-10 08:00 digest c 2024-06-10..2024-06-16 ");
        assert_non_null(line);
        for (size_t i = 0; i < ELEMENTS(items); i++) {
                static const char *const lists[] = {"overdue", "week", "month", "finished", "waiting"};

                for (size_t j = 0; j < ELEMENTS(lists); j++) {
                        bool expected = strncmp(items[i].name, lists[j], strlen(lists[j])) == 0;

                        if (is_listed(line, lists[j], items[i].name) != expected)
                                fail_msg("%s %s in %s", items[i].name, expected ? "is not" : "is", line);
                }
        }
        play_free(play);
}

#define CHANGED "digest = { weekday = \"mon\"; at = \"08:00\"; };"
#define LATE \
        "{ id = \"muon\"; title = \"Muộn\"; due = \"2024-06-06\"; for = [\"c\"]; overdue = { every = \"90d\"; limit " \
        "= 1; }; " \
        "escalate = (); before = []; }"

/* Overdue for months, and nothing else changes: each fourth week. What waits for a date is not worth one. */
static void what_does_not_change_is_sent_each_fourth_week(void **state)
{
        struct play *play = play_new("2024-06-08",
                                     LATE ", { id = \"cho\"; title = \"Chờ\"; when = \"khi có hướng dẫn\"; "
                                          "for = [\"b\"]; }",
                                     CHANGED, false);

        (void)state;
        play_until(play, "2024-07-15 12:00");
        assert_sent(play, "06-10 08:00 digest a 2024-06-10..2024-06-16\n"
                          "06-10 08:00 digest c 2024-06-10..2024-06-16 overdue:muon\n"
                          "07-08 08:00 digest a 2024-07-08..2024-07-14\n"
                          "07-08 08:00 digest c 2024-07-08..2024-07-14 overdue:muon\n");
        play_free(play);
}

/* The reminder of the same morning holds it; what another address has, or another hour, it leaves alone. */
static void a_digest_stands_within_the_reminder_of_its_morning(void **state)
{
        struct play *play = play_new("2024-06-08",
                                     "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-17\"; "
                                     "for = [\"c\"]; }",
                                     CHANGED, false);
        struct notice_record notice;

        (void)state;
        play_until(play, "2024-06-10 12:00");
        assert_sent(play, "06-10 08:00 advance c bao-cao 2024-06-10..2024-06-16 month:bao-cao\n"
                          "06-10 08:00 digest a 2024-06-10..2024-06-16\n");
        /* One delivery settles both. */
        assert_int_equal(store_last_said(play_engine(play)->store, "c", "digest@", "digest~", &notice), 0);
        assert_int_equal(notice.state, NOTICE_SENT);
        notice_record_clear(&notice);
        play_free(play);
}

/* None arrived: it is owed the week after, as it was. */
static void a_digest_that_was_lost_is_owed(void **state)
{
        struct play *play = play_new("2024-06-08", LATE, CHANGED, false);

        (void)state;
        play_answer(play, "", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-10 12:00");
        (void)play_sent(play);
        play_answer(play, "", TRANSFER_SENT, 0);
        play_restart(play, "2024-06-12 12:00");
        play_until(play, "2024-06-24 12:00");
        assert_non_null(strstr(play_sent(play), "06-17 08:00 digest c 2024-06-17..2024-06-23 overdue:muon\n"));
        play_free(play);
}

/* Whoever gets an address has had none. */
static void another_address_is_news(void **state)
{
        struct play *play = play_new("2024-06-08", LATE, CHANGED, false);

        (void)state;
        play_until(play, "2024-06-10 12:00");
        (void)play_sent(play);
        assert_int_equal(play_move(play, "emails = [\"c2@x.example\"]"), 0);
        play_until(play, "2024-06-24 12:00");
        assert_sent(play, "06-17 08:00 digest c 2024-06-17..2024-06-23 overdue:muon\n");
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_list_ends_on_its_day),
                cmocka_unit_test(what_does_not_change_is_sent_each_fourth_week),
                cmocka_unit_test(a_digest_stands_within_the_reminder_of_its_morning),
                cmocka_unit_test(a_digest_that_was_lost_is_owed),
                cmocka_unit_test(another_address_is_news),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
