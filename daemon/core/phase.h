/* The steps of a dialogue with a mail server, and how long each may take. */
#pragma once

#include <stdint.h>

enum smtp_phase {
        SMTP_CONNECT, /* looking up the name, and TCP */
        SMTP_TLS,     /* the handshake, at the beginning or after STARTTLS */
        SMTP_GREETING,
        SMTP_EHLO, /* or HELO */
        SMTP_STARTTLS,
        SMTP_AUTH,
        SMTP_MAIL,
        SMTP_RCPT,
        SMTP_DATA,  /* until the server asks for the message */
        SMTP_BLOCK, /* a piece of the message, until the network takes it */
        SMTP_END,   /* the answer to the end of the message: it is scanned and stored meanwhile */
        SMTP_RSET,
        SMTP_QUIT,
        SMTP_PHASES
};

/* Seconds that a step may take. `timeout` is the operator's, 0: none was set, and RFC 5321 decides. One that is set
 * holds for every step but the end of the message, which has ten times as long, though no longer than the RFC asks for
 * unless `timeout` itself is: a server that hangs is left soon, one that scans is not sent the same once more. */
int64_t smtp_patience(enum smtp_phase phase, int64_t timeout);
