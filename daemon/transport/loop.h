/* Loop: a thread that runs libcurl's multi interface, for the protocols in which libcurl never waits. */
#pragma once

#include "transport/returns.h"

/* Composing, signing and posting cost more than all the rest of a webhook's way, and none of it needs the store: so it
 * has a thread of its own beside the event loop. The thread starts with the first transfer. */
struct loop;

/* What is over goes to `returns`, which is borrowed. 0 or negative errno. */
int loop_new(struct returns *returns, struct loop **ret);
/* Ends the thread; what it still had is in `returns`. Every transfer must have been cancelled. */
struct loop *loop_free(struct loop *loop);
/* Runs it as soon as its peer has a connection free. 0; -ENOMEM, -EAGAIN: no thread can be had. */
int loop_submit(struct loop *loop, struct transfer *transfer);
/* Ends it wherever it is; the thread returns it. */
void loop_cancel(struct loop *loop, struct transfer *transfer);
