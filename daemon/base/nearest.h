/* The known word that a mistyped one was probably meant for. One rule for all hints of the program. */
#pragma once

#include <stddef.h>

struct nearest {
        const char *word;
        const char *best; /* borrowed from the candidates; NULL: none is near enough to be worth a hint */
        size_t distance;  /* of the best: letters inserted, left out, wrong, or swapped with their neighbour */
};

static inline struct nearest nearest_to(const char *word)
{
        return (struct nearest){.word = word};
}

/* Takes the candidate when it is near enough and nearer than all before it; the first of equals stays. */
void nearest_consider(struct nearest *nearest, const char *candidate);
