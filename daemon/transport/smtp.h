/* E-mail: one message to one mailbox over SMTP or SMTPS. */
#pragma once

#include "core/mail-server.h"
#include "transport/transfer.h"

/* Copied before smtp_send() returns. */
struct smtp_server {
        const char *url; /* smtp://host[:port] or smtps://… */
        enum tls_policy tls;
        const char *username, *password; /* NULL: no AUTH */
        /* To be tried in this order where the server offers them; 0: all, in the order above. */
        enum mail_mechanism mechanisms[MAIL_MECHANISMS];
        size_t n_mechanisms;
        const char *ca_file; /* NULL: the system's */
        const char *hello;   /* EHLO name; NULL: to be found out, see hello.h */
        long timeout;        /* seconds, see core/phase.h; 0: RFC 5321's */
        long connections;    /* kept open and reused, at most */
};

/* Bare addresses, domains in ASCII. Copied before smtp_send() returns. */
struct smtp_envelope {
        const char *from, *to;
};

struct smtp_message {
        const char *const *headers;   /* whole lines without CRLF, long ones folded with "\r\n "; NULL ends */
        const char *text;             /* UTF-8, lines end in \n */
        const char *html;             /* UTF-8 */
        const char *const *calendars; /* iCalendar objects; NULL ends; NULL: none */
        const char *calendar_name;    /* file name of those parts, without a number and ".ics" */
        bool calendar_cancels;        /* their method is CANCEL, not PUBLISH */
};

/* Where the message comes from when its turn has come: more may be handed over than there are connections. */
struct smtp_source {
        /* In the thread that sends, once before it connects and again when it has waited for the server: what it fills
         * in is borrowed until release(). 0; -ECANCELED: it is not to leave, or not like this (TRANSFER_RECALLED); or
         * another negative errno, which ends the transfer: for a while with -ENOMEM, else for good. */
        int (*write)(void *userdata, struct smtp_message *ret);
        /* In the event loop, when the transfer is over; also where smtp_send() fails. May be NULL. */
        void (*release)(void *userdata);
        void *userdata;
};

/* multipart/alternative of text and HTML, base64; with calendars, multipart/mixed of that and each calendar as an
 * attachment. Certificates are always verified. 0, or -ENOMEM, -EAGAIN (no thread to be had), -EINVAL (a blank, control
 * character or bracket in an address). A header line with a bare CR or LF, or of more than 998 bytes, ends the transfer
 * as -EINVAL from the source would. */
int smtp_send(struct transfers *transfers, const struct smtp_server *server, const struct smtp_envelope *envelope,
              const struct smtp_source *source, transfer_done done, void *userdata, struct transfer **ret);
