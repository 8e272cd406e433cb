/* The end of a trial, in which everything went to one mailbox. */
#pragma once

#include "core/civil.h"
#include "store/store.h"

/* What was sent since that moment, went to a mailbox of one's own: notices of rungs are cancelled and their ladders
 * judged anew from there on, as after a downtime; those of decisions are new again. */
int store_end_trial(struct store *store, int64_t since_ms, wall_time since);
