/* The steps of a dialogue with a mail server, and how long each may take. */
#include "core/phase.h"

#define END_TIMES 10

/* RFC 5321, section 4.5.3.2; what it has no time for is marked. */
static const int64_t times[SMTP_PHASES] = {
        [SMTP_CONNECT] = 30,                      /* ours: longer than two lost SYNs and their repeats */
        [SMTP_TLS] = 60,                          /* ours: two round trips and some arithmetic */
        [SMTP_GREETING] = 300, [SMTP_EHLO] = 300, /* ours, as for the greeting: a server may look up our name now */
        [SMTP_STARTTLS] = 120,                    /* ours */
        [SMTP_AUTH] = 120,                        /* ours: Postfix asks a Dovecot that delays a wrong password */
        [SMTP_MAIL] = 300,     [SMTP_RCPT] = 300, [SMTP_DATA] = 120,
        [SMTP_BLOCK] = 180,    [SMTP_END] = 600,  [SMTP_RSET] = 60, /* ours */
        [SMTP_QUIT] = 5,                                            /* ours: nothing depends on the answer */
};

static int64_t shorter(int64_t a, int64_t b)
{
        return a < b ? a : b;
}

int64_t smtp_patience(enum smtp_phase phase, int64_t timeout)
{
        if (timeout <= 0)
                return times[phase];
        switch (phase) {
        case SMTP_CONNECT:
        case SMTP_TLS:
        case SMTP_QUIT:
                return shorter(timeout, times[phase]);
        case SMTP_END:
                return timeout > times[phase] ? timeout : shorter(timeout * END_TIMES, times[phase]);
        default:
                return timeout;
        }
}
