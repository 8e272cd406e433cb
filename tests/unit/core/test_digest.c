/* Tests of digest: when it leaves, and on which day an obligation passes from one list to the next. */
#include "ladder_fixture.h"

#include "core/digest.h"

static struct digest_rules digest_rules(const struct calendar *calendar)
{
        return (struct digest_rules){.weekday = MONDAY, .at = CLOCK(8, 0), .calendar = calendar, .hours = &office};
}

static void test_moments(void **state)
{
        static const struct {
                const char *now, *newest, *moment; /* that of the newest */
        } table[] = {
                {"2024-06-10 08:00", "2024-06-10", "2024-06-10 08:00"},
                {"2024-06-10 07:59", "2024-06-03", "2024-06-03 08:00"},
                {"2024-06-16 23:59", "2024-06-10", "2024-06-10 08:00"},
                /* Monday 2 September and the day after were days off. */
                {"2024-09-03 12:00", "2024-08-26", "2024-08-26 08:00"},
                {"2024-09-04 08:00", "2024-09-02", "2024-09-04 08:00"},
                /* Tết 2024 lasted from Thursday 8 to Wednesday 14 February. */
                {"2024-02-12 08:00", "2024-02-05", "2024-02-05 08:00"},
                {"2024-02-15 08:00", "2024-02-12", "2024-02-15 08:00"},
        };
        struct digest_rules rules = digest_rules(*state);

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day newest = digest_newest(&rules, wall_of(table[i].now));

                assert_int_equal(newest, day_of(table[i].newest));
                assert_int_equal(digest_moment(&rules, newest), wall_of(table[i].moment));
        }
        rules.at = CLOCK(17, 0); /* the hours are over */
        assert_int_equal(digest_moment(&rules, day_of("2024-06-10")), wall_of("2024-06-11 07:30"));
}

/* Where the holidays are longer than a week none of theirs has come before they end. */
static void test_long_holidays(void **state)
{
        CLEANUP(calendar_p) struct calendar *calendar = NULL;
        struct calendar_day off[20] = {0};
        struct digest_rules rules;

        (void)state;
        assert_int_equal(calendar_new(&calendar), 0);
        for (int i = 0; i < (int)ELEMENTS(off); i++)
                off[i] = (struct calendar_day){.day = day_of("2024-06-10") + i, .off = true, .name = (char *)"flood"};
        assert_int_equal(calendar_set_year(calendar, 2024, off, ELEMENTS(off)), 0);
        rules = digest_rules(calendar);
        assert_int_equal(digest_newest(&rules, wall_of("2024-06-28 12:00")), day_of("2024-06-03"));
        assert_int_equal(digest_newest(&rules, wall_of("2024-07-01 08:00")), day_of("2024-07-01"));
}

static void test_what_follows(void **state)
{
        static const struct {
                enum weekday weekday; /* as it is configured now */
                const char *settled, *after;
        } table[] = {
                {MONDAY, "2024-06-10", "2024-06-17"},
                {SUNDAY, "2024-06-10", "2024-06-16"},
                {TUESDAY, "2024-06-10", "2024-06-11"},
        };
        struct digest_rules rules = digest_rules(*state);
        char key[RUNG_KEY_SIZE];

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                rules.weekday = table[i].weekday;
                assert_int_equal(digest_after(&rules, day_of(table[i].settled)), day_of(table[i].after));
        }
        digest_write_key(day_of("2024-06-10"), key);
        assert_string_equal(key, "digest@2024-06-10");
        assert_int_equal(rung_key_day(key), day_of("2024-06-10"));
}

