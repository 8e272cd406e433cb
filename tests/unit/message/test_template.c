/* Tests of template: what the Mustache specification asks for, the errors and where they are, and the limits. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "json_values.h"
#include "template/template.h"

#define PARTIALS_MAX 4

struct partials {
        const char *names[PARTIALS_MAX];
        struct template *templates[PARTIALS_MAX];
};

static const struct template *find(void *userdata, const char *name)
{
        const struct partials *partials = userdata;
        for (size_t i = 0; i < PARTIALS_MAX && partials->names[i]; i++)
                if (strcmp(partials->names[i], name) == 0)
                        return partials->templates[i];
        return NULL;
}

static struct template *compile(const char *text, bool html)
{
        struct template *template = NULL;
        unsigned line = 0;
        char *error = NULL;
        if (template_compile(&(struct template_source){text, strlen(text), 1, html}, json_values_number, &template,
                             &line, &error) < 0)
                fail_msg("%s: line %u: %s", text, line, error);
        return template;
}

/* `partials` are pairs of a name and a text. */
static int render(const char *text, bool html, const char *json, const char *const partials[2 * PARTIALS_MAX],
                  char **ret)
{
        CLEANUP(template_free_p) struct template *template = compile(text, html);
        json_t *values = json_loads(json, JSON_DECODE_ANY, NULL);
        assert_non_null(values);
        struct partials known = {0};
        for (size_t i = 0; i < PARTIALS_MAX && partials[2 * i]; i++) {
                known.names[i] = partials[2 * i];
                known.templates[i] = compile(partials[2 * i + 1], html);
        }
        struct fill root;
        fill_init(&root);
        json_values_fill(values, &root);
        int r = template_render(template, &root, find, &known, ret);
        for (size_t i = 0; i < PARTIALS_MAX; i++)
                template_free(known.templates[i]);
        json_decref(values);
        return r;
}

