/* Readdress: what waits for an address that its agency has no more goes to those that it has. */
#pragma once

#include "runtime/engine.h"

/* A queued delivery whose address is its agency's no more is cancelled; what it carries goes on in new deliveries to
 * those addresses of the agency that have not had it. A test is of the address: it is only cancelled. 1: it was
 * cancelled; 0: it stays. The caller is in a transaction. */
int readdress_delivery(struct engine *engine, const struct delivery_record *delivery, size_t *ret_moved);
/* All that is queued, in a transaction of its own. 0 or an error of the store. */
int readdress_queue(struct engine *engine);
