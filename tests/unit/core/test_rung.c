/* Tests of rung: keys are written, and read back. */
#include "ladder_fixture.h"

#include "core/rung.h"

static void test_reading_keys(void **state)
{
        static const struct {
                const char *key;
                enum rung_class class;
                const char *day; /* "": none */
        } table[] = {
                {"start@2024-10-01", RUNG_START, "2024-10-01"},
                {"7d@2024-10-15", RUNG_BEFORE, "2024-10-15"},
                {"5wd@2024-10-15", RUNG_BEFORE, "2024-10-15"},
                {"1w 2d@2024-10-15", RUNG_BEFORE, "2024-10-15"},
                {"overdue-2024-10-17@2024-10-15", RUNG_OVERDUE, "2024-10-15"},
                {"overdue-2@2024-10-15", RUNG_OVERDUE, "2024-10-15"}, /* as older programs wrote it */
                {"snooze-end@2024-10-15", RUNG_SNOOZE_END, "2024-10-15"},
                {"fix-14d@2024-09-20", RUNG_FIX, "2024-09-20"},
                {"fix-late-2024-09-24@2024-09-20", RUNG_FIX, "2024-09-20"},
                {"escalate-3wd@2024-10-15", RUNG_ESCALATION, "2024-10-15"},
                {"escalate-0@2024-10-15", RUNG_ESCALATION, "2024-10-15"},
                {"digest@2024-10-14", RUNG_BEFORE, "2024-10-14"}, /* of no ladder, but of a day */
                {"7d@2024-02-30", RUNG_BEFORE, ""},
                {"7d@", RUNG_BEFORE, ""},
                {"7d", RUNG_BEFORE, ""},
                {"", RUNG_BEFORE, ""},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(rung_key_class(table[i].key), table[i].class);
                assert_int_equal(rung_key_day(table[i].key), day_of(table[i].day));
        }
}

static void assert_read_back(const struct rung *rungs, size_t n, const char *day)
{
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(rung_key_class(rungs[i].key), rungs[i].class);
                assert_int_equal(rung_key_day(rungs[i].key), day_of(day));
        }
}

/* What a ladder writes is read as what it was. */
static void test_there_and_back(void **state)
{
        static const struct given given[] = {
                {&policy_report, .from = "2024-10-01", .due = "2024-12-10"},
                {&policy_mixed, .due = "2024-12-10"},
                {&policy_daily, .due = "2024-12-10", .snoozed_until = "2024-12-10"},
                {&policy_inspection, .due = "2024-12-10", .observance = true},
        };
        struct ladder_rules rules;
        struct rung rungs[LADDER_MAX];

        for (size_t i = 0; i < ELEMENTS(given); i++) {
                struct obligation obligation = make(&given[i]);
                size_t n;

                rules = rules_of(given[i].policy, *state);
                n = ladder_of_obligation(&rules, &obligation, WALL_NONE, rungs);
                if (given[i].from) { /* its first rung counts from there */
                        assert_read_back(rungs, 1, given[i].from);
                        assert_read_back(rungs + 1, n - 1, given[i].due);
                } else
                        assert_read_back(rungs, n, given[i].due);
        }
        rules = rules_of(&policy_report, *state);
        assert_read_back(rungs, ladder_of_fix(&rules, day_of("2024-09-20"), day_of("2024-10-04"), rungs), "2024-09-20");
        assert_read_back(rungs, ladder_of_escalation(&rules, day_of("2024-12-10"), rungs), "2024-12-10");
}

static void test_old_keys(void **state)
{
        struct rung rung = {.class = RUNG_ESCALATION, .index = 1};
        char key[RUNG_KEY_SIZE];

        (void)state;
        rung_write_key(&rung, "10wd", day_of("2024-12-10"));
        assert_string_equal(rung.key, "escalate-10wd@2024-12-10");
        rung_old_key(&rung, key);
        assert_string_equal(key, "escalate-1@2024-12-10");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_reading_keys),
                cmocka_unit_test(test_there_and_back),
                cmocka_unit_test(test_old_keys),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
