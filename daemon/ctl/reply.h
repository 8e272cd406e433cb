/* Answers of the bus as JSON. */
#pragma once

#include "ctl/client.h"

/* The next value of a message: strings, truths, numbers, lists, dictionaries, variants as what is in them. NULL: not of
 * that kind, or no memory. */
json_t *reply_value(sd_bus_message *message);
/* All values, one array. */
json_t *reply_values(sd_bus_message *message);
