/* Whether bytes are well-formed UTF-8. */
#pragma once

#include <stddef.h>

/* How many bytes (1 to 4) the well-formed sequence at `text` has, 0: none begins there. RFC 3629 section 4: no
 * overlong forms, no surrogates, nothing above U+10FFFF. A NUL counts as a character. */
size_t utf8_sequence(const char *text, size_t size);
