/* Returns: transfers that are over, on their way from the threads that ran them to the event loop. */
#pragma once

#include "transport/job.h"

struct returns;

/* `came` is called in the event loop whenever something has come, or was asked to look. 0 or negative errno. */
int returns_new(sd_event *event, void (*came)(void *userdata), void *userdata, struct returns **ret);
/* Nothing may be put in any more; what is left in it is released. */
struct returns *returns_free(struct returns *returns);
/* In any thread. NULL: only wakes the event loop. */
void returns_put(struct returns *returns, struct transfer *transfer);
/* In the event loop: appends all that came to `ret`. */
void returns_take(struct returns *returns, struct transfer_queue *ret);
