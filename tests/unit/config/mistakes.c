/* One mistake in a good configuration: found at its line, in words that help, and nothing else is found. */
#include "mistakes.h"

#include "tree.h"

static void check(void **state, bool warning)
{
        const struct tree_row *row = *state;
        const struct mistake *mistake = row->about;
        struct report report = {.n = 0};
        struct config *config = NULL;
        unsigned line = tree_replace(&row->tree, mistake->file, mistake->old, mistake->new);
        int r = config_load(row->tree.path, SECRETS_READ, &report, NULL, &config);
        CLEANUP_FREE char *findings = tree_findings(&report);
        char path[256];

        tree_path(&row->tree, mistake->file, path);
        line = (unsigned)((int)line + mistake->down);
        assert_int_equal(r, warning ? 0 : -EINVAL);
        assert_int_equal(config != NULL, warning);
        if (report.n != 1 || report.findings[0].warning != warning || report.findings[0].line != line ||
            strcmp(report.findings[0].file, path) != 0)
                fail_msg("expected one finding at %s:%u, found:\n%s", path, line, findings);
        for (size_t i = 0; i < ELEMENTS(mistake->words) && mistake->words[i]; i++)
                if (!strstr(report.findings[0].text, mistake->words[i]))
                        fail_msg("expected \"%s\" in:\n%s", mistake->words[i], findings);
        /* no secret of the tree is ever told */
        assert_null(strstr(findings, "khẩu"));
        assert_null(strstr(findings, "geheim"));
        assert_null(strstr(findings, "MDEyMzQ1"));
        config_free(config);
        report_clear(&report);
}

static void test_mistake(void **state)
{
        check(state, false);
}

static void test_warning(void **state)
{
        check(state, true);
}

int mistakes_run(const char *name, const struct mistake *mistakes, size_t n, bool warnings)
{
        CLEANUP_FREE struct CMUnitTest *tests = calloc(n, sizeof(*tests));

        assert_non_null(tests);
        for (size_t i = 0; i < n; i++)
                tests[i] = (struct CMUnitTest){mistakes[i].name, warnings ? test_warning : test_mistake, tree_row_setup,
                                               tree_row_teardown, (void *)&mistakes[i]};
        return _cmocka_run_group_tests(name, tests, n, NULL, NULL);
}
