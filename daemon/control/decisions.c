/* The decisions on obligations: each reads its arguments, finds what is meant, decides, ticks and replies. */
#include <string.h>

#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"

struct request {
        struct control *control;
        sd_bus_message *call;
        sd_bus_error *error;
        struct decider decider;
        struct decision_scope scope;
        struct decision_result result;
};

static void request_clear(struct request *request)
{
        free(request->result.text);
}

/* "" for the agency means all. */
static int request_find(struct request *request, const char *item, const char *agency)
{
        int r = argument_item(request->control, item, &request->scope.item, request->error);

        if (r == 0 && *agency)
                r = argument_agency(request->control, agency, request->error);
        if (r == 0)
                r = outcome_decider(request->control, request->call, &request->decider);
        request->scope.agency = *agency ? agency : NULL;
        return r;
}

static int request_finish(struct request *request, int r)
{
        return outcome_reply(request->control, request->call, r, &request->result, request->error);
}

int handle_snooze(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *item, *agency, *until, *reason;
        civil_day day;
        int force;
        int r = sd_bus_message_read(call, "ssssb", &item, &agency, &until, &reason, &force);

        if (r >= 0)
                r = request_find(&request, item, agency);
        if (r >= 0)
                r = argument_date(request.control, until, &day, error);
        if (r < 0)
                return r;
        r = decide_snooze(control_engine(request.control), &request.decider, &request.scope, day, reason, force,
                          &request.result);
        return request_finish(&request, r);
}

typedef int decide_by_name(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                           struct decision_result *ret);

static int by_name(sd_bus_message *call, struct control *control, decide_by_name *decide, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = control, .call = call, .error = error};
        const char *item, *agency;
        int r = sd_bus_message_read(call, "ss", &item, &agency);

        if (r >= 0)
                r = request_find(&request, item, agency);
        if (r < 0)
                return r;
        r = decide(control_engine(control), &request.decider, &request.scope, &request.result);
        return request_finish(&request, r);
}

int handle_unsnooze(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, decide_unsnooze, error);
}

int handle_urge(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, decide_urge, error);
}

int handle_clear_date(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, decide_clear_date, error);
}

int handle_done(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *item, *agency, *on, *note;
        civil_day day = control_today(request.control);
        int all;
        int r = sd_bus_message_read(call, "ssssb", &item, &agency, &on, &note, &all);

        if (r >= 0)
                r = request_find(&request, item, agency);
        if (r >= 0 && *on)
                r = argument_date(request.control, on, &day, error);
        if (r < 0)
                return r;
        request.scope.all = all;
        r = decide_done(control_engine(request.control), &request.decider, &request.scope, day, *note ? note : NULL,
                        &request.result);
        return request_finish(&request, r);
}

typedef int decide_with_reason(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                               const char *reason, struct decision_result *ret);

static int with_reason(sd_bus_message *call, struct control *control, decide_with_reason *decide, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = control, .call = call, .error = error};
        const char *item, *agency, *reason;
        int all;
        int r = sd_bus_message_read(call, "sssb", &item, &agency, &reason, &all);

        if (r >= 0)
                r = request_find(&request, item, agency);
        if (r < 0)
                return r;
        request.scope.all = all;
        r = decide(control_engine(control), &request.decider, &request.scope, reason, &request.result);
        return request_finish(&request, r);
}

int handle_reopen(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return with_reason(call, userdata, decide_reopen, error);
}

int handle_waive(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return with_reason(call, userdata, decide_waive, error);
}

int handle_set_date(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear) request = {.control = userdata, .call = call, .error = error};
        const char *item, *date, *agency, *note;
        civil_day day;
        int r = sd_bus_message_read(call, "ssss", &item, &date, &agency, &note);

        if (r >= 0)
                r = request_find(&request, item, agency);
        if (r >= 0)
                r = argument_date(request.control, date, &day, error);
        if (r < 0)
                return r;
        r = decide_set_date(control_engine(request.control), &request.decider, &request.scope, day, *note ? note : NULL,
                            &request.result);
        return request_finish(&request, r);
}
