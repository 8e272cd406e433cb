/* The transport: what carries messages to their servers: the network, or nothing at all in a rehearsal. */
#pragma once

#include "config/config.h"
#include "content/message.h"
#include "transport/transfer.h"

struct transport {
        /* How many messages to one server it takes beyond the server's connections, so that those need not wait for the
         * next. Their turn comes later: one that is stale then is not sent (TRANSFER_RECALLED). */
        uint32_t prefetch;
        /* Starts one message, and calls done(userdata) once: from the event loop later, or at once where nothing is
         * waited for; *ret is then untouched. `config`, `webhook` are borrowed until it is over; a message that is
         * still to be composed then is held by a reference. Errors: -ENOMEM, -EAGAIN, -EINVAL, and those of
         * composing. */
        int (*mail)(void *self, const struct mail_config *config, const char *to, struct message *message,
                    transfer_done done, void *userdata, struct transfer **ret);
        int (*post)(void *self, const struct webhook *webhook, const char *id, struct message *message,
                    transfer_done done, void *userdata, struct transfer **ret);
        void (*cancel)(void *self, struct transfer *transfer);
        void *self;
};

/* Over the network; the transfers are borrowed. */
struct transport transport_network(struct transfers *transfers);
/* Everything arrives at once and nowhere. */
struct transport transport_nowhere(void);
