/* Tests of anchor: the day that is counted from another item's. */
#include "obligation_fixture.h"

#include "core/anchor.h"

#include "base/cleanup.h"

static void test_day(void **state)
{
        static const struct {
                enum date_form form;
                struct offset by;
                const char *limit;
                bool event;
                struct given anchor;
                const char *day; /* "": none */
        } table[] = {
                /* Tuesday, 15 October 2024. */
                {DATE_BEFORE_ITEM, {.workdays = 5}, NULL, false, {.due = "2024-10-15"}, "2024-10-08"},
                {DATE_BEFORE_ITEM, {.days = 5}, NULL, false, {.due = "2024-10-15"}, "2024-10-10"},
                {DATE_BEFORE_ITEM, {.days = 0}, NULL, false, {.due = "2024-10-15"}, "2024-10-15"},
                {DATE_AFTER, {.workdays = 5}, NULL, false, {.due = "2024-10-15"}, "2024-10-22"},
                {DATE_AFTER, {.days = 10}, NULL, false, {.due = "2024-10-15"}, "2024-10-25"},
                /* What somebody fixed takes the place of what the plan says. */
                {DATE_BEFORE_ITEM, {.workdays = 5}, NULL, false, {.due = NULL, .fixed = "2024-10-22"}, "2024-10-15"},
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = "2024-10-15", .fixed = "2024-10-22"}, "2024-10-23"},
                /* A Sunday that moves to Monday. */
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = "2024-10-13"}, "2024-10-15"},
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = "2024-10-13", .shift = SHIFT_NONE}, "2024-10-14"},
                /* The end is counted from once it has come, and nothing is before what is over. */
                {DATE_AFTER,
                 {.days = 10},
                 NULL,
                 false,
                 {.due = "2024-10-15", .status = OBLIGATION_DONE, .done_on = "2024-10-18"},
                 "2024-10-28"},
                {DATE_AFTER,
                 {.days = 10},
                 NULL,
                 false,
                 {.status = OBLIGATION_DONE, .done_on = "2024-10-18"},
                 "2024-10-28"},
                {DATE_BEFORE_ITEM,
                 {.workdays = 5},
                 NULL,
                 false,
                 {.due = "2024-10-15", .status = OBLIGATION_DONE, .done_on = "2024-10-18"},
                 "2024-10-08"},
                /* No date yet, or none any more. */
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = NULL}, ""},
                {DATE_BEFORE_ITEM, {.days = 1}, NULL, false, {.due = NULL}, ""},
                {DATE_AFTER,
                 {.days = 1},
                 NULL,
                 false,
                 {.from = "2024-10-01", .due = "2024-10-31", .tentative = true},
                 ""},
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = "2024-10-15", .status = OBLIGATION_WAIVED}, ""},
                {DATE_AFTER, {.days = 1}, NULL, false, {.due = "2024-10-15", .status = OBLIGATION_WITHDRAWN}, ""},
                {DATE_AFTER,
                 {.days = 1},
                 NULL,
                 false,
                 {.due = "2024-10-15", .status = OBLIGATION_UNCLEAR},
                 "2024-10-16"},
                {DATE_AFTER,
                 {.days = 1},
                 NULL,
                 false,
                 {.due = "2024-10-15", .status = OBLIGATION_UNFINISHED},
                 "2024-10-16"},
                /* A window ends on its last day; an event of several begins on its first. */
                {DATE_BEFORE_ITEM, {.days = 1}, NULL, false, {.from = "2024-10-08", .due = "2024-10-10"}, "2024-10-09"},
                {DATE_BEFORE_ITEM, {.days = 1}, NULL, true, {.from = "2024-10-08", .due = "2024-10-10"}, "2024-10-07"},
                {DATE_BEFORE_ITEM, {.days = 1}, NULL, true, {.due = "2024-10-10"}, "2024-10-09"},
                {DATE_AFTER, {.days = 1}, NULL, true, {.from = "2024-10-08", .due = "2024-10-10"}, "2024-10-11"},
                /* Not beyond what the document allows. */
                {DATE_AFTER, {.days = 10}, "2024-10-24", false, {.due = "2024-10-15"}, "2024-10-24"},
                {DATE_AFTER, {.days = 10}, "2024-10-26", false, {.due = "2024-10-15"}, "2024-10-25"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct item anchor = {.event = table[i].event};
                const struct item item = {
                        .form = table[i].form, .by = table[i].by, .limit = day_or_none(table[i].limit)};
                struct obligation obligation = make(&table[i].anchor);

                if (anchor_day(&item, &anchor, &obligation, calendar) != day_of(table[i].day))
                        fail_msg("row %zu", i);
        }
}

static void test_depth(void **state)
{
        struct item items[] = {{.id = "kiem-tra"},
                               {.id = "bao-cao", .anchor = "kiem-tra"},
                               {.id = "ket-luan", .anchor = "bao-cao"},
                               {.id = "mot", .anchor = "hai"},
                               {.id = "hai", .anchor = "mot"},
                               {.id = "la", .anchor = "khong-co"}};
        const struct plan plan = {.items = items, .n_items = ELEMENTS(items)};

        (void)state;
        assert_null(item_anchor(&plan, &items[0]));
        assert_ptr_equal(item_anchor(&plan, &items[1]), &items[0]);
        assert_null(item_anchor(&plan, &items[5]));
        assert_int_equal(item_depth(&plan, &items[0]), 0);
        assert_int_equal(item_depth(&plan, &items[1]), 1);
        assert_int_equal(item_depth(&plan, &items[2]), 2);
        assert_true(item_depth(&plan, &items[3]) > plan.n_items);
        assert_int_equal(item_depth(&plan, &items[5]), 0);
        assert_true(plan_counts_from(&plan, "kiem-tra"));
        assert_true(plan_counts_from(&plan, "bao-cao"));
        assert_false(plan_counts_from(&plan, "ket-luan"));
}

static void test_when(void **state)
{
        const struct item anchor = {.title = "Kiểm tra công tác thi đua"};
        CLEANUP_FREE char *words = anchor_when(&anchor);

        (void)state;
        assert_string_equal(words, "khi có ngày của “Kiểm tra công tác thi đua”");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_day),
                cmocka_unit_test(test_depth),
                cmocka_unit_test(test_when),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
