/* Refusals of a mail server: whose fault one is, and so whether it helps to try again. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/phase.h"

/* Whose fault it is that a message did not leave. Of the first two a refusal may be for good; all others pass, or
 * somebody mends them, and then every message can leave as it is. */
enum fault {
        FAULT_NONE,
        FAULT_MESSAGE,
        FAULT_ADDRESS,
        FAULT_SESSION, /* this connection has had its share: another one may do */
        FAULT_SERVER,  /* away, busy, or out of order */
        /* The operator's to mend: */
        FAULT_CLIENT,     /* this machine, or the name it gives, or how much it sends */
        FAULT_SENDER,     /* mail.from */
        FAULT_LOGIN,      /* user name or password, wrong or missing */
        FAULT_ENCRYPTION, /* no TLS to be had, or a certificate that does not verify */
};

/* `code` is the reply's; `text` all of it, the enhanced status code (RFC 3463) included, lines joined by anything. */
enum fault refusal_fault(enum smtp_phase phase, int code, const char *text);
/* Trying again will not help. */
bool refusal_is_permanent(enum fault fault, int code);
/* Nothing leaves, or hardly anything, until somebody does something about it: not to be found out days later. */
bool fault_is_operators(enum fault fault);
/* Reads "5.7.1" behind the code of a reply: class, subject and detail; false: it has none. */
bool refusal_status(const char *text, int ret[static 3]);
/* A number for the cause that an answer (or other words on a failure) gives: the same for answers that differ in
 * words only behind an enhanced status code, where servers write their own names and ids. */
uint64_t refusal_cause(const char *answer);
