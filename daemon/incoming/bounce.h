/* What a mail server says of a letter that did not arrive: by RFC 3464, or in words of its own. */
#pragma once

#include <stdbool.h>

#include <gmime/gmime.h>

enum bounce_kind {
        BOUNCE_NONE,
        BOUNCE_FAILED,
        BOUNCE_DELAYED, /* or a failure that may mend itself: 4.x.x */
};

/* Strings are owned; NULL: not told. */
struct bounce {
        enum bounce_kind kind;
        char *recipient;
        char *status;       /* "5.1.1" */
        char *diagnostic;   /* one line */
        GPtrArray *letters; /* Message-IDs of what is returned, without their brackets, the outermost first */
};

/* Only what lies at the top counts: a bounce that somebody forwards is an answer. The letters of what is returned are
 * gathered whatever the kind. */
void bounce_read(GMimeMessage *message, struct bounce *ret);
void bounce_clear(struct bounce *bounce);

/* Adds each <id> in a text, once, without its brackets. */
void bounce_add_ids(GPtrArray *ids, const char *text);
