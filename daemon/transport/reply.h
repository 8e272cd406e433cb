/* Reply: one answer of a mail server, from its lines. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define REPLY_TEXT_MAX 1024  /* bytes that are kept until they are made printable */
#define REPLY_LINES_MAX 1000 /* a server that goes on and on says nothing */

struct reply {
        int code;     /* 0: no reply at all */
        bool goes_on; /* more lines follow */
        size_t lines;
        size_t size;
        char text[REPLY_TEXT_MAX + 1]; /* the code stands in the first line only */
};

enum reply_state {
        REPLY_GOES_ON, /* more lines follow */
        REPLY_WHOLE,
};
/* Takes a line, the CRLF included: the first of a new reply where the one before is whole. An enum reply_state;
 * -EPROTO: this is no line of a reply; -E2BIG: there are too many. */
int reply_take(struct reply *reply, const char *line, size_t length);
