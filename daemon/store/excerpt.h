/* An excerpt: of a store, what can matter to somebody until a moment, as a store of its own in memory. */
#pragma once

#include "core/civil.h"
#include "store/store.h"

struct store_scope {
        wall_time until;    /* what fires at this moment or later is left out */
        const char *agency; /* only what it owes and is waiting to be told, at any time; NULL: of all, what fires */
        bool occurrences;   /* also what is told of others: occurrences that fire, each with all that is owed of it; and
                             * where a digest waits to be told, everything */
        bool everything;    /* all that is not withdrawn, whatever else is said here */
};

struct store_excerpt;

/* Begins to fill a scratch store in which nothing is yet. Where `from` is a scratch store itself, all of it is copied,
 * at once. 0 or an error, whose words `to` has. */
int store_excerpt_new(struct store *from, struct store *to, const struct store_scope *scope,
                      struct store_excerpt **ret);
/* Copies some more, for some milliseconds. STORE_MORE; 0: the excerpt is whole; or an error. What is left out is
 * what was sent earlier, so that no message answers one; what was decided; and of other agencies what is not asked for.
 */
int store_excerpt_step(struct store_excerpt *excerpt);
/* Frees it. Half an excerpt is of no use: if it is not whole, everything is taken out of the scratch store again. */
struct store_excerpt *store_excerpt_free(struct store_excerpt *excerpt);
