/* Mustache templates. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "template/fill.h"

/* {{name}} (escaped in HTML), {{{name}}} and {{&name}}, {{#section}}, {{^inverted}}, {{! comment}}, {{> partial}},
 * {{.}} and dotted names, standalone tags leave no blank line: the Mustache specification without lambdas and
 * changed delimiters. */
struct template;

#define TEMPLATE_DEPTH_MAX 16 /* nested sections and partials */
#define TEMPLATE_OUTPUT_MIB 8 /* rendered: a digest of a thousand items has a tenth of it */
#define TEMPLATE_OUTPUT_MAX ((size_t)TEMPLATE_OUTPUT_MIB * 1024 * 1024)

/* The number by which scopes know a name, or one part of a dotted name; any that they do not know for none. */
typedef unsigned (*template_number)(const char *name, size_t size);
/* What is compiled. */
struct template_source {
        const char *text;
        size_t size;
        unsigned line; /* of the file, where it begins; from 1 */
        bool html;
};
/* The source is borrowed for the call. 0; -ENOMEM; -EINVAL with *ret_line of the file and *ret_error (what is wrong;
 * the caller frees it). */
int template_compile(const struct template_source *source, template_number number, struct template **ret,
                     unsigned *ret_line, char **ret_error);
struct template *template_free(struct template *template);
DEFINE_CLEANUP(struct template *, template_free, template_free)
/* Finds a partial by name; NULL: unknown, rendered as nothing. */
typedef const struct template *(*template_partial)(void *userdata, const char *name);
/* *ret is allocated. 0; -ENOMEM; -E2BIG (TEMPLATE_OUTPUT_MAX); -ELOOP (TEMPLATE_DEPTH_MAX). */
int template_render(const struct template *template, const struct fill *values, template_partial partial,
                    void *userdata, char **ret);
