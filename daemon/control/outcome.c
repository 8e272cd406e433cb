/* The reply to a decision: an error by name, or how much was changed. */
#include "control/outcome.h"

#include <errno.h>

int outcome_decider(const struct control *control, sd_bus_message *call, struct decider *ret)
{
        const struct caller *caller = caller_known(&control->callers, call);

        if (!caller)
                return -EACCES;
        *ret = (struct decider){.name = caller->name, .uid = caller->uid};
        return 0;
}

int outcome_settle(struct control *control, int r, const struct decision_result *result, sd_bus_error *error)
{
        switch (r) {
        case DECIDED:
                break;
        case DECISION_NOT_FOUND:
                return sd_bus_error_set(error, ERROR_NOT_FOUND, result->text);
        case DECISION_REFUSED:
                return sd_bus_error_set(error, ERROR_REFUSED, result->text);
        case DECISION_DAY_OFF:
                return sd_bus_error_set(error, ERROR_DAY_OFF, result->text);
        case DECISION_INVALID:
                return sd_bus_error_set(error, ERROR_INVALID, result->text);
        default:
                return sd_bus_error_is_set(error) ? r : control_trouble(control, r, error);
        }
        /* The decision is stored; if the tick fails, that is in the journal and is tried again. */
        (void)manager_decided(control->manager);
        control_touch(control);
        return 0;
}

int outcome_reply(struct control *control, sd_bus_message *call, int r, const struct decision_result *result,
                  sd_bus_error *error)
{
        r = outcome_settle(control, r, result, error);
        return r < 0 ? r : sd_bus_reply_method_return(call, "u", (uint32_t)result->n);
}
