/* Tests of plan: occurrences, whom targets mean, titles and copies. */
#include "fixture.h"

#include "core/plan.h"

#include <errno.h>

static const struct plan plan_2024 = {.year = 2024, .ends = CIVIL_NONE};

static void test_dates(void **state)
{
        static const struct {
                enum date_form form;
                const char *from, *to;
                bool tentative;
        } table[] = {
                {DATE_DUE, "", "2024-12-10", false},
                {DATE_WINDOW, "2024-10-01", "2024-10-31", true},
                {DATE_HALF, "2024-01-01", "2024-06-30", false},
                {DATE_QUARTER, "2024-01-01", "2024-03-31", false},
                {DATE_MONTH, "2024-02-01", "2024-02-29", true},
                {DATE_UNDATED, "", "", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct item item = {.form = table[i].form,
                                          .from = day_of(table[i].from),
                                          .to = day_of(table[i].to),
                                          .tentative = table[i].tentative};
                CLEANUP_FREE struct occurrence *occurrences = NULL;
                size_t n = 0;

                assert_int_equal(item_occurrences(&plan_2024, &item, &occurrences, &n), 0);
                assert_int_equal(n, 1);
                assert_string_equal(occurrences[0].key, "");
                assert_int_equal(occurrences[0].from, day_of(table[i].from));
                assert_int_equal(occurrences[0].due, day_of(table[i].to));
                assert_int_equal(occurrences[0].tentative, table[i].tentative);
        }
}

/* It may be another day: until somebody fixes it, a window of one day. */
static void test_tentative_day(void **state)
{
        const struct item item = {.form = DATE_DUE, .from = CIVIL_NONE, .to = day_of("2024-06-15"), .tentative = true};
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n = 0;

        (void)state;
        assert_int_equal(item_occurrences(&plan_2024, &item, &occurrences, &n), 0);
        assert_int_equal(n, 1);
        assert_int_equal(occurrences[0].from, day_of("2024-06-15"));
        assert_int_equal(occurrences[0].due, day_of("2024-06-15"));
        assert_true(occurrences[0].tentative);
}

static void test_observances(void **state)
{
        static const struct {
                struct observance observance;
                int32_t year;
                const char *day; /* "": never in that year */
        } table[] = {
                {{.month = 5, .day = 19}, 2024, "2024-05-19"},
                {{.month = 2, .day = 29}, 2024, "2024-02-29"},
                {{.month = 2, .day = 29}, 2023, ""},
                {{.month = 13, .day = 1}, 2023, ""},
                {{.lunar = true, .month = 3, .day = 10}, 2024, "2024-04-18"},
                {{.lunar = true, .month = 1, .day = 1}, 2030, "2030-02-02"},
                /* The end of a lunar year lies in the Gregorian year after it. */
                {{.lunar = true, .month = 12, .day = 30}, 2024, "2024-02-09"},
                {{.lunar = true, .month = 12, .day = 23}, 2025, "2025-01-22"},
                {{.lunar = true, .month = 11, .day = 1}, 2024, "2024-12-01"},
                /* Not in 2025 at all, and twice in 2026, on 3 January and 23 December. */
                {{.lunar = true, .month = 11, .day = 15}, 2025, ""},
                {{.lunar = true, .month = 11, .day = 15}, 2026, "2026-12-23"},
                {{.lunar = true, .month = 1, .day = 30}, 2024, ""},
                {{.lunar = true, .month = 1, .day = 31}, 2024, ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct item item = {.form = DATE_OBSERVANCE, .observance = table[i].observance};
                CLEANUP_FREE struct occurrence *occurrences = NULL;
                size_t n = 0;
                int r = item_occurrences(&(struct plan){.year = table[i].year, .ends = CIVIL_NONE}, &item, &occurrences,
                                         &n);

                assert_int_equal(r, *table[i].day ? 0 : -ENODATA);
                assert_int_equal(n, *table[i].day ? 1 : 0);
                if (n > 0)
                        assert_int_equal(occurrences[0].due, day_of(table[i].day));
        }
}

static void test_repeat_keys(void **state)
{
        char rule[] = "FREQ=MONTHLY;BYMONTHDAY=25", broken[] = "FREQ=NEVER";
        const struct item item = {.form = DATE_REPEAT, .repeat = rule};
        const struct item bad = {.form = DATE_REPEAT, .repeat = broken};
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n = 0;

        (void)state;
        assert_int_equal(item_occurrences(&plan_2024, &bad, &occurrences, &n), -EINVAL);
        assert_null(occurrences);
        assert_int_equal(item_occurrences(&plan_2024, &item, &occurrences, &n), 0);
        assert_int_equal(n, 12);
        assert_string_equal(occurrences[0].key, "2024-01-25");
        assert_string_equal(occurrences[11].key, "2024-12-25");
        assert_int_equal(occurrences[11].due, day_of("2024-12-25"));
        assert_int_equal(occurrences[11].from, CIVIL_NONE);
}

/* The report of the last period is due when the plan's time is over; the first day may be about the year before. */
static void test_periods(void **state)
{
        static const struct {
                const char *rule;
                struct period period;
                const char *ends, *keys, *first, *last; /* what the first one and the last one are called */
        } table[] = {
                {"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4",
                 {PERIOD_QUARTER, -1},
                 "",
                 "2024-04-04 2024-07-04 2024-10-04 2025-01-04 ",
                 "Báo cáo quý I năm 2024",
                 "Báo cáo quý IV năm 2024"},
                {"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4;COUNT=4",
                 {PERIOD_QUARTER, -1},
                 "",
                 "2024-04-04 2024-07-04 2024-10-04 2025-01-04 ",
                 "Báo cáo quý I năm 2024",
                 "Báo cáo quý IV năm 2024"},
                {"FREQ=MONTHLY;BYMONTH=1,4,7,10;BYMONTHDAY=4;UNTIL=20241231",
                 {PERIOD_QUARTER, -1},
                 "",
                 "2024-04-04 2024-07-04 2024-10-04 ",
                 "Báo cáo quý I năm 2024",
                 "Báo cáo quý III năm 2024"},
                {"FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=15",
                 {PERIOD_QUARTER, 0},
                 "",
                 "2024-03-15 2024-06-15 2024-09-15 2024-12-15 ",
                 "Báo cáo quý I năm 2024",
                 "Báo cáo quý IV năm 2024"},
                {"FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=31",
                 {PERIOD_YEAR, -1},
                 "",
                 "2025-03-31 ",
                 "Báo cáo năm 2024",
                 "Báo cáo năm 2024"},
                {"FREQ=MONTHLY;BYMONTH=1,7;BYMONTHDAY=10",
                 {PERIOD_HALF, -1},
                 "2025-08-31",
                 "2024-07-10 2025-01-10 2025-07-10 2026-01-10 ",
                 "Báo cáo 6 tháng đầu năm 2024",
                 "Báo cáo 6 tháng cuối năm 2025"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE char *rule = strdup(table[i].rule), *first = NULL, *last = NULL;
                const struct plan plan = {.year = 2024, .ends = day_of(table[i].ends)};
                const struct item item = {.form = DATE_REPEAT, .repeat = rule, .period = table[i].period};
                CLEANUP_FREE struct occurrence *occurrences = NULL;
                char keys[100] = "";
                size_t n = 0;

                assert_int_equal(item_occurrences(&plan, &item, &occurrences, &n), 0);
                for (size_t k = 0; k < n; k++) {
                        strcat(keys, occurrences[k].key);
                        strcat(keys, " ");
                }
                assert_string_equal(keys, table[i].keys);
                first = item_words(&plan, &item, "Báo cáo {period}", occurrences[0].due);
                last = item_words(&plan, &item, "Báo cáo {period}", occurrences[n - 1].due);
                assert_string_equal(first, table[i].first);
                assert_string_equal(last, table[i].last);
        }
}

static void test_no_period_in_the_plan(void **state)
{
        char rule[] = "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=1";
        const struct item item = {.form = DATE_REPEAT, .repeat = rule, .period = {PERIOD_YEAR, -1}};
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n = 0;

        (void)state;
        assert_int_equal(item_occurrences(&plan_2024, &item, &occurrences, &n), -ENODATA);
}

static void test_several_days(void **state)
{
        civil_day days[] = {day_of("2024-03-14"), day_of("2024-09-14"), day_of("2025-01-04")};
        const struct item item = {.form = DATE_DAYS, .days = days, .n_days = ELEMENTS(days)};
        CLEANUP_FREE struct occurrence *occurrences = NULL;
        size_t n = 0;

        (void)state;
        assert_int_equal(item_occurrences(&plan_2024, &item, &occurrences, &n), 0);
        assert_int_equal(n, ELEMENTS(days));
        assert_string_equal(occurrences[2].key, "2025-01-04");
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(occurrences[i].due, days[i]);
                assert_int_equal(occurrences[i].from, CIVIL_NONE);
                assert_false(occurrences[i].tentative);
        }
}

static void test_own_dates(void **state)
{
        struct own_date own[] = {{.agency = 3, .due = day_of("2024-10-06")},
                                 {.agency = 1, .due = day_of("2024-10-13")}};
        const struct item item = {.own_dates = own, .n_own_dates = ELEMENTS(own)};
        const struct occurrence window = {.from = day_of("2024-10-01"), .due = day_of("2024-10-31"), .tentative = true};
        static const struct {
                size_t agency;
                const char *from, *due;
                bool tentative;
        } table[] = {
                {0, "2024-10-01", "2024-10-31", true},
                {1, "", "2024-10-13", false},
                {3, "", "2024-10-06", false},
                {4, "2024-10-01", "2024-10-31", true},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct occurrence of = item_occurrence_of(&item, &window, table[i].agency);

                assert_int_equal(of.from, day_of(table[i].from));
                assert_int_equal(of.due, day_of(table[i].due));
                assert_int_equal(of.tentative, table[i].tentative);
        }
}

static void test_targets(void **state)
{
        static size_t members[] = {3, 1}, council[] = {4, 1};
        static struct group groups[] = {{.agencies = council, .n_agencies = 2}};
        static const struct roster roster = {.n_agencies = 5, .groups = groups, .n_groups = 1};
        static const struct {
                size_t head;
                const char *deputies;
                struct target words[3];
                size_t n;
                const char *agencies; /* roster indexes */
        } table[] = {
                {0, "2", {{TARGET_HEAD, 0}}, 1, "0"},
                {0, "2", {{TARGET_DEPUTY, 0}}, 1, "2"},
                {0, "42", {{TARGET_DEPUTY, 0}}, 1, "24"},
                {ROSTER_NONE, "", {{TARGET_HEAD, 0}, {TARGET_DEPUTY, 0}}, 2, ""},
                {0, "2", {{TARGET_MEMBERS, 0}}, 1, "13"},
                {0, "2", {{TARGET_ALL, 0}}, 1, "01234"},
                {0, "2", {{TARGET_GROUP, 0}}, 1, "14"},
                {0, "2", {{TARGET_AGENCY, 3}}, 1, "3"},
                {3,
                 "2",
                 {{TARGET_GROUP, 0}, {TARGET_MEMBERS, 0}, {TARGET_HEAD, 0}},
                 3,
                 "134"}, /* each once, in order */
                {0, "2", {{TARGET_HEAD, 0}}, 0, ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct target words[3];
                size_t deputies[2] = {0};
                const struct targets targets = {.words = words, .n = table[i].n};
                const struct plan plan = {.head = table[i].head,
                                          .deputies = deputies,
                                          .n_deputies = strlen(table[i].deputies),
                                          .members = members,
                                          .n_members = 2};
                CLEANUP_FREE size_t *agencies = NULL;
                size_t n = 0;

                memcpy(words, table[i].words, sizeof(words));
                for (size_t j = 0; j < plan.n_deputies; j++)
                        deputies[j] = (size_t)(table[i].deputies[j] - '0');
                assert_int_equal(plan_resolve(&plan, &roster, &targets, &agencies, &n), 0);
                assert_int_equal(n, strlen(table[i].agencies));
                for (size_t j = 0; j < n; j++)
                        assert_int_equal(agencies[j], table[i].agencies[j] - '0');
        }
}

static void test_titles(void **state)
{
        static const struct {
                const char *title;
                enum date_form form;
                int32_t since;
                const char *expected;
        } table[] = {
                {"Kỷ niệm {n} năm Ngày sinh Chủ tịch Hồ Chí Minh", DATE_OBSERVANCE, 1890,
                 "Kỷ niệm 134 năm Ngày sinh Chủ tịch Hồ Chí Minh"},
                {"{n}{n}", DATE_OBSERVANCE, 2000, "2424"},
                {"{n", DATE_OBSERVANCE, 2000, "{n"},
                {"n} {m} {{n}}", DATE_OBSERVANCE, 2000, "n} {m} {24}"},
                {"%s {n}", DATE_OBSERVANCE, 2000, "%s 24"},
                {"", DATE_OBSERVANCE, 2000, ""},
                {"{n} năm", DATE_OBSERVANCE, 0, "{n} năm"}, /* no first year, no ordinal */
                {"{n} báo cáo", DATE_DUE, 1890, "{n} báo cáo"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                CLEANUP_FREE char *source = strdup(table[i].title);
                const struct item item = {
                        .title = source, .form = table[i].form, .observance = {.since = table[i].since}};
                CLEANUP_FREE char *title = item_words(&plan_2024, &item, source, CIVIL_NONE);

                assert_non_null(title);
                assert_string_equal(title, table[i].expected);
        }
}

static void test_policy_copy(void **state)
{
        char id[] = "report";
        struct offset before[] = {{.days = 30}, {.workdays = 5}};
        struct target words[] = {{TARGET_HEAD, 0}, {TARGET_GROUP, 7}}, *to;
        struct escalation escalations[] = {{.after = {.workdays = 3}, .to = {.words = words, .n = 2}},
                                           {.after = {.workdays = 10}}};
        const struct policy policy = {.id = id,
                                      .before = before,
                                      .n_before = 2,
                                      .at = CLOCK(8, 0),
                                      .overdue_every = {.workdays = 2},
                                      .overdue_limit = OVERDUE_UNLIMITED,
                                      .escalations = escalations,
                                      .n_escalations = 2,
                                      .shift = SHIFT_PREVIOUS};
        const struct policy empty = {0};
        CLEANUP(policy_clear) struct policy copy = {0};

        (void)state;
        assert_int_equal(policy_copy(&policy, &copy), 0);
        assert_string_equal(copy.id, "report");
        assert_ptr_not_equal(copy.id, policy.id);
        assert_ptr_not_equal(copy.before, policy.before);
        assert_memory_equal(copy.before, before, sizeof(before));
        assert_int_equal(copy.n_escalations, 2);
        to = copy.escalations[0].to.words;
        assert_ptr_not_equal(to, words);
        for (size_t i = 0; i < ELEMENTS(words); i++) {
                assert_int_equal(to[i].role, words[i].role);
                assert_int_equal(to[i].index, words[i].index);
        }
        assert_int_equal(copy.escalations[1].after.workdays, 10);
        assert_int_equal(copy.at, policy.at);
        assert_int_equal(copy.overdue_limit, OVERDUE_UNLIMITED);
        assert_int_equal(copy.overdue_every.workdays, 2);
        assert_int_equal(copy.shift, SHIFT_PREVIOUS);

        policy_clear(&copy);
        assert_int_equal(policy_copy(&empty, &copy), 0);
        assert_null(copy.id);
        assert_int_equal(copy.n_before + copy.n_escalations, 0);
}

static void test_closing(void **state)
{
        static const struct {
                const char *closes, *moved;
                bool put_away;
                const char *closing;
        } table[] = {
                {"2025-03-31", "", false, "2025-03-31"},
                {"2025-01-15", "", false, "2025-01-15"},
                {"2025-03-31", "2025-02-10", false, "2025-02-10"},
                {"2025-03-31", "2025-06-30", false, "2025-06-30"},
                {"2025-03-31", "2024-12-20", false, "2024-12-20"},
                /* Put away: that ends it once its year is over. */
                {"2025-03-31", "", true, "2025-01-01"},
                {"2024-11-30", "", true, "2024-11-30"},
                {"2025-03-31", "2025-06-30", true, "2025-01-01"},
                {"2025-03-31", "2024-12-20", true, "2024-12-20"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct plan_term term = {
                        .year = 2024,
                        .ends = day_of("2024-12-31"),
                        .closes = day_of(table[i].closes),
                        .moved = day_of(table[i].moved),
                        .put_away = table[i].put_away,
                };

                assert_int_equal(plan_closing(&term), day_of(table[i].closing));
        }
}

/* The last day of a plan, the last that it may name, and when it closes. */
static void test_ends(void **state)
{
        static const struct {
                const char *ends, *last_day, *last_date, *closes, *last_closing;
        } table[] = {
                {"", "2024-12-31", "2025-03-31", "2025-03-31", "2025-12-31"},
                {"2024-08-31", "2024-08-31", "2024-08-31", "2025-03-31", "2025-12-31"},
                {"2025-08-31", "2025-08-31", "2025-08-31", "2026-03-31", "2026-12-31"},
                {"2025-12-31", "2025-12-31", "2025-12-31", "2026-03-31", "2026-12-31"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct plan plan = {.year = 2024, .ends = day_of(table[i].ends)};
                civil_day ends = plan_last_day(&plan), last = day_of(table[i].last_closing);
                const struct plan_term put_away = {.year = 2024,
                                                   .ends = ends,
                                                   .closes = plan_closes_by_itself(ends),
                                                   .moved = CIVIL_NONE,
                                                   .put_away = true};

                assert_int_equal(ends, day_of(table[i].last_day));
                assert_int_equal(plan_last_date(&plan), day_of(table[i].last_date));
                assert_int_equal(plan_closes_by_itself(ends), day_of(table[i].closes));
                assert_int_equal(plan_closing(&put_away), ends + 1);
                assert_false(plan_may_close_on(2024, ends, day_of("2023-12-31")));
                assert_true(plan_may_close_on(2024, ends, day_of("2024-01-01")));
                assert_true(plan_may_close_on(2024, ends, last));
                assert_false(plan_may_close_on(2024, ends, last + 1));
        }
}

/* What comes each year comes in both; what comes once keeps the name of the item. */
static void test_more_than_a_year(void **state)
{
        char rule[] = "FREQ=MONTHLY;BYMONTH=3,9;BYMONTHDAY=20";
        static const struct {
                struct item item;
                const char *keys; /* in order */
        } table[] = {
                {{.form = DATE_REPEAT}, "2024-03-20 2024-09-20 2025-03-20 "},
                {{.form = DATE_OBSERVANCE, .observance = {.month = 5, .day = 19}}, "2024-05-19 2025-05-19 "},
                {{.form = DATE_OBSERVANCE, .observance = {.month = 9, .day = 2}}, " "},
                {{.form = DATE_OBSERVANCE, .observance = {.month = 2, .day = 29}}, " "},
        };
        const struct plan plan = {.year = 2024, .ends = day_of("2025-08-31")};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct item item = table[i].item;
                CLEANUP_FREE struct occurrence *occurrences = NULL;
                char keys[100] = "";
                size_t n = 0;

                item.repeat = rule;
                assert_int_equal(item_occurrences(&plan, &item, &occurrences, &n), 0);
                for (size_t k = 0; k < n; k++) {
                        strcat(keys, occurrences[k].key);
                        strcat(keys, " ");
                }
                assert_string_equal(keys, table[i].keys);
        }
}

static void test_urges(void **state)
{
        struct escalation level = {.after = {.workdays = 3}};

        (void)state;
        assert_false(policy_urges(&(struct policy){.overdue_every = {.workdays = 2}}));
        assert_true(policy_urges(&(struct policy){.overdue_every = {.workdays = 2}, .overdue_limit = 1}));
        assert_true(policy_urges(&(struct policy){.escalations = &level, .n_escalations = 1}));
}

static void test_attend(void **state)
{
        struct escalation level = {.after = {.workdays = 3}};
        struct policy model = {.overdue_every = {.workdays = 2},
                               .overdue_limit = 4,
                               .escalations = &level,
                               .n_escalations = 1,
                               .shift = SHIFT_PREVIOUS};
        CLEANUP(policy_clear) struct policy policy = {0};

        (void)state;
        assert_int_equal(policy_copy(&model, &policy), 0);
        policy_attend(&policy);
        assert_false(policy_urges(&policy));
        assert_int_equal(policy.shift, SHIFT_NONE);
}

/* An item that rests on another document is not read at the plan's address. */
static void test_basis(void **state)
{
        const struct {
                const char *basis, *link, *expected_basis, *expected_link;
        } table[] = {
                {NULL, NULL, "Kế hoạch 28", "https://vb.example/28"},
                {NULL, "https://vb.example/28#2", "Kế hoạch 28", "https://vb.example/28#2"},
                {"Công văn 9", NULL, "Công văn 9", NULL},
                {"Công văn 9", "https://vb.example/9", "Công văn 9", "https://vb.example/9"},
        };
        const struct plan plan = {.basis = (char *)"Kế hoạch 28", .link = (char *)"https://vb.example/28"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct item item = {.basis = (char *)table[i].basis, .link = (char *)table[i].link};
                const char *link = item_link(&plan, &item);

                assert_string_equal(item_basis(&plan, &item), table[i].expected_basis);
                assert_string_equal(link ? link : "", table[i].expected_link ? table[i].expected_link : "");
        }
}

static void test_find_and_clear(void **state)
{
        CLEANUP(plan_clear) struct plan plan = {.items = calloc(2, sizeof(struct item)), .n_items = 2};

        (void)state;
        assert_non_null(plan.items);
        plan.items[0] = (struct item){.id = strdup("a"), .title = strdup("A"), .when = strdup("khi nào")};
        plan.items[1] = (struct item){.id = strdup("b"), .for_ = {.words = calloc(1, sizeof(struct target)), .n = 1}};
        plan.title = strdup("Kế hoạch");
        assert_ptr_equal(plan_find_item(&plan, "b"), &plan.items[1]);
        assert_null(plan_find_item(&plan, "c"));
        plan_clear(&plan);
        assert_null(plan_find_item(&plan, "a"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_dates),        cmocka_unit_test(test_tentative_day),
                cmocka_unit_test(test_observances),  cmocka_unit_test(test_repeat_keys),
                cmocka_unit_test(test_periods),      cmocka_unit_test(test_no_period_in_the_plan),
                cmocka_unit_test(test_several_days), cmocka_unit_test(test_own_dates),
                cmocka_unit_test(test_targets),      cmocka_unit_test(test_titles),
                cmocka_unit_test(test_policy_copy),  cmocka_unit_test(test_attend),
                cmocka_unit_test(test_basis),        cmocka_unit_test(test_find_and_clear),
                cmocka_unit_test(test_closing),      cmocka_unit_test(test_urges),
                cmocka_unit_test(test_ends),         cmocka_unit_test(test_more_than_a_year),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
