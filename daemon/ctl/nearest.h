/* The known word that is most like a mistyped one.
 * Depends on nothing.
 * Called for verbs; items and agencies are known to the daemon only. */
#pragma once

#include <stddef.h>

/* How many insertions, deletions and substitutions lead from one word to the other; words of up to
 * WORD_DISTANCE_MAX bytes, others are WORD_DISTANCE_MAX apart. */
#define WORD_DISTANCE_MAX 32
size_t word_distance(const char *a, const char *b);
