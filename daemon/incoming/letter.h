/* The facts of a mail that came in, which the daemon judges. */
#pragma once

#include <stddef.h>

#include <jansson.h>

/* Once, before any other. */
void letter_start(void);

/* The argument of Heard() (daemon/doc/formats.md section 4). `authserv_id` is the name under which the server of the
 * mailbox says who a sender is; NULL: nothing is believed. Whatever the bytes are, there are facts of them; NULL: no
 * memory. */
json_t *letter_facts(const char *bytes, size_t size, const char *authserv_id);
