/* Tests of folder: what is wrong with templates is found with file and line, and the shipped ones are whole. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/text.h"
#include "message/folder.h"

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
                {"due.txt", "Subject: a\n\nb {{title}}\n", 0, NULL, false},
                {"due.txt", "\xef\xbb\xbfSubject: a\r\n\r\nb\r\n", 0, NULL, false},
                {"due.txt", "Subject: a\n\n", 0,
                 "due.txt: warning: has no text: those who see this part see an empty message", true},
                {"due.html", " \n", 0, "due.html: warning: has no text: those who see this part see an empty message",
                 true},
                {"_part.html", "", 0, NULL, false},
                {"due.txt", "Subject: a\n\nb\nc\nd\ne\n{{#x}}\n", 0, "due.txt:7: section {{#x}} is never closed",
                 false},
                {"due.txt", "Subject: a\n\n{{#x}}{{#y}}\n{{/x}}{{/y}}", 0,
                 "due.txt:4: {{/x}} stands where the section of line 3 must be closed first", false},
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
                {"due.html",
                 "\n{{\xc2\x9b"
                 "2J a}}",
                 0, "due.html:2: ' 2J a' is no name, or its tag is never closed", false},
                {"due.html", "\n{{> _no}}", 0, "due.html:2: {{> _no}}: there is no such partial", false},
                {"due.txt", "Subject: a\n\n\n{{> _no}}", 0, "due.txt:4: {{> _no}}: there is no such partial", false},
                {"_part.txt", "\n{{#y}}", 0, "_part.txt:2: section {{#y}} is never closed", false},
                {"_part.html", "{{> _part}}", 0, "_part.html:1: {{> _part}}: the partial contains itself", false},
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

/* ---- names that stand for nothing, and partials that cannot be taken in ---- */

#define FILES_MAX 4
#define S "Subject: s\n\n" /* the text begins with line 3 */
#define PLAIN S "t\n"

/* The findings of a folder, sorted, a line for each; without the folder's path. */
static char *findings_of(const struct scratch *scratch)
{
        CLEANUP(report_clear) struct report report = {0};
        CLEANUP(folder_free_p) struct folder *folder = NULL;
        CLEANUP_TEXT struct text lines = {0};
        char *ret = NULL;
        int r = folder_load(scratch->path, &report, &folder);
        assert_int_equal(r, report.n_errors ? -EINVAL : 0);
        report_sort(&report);
        for (size_t i = 0; i < report.n; i++) {
                CLEANUP_FREE char *line = finding_format(&report.findings[i]);
                text_add_string(&lines, line + strlen(scratch->path) + 1);
                text_add_char(&lines, '\n');
        }
        assert_int_equal(text_take(&lines, &ret), 0);
        return ret;
}

