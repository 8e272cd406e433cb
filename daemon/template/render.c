/* Rendering a compiled template over values. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "template/template-nodes.h"
#include "template/template.h"

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
        const struct fill
                *contexts[TEMPLATE_DEPTH_MAX + 2]; /* outermost first; the last is pushed before the depth is judged */
        size_t n_contexts;
        size_t depth; /* sections and partials around */
};

static int render_nodes(struct renderer *r, const struct template *template, size_t from, size_t to,
                        const struct indent *indent);

/* The first part of a name is sought from the innermost context outward, the others only in what it names. */
static void find_value(const struct renderer *r, const unsigned *numbers, size_t parts, struct fill *ret)
{
        bool found = false;
        for (size_t i = r->n_contexts; i-- > 0 && !found;) {
                const struct fill *context = r->contexts[i];
                found = context->kind == FILL_SCOPE && context->scope.find(&context->scope, numbers[0], ret);
        }
        for (size_t i = 1; i < parts; i++) {
                struct scope scope = ret->kind == FILL_SCOPE ? ret->scope : (struct scope){0};
                fill_clear(ret);
                if (!scope.find || !scope.find(&scope, numbers[i], ret))
                        break;
        }
}

static void put_string(struct text *out, const char *string, bool escape)
{
        if (escape)
                text_add_escaped(out, string);
        else
                text_add_string(out, string);
}

static void put_line(struct text *out, const char *string, bool escape)
{
        if (text_is_line(string)) {
                put_string(out, string, escape);
                return;
        }
        CLEANUP_FREE char *line = text_line(string);
        if (line)
                put_string(out, line, escape);
        else
                out->error = -ENOMEM;
}

static void put_value(struct renderer *r, const struct fill *value, bool escape)
{
        switch (value->kind) {
        case FILL_TEXT:
                put_line(&r->out, value->text, escape);
                break;
        case FILL_PHRASE:
                put_string(&r->out, value->text, escape);
                break;
        case FILL_NUMBER:
                text_add_format(&r->out, "%" PRId64, value->number);
                break;
        case FILL_BOOL:
                text_add_string(&r->out, value->number ? "true" : "false");
                break;
        case FILL_FAILED:
                r->out.error = -ENOMEM;
                break;
        case FILL_NONE:
        case FILL_SCOPE:
        case FILL_LIST:
                break;
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
                     const struct indent *indent, const struct fill *context)
{
        r->contexts[r->n_contexts++] = context;
        int error = render_nodes(r, template, from, to, indent);
        r->contexts[--r->n_contexts] = NULL; /* it ends with the section */
        return error;
}

static int render_list(struct renderer *r, const struct template *template, size_t index, const struct indent *indent,
                       const struct fill *list)
{
        for (size_t i = 0; i < list->n; i++) {
                CLEANUP_FILL struct fill element;
                fill_init(&element);
                if (!list->element(&list->scope, i, &element))
                        continue;
                int error = render_in(r, template, index + 1, template->nodes[index].end, indent, &element);
                if (error < 0)
                        return error;
        }
        return 0;
}

static int render_section(struct renderer *r, const struct template *template, size_t index,
                          const struct indent *indent, const struct fill *value)
{
        const struct node *node = &template->nodes[index];
        if (value->kind == FILL_FAILED)
                return -ENOMEM;
        if (node->kind == NODE_SECTION && value->kind == FILL_LIST)
                return render_list(r, template, index, indent, value);
        if (fill_is_true(value) != (node->kind == NODE_SECTION))
                return 0;
        if (node->kind == NODE_INVERTED)
                return render_nodes(r, template, index + 1, node->end, indent);
        return render_in(r, template, index + 1, node->end, indent, value);
}

/* A tag that has a value: {{x}}, {{#x}} and their like. */
static int render_named(struct renderer *r, const struct template *template, size_t index, const struct indent *indent)
{
        const struct node *node = &template->nodes[index];
        CLEANUP_FILL struct fill found;
        const struct fill *value = &found;
        fill_init(&found);
        if (node->parts)
                find_value(r, &template->numbers[node->first], node->parts, &found);
        else
                value = r->contexts[r->n_contexts - 1];
        if (node->kind == NODE_SECTION || node->kind == NODE_INVERTED)
                return render_section(r, template, index, indent, value);
        put_value(r, value, template->html && node->kind == NODE_VALUE);
        return 0;
}

static int render_partial(struct renderer *r, const struct node *node, const struct indent *indent)
{
        const struct template *partial = r->partial ? r->partial(r->userdata, node->text) : NULL;
        if (!partial)
                return 0;
        /* Only a partial that has its line to itself indents its lines. */
        struct indent own = {.outer = indent, .text = node->indent, .size = node->indent_size};
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
                if (indent && node->line_start)
                        put_indent(&r->out, indent);
                if (node->kind == NODE_TEXT)
                        text_add(&r->out, node->text, node->size);
                else if (node->kind == NODE_PARTIAL)
                        error = render_partial(r, node, indent);
                else
                        error = render_named(r, template, i, indent);
                if (r->out.error)
                        error = r->out.error;
                i = node->end ? node->end : i + 1;
        }
        r->depth--;
        return error;
}

int template_render(const struct template *template, const struct fill *values, template_partial partial,
                    void *userdata, char **ret)
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
