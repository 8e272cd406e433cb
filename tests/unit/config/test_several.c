/* Several mistakes at once: all are found in one run, and one does not hide or multiply another. */
#include "tree.h"

#define MAIN "reminderd.conf"
#define AGENCIES "agencies.conf"
#define PLAN "plans.d/tdkt-2024.conf"
#define OTHER_PLAN "plans.d/z.conf"
#define CALENDAR "calendar.d/2024.conf"

struct change {
        const char *file;
        const char *old, *new; /* replaced; without old the whole file is new, without both it is gone */
};

struct finding_expected {
        const char *file;
        unsigned line;
        const char *words;
};

struct several {
        const char *name;
        struct change changes[3];
        struct finding_expected findings[16]; /* in the order of the report: by file, by line */
        bool good;                            /* they are warnings all */
};

static const char ten_mistakes[] =
        "plan = {\n"
        "  id = \"TDKT\"; year = 2024;\n"                 /*  2 */
        "  title = 7;\n"                                  /*  3 */
        "  head = \"vp-ubdn\"; deputy = \"so-noi-vu\";\n" /*  4 */
        "  items = (\n"
        "    { id = \"a\"; title = \"A\"; due = \"2024-02-30\"; },\n"                                    /*  6 */
        "    { id = \"b\"; title = \"B\"; window = [\"2024-05-31\", \"2024-05-01\"]; },\n"               /*  7 */
        "    { id = \"c\"; title = \"C\"; due = \"2024-05-01\"; quarter = 2; },\n"                       /*  8 */
        "    { id = \"d\"; title = \"D\"; },\n"                                                          /*  9 */
        "    { id = \"e\"; title = \"E\"; repeat = \"FREQ=NEVER\"; polici = \"x\"; },\n"                 /* 10: two */
        "    { id = \"f\"; title = \"F\"; due = \"2024-05-01\"; policy = \"reports\"; due = \"\"; },\n"  /* 11: two */
        "    { id = \"a\"; title = \"G\"; due = \"2024-05-01\"; for = [\"nobody\"]; at = \"25:00\"; }\n" /* 12: three */
        "  );\n"
        "};\n";

