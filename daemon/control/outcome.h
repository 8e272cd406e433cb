/* The reply to a decision: an error by name, or how much was changed. */
#pragma once

#include "control/control.h"

/* The caller of an admitted call as a decider. 0 or -EACCES. */
int outcome_decider(const struct control *control, sd_bus_message *call, struct decider *ret);
/* Does what the decision made due and replies to the call, or sets the error. `r` is what decide_…() returned. */
int outcome_reply(struct control *control, sd_bus_message *call, int r, const struct decision_result *result,
                  sd_bus_error *error);
