/* Tests of folder: what is wrong with templates is found with file and line, and the shipped ones are whole.
 * Depends on folder, cmocka.
 * Run by scripts/run-unit. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "message/folder.h"
#include "message/text.h"

#define SHIPPED SOURCE_DIR "/conf/templates/vi"
#define PATH_SIZE 4096

struct scratch {
        char path[sizeof("/tmp/reminderd-XXXXXX")];
};

static void write_file(const struct scratch *scratch, const char *name, const char *text, size_t size)
{
        char path[PATH_SIZE];
        snprintf(path, sizeof(path), "%s/%s", scratch->path, name);
        CLEANUP_FCLOSE FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, size, file), size);
}

static void remove_file(const struct scratch *scratch, const char *name)
{
        char path[PATH_SIZE];
        snprintf(path, sizeof(path), "%s/%s", scratch->path, name);
        assert_int_equal(remove(path), 0);
}

/* The least that a folder must hold. */
static int make_folder(void **state)
{
        static struct scratch scratch;
        strcpy(scratch.path, "/tmp/reminderd-XXXXXX");
        if (!mkdtemp(scratch.path))
                return -1;
        for (int kind = 0; kind <= KIND_COUNT; kind++) {
                const char *name = kind == KIND_COUNT ? "group" : kind_name((enum notice_kind)kind);
                char file[64];
                snprintf(file, sizeof(file), "%s.txt", name);
                write_file(&scratch, file, "Subject: s\n\nt\n", 14);
                snprintf(file, sizeof(file), "%s.html", name);
                write_file(&scratch, file, "h", 1);
        }
        *state = &scratch;
        return 0;
}

static int remove_folder(void **state)
{
        const struct scratch *scratch = *state;
        DIR *dir = opendir(scratch->path);
        if (!dir)
                return -1;
        for (struct dirent *entry; (entry = readdir(dir));)
                if (entry->d_name[0] != '.')
                        remove_file(scratch, entry->d_name);
        closedir(dir);
        return rmdir(scratch->path);
}

static void test_shipped(void **state)
{
        (void)state;
        CLEANUP(report_clear) struct report report = {0};
        CLEANUP(folder_free_p) struct folder *folder = NULL;
        int r = folder_load(SHIPPED, &report, &folder);
        for (size_t i = 0; i < report.n; i++) {
                CLEANUP_FREE char *words = finding_format(&report.findings[i]);
                print_message("%s\n", words);
        }
        assert_int_equal(r, 0);
        assert_int_equal(report.n, 0);
}

static void test_findings(void **state)
{
        static const struct {
                const char *file, *text;
                size_t size;          /* 0: of the string */
                const char *expected; /* behind the folder; NULL: nothing is wrong */
                bool warning;
        } rows[] = {
                {"due.txt", "Subject: a\n\nb {{x}}\n", 0, NULL, false},
                {"due.txt", "\xef\xbb\xbfSubject: a\r\n\r\nb\r\n", 0, NULL, false},
                {"due.txt", "Subject: a\n\n", 0, NULL, false},
                {"due.txt", "Subject: a\n\nb\nc\nd\ne\n{{#x}}\n", 0, "due.txt:7: section {{#x}} is never closed",
                 false},
                {"due.txt", "Subject: {{/x}}\n\nb", 0, "due.txt:1: {{/x}} closes nothing", false},
                {"due.txt", "Subject: {{#x}}\n\nb", 0, "due.txt:1: section {{#x}} is never closed", false},
                {"due.txt", "Betreff: a\n\nb", 0, "due.txt:1: the first line must be \"Subject: …\"", false},
                {"due.txt", "Subject: \n\nb", 0, "due.txt:1: the first line must be \"Subject: …\"", false},
                {"due.txt", "", 0, "due.txt:1: the first line must be \"Subject: …\"", false},
                {"due.txt", "Subject: a\nb", 0, "due.txt:2: an empty line must follow the subject", false},
                {"due.txt", "Subject: a", 0, "due.txt:2: an empty line must follow the subject", false},
                {"due.txt", "Subject: a\n\n\n\xff", 0, "due.txt:4: not UTF-8", false},
                {"due.txt", "Subject: a\n\n\0", 13, "due.txt:3: not UTF-8", false},
                {"due.html", "\n\n\n{{x", 0, "due.html:4: tag {{ is never closed", false},
                {"due.html", "\n{{> _no}}", 0, "due.html:2: {{> _no}}: there is no such partial", false},
                {"due.txt", "Subject: a\n\n\n{{> _no}}", 0, "due.txt:4: {{> _no}}: there is no such partial", false},
                {"_part.txt", "\n{{#y}}", 0, "_part.txt:2: section {{#y}} is never closed", false},
                {"_part.html", "{{> _part}}", 0,
                 "_part.html:1: {{> _part}}: the partial contains itself, or partials nest too deep", false},
                {"deu.txt", "Subject: a\n\nb", 0,
                 "deu.txt: warning: no message is called so; a part of messages begins with _", true},
                {"README.md", "{{", 0, NULL, false},
        };
        const struct scratch *scratch = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                write_file(scratch, rows[i].file, rows[i].text, rows[i].size ? rows[i].size : strlen(rows[i].text));
                CLEANUP(report_clear) struct report report = {0};
                CLEANUP(folder_free_p) struct folder *folder = NULL;
                bool good = !rows[i].expected || rows[i].warning;
                assert_int_equal(folder_load(scratch->path, &report, &folder), good ? 0 : -EINVAL);
                assert_int_equal(report.n, rows[i].expected ? 1 : 0);
                if (rows[i].expected) {
                        CLEANUP_FREE char *words = finding_format(&report.findings[0]);
                        assert_string_equal(words + strlen(scratch->path) + 1, rows[i].expected);
                }
                if (strncmp(rows[i].file, "due.", 4) == 0)
                        write_file(scratch, rows[i].file, "Subject: s\n\nt\n", 14);
                else
                        remove_file(scratch, rows[i].file);
        }
}

