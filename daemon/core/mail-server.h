/* What can be chosen of a mail server: in the configuration, and on the wire. */
#pragma once

enum tls_policy {
        TLS_REQUIRED,
        TLS_OPPORTUNISTIC, /* where the server offers it */
        TLS_NONE,
};

/* Ways to log in with a name and a password. */
enum mail_mechanism { MAIL_PLAIN, MAIL_LOGIN, MAIL_CRAM_MD5, MAIL_MECHANISMS };
