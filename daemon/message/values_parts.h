/* The parts of a letter's values, each filled by a file of its own.
 * Depends on letter, jansson.
 * Called by values. */
#pragma once

#include <jansson.h>

#include "message/letter.h"

#define BASES_MAX 16 /* plans that one letter can name: an office has two or three a year */

/* The plans that a letter rests on, each once, in the order in which they were added. */
struct bases {
        const char *names[BASES_MAX]; /* borrowed */
        size_t n;
};

/* The basis, or the title of a plan without one; what may always be said for a plan that is gone. */
const char *entry_basis(const struct letter_entry *entry);
void bases_add(struct bases *bases, const char *name);

/* Appends an empty object. Borrowed; NULL: no memory. */
json_t *values_append(json_t *array);

/* All below set members of an object. 0, or -1 for want of memory. */
int values_put_bases(json_t *root, const struct bases *bases);
int values_put_entry(json_t *object, const struct letter *letter, const struct letter_entry *entry);
/* Several notices in one message. */
int values_put_group(json_t *root, const struct letter *letter);
int values_put_digest(json_t *root, const struct letter *letter);
