/* Mustache templates.
 * Depends on fill.
 * Called by compose. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/cleanup.h"
#include "message/fill.h"

/* {{name}} (escaped in HTML), {{{name}}} and {{&name}}, {{#section}}, {{^inverted}}, {{! comment}}, {{> partial}},
 * {{.}} and dotted names, standalone tags leave no blank line: the Mustache specification without lambdas and
 * changed delimiters. */
struct template;

#define TEMPLATE_DEPTH_MAX 16 /* nested sections and partials */
#define TEMPLATE_OUTPUT_MAX                                                                                            \
        ((size_t)8 * 1024 * 1024) /* bytes rendered: a digest of a thousand items has a tenth of it */

/* The number by which scopes know a name, or one part of a dotted name; any that they do not know for none. */
typedef unsigned (*template_number)(const char *name, size_t size);
/* Compiles a text of `size` bytes. 0; -ENOMEM; -EINVAL with *ret_line (from 1) and *ret_error (what is wrong; the
 * caller frees it). */
int template_compile(const char *text, size_t size, bool html, template_number number, struct template **ret,
                     unsigned *ret_line, char **ret_error);
struct template *template_free(struct template *template);
DEFINE_CLEANUP(struct template *, template_free, template_free)
/* Finds a partial by name; NULL: unknown, rendered as nothing. */
typedef const struct template *(*template_partial)(void *userdata, const char *name);
/* Names of the partials used, for a check that they exist; NULL ends the list; borrowed. */
const char *const *template_partials(const struct template *template);
/* The line in which the partial of that index in the list is used. */
unsigned template_partial_line(const struct template *template, size_t index);
/* *ret is allocated. 0; -ENOMEM; -E2BIG (TEMPLATE_OUTPUT_MAX); -ELOOP (TEMPLATE_DEPTH_MAX). */
int template_render(const struct template *template, const struct fill *values, template_partial partial,
                    void *userdata, char **ret);
