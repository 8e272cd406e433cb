/* The known word that a mistyped one was probably meant for. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Bytes of a word that are compared: ids and keys are shorter, and the cost is the square of it. */
#define NEAREST_MAX 64

/* One slip for so many letters, and one in two of them: with more it is another word. */
#define LETTERS_PER_SLIP 3
/* A word of so many letters that stands whole in a longer one was meant, whatever is around it: "agencyname". A shorter
 * one is there by chance: "thu" in "thu hai". */
#define WHOLE_WORD_MIN 4
/* Another form of a word shares all but its last letter: "delivery" and "deliveries". */
#define STEM_MIN 5

static size_t least(size_t a, size_t b)
{
        return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, substitutions, and two neighbours swapped, each costing 1. */
static size_t edit_distance(const char *a, const char *b)
{
        size_t n = strnlen(a, NEAREST_MAX), m = strnlen(b, NEAREST_MAX);
        size_t rows[3][NEAREST_MAX + 1];

        for (size_t j = 0; j <= m; j++)
                rows[0][j] = j;
        for (size_t i = 1; i <= n; i++) {
                size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

                now[0] = i;
                for (size_t j = 1; j <= m; j++) {
                        int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);

                        now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
                        if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                            y == tolower((unsigned char)a[i - 2]))
                                now[j] = least(now[j], before[j - 2] + 1);
                }
        }
        return rows[n % 3][m];
}

static bool contains(const char *longer, const char *shorter)
{
        return strlen(shorter) >= WHOLE_WORD_MIN && strcasestr(longer, shorter);
}

static bool shares_stem(const char *a, const char *b, size_t letters)
{
        return letters > STEM_MIN && strncasecmp(a, b, letters - 1) == 0;
}

static bool is_near(const char *word, const char *candidate, size_t distance)
{
        size_t letters = least(strlen(word), strlen(candidate));

        return (distance <= 1 && letters > 1) || distance <= letters / LETTERS_PER_SLIP || contains(word, candidate) ||
               contains(candidate, word) || shares_stem(word, candidate, letters);
}

void nearest_consider(struct nearest *nearest, const char *candidate)
{
        size_t distance = edit_distance(nearest->word, candidate);

        if ((nearest->best && nearest->distance <= distance) || !is_near(nearest->word, candidate, distance))
                return;
        nearest->best = candidate;
        nearest->distance = distance;
}
