/* Header fields of a message: RFC 2047 words, RFC 5322 folding and dates. */
#pragma once

#include <stdint.h>

/* "Name: value" folded below 76 columns, with encoded words (base64, UTF-8, never splitting a character) where the
 * value is not plain ASCII. Line ends and other control characters become blanks: nothing can start a new field.
 * The caller frees it; NULL: no memory. */
char *header_text(const char *name, const char *value);
/* "Name: Display Name <address>"; the display name quoted or encoded as needed; without one the bare address. */
char *header_mailbox(const char *name, const char *display, const char *address);
/* What stands behind the @; the address itself without one. */
const char *header_domain(const char *address);
/* "Date: Mon, 16 Sep 2024 08:00:00 +0700". The offset is in seconds east of UTC. */
char *header_date(int64_t epoch_seconds, int32_t offset);
/* "Name: <id@domain> <id@domain>", one a line; NULL ends the ids. */
char *header_message_ids(const char *name, const char *const *ids, const char *domain);
