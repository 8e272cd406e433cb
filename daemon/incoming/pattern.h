/* What mails say is searched by regular expressions (PCRE): upper and lower case are the same, and ^ and $ stand at
 * each line. A pattern is the program's own: one that is none ends it. */
#pragma once

#include <stdbool.h>

#include <glib.h>

GRegex *pattern_new(const char *pattern);
/* The first group of the first match, or all of it where there is none; NULL: no match. Allocated. */
char *pattern_find(const char *pattern, const char *text);
bool pattern_is_in(const char *pattern, const char *text);
/* Calls for each match in order, until it returns false. */
typedef bool pattern_take(void *userdata, const char *group);
void pattern_each(const char *pattern, const char *text, pattern_take *take, void *userdata);
