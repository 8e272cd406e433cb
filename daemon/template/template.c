/* Compiling a Mustache template into a flat list of nodes. */
#include "template/template.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "template/template-nodes.h"

struct compiler {
        struct template *template;
        template_number number;
        size_t at, size;                 /* in the source */
        unsigned line;                   /* of `at` */
        bool line_start;                 /* nothing was put out yet for this line */
        size_t open[TEMPLATE_DEPTH_MAX]; /* indexes of the sections around `at` */
        size_t depth;
        char *error; /* set with -EINVAL, for the caller */
};

struct tag {
        char sign;       /* '#', '^', '/', '>', '!', '&', '{', or 0 for a plain name */
        size_t from, to; /* whole, braces included */
        char *name;
        size_t name_size;
};

static int fail(struct compiler *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int fail(struct compiler *c, const char *format, ...)
{
        va_list args;
        va_start(args, format);
        int size = vasprintf(&c->error, format, args);
        va_end(args);
        if (size >= 0)
                return -EINVAL;
        c->error = NULL; /* undefined after a failure */
        return -ENOMEM;
}

static int add_node(struct compiler *c, const struct node *node)
{
        struct template *t = c->template;
        int r = ARRAY_GROW(t->nodes, t->n_nodes, t->nodes_room);
        if (r < 0)
                return r;
        t->nodes[t->n_nodes] = *node;
        t->nodes[t->n_nodes].line = c->line;
        t->nodes[t->n_nodes].line_start = c->line_start;
        t->n_nodes++;
        c->line_start = false;
        return 0;
}

/* One node for each line, so that a partial's indentation finds every line's start. */
static int add_text(struct compiler *c, size_t from, size_t to)
{
        const char *source = c->template->source;
        while (from < to) {
                const char *end = memchr(source + from, '\n', to - from);
                size_t next = end ? (size_t)(end - source) + 1 : to;
                int r = add_node(c, &(struct node){.kind = NODE_TEXT, .text = source + from, .size = next - from});
                if (r < 0)
                        return r;
                if (end) {
                        c->line++;
                        c->line_start = true;
                }
                from = next;
        }
        return 0;
}

/* How much of a wrong name an error shows: whole characters of its first line. */
static int shown_size(const char *name, size_t size)
{
        const char *end = name;
        while (end < name + size && !iscntrl((unsigned char)*end))
                end++;
        return (int)utf8_fit(name, (size_t)(end - name), NAME_SHOWN_MAX);
}

static bool is_name(const char *name, size_t size)
{
        for (size_t i = 0; i < size; i++)
                if (isspace((unsigned char)name[i]) || iscntrl((unsigned char)name[i]) || strchr("{}#^/>&", name[i]))
                        return false;
        return true;
}

/* Reads the tag that opens at `from`. 0, or an error. */
static int read_tag(struct compiler *c, size_t from, struct tag *tag)
{
        char *source = c->template->source;
        size_t at = from + 2;
        *tag = (struct tag){.from = from};
        if (at < c->size && strchr("#^/>!&{=", source[at]) && source[at])
                tag->sign = source[at++];
        if (tag->sign == '=')
                return fail(c, "delimiters cannot be changed");
        const char *braces = tag->sign == '{' ? "}}}" : "}}";
        const char *end = memmem(source + at, c->size - at, braces, strlen(braces));
        if (!end)
                return fail(c, "tag {{%s is never closed", tag->sign ? (char[]){tag->sign, '\0'} : "");
        size_t to = (size_t)(end - source);
        tag->to = to + strlen(braces);
        tag->name = source + at;
        if (tag->sign == '!')
                return 0;
        while (at < to && isspace((unsigned char)source[at]))
                at++;
        while (to > at && isspace((unsigned char)source[to - 1]))
                to--;
        tag->name = source + at;
        tag->name_size = to - at;
        if (at == to)
                return fail(c, "a tag has no name");
        if (!is_name(source + at, to - at))
                return fail(c, "'%.*s' is no name, or its tag is never closed", shown_size(tag->name, tag->name_size),
                            tag->name);
        return 0;
}

static int add_number(struct template *t, unsigned number)
{
        int r = ARRAY_GROW(t->numbers, t->n_numbers, t->numbers_room);
        if (r < 0)
                return r;
        t->numbers[t->n_numbers++] = number;
        return 0;
}

/* Looks up the parts of a dotted name. */
static int number_name(struct compiler *c, const struct tag *tag, struct node *node)
{
        node->text = tag->name;
        node->size = tag->name_size;
        node->first = c->template->n_numbers;
        if (tag->name_size == 1 && *tag->name == '.')
                return 0;
        const char *end = tag->name + tag->name_size;
        for (const char *part = tag->name, *dot; part <= end; part = dot + 1) {
                dot = memchr(part, '.', (size_t)(end - part));
                if (!dot)
                        dot = end;
                if (dot == part)
                        return fail(c, "'%.*s' is no name", shown_size(tag->name, tag->name_size), tag->name);
                int r = add_number(c->template, c->number(part, (size_t)(dot - part)));
                if (r < 0)
                        return r;
                node->parts++;
        }
        return 0;
}

static int close_section(struct compiler *c, const struct tag *tag)
{
        if (!c->depth)
                return fail(c, "{{/%.*s}} closes nothing", shown_size(tag->name, tag->name_size), tag->name);
        struct node *node = &c->template->nodes[c->open[c->depth - 1]];
        if (node->size != tag->name_size || memcmp(node->text, tag->name, node->size) != 0)
                return fail(c, "{{/%.*s}} stands where the section of line %u must be closed first",
                            shown_size(tag->name, tag->name_size), tag->name, node->line);
        node->end = c->template->n_nodes;
        c->depth--;
        return 0;
}

static int add_tag(struct compiler *c, const struct tag *tag, size_t indent_from, bool standalone)
{
        struct node node = {.kind = tag->sign == '#'                       ? NODE_SECTION
                                    : tag->sign == '^'                     ? NODE_INVERTED
                                    : tag->sign == '>'                     ? NODE_PARTIAL
                                    : tag->sign == '&' || tag->sign == '{' ? NODE_RAW
                                                                           : NODE_VALUE};
        int r = 0;
        switch (node.kind) {
        case NODE_PARTIAL:
                tag->name[tag->name_size] = '\0';
                node.text = tag->name;
                node.size = tag->name_size;
                node.indent = c->template->source + indent_from;
                node.indent_size = tag->from - indent_from;
                node.standalone = standalone;
                break;
        case NODE_SECTION:
        case NODE_INVERTED:
                if (c->depth == TEMPLATE_DEPTH_MAX)
                        return fail(c, "sections nest deeper than %d", TEMPLATE_DEPTH_MAX);
                c->open[c->depth++] = c->template->n_nodes;
                r = number_name(c, tag, &node);
                break;
        default:
                r = number_name(c, tag, &node);
                break;
        }
        return r < 0 ? r : add_node(c, &node);
}

/* A tag that puts nothing out itself and is alone on its line takes the line with it. Sets the range of that line,
 * its end included. */
static bool is_standalone(const struct compiler *c, const struct tag *tag, size_t *ret_from, size_t *ret_to)
{
        if (!tag->sign || !strchr("#^/>!", tag->sign))
                return false;
        const char *source = c->template->source;
        size_t from = tag->from, to = tag->to;
        while (from > 0 && (source[from - 1] == ' ' || source[from - 1] == '\t'))
                from--;
        if (from > 0 && source[from - 1] != '\n')
                return false;
        while (to < c->size && (source[to] == ' ' || source[to] == '\t'))
                to++;
        if (to < c->size && source[to] == '\r' && to + 1 < c->size && source[to + 1] == '\n')
                to++;
        if (to < c->size && source[to] != '\n')
                return false;
        *ret_from = from;
        *ret_to = to < c->size ? to + 1 : to;
        return true;
}

static unsigned count_lines(const char *source, size_t from, size_t to)
{
        unsigned n = 0;
        for (size_t i = from; i < to; i++)
                n += source[i] == '\n';
        return n;
}

static int compile_tag(struct compiler *c, size_t from)
{
        struct tag tag;
        size_t line_from = from, line_to;
        const char *source = c->template->source;
        unsigned lines_before = count_lines(source, c->at, from);
        c->line += lines_before; /* an error is of the tag's own line */
        int r = read_tag(c, from, &tag);
        if (r < 0)
                return r;
        c->line -= lines_before;
        bool standalone = is_standalone(c, &tag, &line_from, &line_to);
        if (!standalone)
                line_to = tag.to;
        unsigned lines = count_lines(source, from, line_to);
        r = add_text(c, c->at, line_from);
        if (r < 0)
                return r;
        /* What goes with its whole line leaves no line to indent. */
        c->line_start = c->line_start && !standalone;
        if (tag.sign == '/')
                r = close_section(c, &tag);
        else if (tag.sign != '!')
                r = add_tag(c, &tag, line_from, standalone);
        c->line += lines;
        c->at = line_to;
        if (standalone)
                c->line_start = true;
        return r;
}

static int compile(struct compiler *c)
{
        const char *source = c->template->source;
        for (;;) {
                const char *tag = memmem(source + c->at, c->size - c->at, "{{", 2);
                if (!tag)
                        break;
                int r = compile_tag(c, (size_t)(tag - source));
                if (r < 0)
                        return r;
        }
        int r = add_text(c, c->at, c->size);
        if (r < 0 || !c->depth)
                return r;
        const struct node *node = &c->template->nodes[c->open[c->depth - 1]];
        c->line = node->line;
        return fail(c, "section {{%c%.*s}} is never closed", node->kind == NODE_SECTION ? '#' : '^',
                    shown_size(node->text, node->size), node->text);
}

/* Copies the source and compiles it into an empty template. */
static int compile_source(struct template *template, const struct template_source *source, template_number number,
                          unsigned *ret_line, char **ret_error)
{
        template->html = source->html;
        template->source = malloc(source->size + 1);
        if (!template->source)
                return -ENOMEM;
        memcpy(template->source, source->text, source->size);
        template->source[source->size] = '\0';
        struct compiler c = {
                .template = template,
                .number = number,
                .size = source->size,
                .line = source->line,
                .line_start = true,
        };
        int r = compile(&c);
        if (r == -EINVAL) {
                *ret_error = c.error;
                *ret_line = c.line;
        }
        return r;
}

int template_compile(const struct template_source *source, template_number number, struct template **ret,
                     unsigned *ret_line, char **ret_error)
{
        struct template *template = calloc(1, sizeof(*template));
        if (!template)
                return -ENOMEM;
        int r = compile_source(template, source, number, ret_line, ret_error);
        if (r < 0)
                template_free(template);
        else
                *ret = template;
        return r;
}

struct template *template_free(struct template *template)
{
        if (!template)
                return NULL;
        free(template->source);
        free(template->nodes);
        free(template->numbers);
        free(template);
        return NULL;
}
