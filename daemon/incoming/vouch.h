/* Whether the server of the mailbox says that a mail really comes from its sender's domain (RFC 8601). */
#pragma once

#include <stdbool.h>

/* `results` is the value of the topmost Authentication-Results: those below it anybody may have written. True: it is
 * `authserv_id`'s, and says of the domain in From that DMARC passed, or SPF or DKIM for that domain, one above it or
 * one below it. */
bool vouch_for(const char *results, const char *authserv_id, const char *from);