/* The digest of Monday 10 June, for the week to the 16th; its month ends on 10 July. */
static void test_sections(void **state)
{
        static const struct {
                struct given given;
                const char *done_on;
                enum digest_section section;
        } table[] = {
                {{.due = "2024-06-07"}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-08"}, "", DIGEST_WEEK}, /* a Saturday: on time until this Monday */
                {{.due = "2024-06-08", .shift = SHIFT_NONE}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-07", .snoozed_until = "2024-06-12"}, "", DIGEST_OVERDUE},
                {{.due = "2024-06-10"}, "", DIGEST_WEEK},
                {{.due = "2024-06-16"}, "", DIGEST_WEEK},
                {{.due = "2024-06-16", .snoozed_until = "2024-06-12"}, "", DIGEST_WEEK},
                {{.due = "2024-06-17"}, "", DIGEST_MONTH},
                {{.due = "2024-07-10"}, "", DIGEST_MONTH},
                {{.due = "2024-07-11"}, "", DIGEST_SECTIONS},
                {{.due = NULL}, "", DIGEST_WAITING},
                {{.due = NULL, .snoozed_until = "2024-06-12"}, "", DIGEST_WAITING},
                {{.due = NULL, .fixed = "2024-06-12"}, "", DIGEST_WEEK},
                {{.from = "2024-06-03", .due = "2024-06-07", .tentative = true}, "", DIGEST_WAITING},
                {{.from = "2024-06-03", .due = "2024-06-28", .tentative = true, .snoozed_until = "2024-06-12"},
                 "",
                 DIGEST_WAITING},
                {{.from = "2024-06-03", .due = "2024-06-28", .tentative = true, .fixed = "2024-06-20"},
                 "",
                 DIGEST_MONTH},
                {{.due = "2024-12-02", .status = OBLIGATION_DONE}, "2024-06-02", DIGEST_SECTIONS},
                {{.due = "2024-12-02", .status = OBLIGATION_DONE}, "2024-06-03", DIGEST_FINISHED},
                {{.due = "2024-06-04", .status = OBLIGATION_DONE}, "2024-06-09", DIGEST_FINISHED},
                {{.due = "2024-06-12", .status = OBLIGATION_DONE}, "2024-06-10", DIGEST_SECTIONS}, /* next week */
                {{.due = "2024-06-12", .status = OBLIGATION_WAIVED}, "", DIGEST_SECTIONS},
                {{.due = "2024-06-12", .status = OBLIGATION_WITHDRAWN}, "", DIGEST_SECTIONS},
                {{&policy_inspection, .due = "2024-06-07"}, "", DIGEST_SECTIONS},
                {{&policy_inspection, .due = "2024-06-10"}, "", DIGEST_WEEK},
                {{&policy_inspection, .from = "2024-06-03", .due = "2024-06-07", .tentative = true},
                 "",
                 DIGEST_WAITING},
                {{.due = "2024-06-12", .observance = true}, "", DIGEST_SECTIONS},
                {{.due = "2024-06-07", .observance = true}, "", DIGEST_SECTIONS},
        };
        civil_day monday = day_of("2024-06-10");

        assert_int_equal(digest_week_end(monday), day_of("2024-06-16"));
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct obligation obligation = make(&table[i].given);

                obligation.done_on = day_of(table[i].done_on);
                assert_int_equal(digest_section_of(&obligation, *state, monday, monday), table[i].section);
        }
        /* Moved by a day off it speaks of the same week, as things stand when it leaves. */
        assert_int_equal(digest_section_of(&(struct obligation){.from = CIVIL_NONE, .due = monday, .fixed = CIVIL_NONE},
                                           *state, monday, monday + 1),
                         DIGEST_OVERDUE);
}

static struct gist gist_of(const struct gist_line *lines, size_t n)
{
        struct gist gist = {0};

        for (size_t i = 0; i < n; i++)
                gist_add(&gist, &lines[i]);
        return gist;
}

static uint64_t print_of_hold(const char *agency, civil_day until, const char *reason)
{
        struct gist gist = {0};

        gist_add_hold(&gist, agency, until, reason);
        return gist.print;
}

/* What changes a digest changes its print, and nothing else does. */
/* What the store is asked for holds all that stands in a digest. */
static void test_bounds(void **state)
{
        civil_day nominal = civil_from(2024, 9, 16);

        for (civil_day today = nominal; today < nominal + 9; today++)
                for (civil_day day = nominal - 60; day < nominal + 60; day++) {
                        struct obligation open = {.from = CIVIL_NONE, .due = day, .fixed = CIVIL_NONE};
                        struct obligation done = open;
                        struct obligation_dates dates = obligation_dates(&open, *state);

                        done.status = OBLIGATION_DONE;
                        done.done_on = day;
                        if (digest_section_of(&open, *state, nominal, today) != DIGEST_SECTIONS)
                                assert_true(dates.safe <= digest_due_until(nominal, today));
                        if (digest_section_of(&done, *state, nominal, today) != DIGEST_SECTIONS)
                                assert_true(day >= digest_done_since(nominal));
                }
}

static void test_gist(void **state)
{
        const struct obligation_dates none = {0}, other = {.due = 5};
        const struct gist_line lines[] = {
                {DIGEST_WEEK, "p", "i", "", "", none, STATE_PENDING, 0, false},
                {DIGEST_OVERDUE, "p", "i", "", "", none, STATE_PENDING, 0, false},
                {DIGEST_SECTIONS, "p", "i", "", "", none, STATE_PENDING, 0, false},
                {DIGEST_WEEK, "pi", "", "", "", none, STATE_PENDING, 0, false}, /* "p" and "i" are two texts */
                {DIGEST_WEEK, "p", "j", "", "", none, STATE_PENDING, 0, false},
                {DIGEST_WEEK, "p", "i", "2024-06-10", "", none, STATE_PENDING, 0, false},
                {DIGEST_WEEK, "p", "i", "", "b", none, STATE_PENDING, 0, false},
                {DIGEST_WEEK, "p", "i", "", "", other, STATE_PENDING, 0, false},
                {DIGEST_WEEK, "p", "i", "", "", none, STATE_OVERDUE, 0, false},
                {DIGEST_WEEK, "p", "i", "", "", none, STATE_SNOOZED, 7, false},
                {DIGEST_WEEK, "p", "i", "", "", none, STATE_SNOOZED, 8, false},
                {DIGEST_WEEK, "p", "i", "", "", none, STATE_PENDING, 0, true},
        };
        const struct gist_line two[] = {lines[0], lines[1]}, turned[] = {lines[1], lines[0]};
        const struct gist_line doubled[] = {lines[0], lines[0]};
        const struct gist_line was_snoozed = {DIGEST_WEEK, "p", "i", "", "", none, STATE_PENDING, 7, false};
        const struct gist_line finished = {DIGEST_FINISHED, "p", "i", "", "", none, STATE_DONE, 0, false};
        const struct gist_line waiting = {DIGEST_WAITING, "p", "i", "", "", none, STATE_UNDATED, 0, false};
        struct gist gist, to;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(lines); i++)
                for (size_t j = 0; j < ELEMENTS(lines); j++)
                        if ((gist_of(&lines[i], 1).print == gist_of(&lines[j], 1).print) != (i == j))
                                fail_msg("lines %zu and %zu", i, j);
        assert_true(gist_of(two, 2).print == gist_of(turned, 2).print);
        assert_true(gist_of(doubled, 2).print != gist_of(lines, 1).print);
        assert_true(gist_of(&was_snoozed, 1).print == gist_of(lines, 1).print); /* the snooze is over */
        assert_true(gist_of(&finished, 1).print == 0);                          /* listed once: news, and then gone */
        gist = gist_of(&finished, 1);
        assert_int_equal(gist.n_finished, 1);
        assert_int_equal(gist.n_news, 1);
        gist = gist_of(&waiting, 1);
        assert_int_equal(gist.n_news, 0);
        assert_true(gist.print != 0);
        to = gist_of(&finished, 1);
        gist_add_all(&to, &gist);
        assert_true(to.print == gist.print);
        assert_int_equal(to.n_finished, 1);
        assert_int_equal(to.n_news, 1);
        to = gist;
        gist_add_address(&to, "a@x.example");
        assert_true(gist.print != to.print);
        assert_true(print_of_hold("a", 7, "x") == print_of_hold("a", 7, "x"));
        assert_true(print_of_hold("a", 7, "x") != print_of_hold(NULL, 7, "x"));
        assert_true(print_of_hold("a", 7, "x") != print_of_hold("a", CIVIL_NONE, "x"));
        assert_true(print_of_hold("a", 7, "x") != print_of_hold("a", 7, "y"));
        assert_true(print_of_hold(NULL, CIVIL_NONE, "") != 0);
}

