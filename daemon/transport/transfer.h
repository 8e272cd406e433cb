/* Transfers: messages on their way through libcurl, in threads of their own, and their outcomes in an sd-event loop. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "core/refusal.h"

struct transfers;
struct transfer; /* one under way; freed by the module when it is over */

enum transfer_outcome {
        TRANSFER_SENT,      /* the server took it */
        TRANSFER_TEMPORARY, /* try again: 4xx of SMTP and what is not the message's fault, 408/425/429 and 5xx of HTTP
                             */
        TRANSFER_RECALLED,  /* its source took it back when its turn came: nothing of it has left */
        TRANSFER_PERMANENT, /* it will not help to try again: 5xx of SMTP about it, other answers of HTTP */
};

struct transfer_result {
        enum transfer_outcome outcome;
        enum fault fault;   /* why it was not sent, where that is known */
        int code;           /* last answer of the server, 0: none */
        const char *answer; /* its words, or libcurl's; one printable UTF-8 line of at most TRANSFER_ANSWER_MAX bytes */
        int64_t retry_after; /* seconds the server asked for, 0: none */
        int unwritten;       /* negative errno of the source, which could not write the message; 0: it could */
        bool reached;        /* a connection was made: false means the whole server is away, not one address */
};

#define TRANSFER_ANSWER_MAX 400 /* bytes of a server's words that are kept: enough for any honest reply */
#define TRANSFER_BODY_MAX 65536 /* bytes of all that a server answers to one message; then it is cut off */

/* Called from the event loop, never from within transfer_start; the result is borrowed. */
typedef void (*transfer_done)(void *userdata, const struct transfer_result *result);

/* Each connection for mail is a thread (workers.h), and all webhooks are one (loop.h). SIGPIPE is ignored from here on,
 * unless the program handles it. 0 or negative errno. */
int transfers_new(sd_event *event, struct transfers **ret);
/* Cancels what is under way, without callbacks. May wait about a second for a mail server. */
struct transfers *transfers_free(struct transfers *transfers);
size_t transfers_under_way(const struct transfers *transfers);
/* For the protocols of this folder: queues one; from here on it belongs to `transfers`. 0 or negative errno, and then
 * it is still the caller's. */
int transfer_start(struct transfers *transfers, struct transfer *transfer, transfer_done done, void *userdata);
/* Ends one without a callback; never waits. Does nothing when called from that transfer's own callback. */
void transfer_cancel(struct transfer *transfer);
