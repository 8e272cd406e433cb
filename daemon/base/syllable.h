/* Vietnamese syllables, however they are typed: composed or with combining marks, in capitals, with the tone on either
 * vowel ("hòa", "hoà"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SYLLABLE_SIZE 24 /* bytes: the longest, "nghiêng", needs 9; longer runs of letters are no Vietnamese */

struct syllable {
        char bare[SYLLABLE_SIZE]; /* small letters without any mark: "nop" */
        char full[SYLLABLE_SIZE]; /* each letter followed by its mark, the tone at the end: "no^p5" */
        bool marked;              /* it has a mark or a tone */
        bool capital;             /* its first letter is one */
        bool capitals;            /* all are, and there are several */
};

/* Reads a run of letters, as far as it goes, and moves *text behind it. False: none begins there, or it is too long, or
 * holds letters that Vietnamese has not (*text is behind it all the same). */
bool syllable_read(const char **text, struct syllable *ret);
/* Whether two are written alike, and whether they would be without marks. */
bool syllable_same(const struct syllable *a, const struct syllable *b);
bool syllable_alike(const struct syllable *a, const struct syllable *b);
