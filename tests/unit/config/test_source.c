/* Files as such: bytes that are no text, limits, and what is no file. */
#include "tree.h"

#include <sys/socket.h>
#include <sys/un.h>

static struct report report;

static int setup(void **state)
{
        struct tree *tree = calloc(1, sizeof(*tree));

        tree_make(tree);
        *state = tree;
        return 0;
}

static int teardown(void **state)
{
        report_clear(&report);
        tree_remove(*state);
        free(*state);
        return 0;
}

static int load(const struct tree *tree)
{
        struct config *config = NULL;
        int r;

        report_clear(&report);
        r = config_load(tree->path, SECRETS_READ, &report, NULL, &config);
        assert_int_equal(config != NULL, r == 0);
        config_free(config);
        return r;
}

static void expect(const struct tree *tree, size_t i, const char *file, unsigned line, const char *words)
{
        CLEANUP_FREE char *findings = tree_findings(&report);
        char path[256];

        tree_path(tree, file, path);
        if (report.n <= i || strcmp(report.findings[i].file, path) != 0 || report.findings[i].line != line ||
            !strstr(report.findings[i].text, words))
                fail_msg("expected finding %zu as %s:%u: %s, found:\n%s", i, file, line, words, findings);
}

static void expect_somewhere(const struct tree *tree, const char *file, unsigned line, const char *words)
{
        CLEANUP_FREE char *findings = tree_findings(&report);
        char path[256];

        tree_path(tree, file, path);
        for (size_t i = 0; i < report.n; i++)
                if (strcmp(report.findings[i].file, path) == 0 && report.findings[i].line == line &&
                    strstr(report.findings[i].text, words))
                        return;
        fail_msg("expected %s:%u: %s, found:\n%s", file, line, words, findings);
}

/* `unit` repeated, in the place of the agencies' file. */
static void write_repeated(const struct tree *tree, const char *begin, const char *unit, size_t n, const char *end)
{
        char path[256];
        FILE *file;

        tree_path(tree, "agencies.conf", path);
        file = fopen(path, "we");
        assert_non_null(file);
        (void)fputs(begin, file);
        for (size_t i = 0; i < n; i++)
                (void)fputs(unit, file);
        (void)fputs(end, file);
        assert_int_equal(fclose(file), 0);
}

static void test_bad_bytes(void **state)
{
        static const struct {
                const char *name, *text;
        } cases[] = {
                {"Latin-1", "V\xE9n"},          {"lone continuation", "\x80"},
                {"overlong slash", "\xC0\xAF"}, {"overlong", "\xE0\x80\xAF"},
                {"surrogate", "\xED\xA0\x80"},  {"above the range", "\xF4\x90\x80\x80"},
                {"cut short", "\xE1\xBA"},      {"windows-1258", "V\xE3n ph\xF2ng"},
                {"never a byte", "\xFF"},
        };
        const struct tree *tree = *state;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                (void)tree_replace(tree, "agencies.conf", "Sở Nội vụ", cases[i].text);
                assert_int_equal(load(tree), -EINVAL);
                assert_int_equal(report.n, 1);
                expect(tree, 0, "agencies.conf", 5, "is not UTF-8");
        }
}

/* Each bad line is named, and mistakes of another kind in the same file are found as well. */
static void test_bad_bytes_on_lines(void **state)
{
        const struct tree *tree = *state;

        tree_write(tree, "agencies.conf",
                   "# danh s\xE1\xF3"
                   "ch\n"
                   "agencies = (\n"
                   "  { id = \"vp-ubnd\"; name = \"V\xE3n ph\xF2ng\"; emials = []; },\n"
                   "  { id = \"so-noi-vu\"; name = \"S\xF3\"; },\n"
                   "  { id = \"so-tu-phap\"; name = \"Sở Tư pháp\"; },\n"
                   "  { id = \"hoi-dong\"; name = \"Hội đồng\"; } );\n"
                   "groups = { council = [\"hoi-dong\"]; };");
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 4);
        expect(tree, 0, "agencies.conf", 1, "byte 0xE1 is not UTF-8");
        expect(tree, 1, "agencies.conf", 3, "byte 0xE3 is not UTF-8");
        expect(tree, 2, "agencies.conf", 3, "unknown key \"emials\"");
        expect(tree, 3, "agencies.conf", 4, "byte 0xF3 is not UTF-8");
}

static void test_many_bad_lines(void **state)
{
        const struct tree *tree = *state;

        write_repeated(tree, "", "# \xFF\n", 100, tree_text("agencies.conf"));
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 21);
        expect(tree, 19, "agencies.conf", 20, "is not UTF-8");
        expect(tree, 20, "agencies.conf", 100, "80 more lines");
}

