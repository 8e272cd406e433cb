/* What a decision comes to: an error by name, or the number of what changed. */
#pragma once

#include "control/control.h"

/* Who decides: whose call it is, which was admitted. 0 or -EACCES. */
int outcome_decider(const struct control *control, sd_bus_message *call, struct decider *ret);
/* Replies to the call, after everything that is now due was done; or sets the error. `r` is what decide_…() gave. */
int outcome_reply(struct control *control, sd_bus_message *call, int r, const struct decision_result *result,
                  sd_bus_error *error);
