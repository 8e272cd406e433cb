/* Display width: how many columns of a terminal a text takes, which is neither its bytes nor its characters; and which
 * of them steer it. By the C library's wcwidth(3): LC_CTYPE must be a UTF-8 locale. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <uchar.h>

/* Combining marks take none, CJK characters two, control characters and broken bytes one (they print as '?'). */
size_t text_width(const char *text);
/* Writes a text cut to at most `most` columns, with "…" in place of what is cut; controls and broken bytes as '?', so
 * that no text steers the terminal. Returns the columns written. */
size_t text_write(FILE *out, const char *text, size_t most);
/* vfprintf(3) through text_write(): for messages that quote what was typed. */
__attribute__((format(printf, 2, 0))) void text_vprint(FILE *out, const char *format, va_list arguments);
/* text_write(), filled up with blanks: at the end, or before the text. */
void text_pad(FILE *out, const char *text, size_t columns);
void text_pad_left(FILE *out, const char *text, size_t columns);

/* How many bytes at the start of valid UTF-8 are a character that steers a terminal (a control, but for the end of a
 * line and a tab), ends a line unseen or turns the direction of the text after it; 0: the next byte is of another one.
 * *ret_code is its number in Unicode. Whatever the locale: for what programs read. */
size_t text_steers(const char *text, char32_t *ret_code);
#define TEXT_STEERED "\uFFFD" /* what people see in place of one, where it is not escaped */
/* Writes valid UTF-8 of several lines, a page of HTML or a letter, without them. */
void text_write_page(FILE *out, const char *text);
