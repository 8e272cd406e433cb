/* Rendering a compiled template over JSON values.
 * Depends on text, jansson.
 * Called by compose. */
#include <errno.h>
#include <string.h>

#include "message/template.h"
#include "message/template_nodes.h"
#include "message/text.h"

/* Whitespace before each line of a partial, those of the partials around it first. */
struct indent {
        const struct indent *outer;
        const char *text;
        size_t size;
};

struct renderer {
        struct text out;
        template_partial partial;
        void *userdata;
        const json_t
                *contexts[TEMPLATE_DEPTH_MAX + 2]; /* outermost first; the last is pushed before the depth is judged */
        size_t n_contexts;
        size_t depth; /* sections and partials around */
};

static int render_nodes(struct renderer *r, const struct template *template, size_t from, size_t to,
                        const struct indent *indent);

/* The first part of a name is sought from the innermost context outward, the others only in what it names. */
static const json_t *find_value(const struct renderer *r, const struct node *node)
{
        if (!node->parts)
                return r->contexts[r->n_contexts - 1];
        const char *name = node->text;
        const json_t *value = NULL;
        for (size_t i = r->n_contexts; i-- > 0 && !value;)
                value = json_object_get(r->contexts[i], name);
        for (size_t i = 1; i < node->parts && value; i++) {
                name += strlen(name) + 1;
                value = json_object_get(value, name);
        }
        return value;
}

static bool is_true(const json_t *value)
{
        return value && !json_is_null(value) && !json_is_false(value) &&
               !(json_is_array(value) && json_array_size(value) == 0);
}

static void put_escaped(struct text *out, const char *string, size_t size)
{
        const char *end = string + size;
        while (string < end) {
                size_t plain = strcspn(string, "&<>\"'"); /* stops at a NUL, too */
                text_add(out, string, plain);
                string += plain;
                if (string >= end)
                        break;
                switch (*string) {
                case '&':
                        text_add_string(out, "&amp;");
                        break;
                case '<':
                        text_add_string(out, "&lt;");
                        break;
                case '>':
                        text_add_string(out, "&gt;");
                        break;
                case '"':
                        text_add_string(out, "&quot;");
                        break;
                case '\'':
                        text_add_string(out, "&#39;");
                        break;
                default: /* a NUL inside a JSON string */
                        text_add(out, string, 1);
                        break;
                }
                string++;
        }
}

static void put_value(struct renderer *r, const json_t *value, bool escape)
{
        if (json_is_string(value)) {
                const char *string = json_string_value(value);
                size_t size = json_string_length(value);
                if (escape)
                        put_escaped(&r->out, string, size);
                else
                        text_add(&r->out, string, size);
        } else if (json_is_integer(value)) {
                text_add_format(&r->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        } else if (json_is_real(value)) {
                text_add_format(&r->out, "%.15g", json_real_value(value));
        } else if (json_is_boolean(value)) {
                text_add_string(&r->out, json_is_true(value) ? "true" : "false");
        }
}

static void put_indent(struct text *out, const struct indent *indent)
{
        if (!indent)
                return;
        put_indent(out, indent->outer);
        text_add(out, indent->text, indent->size);
}

static int render_in(struct renderer *r, const struct template *template, size_t from, size_t to,
                     const struct indent *indent, const json_t *context)
{
        r->contexts[r->n_contexts++] = context;
        int error = render_nodes(r, template, from, to, indent);
        r->n_contexts--;
        return error;
}

static int render_section(struct renderer *r, const struct template *template, size_t index,
                          const struct indent *indent)
{
        const struct node *node = &template->nodes[index];
        const json_t *value = find_value(r, node);
        if (node->kind == NODE_INVERTED)
                return is_true(value) ? 0 : render_nodes(r, template, index + 1, node->end, indent);
        if (!is_true(value))
                return 0;
        if (!json_is_array(value))
                return render_in(r, template, index + 1, node->end, indent, value);
        size_t i;
        json_t *element;
        json_array_foreach(value, i, element)
        {
                int error = render_in(r, template, index + 1, node->end, indent, element);
                if (error < 0)
                        return error;
        }
        return 0;
}

static int render_partial(struct renderer *r, const struct node *node, const struct indent *indent)
{
        const struct template *partial = r->partial ? r->partial(r->userdata, node->text) : NULL;
        if (!partial)
                return 0;
        /* Only a partial that has its line to itself indents its lines. */
        struct indent own = {.outer = indent, .text = node->indent, .size = node->size};
        return render_nodes(r, partial, 0, partial->n_nodes, node->standalone ? &own : NULL);
}

static int render_nodes(struct renderer *r, const struct template *template, size_t from, size_t to,
                        const struct indent *indent)
{
        if (r->depth == TEMPLATE_DEPTH_MAX + 1)
                return -ELOOP;
        r->depth++;
        int error = 0;
        for (size_t i = from; i < to && !error;) {
                const struct node *node = &template->nodes[i];
                bool section = node->kind == NODE_SECTION || node->kind == NODE_INVERTED;
                if (indent && node->line_start)
                        put_indent(&r->out, indent);
                if (section)
                        error = render_section(r, template, i, indent);
                else if (node->kind == NODE_PARTIAL)
                        error = render_partial(r, node, indent);
                else if (node->kind == NODE_TEXT)
                        text_add(&r->out, node->text, node->size);
                else
                        put_value(r, find_value(r, node), template->html && node->kind == NODE_VALUE);
                if (r->out.error)
                        error = r->out.error;
                i = section ? node->end : i + 1;
        }
        r->depth--;
        return error;
}

int template_render(const struct template *template, const json_t *values, template_partial partial, void *userdata,
                    char **ret)
{
        struct renderer r = {
                .out = {.limit = TEMPLATE_OUTPUT_MAX},
                .partial = partial,
                .userdata = userdata,
                .contexts = {values},
                .n_contexts = 1,
        };
        int error = render_nodes(&r, template, 0, template->n_nodes, NULL);
        if (error == 0)
                error = text_take(&r.out, ret);
        text_clear(&r.out);
        return error;
}
