/* The reply to a decision: an error by name, or how much was changed. */
#pragma once

#include "control/control.h"

/* The caller of an admitted call as a decider. 0 or -EACCES. */
int outcome_decider(const struct control *control, sd_bus_message *call, struct decider *ret);
/* Does what the decision made due, or sets the error. `r` is what decide_…() returned. 0 or an error. */
int outcome_settle(struct control *control, int r, const struct decision_result *result, sd_bus_error *error);
/* Settles it and replies how many were changed. */
int outcome_reply(struct control *control, sd_bus_message *call, int r, const struct decision_result *result,
                  sd_bus_error *error);