static void test_names(void **state)
{
        static const struct {
                struct {
                        const char *name, *text;
                } files[FILES_MAX];
                const char *expected;
        } rows[] = {
                /* misspelt */
                {{{"due.txt", S "\n{{agencyname}}"}},
                 "due.txt:4: warning: {{agencyname}}: there is no such value; the nearest one is \"agency\"\n"},
                {{{"due.txt", "Subject: {{titel}}\n\nb"}},
                 "due.txt:1: warning: {{titel}}: there is no such value; the nearest one is \"title\"\n"},
                {{{"due.html", "a\n{{{titel}}}\n{{&titel}}"}},
                 "due.html:2: warning: {{titel}}: there is no such value; the nearest one is \"title\"\n"
                 "due.html:3: warning: {{titel}}: there is no such value; the nearest one is \"title\"\n"},
                {{{"due.html", "{{tên_đơn_vị}}"}}, "due.html:1: warning: {{tên_đơn_vị}}: there is no such value\n"},
                {{{"due.html", "{{\xc2\xa0title\xc2\xa0}}"}}, /* a blank that no one sees, from a text processor */
                 "due.html:1: warning: {{\xc2\xa0title\xc2\xa0}}: there is no such value; the nearest one is "
                 "\"title\"\n"},
                {{{"due.html", "{{Title}}"}},
                 "due.html:1: warning: {{Title}}: there is no such value; the nearest one is \"title\"\n"},
                {{{"due.html", "{{contact.phne}}"}},
                 "due.html:1: warning: {{contact.phne}}: there is no such value; the nearest one is "
                 "\"contact.phone\"\n"},
                {{{"due.html", "{{contct.phone}}"}},
                 "due.html:1: warning: {{contct.phone}}: there is no such value; the nearest one is \"contact\"\n"},
                /* known, but not there */
                {{{"due.html", "{{name}}{{block.phone}}{{agency.name}}{{debtors.debtor}}"}},
                 "due.html:1: warning: {{name}}: there is no such value here\n"
                 "due.html:1: warning: {{block.phone}}: there is no such value here\n"
                 "due.html:1: warning: {{agency.name}}: there is no such value here\n"
                 "due.html:1: warning: {{debtors.debtor}}: there is no such value here\n"},
                {{{"due.html", "{{week}}{{#entries}}{{/entries}}{{#debtors}}{{cell_done}}{{/debtors}}{{debtor}}"}},
                 "due.html:1: warning: {{week}}: there is no such value here\n"
                 "due.html:1: warning: {{#entries}}: there is no such value here\n"
                 "due.html:1: warning: {{cell_done}}: there is no such value here\n"
                 "due.html:1: warning: {{debtor}}: there is no such value here; the nearest one is \"debtors\"\n"},
                {{{"test.html", "{{title}}"}, {"group.html", "{{title}}"}, {"digest.html", "{{groups}}"}},
                 "digest.html:1: warning: {{groups}}: there is no such value here\n"
                 "group.html:1: warning: {{title}}: there is no such value here\n"
                 "test.html:1: warning: {{title}}: there is no such value here\n"},
                /* known there */
                {{{"due.html", "{{.}}{{#block}}{{name}}{{phone}}{{/block}}{{^when}}{{title}}{{/when}}"}},
                 "due.html:1: warning: {{phone}}: there is no such value here\n"},
                {{{"due.html",
                   "{{#debtors}}{{debtor}}{{title}}{{contact.phone}}{{#note}}{{debtor}}{{/note}}{{/debtors}}"}},
                 ""},
                {{{"group.html",
                   "{{#groups}}{{#is_completed}}{{#entries}}{{#is_due}}{{#debtors}}{{debtor}}{{total}}"
                   "{{/debtors}}{{/is_due}}{{/entries}}{{/is_completed}}{{/groups}}{{#parts}}{{#is_other}}"
                   "{{count}}{{/is_other}}{{/parts}}{{#bases}}{{name}}{{/bases}}"}},
                 ""},
                {{{"digest.html",
                   "{{#sections}}{{#is_waiting}}{{#entries}}{{done_on}}{{/entries}}{{/is_waiting}}{{/sections}}"
                   "{{#matrices}}{{#rows}}{{#cells}}{{#cell_none}}{{limit}}{{/cell_none}}{{/cells}}{{#marks}}"
                   "{{cell_waived}}{{names}}{{/marks}}{{/rows}}{{#columns}}{{column}}{{/columns}}{{/matrices}}"}},
                 ""},
                {{{"failure.html", "{{#failures}}{{answer}}{{/failures}}{{count}}"}}, ""},
                /* sections */
                {{{"due.html", "{{#debters}}\n{{debtor}} {{nonsuch}}\n{{/debters}}"}},
                 "due.html:1: warning: {{#debters}}: there is no such value; the nearest one is \"debtors\"\n"
                 "due.html:2: warning: {{nonsuch}}: there is no such value\n"},
                {{{"due.html", "{{^titel}}{{debtor_due}}{{/titel}}"}},
                 "due.html:1: warning: {{^titel}}: there is no such value; the nearest one is \"title\"\n"
                 "due.html:1: warning: {{debtor_due}}: there is no such value here\n"},
                {{{"due.html", "{{contact}}\n{{#block}}{{/block}}\n{{debtors}}"}},
                 "due.html:1: warning: {{contact}}: writes nothing; it is for a section, which begins with {{# and its "
                 "name\n"
                 "due.html:3: warning: {{debtors}}: writes nothing; it is for a section, which begins with {{# and its "
                 "name\n"},
                /* a partial serves several messages, and is told of once */
                {{{"_p.html", "{{#sections}}{{count}}{{/sections}}{{title}}\n{{week}}{{nonsuch}}"},
                  {"due.html", "{{> _p}}{{> _p}}"},
                  {"digest.html", "{{> _p}}"}},
                 "_p.html:2: warning: {{nonsuch}}: there is no such value\n"},
                {{{"_p.html", "{{week}}\n{{debtor}}"}, {"due.html", "{{#debtors}}{{> _p}}{{/debtors}}"}},
                 "_p.html:1: warning: {{week}}: there is no such value here\n"},
                {{{"_p.html", "{{week}}\n{{weak}}"}},
                 "_p.html:2: warning: {{weak}}: there is no such value; the nearest one is \"week\"\n"},
                {{{"_p.html", "{{debtor}}"}, {"due.html", "{{#debters}}{{> _p}}{{/debters}}"}},
                 "due.html:1: warning: {{#debters}}: there is no such value; the nearest one is \"debtors\"\n"},
                /* partials that cannot be taken in */
                {{{"_facts.html", "{{titel}}"}, {"due.html", "\n{{> _fact}}"}},
                 "_facts.html:1: warning: {{titel}}: there is no such value; the nearest one is \"title\"\n"
                 "due.html:2: {{> _fact}}: there is no such partial; the nearest one is \"_facts\"\n"},
                {{{"_facts.txt", ""}, {"due.html", "{{> _nonsuch}}"}},
                 "due.html:1: {{> _nonsuch}}: there is no such partial\n"},
                {{{"_p.html", "\n{{> _q}}"}, {"_q.html", "{{#title}}\n\n{{> _p}}{{/title}}"}, {"due.html", "{{> _q}}"}},
                 "_p.html:2: {{> _q}}: the partial contains itself\n"},
                {{{"_p.html",
                   "{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{title}}{{/note}}"
                   "{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}"},
                  {"due.html", "{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{#note}}{{> _p}}\n{{#note}}\n"
                               "{{> _p}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}{{/note}}"}},
                 "due.html:3: {{> _p}}: sections and partials nest too deep\n"},
        };
        const struct scratch *scratch = *state;
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                for (size_t k = 0; k < FILES_MAX && rows[i].files[k].name; k++)
                        write_file(scratch, rows[i].files[k].name, rows[i].files[k].text,
                                   strlen(rows[i].files[k].text));
                CLEANUP_FREE char *findings = findings_of(scratch);
                if (strcmp(findings, rows[i].expected) != 0)
                        fail_msg("%s: %s\n%s", rows[i].files[0].name, rows[i].files[0].text, findings);
                for (size_t k = 0; k < FILES_MAX && rows[i].files[k].name; k++)
                        if (rows[i].files[k].name[0] == '_')
                                remove_file(scratch, rows[i].files[k].name);
                        else
                                write_file(scratch, rows[i].files[k].name, PLAIN, sizeof(PLAIN) - 1);
        }
}

