/* Loop: libcurl's multi interface on an sd-event loop, for the protocols in which it never waits.
 * Depends on lane.
 * Called by transfer. */
#pragma once

#include "delivery/job.h"

struct loop;

int loop_new(sd_event *event, struct loop **ret);
/* Nothing may be under way. */
struct loop *loop_free(struct loop *loop);
/* Runs it as soon as its lane has room. 0 or negative errno. */
int loop_submit(struct loop *loop, struct transfer *transfer);
/* Takes back one that waits or runs. */
void loop_cancel(struct loop *loop, struct transfer *transfer);
