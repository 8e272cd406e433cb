/* The known word that is most like a mistyped one.
 * Depends on nothing.
 * Called for verbs. */
#include "ctl/nearest.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

size_t word_distance(const char *a, const char *b)
{
        size_t n = strlen(a), m = strlen(b);
        size_t row[WORD_DISTANCE_MAX + 1];

        if (n > WORD_DISTANCE_MAX || m > WORD_DISTANCE_MAX)
                return WORD_DISTANCE_MAX;
        for (size_t j = 0; j <= m; j++)
                row[j] = j;
        for (size_t i = 1; i <= n; i++) {
                size_t corner = row[0];

                row[0] = i;
                for (size_t j = 1; j <= m; j++) {
                        size_t above = row[j];

                        row[j] = least(least(above, row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));
                        corner = above;
                }
        }
        return row[m];
}
