/* Answers to what agencies said: confirmed, rejected, granted. */
#include <errno.h>
#include <stdlib.h>

#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"
#include "control/view.h"

struct request {
        struct control *control;
        sd_bus_message *call;
        sd_bus_error *error;
        struct decider decider;
        int64_t id;
        struct decision_result result;
};

static void request_clear(struct request *request)
{
        decision_result_clear(&request->result);
}

/* The number of the claim, with which each begins. */
static int read_id(struct request *request)
{
        const char *text;
        char *end;
        int r = sd_bus_message_read(request->call, "s", &text);

        if (r < 0)
                return r;
        errno = 0;
        request->id = strtoll(text, &end, 10);
        if (end == text || *end || errno || request->id <= 0)
                return sd_bus_error_set(request->error, ERROR_NOT_FOUND,
                                        "a claim is named by its number, which reminderctl claims shows");
        return outcome_decider(request->control, request->call, &request->decider);
}

/* `r` is what decide_…() returned. */
static int reply(struct request *request, int r)
{
        r = outcome_settle(request->control, r, &request->result, request->error);
        return r < 0 ? r : view_changed(request->control, request->call, &request->result);
}

int handle_confirm(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        int r = read_id(&request);

        if (r < 0)
                return r;
        return reply(&request,
                     decide_confirm(control_engine(request.control), &request.decider, request.id, &request.result));
}

int handle_reject(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *reason;
        int r = read_id(&request);

        if (r >= 0)
                r = sd_bus_message_read(call, "s", &reason);
        if (r < 0)
                return r;
        return reply(&request, decide_reject(control_engine(request.control), &request.decider, request.id, reason,
                                             &request.result));
}

int handle_grant(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *until;
        civil_day day = CIVIL_NONE;
        int r = read_id(&request);

        if (r >= 0)
                r = sd_bus_message_read(call, "s", &until);
        if (r >= 0 && *until)
                r = argument_date(request.control, until, DATE_AHEAD, &day, error);
        if (r < 0)
                return r;
        return reply(&request,
                     decide_grant(control_engine(request.control), &request.decider, request.id, day, &request.result));
}
