/* Characters that word processors and input methods put in the place of those of a keyboard. */
#pragma once

#include <stdbool.h>

#include "config/setting.h"

#define PASTED_TEXT_SIZE 160

/* Says of the character at the start of well-formed text what it is and what to type instead: `“ (U+201C) is a curly
 * quote; type "`. False: it is some other character. */
bool pasted_explain(const char *text, char ret[static PASTED_TEXT_SIZE]);
/* Reports the first such character of a value that is wrong; false: it has none. */
bool pasted_report(const struct section *section, const config_setting_t *value, const char *text);
/* Explains the first quote between `begin` and `end` behind which a string might be over, as a closing quote that is
 * not a straight one would stand. False: there is none. */
bool pasted_closes_string(const char *begin, const char *end, char ret[static PASTED_TEXT_SIZE]);