static const struct several tests_of_several[] = {
        {"more than ten in one file",
         {{OTHER_PLAN, NULL, ten_mistakes}},
         {{OTHER_PLAN, 2, "\"TDKT\" is not a valid id"},
          {OTHER_PLAN, 3, "expected a string, found an integer"},
          {OTHER_PLAN, 4, "unknown agency \"vp-ubdn\""},
          {OTHER_PLAN, 6, "29 days"},
          {OTHER_PLAN, 7, "window ends 2024-05-01 before it begins 2024-05-31"},
          {OTHER_PLAN, 8, "two kinds of date, due and quarter"},
          {OTHER_PLAN, 9, "has no date"},
          {OTHER_PLAN, 10, "unknown key \"polici\""},
          {OTHER_PLAN, 10, "no rule of RFC 5545"},
          {OTHER_PLAN, 11, "\"due\" is given twice"},
          {OTHER_PLAN, 11, "unknown policy \"reports\""},
          {OTHER_PLAN, 12, "unknown agency or group \"nobody\""},
          {OTHER_PLAN, 12, "\"25:00\" is not a time of day"},
          {OTHER_PLAN, 12, "item \"a\" is given twice"}},
         false},
        {"one in each file",
         {{MAIN, "\"3d\"", "\"3x\""}, {AGENCIES, "snv@", "snv "}, {CALENDAR, "02-08", "02-30"}},
         {{AGENCIES, 5, "is not an e-mail address"},
          {CALENDAR, 3, "no such date"},
          {MAIN, 12, "catch_up \"3x\" is not a span"}},
         false},
        {"agencies that cannot be parsed make no agency unknown",
         {{AGENCIES, "groups =", "groups"}, {PLAN, "\"2024-12-10\"", "\"2024-12-32\""}},
         {{AGENCIES, 9, "syntax error"}, {PLAN, 14, "no such date"}},
         false},
        {"agencies that are not there make no agency unknown",
         {{AGENCIES, NULL, NULL}},
         {{MAIN, 5, "does not exist"}},
         false},
        {"reminderd.conf that cannot be parsed makes no policy and no webhook unknown",
         {{MAIN, "catch_up = \"3d\"", "catch_up \"3d\""},
          {AGENCIES, "snv@", "snv "},
          {PLAN, "\"2024-12-10\"", "\"x\""}},
         {{AGENCIES, 5, "is not an e-mail address"}, {PLAN, 14, "is not a date"}, {MAIN, 12, "syntax error"}},
         false},
        {"one plan that cannot be parsed hides no other",
         {{OTHER_PLAN, NULL, "plan = {\n"}, {PLAN, "\"2024-12-10\"", "\"x\""}},
         {{PLAN, 14, "is not a date"}, {OTHER_PLAN, 1, "never closed"}},
         false},
        {"a calendar that cannot be parsed makes no year provisional",
         {{CALENDAR, "days = (", "days = "}},
         {{CALENDAR, 4, "syntax error"}},
         false},
        {"plan twice, in two files",
         {{OTHER_PLAN, NULL,
           "plan = { id = \"tdkt-2024\"; year = 2024; title = \"t\"; head = \"vp-ubnd\"; deputy = \"so-noi-vu\";\n"
           "  items = ( { id = \"i\"; title = \"t\"; due = \"2024-03-01\"; } ); };"}},
         {{OTHER_PLAN, 1, "plan \"tdkt-2024\" is already in"}},
         false},
        {"calendar twice, in two files",
         {{"calendar.d/b.conf", NULL, "\nyear = 2024;\ndays = ( { date = \"2024-01-01\"; off = true; } );"}},
         {{"calendar.d/b.conf", 2, "the year 2024 already has a calendar in"}},
         false},
        {"a plan's head and deputy that are nobody",
         {{PLAN, "head = \"vp-ubnd\"; deputy = \"so-noi-vu\";", ""}},
         {{PLAN, 1, "has no head"},
          {PLAN, 8, "escalates to \"head\""},
          {PLAN, 8, "escalates to \"deputy\""},
          {PLAN, 14, "report_to: \"head\" is nobody"},
          {PLAN, 17, "for: \"head\" is nobody"}},
         false},
        {"key that another key was meant for",
         {{MAIN, "block = {", "blocks = {"}},
         {{MAIN, 1, "block is missing"}, {MAIN, 2, "unknown key \"blocks\""}},
         false},
        {"a list of groups in an array, and more",
         {{AGENCIES, NULL, "agencies = [\n  { id = \"a\"; name = 5; emails = [\"a@b.example\"]; }\n];\n"},
          {PLAN, NULL, NULL},
          {MAIN, "    agencies = [\"so-noi-vu\"];\n", ""}},
         {{AGENCIES, 2, "an array [ ] holds plain values"},
          {AGENCIES, 2, "name: expected a string"},
          {MAIN, 6, "there is nothing to do"},
          {MAIN, 36, "unknown agency or group \"council\""}},
         false},
        {"year without calendar, told once",
         {{CALENDAR, NULL, NULL},
          {OTHER_PLAN, NULL,
           "plan = { id = \"z\"; year = 2024; title = \"t\"; head = \"vp-ubnd\"; deputy = \"so-noi-vu\";\n"
           "  items = ( { id = \"i\"; title = \"t\"; due = \"2024-03-01\"; } ); };"}},
         {{PLAN, 2, "no calendar for 2024"}},
         true},
        {"agency that nothing reaches",
         {{AGENCIES, "emails = [\"hd@laocai.example\"]; ", ""},
          {MAIN, "secret_credential = \"hook-local\"; }",
           "secret_credential = \"hook-local\"; agencies = [\"vp-ubnd\"]; }"}},
         {{AGENCIES, 7, "agency \"hoi-dong\": has neither an e-mail address nor a webhook"}},
         true},
        {"addresses, but no mail",
         {{MAIN, NULL,
           "block = { name = \"b\"; }; policies = { inspection = { before = [\"1d\"]; }; report = { before = [\"1d\"]; "
           "}; };"},
          {AGENCIES, "    webhook = \"gateway\"; },\n", " },\n"}},
         {{MAIN, 1, "mail is missing: the e-mail addresses of 4 agencies are not used"}},
         true},
        {"date early in the year after",
         {{PLAN, "due = \"2024-12-10\"", "due = \"2025-03-31\""}},
         {{NULL, 0, NULL}},
         true},
        {"file without a plan", {{PLAN, NULL, ""}}, {{PLAN, 1, "plan is missing"}}, false},
        {"no agency at all makes none unknown",
         {{AGENCIES, NULL, "agencies = ();"}},
         {{AGENCIES, 1, "agencies: is empty"}},
         false},
};

static void apply(const struct tree *tree, const struct change *change)
{
        char path[256];

        tree_path(tree, change->file, path);
        if (change->old)
                (void)tree_replace(tree, change->file, change->old, change->new);
        else if (change->new)
                tree_write(tree, change->file, change->new);
        else
                assert_int_equal(unlink(path), 0);
}

static void test_several(void **state)
{
        const struct tree_row *row = *state;
        const struct several *several = row->about;
        struct report report = {.n = 0};
        struct config *config = NULL;
        size_t n = 0;
        int r;

        for (size_t i = 0; i < ELEMENTS(several->changes) && several->changes[i].file; i++)
                apply(&row->tree, &several->changes[i]);
        r = config_load(row->tree.path, SECRETS_READ, &report, NULL, &config);
        CLEANUP_FREE char *findings = tree_findings(&report);

        while (n < ELEMENTS(several->findings) && several->findings[n].file)
                n++;
        assert_int_equal(r, several->good ? 0 : -EINVAL);
        assert_int_equal(config != NULL, several->good);
        if (report.n != n)
                fail_msg("expected %zu findings, found:\n%s", n, findings);
        for (size_t i = 0; i < n; i++) {
                const struct finding_expected *expected = &several->findings[i];
                char path[256];

                tree_path(&row->tree, expected->file, path);
                if (strcmp(report.findings[i].file, path) != 0 || report.findings[i].line != expected->line ||
                    !strstr(report.findings[i].text, expected->words))
                        fail_msg("expected %s:%u: %s, found:\n%s", expected->file, expected->line, expected->words,
                                 findings);
        }
        config_free(config);
        report_clear(&report);
}

int main(void)
{
        struct CMUnitTest tests[ELEMENTS(tests_of_several)];

        for (size_t i = 0; i < ELEMENTS(tests_of_several); i++)
                tests[i] = (struct CMUnitTest){tests_of_several[i].name, test_several, tree_row_setup,
                                               tree_row_teardown, (void *)&tests_of_several[i]};
        return cmocka_run_group_tests_name("several mistakes", tests, NULL, NULL);
}
