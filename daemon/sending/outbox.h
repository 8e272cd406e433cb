/* The outbox: deliveries leave, results come back, failures are tried again. */
#pragma once

#include <systemd/sd-event.h>

#include "runtime/engine.h"
#include "sending/transport.h"

struct outbox;

/* The event loop is used to record results after the callbacks that brought them. */
int outbox_new(struct engine *engine, const struct transport *transport, sd_event *event, struct outbox **ret);
/* Drops what is under way, without waiting; it stays `sending` in the store and is repeated at the next start. */
struct outbox *outbox_free(struct outbox *outbox);
/* Takes in the servers of the configuration in force. 0 or -ENOMEM: the old ones stay. */
int outbox_configure(struct outbox *outbox);
/* At the start: a server that took nothing before is in trouble until it takes something. 0 or an error of the store.
 */
int outbox_resume(struct outbox *outbox);
/* A tick is one transaction of the caller's: outbox_settle() writes what became of the messages that were answered,
 * outbox_claim() claims what is due, and gives back what is claimed when the hours are over. 0 or an error of the
 * store. */
int outbox_settle(struct outbox *outbox);
int outbox_claim(struct outbox *outbox);
/* After that transaction was committed: tells what was settled, and lets messages leave. What ends at once is
 * settled in the next tick, see outbox_wake(). */
void outbox_go(struct outbox *outbox);
/* After it was rolled back: everything is as before. */
void outbox_undo(struct outbox *outbox);
/* When there will be something to send, UTC milliseconds; INT64_MAX: nothing waits, or only for an answer. */
int outbox_wake(struct outbox *outbox, int64_t *ret_ms);
/* No new claims; what is claimed and not started goes back to the queue. */
int outbox_close(struct outbox *outbox);
/* Something was decided, or reloaded: what the transport has and has not sent yet is gathered anew. */
void outbox_recall(struct outbox *outbox);
/* The clock was set by so much: the time until what is under way is given up keeps its length. */
void outbox_shift(struct outbox *outbox, int64_t by_ms);
/* Messages that the transport has, or answered and not yet recorded. */
size_t outbox_under_way(const struct outbox *outbox);
/* Called when results were recorded: the queue may have changed. */
void outbox_on_progress(struct outbox *outbox, void (*progress)(void *userdata), void *userdata);