static void test_render(void **state)
{
        (void)state;
        static const struct {
                const char *template, *json, *expected;
                const char *partials[2 * PARTIALS_MAX];
                bool html;
        } rows[] = {
                /* values */
                {"plain", "{}", "plain", {0}, false},
                {"", "{}", "", {0}, false},
                {"a {{x}} b", "{\"x\":\"y\"}", "a y b", {0}, false},
                {"{{ x }}|{{\nx\n}}", "{\"x\":\"y\"}", "y|y", {0}, false},
                {"{{x}}", "{\"x\":85}", "85", {0}, false},
                {"{{x}}", "{\"x\":1.21}", "1.21", {0}, false},
                {"({{x}})", "{}", "()", {0}, false},
                {"({{x}})", "{\"x\":null}", "()", {0}, false},
                {"{{a.b.c}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep", {0}, false},
                {"({{a.b.c}})", "{\"a\":{}}", "()", {0}, false},
                {"({{a.b}})", "{\"a\":\"text\"}", "()", {0}, false},
                {"{{#a}}({{b.c}}){{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"outer\"}}", "()", {0}, false},
                {"{{.}}", "\"root\"", "root", {0}, false},
                {"{{{x}}} {{&x}} {{x}}", "{\"x\":\"<\"}", "< < <", {0}, false},
                {"{{{x}}} {{&x}} {{x}}", "{\"x\":\"<\"}", "< < &lt;", {0}, true},
                {"{{x}}", "{\"x\":\"& \\\" ' < >\"}", "&amp; &quot; &#39; &lt; &gt;", {0}, true},
                {"{{x}}", "{\"x\":\"{{y}}\",\"y\":\"no\"}", "{{y}}", {0}, false},
                {"{x} } }} {", "{\"x\":1}", "{x} } }} {", {0}, false},
                /* sections */
                {"{{#x}}yes{{/x}}", "{\"x\":true}", "yes", {0}, false},
                {"{{#x}}yes{{/x}}", "{\"x\":false}", "", {0}, false},
                {"{{#x}}yes{{/x}}", "{\"x\":null}", "", {0}, false},
                {"{{#x}}yes{{/x}}", "{}", "", {0}, false},
                {"{{#x}}{{y}}{{/x}}", "{\"x\":{\"y\":\"in\"},\"y\":\"out\"}", "in", {0}, false},
                {"{{#x}}{{y}}{{/x}}", "{\"x\":{},\"y\":\"out\"}", "out", {0}, false},
                {"{{#x}}{{y}}{{/x}}", "{\"x\":{\"y\":null},\"y\":\"out\"}", "", {0}, false},
                {"{{#x}}({{.}}){{/x}}", "{\"x\":[1,\"b\",2.5]}", "(1)(b)(2.5)", {0}, false},
                {"{{#x}}{{#.}}{{.}}{{/.}};{{/x}}", "{\"x\":[[1,2],[3]]}", "12;3;", {0}, false},
                {"{{#x}}({{.}}){{/x}}", "{\"x\":\"text\"}", "(text)", {0}, false},
                {"{{#x}}yes{{/x}}", "{\"x\":[]}", "", {0}, false},
                {"{{#a.b}}yes{{/a.b}}", "{\"a\":{\"b\":true}}", "yes", {0}, false},
                {"{{#a}}{{#b}}{{/b}}{{/a}}{{#a}}1{{#b}}2{{/b}}{{/a}}", "{\"a\":true,\"b\":true}", "12", {0}, false},
                {"{{^x}}no{{/x}}", "{\"x\":false}", "no", {0}, false},
                {"{{^x}}no{{/x}}", "{\"x\":[]}", "no", {0}, false},
                {"{{^x}}no{{/x}}", "{\"x\":{}}", "", {0}, false},
                {"{{^x}}no{{/x}}", "{}", "no", {0}, false},
                {"{{# x }}={{/\tx }}", "{\"x\":true}", "=", {0}, false},
                /* comments */
                {"1{{! nothing }}2{{! more\nlines }}3", "{}", "123", {0}, false},
                {"1\n  {{! alone }}  \n2", "{}", "1\n2", {0}, false},
                {"1\r\n{{! alone }}\r\n2", "{}", "1\r\n2", {0}, false},
                {"1\n{{! a\nb }}\n2", "{}", "1\n2", {0}, false},
                {"a {{! not alone }}\nb", "{}", "a \nb", {0}, false},
                /* lines of their own */
                {"1\n{{#x}}\n2\n{{/x}}\n3", "{\"x\":true}", "1\n2\n3", {0}, false},
                {"1\n  {{^x}}\n2\n  {{/x}}", "{}", "1\n2\n", {0}, false},
                {"{{#x}}\n2{{/x}}", "{\"x\":true}", "2", {0}, false},
                {" {{#x}} a {{/x}}\n", "{\"x\":true}", "  a \n", {0}, false},
                {"{{#x}} {{/x}}\n", "{\"x\":true}", " \n", {0}, false},
                {"  {{x}}\n", "{\"x\":1}", "  1\n", {0}, false},
                /* partials */
                {"[{{> p}}]", "{\"x\":1}", "[1]", {"p", "{{x}}"}, false},
                {"[{{> unknown}}]", "{}", "[]", {0}, false},
                {"a\n{{>p}}\nb", "{}", "a\np\nb", {"p", "p\n"}, false},
                {"\\\n {{>p}}\n/\n", "{\"x\":\"<\\n->\"}", "\\\n |\n <\n->\n |\n/\n", {"p", "|\n{{{x}}}\n|\n"}, false},
                {"| {{x}} {{> p}}\n", "{\"x\":1}", "| 1 >\n>\n", {"p", ">\n>"}, false},
                {" {{>p}}", "{}", " a\n  b\n  c\n d\n", {"p", "a\n {{>q}}\nd\n", "q", "b\nc\n"}, false},
                {" {{>p}}\n", "{\"x\":[1,2]}", " 1\n 2\n end", {"p", "{{#x}}\n{{.}}\n{{/x}}\nend"}, false},
                {" {{>p}}\n", "{\"x\":true}", " ay\n", {"p", "{{#x}}a{{/x}}y\n"}, false},
                {" {{>p}}\n", "{}", " [b\nc]\n", {"p", "[{{>q}}]\n", "q", "b\nc"}, false},
                {" {{>p}}\n", "{\"x\":1}", " 1b\n", {"p", "{{x}}{{>q}}\n", "q", "b"}, false},
                {"{{>n}}",
                 "{\"v\":\"a\",\"n\":[{\"v\":\"b\",\"n\":[]}]}",
                 "a<b<>>",
                 {"n", "{{v}}<{{#n}}{{>n}}{{/n}}>"},
                 false},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                CLEANUP_FREE char *text = NULL;
                assert_int_equal(render(rows[i].template, rows[i].html, rows[i].json, rows[i].partials, &text), 0);
                if (strcmp(text, rows[i].expected) != 0)
                        fail_msg("%s over %s: '%s', expected '%s'", rows[i].template, rows[i].json, text,
                                 rows[i].expected);
        }
}

#define E13 "ếếếếếếếếếếếếế" /* 39 bytes */