/* All mistakes are told in one run. */
static void test_several(void **state)
{
        const struct scratch *scratch = *state;
        remove_file(scratch, "due.html");
        write_file(scratch, "overdue.txt", "no", 2);
        write_file(scratch, "_part.html", "{{", 2);
        CLEANUP(report_clear) struct report report = {0};
        struct folder *folder = NULL;
        assert_int_equal(folder_load(scratch->path, &report, &folder), -EINVAL);
        assert_null(folder);
        assert_int_equal(report.n_errors, 3);
}

static void test_too_large(void **state)
{
        const struct scratch *scratch = *state;
        CLEANUP_FREE char *blanks = malloc(TEMPLATE_FILE_MAX + 1);
        assert_non_null(blanks);
        memset(blanks, ' ', TEMPLATE_FILE_MAX + 1);
        write_file(scratch, "due.html", blanks, TEMPLATE_FILE_MAX + 1);
        CLEANUP(report_clear) struct report report = {0};
        struct folder *folder = NULL;
        assert_int_equal(folder_load(scratch->path, &report, &folder), -EINVAL);
        assert_int_equal(report.n, 1);
        assert_string_equal(report.findings[0].text, "larger than 1048576 bytes");
}

static void test_no_folder(void **state)
{
        (void)state;
        CLEANUP(report_clear) struct report report = {0};
        struct folder *folder = NULL;
        assert_int_equal(folder_load("/nonexistent", &report, &folder), -EINVAL);
        assert_true(report.n_errors > 0);
}

/* ---- what a template may name ---- */

/* Every variable of the shipped templates must be listed in their README. */
static void check_names(const char *readme, const char *file)
{
        CLEANUP_FCLOSE FILE *stream = fopen(file, "re");
        assert_non_null(stream);
        CLEANUP_FREE char *text = calloc(1, TEMPLATE_FILE_MAX);
        assert_non_null(text);
        assert_true(fread(text, 1, TEMPLATE_FILE_MAX - 1, stream) > 0);
        for (const char *tag = strstr(text, "{{"); tag; tag = strstr(tag, "{{")) {
                tag += 2;
                if (*tag == '!' || *tag == '>')
                        continue;
                tag += strspn(tag, "#^/&");
                CLEANUP_FREE char *quoted = NULL;
                assert_true(asprintf(&quoted, "`%.*s`", (int)strcspn(tag, "}"), tag) > 0);
                if (!strstr(readme, quoted))
                        fail_msg("%s uses %s, which README.md does not list", file, quoted);
        }
}

/* Each name in the first column of its tables, and each flag anywhere, is one that a letter has. */
static void check_listed(const char *readme)
{
        size_t n = 0;
        for (const char *line = readme; (line = strchr(line, '\n')); line++) {
                size_t cell = strncmp(line, "\n| `", 4) == 0 ? 2 + strcspn(line + 2, "|") : 0;
                size_t size = 1 + strcspn(line + 1, "\n");
                for (size_t at = 0, end; (at += strcspn(line + at, "`") + 1) < size; at = end + 1) {
                        end = at + strcspn(line + at, "`");
                        bool flag = strncmp(line + at, "is_", 3) == 0 || strncmp(line + at, "cell_", 5) == 0;
                        for (size_t part = at, next; (flag || at < cell) && part < end; part = next + 1, n++) {
                                next = part + strcspn(line + part, ".`");
                                if (!values_number(line + part, next - part))
                                        fail_msg("no letter has %.*s", (int)(next - part), line + part);
                        }
                }
        }
        assert_true(n > 100);
}

static void test_names_are_listed(void **state)
{
        (void)state;
        CLEANUP_FCLOSE FILE *stream = fopen(SHIPPED "/README.md", "re");
        assert_non_null(stream);
        CLEANUP_FREE char *readme = calloc(1, TEMPLATE_FILE_MAX);
        assert_non_null(readme);
        assert_true(fread(readme, 1, TEMPLATE_FILE_MAX - 1, stream) > 0);
        check_listed(readme);
        DIR *dir = opendir(SHIPPED);
        assert_non_null(dir);
        size_t n = 0;
        for (struct dirent *entry; (entry = readdir(dir));) {
                const char *dot = strrchr(entry->d_name, '.');
                if (!dot || (strcmp(dot, ".txt") != 0 && strcmp(dot, ".html") != 0))
                        continue;
                char path[PATH_SIZE];
                snprintf(path, sizeof(path), "%s/%s", SHIPPED, entry->d_name);
                check_names(readme, path);
                n++;
        }
        closedir(dir);
        assert_true(n >= 2 * (KIND_COUNT + 1));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_shipped),
                cmocka_unit_test_setup_teardown(test_findings, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_several, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_too_large, make_folder, remove_folder),
                cmocka_unit_test(test_no_folder),
                cmocka_unit_test(test_names_are_listed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
