/* Operating: deliveries again or not at all, test messages. */
#include <errno.h>
#include <string.h>

#include "control/answer.h"
#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"
#include "store/deliveries.h"

static bool delivery_id_valid(const char *id)
{
        return strnlen(id, DELIVERY_ID_SIZE) == DELIVERY_ID_SIZE - 1 &&
               strspn(id, "0123456789abcdef") == DELIVERY_ID_SIZE - 1;
}

int handle_take_over(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        struct control *control = userdata;
        struct decider decider;
        const char *reason;
        int r = sd_bus_message_read(call, "s", &reason);

        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        r = decide_take_over(control_engine(control), &decider, reason, &result);
        if (r == DECIDED)
                r = manager_start(control->manager);
        return outcome_reply(control, call, r, &result, error);
}

typedef int decide_delivery(struct engine *engine, const struct decider *decider, const char *id,
                            struct decision_result *ret);

static int on_delivery(sd_bus_message *call, struct control *control, decide_delivery *decide, sd_bus_error *error)
{
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        struct decider decider;
        const char *id;
        int r = sd_bus_message_read(call, "s", &id);

        if (r >= 0 && !delivery_id_valid(id))
                return sd_bus_error_set(error, ERROR_NOT_FOUND,
                                        "no such delivery: an id has 32 digits 0-9a-f; reminderctl deliveries lists "
                                        "them");
        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        return outcome_reply(control, call, decide(control_engine(control), &decider, id, &result), &result, error);
}

int handle_retry(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return on_delivery(call, userdata, decide_retry, error);
}

int handle_drop(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return on_delivery(call, userdata, decide_drop, error);
}

int handle_acknowledge(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return on_delivery(call, userdata, decide_acknowledge, error);
}

static int on_all(sd_bus_message *call, struct control *control, decide_delivery *decide, sd_bus_error *error)
{
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        struct decider decider;
        int r = outcome_decider(control, call, &decider);

        if (r < 0)
                return r;
        return outcome_reply(control, call, decide(control_engine(control), &decider, NULL, &result), &result, error);
}

int handle_retry_all(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return on_all(call, userdata, decide_retry, error);
}

int handle_acknowledge_all(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return on_all(call, userdata, decide_acknowledge, error);
}

int handle_test(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        struct decider decider;
        const char *agency, *webhook;
        int r = sd_bus_message_read(call, "ss", &agency, &webhook);

        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        if (!*agency == !*webhook || !id_valid(*agency ? agency : webhook))
                return sd_bus_error_set(error, ERROR_INVALID, "give the id of one agency or of one webhook");
        r = decide_test(control_engine(control), &decider, *agency ? agency : NULL, *webhook ? webhook : NULL, &result);
        return outcome_reply(control, call, r, &result, error);
}

int handle_test_to(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        struct decider decider;
        const char *agency, *address;
        int r = sd_bus_message_read(call, "ss", &agency, &address);

        if (r >= 0)
                r = argument_agency(control, agency, error);
        if (r >= 0)
                r = outcome_decider(control, call, &decider);
        if (r < 0)
                return r;
        r = decide_test_to(control_engine(control), &decider, agency, address, &result);
        return outcome_reply(control, call, r, &result, error);
}
