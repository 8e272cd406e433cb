/* The courier: what carries a message away: the network, or nothing at all in a rehearsal. */
#pragma once

#include "config/config.h"
#include "content/draft.h"
#include "transport/transfer.h"

struct courier {
        /* How many messages to one server he takes beyond its connections, so that those need not wait for the next.
         * Their turn comes later: a draft that is stale then is not sent (TRANSFER_RECALLED). */
        uint32_t ahead;
        /* Start one message and call done(userdata) from the event loop later; 1: gone at once, done is not called.
         * `config`, `webhook` are borrowed until it is over; a draft that is still to be composed then is held by a
         * reference. Errors: -ENOMEM, -EAGAIN, -EINVAL, and those of composing. */
        int (*mail)(void *self, const struct mail_config *config, const char *to, struct draft *draft,
                    transfer_done done, void *userdata, struct transfer **ret);
        int (*post)(void *self, const struct webhook *webhook, const char *id, struct draft *draft, transfer_done done,
                    void *userdata, struct transfer **ret);
        void (*cancel)(void *self, struct transfer *transfer);
        void *self;
};

/* Over the network; the transfers are borrowed. */
struct courier courier_network(struct transfers *transfers);
/* Everything arrives at once and nowhere. */
struct courier courier_nowhere(void);
