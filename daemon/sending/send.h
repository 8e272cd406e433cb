/* Sending: what is claimed is gathered and handed to the transport, and comes back when its attempt has ended. */
#pragma once

#include "sending/server.h"
#include "sending/transport.h"

/* How many messages may be answered and not yet recorded: at most so many, beside those on the wire, are repeated after
 * a crash (daemon/doc/design.md, What a crash repeats). What the transport has beyond the connections of a server
 * counts, for it may be answered while the event loop waits for the disk. */
#define RESULT_BATCH 64

struct sending {
        struct engine *engine;
        struct transport transport;
        struct server *servers;
        struct attempts flying;         /* handed to the transport */
        struct attempts ended;          /* and not yet recorded */
        bool starting;                  /* what ends meanwhile ended at once */
        bool closed;                    /* nothing more is started */
        void (*on_end)(void *userdata); /* an attempt that was flying has ended */
        void *userdata;
};

/* How many messages the transport takes beyond a server's connections; of what leaves by the minute none. */
size_t send_prefetch(const struct sending *sending, const struct server *server);
/* And how many in all, as long as so many may be answered and not recorded. */
size_t send_window(const struct sending *sending, const struct server *server);
/* Starts what is claimed, as many as the transport takes. Does nothing while it is at it. */
void send_claimed(struct sending *sending);
