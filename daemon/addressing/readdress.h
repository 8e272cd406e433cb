/* Readdress: what waits for an address that its agency has no more goes to those that it has. */
#pragma once

#include "runtime/engine.h"
#include "store/deliveries.h"

/* Whether a delivery's address is no longer one of its agency's (or of the contact's) in the configuration in force. */
bool readdress_is_needed(const struct engine *engine, const struct delivery_record *delivery);

enum readdress_outcome { READDRESS_STAYS, READDRESS_CANCELLED };
/* Cancels a queued delivery if it needs to be readdressed; what it carries goes on in new deliveries to those addresses
 * of the agency that have not had it. A test is of the address: it is only cancelled. An enum readdress_outcome, or an
 * error of the store. The caller is in a transaction. */
int readdress_delivery(struct engine *engine, const struct delivery_record *delivery, size_t *ret_moved);
/* All that is queued, in a transaction of its own. 0 or an error of the store. */
int readdress_queue(struct engine *engine);