static void test_worth(void **state)
{
        static const struct {
                const char *past; /* "": none was sent */
                uint64_t was, is;
                size_t n_finished, n_news;
                bool expected;
        } table[] = {
                {"", 0, 1, 0, 1, true},
                {"", 0, 0, 0, 0, false}, /* nothing but what waits */
                {"2024-06-03", 1, 1, 0, 1, false},
                {"2024-06-03", 1, 2, 0, 1, true},
                {"2024-06-03", 1, 2, 0, 0, false},
                {"2024-06-03", 1, 1, 1, 1, true},
                {"2024-05-20", 1, 1, 0, 1, false},
                {"2024-05-14", 1, 1, 0, 1, false}, /* the digest's weekday was another one */
                {"2024-05-13", 1, 1, 0, 1, true},  /* four weeks */
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct gist gist = {table[i].is, table[i].n_finished, table[i].n_news};
                const struct digest_past past = {*table[i].past ? day_of(table[i].past) : CIVIL_NONE, table[i].was};

                if (digest_is_worth_it(&gist, &past, day_of("2024-06-10")) != table[i].expected)
                        fail_msg("row %zu", i);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_moments),      cmocka_unit_test(test_long_holidays),
                cmocka_unit_test(test_what_follows), cmocka_unit_test(test_sections),
                cmocka_unit_test(test_gist),         cmocka_unit_test(test_worth),
                cmocka_unit_test(test_bounds),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