static void test_errors(void **state)
{
        (void)state;
        static const struct {
                const char *template;
                unsigned line;
                const char *error;
        } rows[] = {
                {"a\n{{#x}}\nb\n", 2, "section {{#x}} is never closed"},
                {"{{^x.y}}", 1, "section {{^x.y}} is never closed"},
                {"{{#.}}", 1, "section {{#.}} is never closed"},
                {"\n{{/x}}", 2, "{{/x}} closes nothing"},
                {"{{#a}}\n{{#b}}\n\n{{/a}}{{/b}}", 4, "{{/a}} stands where the section of line 2 must be closed first"},
                {"{{#a.b}}{{/a}}", 1, "{{/a}} stands where the section of line 1 must be closed first"},
                {"{{#a}}{{/a.b}}", 1, "{{/a.b}} stands where the section of line 1 must be closed first"},
                {"a\nb\n{{x", 3, "tag {{ is never closed"},
                {"{{{x}}", 1, "tag {{{ is never closed"},
                {"{{>x", 1, "tag {{> is never closed"},
                {"{{! x", 1, "tag {{! is never closed"},
                {"{{", 1, "tag {{ is never closed"},
                {"{{}}", 1, "a tag has no name"},
                {"\n\n{{#  }}", 3, "a tag has no name"},
                {"{{x\n{{y}}", 1, "'x' is no name, or its tag is never closed"},
                {"{{a b}}", 1, "'a b' is no name, or its tag is never closed"},
                {"{{{{x}}}}", 1, "'{x' is no name, or its tag is never closed"},
                {"{{> ../x}}", 1, "'../x' is no name, or its tag is never closed"},
                {"{{a\x01}}", 1, "'a' is no name, or its tag is never closed"},
                {"{{> \x7f}}", 1, "'' is no name, or its tag is never closed"},
                {"{{" E13 "ế x}}", 1, "'" E13 "' is no name, or its tag is never closed"},
                {"{{#" E13 "ếế}}", 1, "section {{#" E13 "}} is never closed"},
                {"{{/" E13 "ếế}}", 1, "{{/" E13 "}} closes nothing"},
                {"{{a.}}", 1, "'a.' is no name"},
                {"{{.a}}", 1, "'.a' is no name"},
                {"{{a..b}}", 1, "'a..b' is no name"},
                {"{{=<% %>=}}", 1, "delimiters cannot be changed"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct template *template = NULL;
                CLEANUP_FREE char *error = NULL;
                unsigned line = 0;
                const struct template_source source = {rows[i].template, strlen(rows[i].template), 1, false};
                assert_int_equal(template_compile(&source, json_values_number, &template, &line, &error), -EINVAL);
                assert_null(template);
                assert_string_equal(error, rows[i].error);
                assert_int_equal(line, rows[i].line);
        }
}

/* "{{#x}}" or its like `n` times, with as many closing tags behind. */
static char *nest(const char *open, const char *close, int n)
{
        char *text = calloc((size_t)n + 1, strlen(open) + strlen(close));
        assert_non_null(text);
        for (int i = 0; i < n; i++)
                strcat(text, open);
        for (int i = 0; i < n; i++)
                strcat(text, close);
        return text;
}

static void test_depth(void **state)
{
        (void)state;
        CLEANUP_FREE char *fits = nest("{{#x}}", "{{/x}}", TEMPLATE_DEPTH_MAX);
        CLEANUP_FREE char *deeper = nest("{{#x}}", "{{/x}}", TEMPLATE_DEPTH_MAX + 1);
        CLEANUP_FREE char *text = NULL, *error = NULL;
        struct template *template = NULL;
        unsigned line;
        const char *none[2 * PARTIALS_MAX] = {0};
        assert_int_equal(render(fits, false, "{\"x\":true}", none, &text), 0);
        assert_int_equal(template_compile(&(struct template_source){deeper, strlen(deeper), 1, false},
                                          json_values_number, &template, &line, &error),
                         -EINVAL);
        assert_string_equal(error, "sections nest deeper than 16");

        const char *endless[2 * PARTIALS_MAX] = {"p", "{{>p}}"};
        const char *sections[2 * PARTIALS_MAX] = {"p", "{{#x}}{{>p}}{{/x}}"};
        CLEANUP_FREE char *nothing = NULL;
        assert_int_equal(render("{{>p}}", false, "{}", endless, &nothing), -ELOOP);
        assert_int_equal(render("{{>p}}", false, "{\"x\":true}", sections, &nothing), -ELOOP);
        assert_null(nothing);
}

static void test_output_limit(void **state)
{
        (void)state;
        /* Four levels of a hundred make a hundred million characters. */
        json_t *hundred = json_array(), *values = json_object();
        for (int i = 0; i < 100; i++)
                json_array_append_new(hundred, json_integer(i));
        json_object_set_new(values, "x", hundred);
        CLEANUP(template_free_p)
        struct template *template = compile("{{#x}}{{#x}}{{#x}}{{#x}}.{{/x}}{{/x}}{{/x}}{{/x}}", false);
        char *text = NULL;
        struct fill root;
        fill_init(&root);
        json_values_fill(values, &root);
        assert_int_equal(template_render(template, &root, NULL, NULL, &text), -E2BIG);
        assert_null(text);
        json_decref(values);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_render),
                cmocka_unit_test(test_errors),
                cmocka_unit_test(test_depth),
                cmocka_unit_test(test_output_limit),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
