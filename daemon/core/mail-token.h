/* Mail token: by which an answer names the message that it answers where a mail program or a server on the way has
 * dropped or rewritten the Message-IDs. People see it at the end of a subject, "[#7QK3-F9XM]", and may type it. It
 * names, and lets nobody in: who wrote an answer is judged by its sender. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/delivery.h"

#define MAIL_TOKEN_SIZE 10 /* 8 characters of Crockford's base32 and a "-": the number, and the end of the id */

/* Of a delivery by its number and its id; false: they are none that a token can say (the number is 0, or 2^28 and
 * more). */
bool mail_token_write(int64_t number, const char *id, char ret[static MAIL_TOKEN_SIZE]);
/* The number, also of what is in small letters, without the "-", or has the letters that Crockford reads as 0 and 1.
 * 0: it is no token. */
int64_t mail_token_number(const char *token);
/* Whether it is that delivery's: after a backup was put back, another one may have the number. */
bool mail_token_is_of(const char *token, int64_t number, const char *id);