/* It does not end the file: what stands behind it is checked too. */
static void test_nul(void **state)
{
        static const char tail[] = "\0\nmore = 1;\n";
        const struct tree *tree = *state;
        const char *text = tree_text("agencies.conf");
        size_t size = strlen(text);
        CLEANUP_FREE char *changed = malloc(size + sizeof(tail));

        memcpy(changed, text, size);
        memcpy(changed + size, tail, sizeof(tail));
        tree_write_bytes(tree, "agencies.conf", changed, size + sizeof(tail) - 1);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 2);
        expect(tree, 0, "agencies.conf", 10, "a NUL byte");
        expect(tree, 1, "agencies.conf", 11, "unknown key \"more\"");
}

static void test_utf16(void **state)
{
        static const char text[] = "\xFF\xFE"
                                   "a\0=\0";
        const struct tree *tree = *state;

        tree_write_bytes(tree, "agencies.conf", text, sizeof(text) - 1);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 1);
        expect(tree, 0, "agencies.conf", 1, "UTF-16");
}

/* What editors on Windows write is as good: a byte order mark, CRLF. */
static void test_windows(void **state)
{
        const struct tree *tree = *state;
        const char *text = tree_text("agencies.conf");
        CLEANUP_FREE char *changed = calloc(2, strlen(text) + 4);
        char *to = stpcpy(changed, "\xEF\xBB\xBF");

        for (; *text; text++) {
                if (*text == '\n')
                        *to++ = '\r';
                *to++ = *text;
        }
        tree_write(tree, "agencies.conf", changed);
        assert_int_equal(load(tree), 0);
        assert_int_equal(report.n, 0);
}

static void test_no_line_end(void **state)
{
        const struct tree *tree = *state;

        tree_write(tree, "calendar.d/2024.conf",
                   "year = 2024; days = ( { date = \"2024-01-01\"; off = true; } ); # end");
        assert_int_equal(load(tree), 0);
        assert_int_equal(report.n, 0);
}

static void test_empty(void **state)
{
        const struct tree *tree = *state;

        tree_write(tree, "reminderd.conf", "");
        assert_int_equal(load(tree), -EINVAL);
        expect_somewhere(tree, "reminderd.conf", 1, "block is missing");
}

static void test_too_large(void **state)
{
        const struct tree *tree = *state;

        write_repeated(tree, "", "# sixteen bytes\n", CONFIG_FILE_MAX / 16, " ");
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 1);
        expect(tree, 0, "agencies.conf", 0, "larger than 16 MiB");
        /* at the limit it is read */
        write_repeated(tree, "", "# sixteen bytes\n", CONFIG_FILE_MAX / 16, "");
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "agencies.conf", 1, "agencies is missing");
}

static void test_limits(void **state)
{
        static const struct {
                const char *name, *begin, *unit;
                size_t n;
                const char *end;
                unsigned line;
                const char *words;
        } cases[] = {
                {"nested groups", "a = ", "{ a = ", 1000000, "", 1, "nested more than 16 deep"},
                {"nested lists", "\na = ", "(", 17, "", 2, "nested more than 16 deep"},
                {"nested arrays", "a = ", "[\n", 1000000, "", 17, "nested more than 16 deep"},
                {"nesting allowed", "a = ", "(", 16, "))))))))))))))))", 1, "unknown key \"a\""},
                {"numbers", "a = (1", ",1", 5000000, ");", 1, "more than 200000 settings"},
                {"names", "", "a=1;", 1500000, "", 1, "\"a\" is given twice"},
                {"a string", "a = \"", "0123456789", 10000, "\";", 1, "a string of more than 65536 bytes"},
                {"a string never closed", "\n\na = \"", "0123456789\n", 1000000, "", 3, "never closed"},
                {"quotes", "a = ", "\"\"", 5000000, "", 1, ""},
                {"escapes", "a = \"", "\\\\", 5000000, "", 1, "never closed"},
                {"a comment never closed", "/*", "*", 5000000, "", 1, "never closed"},
                {"closing brackets", "", ")", 5000000, "", 1, "closes nothing"},
                {"a word", "a", "a", 5000000, "", 1, "the value of aaaaaaa"},
                {"digits", "a = 1", "0", 5000000, ";", 1, "unknown key \"a\""},
        };
        const struct tree *tree = *state;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                write_repeated(tree, cases[i].begin, cases[i].unit, cases[i].n, cases[i].end);
                assert_int_equal(load(tree), -EINVAL);
                print_message("%s\n", cases[i].name);
                expect_somewhere(tree, "agencies.conf", cases[i].line, cases[i].words);
        }
}

static void test_names_in_one_group(void **state)
{
        const struct tree *tree = *state;
        char path[256];
        FILE *file;

        tree_path(tree, "agencies.conf", path);
        file = fopen(path, "we");
        assert_non_null(file);
        for (unsigned i = 0; i < 100000; i++)
                (void)fprintf(file, "a%u = 1;\n", i);
        assert_int_equal(fclose(file), 0);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 1);
        expect(tree, 0, "agencies.conf", 1001, "more than 1000 names in one group");
}