/* Each of sixteen takes in the next one twice: rendered, that were 65536 of the last. */
static void test_partials_without_number(void **state)
{
        const struct scratch *scratch = *state;
        for (char part = 'a'; part < 'p'; part++) {
                char name[] = {'_', part, '.', 'h', 't', 'm', 'l', '\0'}, text[32];
                int size = snprintf(text, sizeof(text), "{{> _%c}}\n{{> _%c}}", part + 1, part + 1);
                write_file(scratch, name, text, (size_t)size);
        }
        write_file(scratch, "_p.html", "", 0);
        CLEANUP_FREE char *findings = findings_of(scratch);
        assert_string_equal(findings, "_g.html:2: {{> _h}}: too many partials, with those that they take in\n");
}

/* Who keeps templates of their own is told where each kind that they lack is to be had. */
static void test_missing(void **state)
{
        const struct scratch *scratch = *state;
        for (size_t kind = 0; kind <= KIND_COUNT; kind++) {
                char name[64];
                snprintf(name, sizeof(name), "%s.html",
                         kind == KIND_COUNT ? "group" : kind_name((enum notice_kind)kind));
                remove_file(scratch, name);
                CLEANUP_FREE char *findings = findings_of(scratch);
                CLEANUP_FREE char *expected = NULL;
                assert_true(asprintf(&expected,
                                     "%s: is missing; a later version may have new kinds of messages: \"cp -n "
                                     "/etc/reminderd/templates/vi/* %s/\" copies what is not there yet\n",
                                     name, scratch->path) > 0);
                assert_string_equal(findings, expected);
                write_file(scratch, name, "h", 1);
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
        assert_int_equal(report.n, 1); /* not each file of it */
        assert_string_equal(report.findings[0].text, "cannot be read: No such file or directory");
}

/* Opened, a pipe would be waited for until somebody writes. */
static void test_no_files(void **state)
{
        const struct scratch *scratch = *state;
        char path[PATH_SIZE];
        remove_file(scratch, "due.html");
        remove_file(scratch, "due.txt");
        snprintf(path, sizeof(path), "%s/due.html", scratch->path);
        assert_int_equal(mkfifo(path, 0600), 0);
        snprintf(path, sizeof(path), "%s/due.txt", scratch->path);
        assert_int_equal(mkdir(path, 0700), 0);
        CLEANUP_FREE char *findings = findings_of(scratch);
        assert_string_equal(findings, "due.html: is not a file\ndue.txt: is not a file\n");
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
                cmocka_unit_test_setup_teardown(test_names, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_partials_without_number, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_missing, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_several, make_folder, remove_folder),
                cmocka_unit_test_setup_teardown(test_too_large, make_folder, remove_folder),
                cmocka_unit_test(test_no_folder),
                cmocka_unit_test_setup_teardown(test_no_files, make_folder, remove_folder),
                cmocka_unit_test(test_names_are_listed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
