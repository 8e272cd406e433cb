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
        assert_int_equal(decide_done(play_engine(play), &clerk, &scope, day_of(items[i].done_on), NULL, &result),
                         DECIDED);
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
        struct play *play = play_new("2024-05-20", plan, "digest = { weekday = \"mon\"; at = \"08:00\"; };", false);
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_list_ends_on_its_day),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
