/* Tests of repeat: thousands of random rules, against what python-dateutil and the RFC make of them. */
#include "fixture.h"

#include "core/repeat.h"

#define ORACLE "/usr/bin/python3 -B " SOURCE_DIR "/tests/unit/core/repeat_oracle.py"

/* "YEAR RULE DAY DAY …", of which the line is cut up. */
static void check_line(char *line)
{
        CLEANUP_FREE civil_day *days = NULL;
        int32_t year = atoi(strsep(&line, " "));
        const char *text = strsep(&line, " \n");
        char reason[RULE_REASON_SIZE], date[CIVIL_DATE_SIZE];
        struct rule rule;
        size_t n = 0;

        if (rule_parse(text, &rule, reason) < 0)
                fail_msg("%s: %s", text, reason);
        (void)repeat_days(&rule, civil_from(year, 1, 1), civil_from(year, 12, 31), &days, &n);
        for (size_t i = 0; i < n; i++) {
                const char *expected = line ? strsep(&line, " \n") : "no more";

                if (strcmp(civil_format(days[i], date), expected) != 0)
                        fail_msg("%d %s: %s, expected %s", year, text, date, expected);
        }
        if (line && *line)
                fail_msg("%d %s: no more, expected %s", year, text, line);
}

static void test_against_dateutil(void **state)
{
        CLEANUP_FREE char *line = NULL;
        FILE *oracle = popen(ORACLE, "r"); /* NOLINT(cert-env33-c): the tree's own program */
        size_t size = 0, n = 0;

        (void)state;
        assert_non_null(oracle);
        for (; getline(&line, &size, oracle) > 0; n++)
                check_line(line);
        assert_int_equal(pclose(oracle), 0); /* its package is python3-dateutil */
        assert_true(n >= 1000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_dateutil)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
