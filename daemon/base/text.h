/* Text: a growing buffer, and the cleaning of strings from outside into one harmless line. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

/* Zeroed it is empty. The first failure stays in `error`, and nothing is added after it: check once, at the end. */
struct text {
        char *data; /* ends in NUL whenever it is not NULL */
        size_t size, capacity;
        size_t limit; /* most bytes allowed, 0: no limit */
        int error;    /* 0, -ENOMEM, -E2BIG */
};

void text_add(struct text *text, const char *bytes, size_t size);
void text_add_char(struct text *text, char character);
void text_add_string(struct text *text, const char *string);
__attribute__((format(printf, 2, 3))) void text_add_format(struct text *text, const char *format, ...);
/* As text of HTML, also in an attribute. */
void text_add_escaped(struct text *text, const char *string);
/* Hands the buffer on ("" for an empty one) and empties the text. The error, or 0. */
int text_take(struct text *text, char **ret);
void text_clear(struct text *text);

#define CLEANUP_TEXT CLEANUP(text_clear)

/* A list that NULL ends, with its strings; NULL is none. */
void text_list_free(char **list);

DEFINE_CLEANUP(char **, text_list_free, text_list_free)

/* Whether text_line() would leave anything of a string. */
bool text_shows(const char *string);
/* Whether a string is what text_line() would make of it. */
bool text_is_line(const char *string);
/* One line of valid UTF-8: each run of blanks, control characters and line or paragraph separators becomes one
 * blank, none at the ends; bidirectional embeddings, overrides and isolates, which can make a text show as
 * another, go; invalid bytes become U+FFFD. NULL gives "". The caller frees it; NULL: no memory. */
char *text_line(const char *string);
