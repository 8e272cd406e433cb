/* Holding and releasing: the names are checked, it is decided, and who is held is told. */
#include <stdlib.h>

#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"

struct request {
        struct control *control;
        sd_bus_message *call;
        sd_bus_error *error;
        struct decider decider;
        char **agencies; /* none: all */
        size_t n;
        struct decision_result result;
};

static void request_clear(struct request *request)
{
        for (char **agency = request->agencies; agency && *agency; agency++)
                free(*agency);
        free(request->agencies);
        decision_result_clear(&request->result);
}

static int read_agencies(struct request *request)
{
        int r = sd_bus_message_read_strv(request->call, &request->agencies);

        for (char **agency = request->agencies; r >= 0 && agency && *agency; agency++) {
                r = argument_agency(request->control, *agency, request->error);
                request->n++;
        }
        if (r >= 0)
                r = outcome_decider(request->control, request->call, &request->decider);
        return r;
}

int handle_hold(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *until, *reason;
        civil_day day = CIVIL_NONE;
        int r = read_agencies(&request);

        if (r >= 0)
                r = sd_bus_message_read(call, "ss", &until, &reason);
        if (r >= 0 && *until)
                r = argument_date(request.control, until, DATE_COMING, &day, error);
        if (r < 0)
                return r;
        r = decide_hold(control_engine(request.control), &request.decider, (const char *const *)request.agencies,
                        request.n, day, reason, &request.result);
        return outcome_reply(request.control, call, r, &request.result, error);
}

int handle_release(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        int r = read_agencies(&request);

        if (r < 0)
                return r;
        r = decide_release(control_engine(request.control), &request.decider, (const char *const *)request.agencies,
                           request.n, &request.result);
        return outcome_reply(request.control, call, r, &request.result, error);
}
