/* Tests of report: order, form and the bound on findings. */
#include "fixture.h"

#include "base/report.h"

static void test_order_and_form(void **state)
{
        static const char *const expected[] = {
                "a.conf: missing",  "a.conf:3: first %s", "a.conf:3: warning: second",
                "a.conf:12: later", "b.conf:1: other",    "c?b.conf:1: ?.conf:2: forged",
        };
        CLEANUP(report_clear) struct report report = {0};

        (void)state;
        report_error(&report, "b.conf", 1, "other");
        report_error(&report, "a.conf", 12, "%s", "later");
        report_error(&report, "a.conf", 3, "first %s", "%s");
        report_warning(&report, "a.conf", 3, "sec%s", "ond");
        report_error(&report, "a.conf", 0, "missing");
        report_error(&report, "c\nb.conf:1: \033.conf", 2, "forged");
        assert_int_equal(report.n, ELEMENTS(expected));
        assert_int_equal(report.n_errors, 5);
        assert_int_equal(report.n_warnings, 1);

        report_sort(&report);
        for (size_t i = 0; i < ELEMENTS(expected); i++) {
                CLEANUP_FREE char *line = finding_format(&report.findings[i]);

                assert_non_null(line);
                assert_string_equal(line, expected[i]);
        }
}

static void test_bound(void **state)
{
        CLEANUP(report_clear) struct report report = {0};

        (void)state;
        for (unsigned i = 0; i < REPORT_MAX + 7; i++)
                report_error(&report, "x.conf", REPORT_MAX + 7 - i, "finding %u", i);
        report_warning(&report, "x.conf", 1, "one more");
        assert_int_equal(report.n, REPORT_MAX);
        assert_int_equal(report.n_errors, REPORT_MAX + 7);
        assert_int_equal(report.n_warnings, 1);
        report_sort(&report);
        for (size_t i = 1; i < report.n; i++)
                assert_true(report.findings[i - 1].line < report.findings[i].line);
        report_clear(&report);
        assert_int_equal(report.n_errors, 0);
        report_clear(&report);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_order_and_form),
                cmocka_unit_test(test_bound),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
