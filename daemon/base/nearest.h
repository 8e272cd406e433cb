/* The known word that is most like a mistyped one. */
#pragma once

#include <stddef.h>

struct nearest {
        const char *word;
        const char *best; /* borrowed from the candidates; NULL before the first */
        size_t distance;
};

static inline struct nearest nearest_to(const char *word)
{
        return (struct nearest){.word = word};
}

/* Takes the candidate when it is nearer than all before it; the first of equals stays. */
void nearest_consider(struct nearest *nearest, const char *candidate);
/* The best of the candidates where the word may well have been meant for it; else NULL. */
const char *nearest_likely(const struct nearest *nearest);
