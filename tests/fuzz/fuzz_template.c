/* Mustache templates.
 * Input: parts: a template, and the partial that it can call by any name.
 * Holds: a refusal names a line that there is, and why; what is accepted renders the same each time, within its bounds,
 * as UTF-8 where it is UTF-8; a text without tags comes out as it is; and in HTML no value brings a tag of its own
 * unless it was asked for raw. */
#include "fuzz.h"

#include <errno.h>

#include "template/template.h"

#include "../unit/message/json_values.h"

#define VALUE_MARK "\x02" /* stands in every value and in no text that the check looks at */
#define VALUES \
        "{\"a\": \"\\u0002<b>&\\\"'\", \"t\": true, \"f\": false, \"n\": 7, \"r\": 1.5, \"z\": null, \"e\": []," \
        " \"l\": [{\"a\": \"\\u0002<i>\"}, {\"x\": \"\\u0002</i>\"}], \"s\": [\"\\u0002<1\", \"\\u0002<2\"]," \
        " \"o\": {\"o\": {\"a\": \"\\u0002<c>\"}, \"a\": \"\\u0002<d>\"}}"

static struct fill values;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        json_t *json = json_loads(VALUES, 0, NULL);

        REQUIRE(json);
        fill_init(&values);
        json_values_fill(json, &values);
        return 0;
}

static struct template *compile(const char *text, size_t size, bool html)
{
        CLEANUP_FREE char *error = NULL;
        struct template *template = NULL;
        unsigned line = 0, lines = 1;
        int r = template_compile(&(struct template_source){text, size, 1, html}, json_values_number, &template, &line,
                                 &error);

        for (size_t i = 0; i < size; i++)
                lines += text[i] == '\n';
        if (r == 0)
                return template;
        REQUIRE(r == -EINVAL && !template && error && *error);
        REQUIRE_OF(line >= 1 && line <= lines, error);
        return NULL;
}

static const struct template *find_partial(void *userdata, const char *name)
{
        return *name ? userdata : NULL;
}

static char *render(const struct template *template, struct template *partial)
{
        char *text = NULL, *again = NULL;
        int r = template_render(template, &values, find_partial, partial, &text);

        REQUIRE(r == 0 || ((r == -ELOOP || r == -E2BIG) && !text));
        REQUIRE(template_render(template, &values, find_partial, partial, &again) == r);
        if (r == 0)
                REQUIRE(strlen(text) <= TEMPLATE_OUTPUT_MAX && strcmp(text, again) == 0);
        free(again);
        return text;
}

static void check(const char *text, size_t size, const char *partial_text, size_t partial_size, bool html)
{
        CLEANUP(template_free_p) struct template *template = compile(text, size, html);
        CLEANUP(template_free_p) struct template *partial = compile(partial_text, partial_size, html);
        CLEANUP_FREE char *rendered = template ? render(template, partial) : NULL;
        bool raw = strstr(text, "{{{") || strstr(text, "{{&") || strstr(partial_text, "{{{") ||
                   strstr(partial_text, "{{&") || strstr(text, VALUE_MARK) || strstr(partial_text, VALUE_MARK);

        if (!rendered)
                return;
        if (!memmem(text, size, "{{", 2))
                REQUIRE(strcmp(rendered, text) == 0);
        if (is_utf8(text, size) && is_utf8(partial_text, partial_size))
                REQUIRE_OF(is_utf8(rendered, strlen(rendered)), rendered);
        if (html && !raw)
                REQUIRE_OF(!strstr(rendered, VALUE_MARK "<"), rendered);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        size_t n, n_partial;
        CLEANUP_FREE char *text = input_part(&input, &n);
        CLEANUP_FREE char *partial = input_text(&input, &n_partial);

        if (strlen(text) != n || strlen(partial) != n_partial) /* a file with NUL is refused before */
                return -1;
        check(text, n, partial, n_partial, true);
        check(text, n, partial, n_partial, false);
        return 0;
}
