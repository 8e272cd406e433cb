/* An item by name, as people and programs write it: ITEM of daemon/doc/formats.md section 3. */
#pragma once

#include <stdint.h>

#include "core/roster.h"

#define KEY_SIZE sizeof("YYYY-MM-DD") /* of the day by which an occurrence of an item that repeats is known */
#define REFERENCE_TEXT_SIZE (2UL * ID_SIZE + sizeof("/@") - 1 + KEY_SIZE) /* the longest one and its NUL */

struct reference {
        char plan[ID_SIZE]; /* "": not given, see reference_choose() */
        char item[ID_SIZE];
        char key[KEY_SIZE]; /* the occurrence; "": all of them */
};

/* Reads "item", "plan/item", either with "@YYYY-MM-DD". 0 or -EINVAL: a part is no id, or no day. */
int reference_parse(const char *text, struct reference *ret);
/* Writes one from its parts; a plan or a key of "" is left out. Returns `text`. */
const char *reference_format(const char *plan, const char *item, const char *key,
                             char text[static REFERENCE_TEXT_SIZE]);
/* The key for a filter of the store: NULL for all occurrences. */
const char *reference_key(const struct reference *reference);

/* A plan that has an item of the name that was given without one. */
struct reference_candidate {
        const char *plan;
        int32_t year;
};

enum reference_choice {
        REFERENCE_UNKNOWN = 0, /* no plan has it */
        REFERENCE_CHOSEN,
        REFERENCE_AMBIGUOUS, /* two plans fit equally well */
};

/* Which plan is meant by an item without one: the only plan that has it; of several, this year's. *ret is the plan that
 * was chosen; of an ambiguous name ret[0] and ret[1] are the two that fit. */
enum reference_choice reference_choose(const struct reference_candidate *candidates, size_t n, int32_t this_year,
                                       const struct reference_candidate *ret[static 2]);
