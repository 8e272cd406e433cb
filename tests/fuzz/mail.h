/* A header field read back as a mail program does, by rules of its own and not by header.c. */
#pragma once

#include <stdbool.h>

/* Every line ends in CRLF or is the last, is plain ASCII of at most 76 columns unless one word alone is longer (never
 * above 998), is not blank, and each but the first begins with a blank; the field has that name. */
void mail_check_field(const char *field, const char *name);
/* The value, unfolded, its encoded words decoded (RFC 2047, section 6.2), and in a phrase (a display name) its quoted
 * strings unquoted. The caller frees it. */
char *mail_decode(const char *field, bool phrase);
