/* Hello: the name that this machine gives a mail server in EHLO. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#define HELLO_SIZE 256 /* of the name: RFC 5321, section 4.5.3.1.2 */

/* RFC 5321, section 4.1.4, wants a full name of this machine, or its address in brackets where it has none; many
 * servers refuse a bare one ("may"). So: the host name, if it is full; what the resolver makes of it; the address from
 * which this machine speaks to others; the domain of the sender. Waits for the resolver, some seconds at most, or until
 * it is interrupted. */
void hello_find(const char *sender, const atomic_bool *interrupted, char ret[static HELLO_SIZE]);
/* "may.khoi.example", but neither "may" nor "localhost.localdomain". */
bool hello_is_full(const char *name);
