/* UTF-8: the one decoder, and which characters are unfit where. */
#pragma once

#include <stddef.h>
#include <uchar.h>

#define UTF8_MAX 4 /* bytes of a character */

/* Length in bytes of the well-formed character at the start of `size` bytes (size > 0); 0: none begins there, and
 * *ret_code is untouched. By RFC 3629, section 4: no overlong form, no surrogate, nothing above U+10FFFF; nor is a NUL
 * one, so that of a string that is not at its end UTF8_MAX bytes may be asked for. */
size_t utf8_decode(const char *bytes, size_t size, char32_t *ret_code);
/* How many of `size` bytes of well-formed text fit into `room` with whole characters only. */
size_t utf8_fit(const char *text, size_t size, size_t room);

/* What is more than a character on paper. Each place says which it does not take. */
enum utf8_kind {
        UTF8_PLAIN = 0,
        UTF8_CONTROL = 1,   /* of ASCII and of Latin 1: they end lines and steer terminals (U+009B is ESC and [) */
        UTF8_LINE_END = 2,  /* U+2028 and U+2029, which end lines too (Unicode Standard Annex 14) */
        UTF8_DIRECTION = 4, /* embeddings, overrides and isolates (Annex 9), which can make a text show as another */
        UTF8_HIDDEN = 8,    /* of no width: joiners, marks of direction, the byte order mark */
};
enum utf8_kind utf8_kind(char32_t code);

#define UTF8_BREAKS (UTF8_CONTROL | UTF8_LINE_END) /* not in one line */
#define UTF8_STEERS (UTF8_BREAKS | UTF8_DIRECTION) /* not in what a terminal or the journal shows */
#define UTF8_UNSEEN (UTF8_STEERS | UTF8_HIDDEN)    /* not in what strangers say */
