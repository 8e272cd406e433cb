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

/* How far a plan has come with an item, in the order in which people think of them: a name means the later one. */
enum reference_stage {
        STAGE_OVER,  /* it is settled and the plan's season is over, or it left the plan */
        STAGE_AHEAD, /* the plan's year is to come */
        STAGE_YEAR,  /* the plan's year has come, the item has not begun */
        STAGE_BEGUN, /* its window or its reminders have begun, or somebody has settled it */
};

/* A plan that has an item of the name that was given without one. */
struct reference_candidate {
        const char *plan;
        bool fits; /* something of the item is in a state for which there is the decision */
        enum reference_stage stage;
};

/* More than 0 where the first is rather meant than the second: it fits, or has come further. */
int reference_compare(const struct reference_candidate *a, const struct reference_candidate *b);

enum reference_choice {
        REFERENCE_UNKNOWN = 0, /* no plan has it */
        REFERENCE_CHOSEN,
        REFERENCE_AMBIGUOUS, /* two may be meant */
};

/* Which plan is meant by an item without one: the only plan that has it; of several, the one that fits and has come
 * furthest. None is meant where two of those have come equally far, or where one that does not fit has come further: in
 * January last year's report, which is done, is thought of rather than this year's. *ret is the plan that was chosen;
 * of an ambiguous name ret[0] and ret[1] are two that may be meant. */
enum reference_choice reference_choose(const struct reference_candidate *candidates, size_t n,
                                       const struct reference_candidate *ret[static 2]);