static void test_not_a_file(void **state)
{
        const struct tree *tree = *state;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        char path[256];
        CLEANUP_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        tree_path(tree, "agencies.conf", path);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "is not a regular file");

        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("agencies.conf", path), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "leads in a circle");

        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("/nowhere/at/all", path), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "does not exist");

        assert_int_equal(unlink(path), 0);
        assert_true(strlen(path) < sizeof(address.sun_path));
        memcpy(address.sun_path, path, strlen(path) + 1);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "is not a regular file");

        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("/dev/zero", path), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "is not a regular file");
}

/* A link to a good file is as good as the file. */
static void test_link(void **state)
{
        const struct tree *tree = *state;
        char from[256], to[256];

        tree_path(tree, "agencies.conf", from);
        tree_path(tree, "elsewhere", to);
        assert_int_equal(rename(from, to), 0);
        assert_int_equal(symlink(to, from), 0);
        assert_int_equal(load(tree), 0);
}

static void test_folder_in_folder(void **state)
{
        const struct tree *tree = *state;
        char path[256];

        tree_path(tree, "plans.d/2025.conf", path);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 1);
        expect(tree, 0, "plans.d/2025.conf", 0, "is a folder, not a file");
}

static void test_main_missing(void **state)
{
        const struct tree *tree = *state;

        assert_int_equal(unlink(tree->path), 0);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 1);
        expect(tree, 0, "reminderd.conf", 0, "does not exist");
}

static void test_not_readable(void **state)
{
        const struct tree *tree = *state;
        char path[256];

        if (geteuid() == 0)
                skip(); /* root reads everything */
        tree_path(tree, "agencies.conf", path);
        assert_int_equal(chmod(path, 0), 0);
        assert_int_equal(load(tree), -EINVAL);
        expect(tree, 0, "reminderd.conf", 5, "permission denied");
}

static void test_no_credentials(void **state)
{
        const struct tree *tree = *state;

        assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
        assert_int_equal(load(tree), -EINVAL);
        assert_int_equal(report.n, 2);
        expect(tree, 0, "reminderd.conf", 18, "$CREDENTIALS_DIRECTORY is not set");
        expect(tree, 1, "reminderd.conf", 31, "LoadCredential=hook-local:FILE");
}

static void test_secrets(void **state)
{
        static const struct {
                const char *text;
                const char *words; /* NULL: good */
                bool warning;
        } cases[] = {
                {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz", NULL, false},
                {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\r\n", NULL, false},
                {"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", "fewer than 24 bytes", true},
                {"whsec_", "is not base64", false},
                {"whsec_MDEy MzQ1", "is not base64", false},
                {"whsec_MDEyM", "is not base64", false},
                {"whsec_MD=yMzQ1", "is not base64", false},
                {"whsec_M===", "is not base64", false},
                {"whsec", NULL, false},
                {"any bytes \xFF at all", NULL, false},
                {"", "is empty", false},
                {"\n", "is empty", false},
        };
        const struct tree *tree = *state;

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                int r;

                tree_write(tree, "hook.secret", cases[i].text);
                r = load(tree);
                assert_int_equal(r, cases[i].words && !cases[i].warning ? -EINVAL : 0);
                assert_int_equal(report.n, cases[i].words ? 1 : 0);
                if (cases[i].words)
                        expect(tree, 0, "reminderd.conf", 26, cases[i].words);
        }
}

/* A finding is one line without control characters, whatever the file says. */
static void test_hostile_words(void **state)
{
        const struct tree *tree = *state;

        (void)tree_replace(tree, "plans.d/tdkt-2024.conf", "\"tap-huan\"", "\"\\x1b[2J\\n\xE1\xBA\xA1\\xff\"");
        assert_int_equal(load(tree), -EINVAL);
        for (size_t i = 0; i < report.n; i++)
                for (const char *c = report.findings[i].text; *c; c++)
                        assert_true((unsigned char)*c >= ' ' && *c != 0x7f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_bad_bytes, setup, teardown),
                cmocka_unit_test_setup_teardown(test_bad_bytes_on_lines, setup, teardown),
                cmocka_unit_test_setup_teardown(test_many_bad_lines, setup, teardown),
                cmocka_unit_test_setup_teardown(test_nul, setup, teardown),
                cmocka_unit_test_setup_teardown(test_utf16, setup, teardown),
                cmocka_unit_test_setup_teardown(test_windows, setup, teardown),
                cmocka_unit_test_setup_teardown(test_no_line_end, setup, teardown),
                cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
                cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
                cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
                cmocka_unit_test_setup_teardown(test_names_in_one_group, setup, teardown),
                cmocka_unit_test_setup_teardown(test_not_a_file, setup, teardown),
                cmocka_unit_test_setup_teardown(test_link, setup, teardown),
                cmocka_unit_test_setup_teardown(test_folder_in_folder, setup, teardown),
                cmocka_unit_test_setup_teardown(test_main_missing, setup, teardown),
                cmocka_unit_test_setup_teardown(test_not_readable, setup, teardown),
                cmocka_unit_test_setup_teardown(test_no_credentials, setup, teardown),
                cmocka_unit_test_setup_teardown(test_secrets, setup, teardown),
                cmocka_unit_test_setup_teardown(test_hostile_words, setup, teardown),
        };

        return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
