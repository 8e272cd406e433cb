/* The decisions on obligations and plans: each reads its arguments, finds what is meant, decides, ticks and replies. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "control/arguments.h"
#include "control/handlers.h"
#include "control/outcome.h"
#include "control/view.h"

/* Items and agencies of one call, each item for each agency: what an office decides in a year at most. */
#define SCOPES_MAX 4000

/* What goes with the items and agencies; which verb takes what says daemon/doc/formats.md section 4. */
struct details {
        const char *on, *until, *date, *reason, *note, *asked_by; /* "" where not given */
        int all, force, amend, quiet;
};
#define DETAILS_NONE \
        { \
                .on = "", .until = "", .date = "", .reason = "", .note = "", .asked_by = "" \
        }

struct request {
        struct control *control;
        sd_bus_message *call;
        sd_bus_error *error;
        struct details details;
        struct decider decider;
        struct decision_scope *scopes;
        size_t n;
        struct decision_result result;
};

static void request_clear(struct request *request)
{
        free(request->scopes);
        decision_result_clear(&request->result);
}

/* ---- what each verb asks of its details ---- */

static int snooze(struct request *request)
{
        const struct details *details = &request->details;
        civil_day day;
        int r = argument_date(request->control, details->until, DATE_COMING, &day, request->error);

        if (r < 0)
                return r;
        return decide_snooze(control_engine(request->control), &request->decider, request->scopes, day, details->reason,
                             *details->asked_by ? details->asked_by : NULL, details->force, &request->result);
}

static int unsnooze(struct request *request)
{
        return decide_unsnooze(control_engine(request->control), &request->decider, request->scopes, &request->result);
}

static const char *note_of(const struct request *request)
{
        return *request->details.note ? request->details.note : NULL;
}

static int done(struct request *request)
{
        civil_day day = control_today(request->control);
        int r = *request->details.on
                        ? argument_date(request->control, request->details.on, DATE_PAST, &day, request->error)
                        : 0;

        if (r < 0)
                return r;
        return decide_done(control_engine(request->control), &request->decider, request->scopes, day, note_of(request),
                           request->details.quiet, &request->result);
}

static int amend(struct request *request)
{
        civil_day day = CIVIL_NONE;
        int r = *request->details.on
                        ? argument_date(request->control, request->details.on, DATE_PAST, &day, request->error)
                        : 0;

        if (r < 0)
                return r;
        return decide_amend(control_engine(request->control), &request->decider, request->scopes, day, note_of(request),
                            request->details.quiet, &request->result);
}

static int reopen(struct request *request)
{
        return decide_reopen(control_engine(request->control), &request->decider, request->scopes,
                             request->details.reason, &request->result);
}

static int waive(struct request *request)
{
        return decide_waive(control_engine(request->control), &request->decider, request->scopes,
                            request->details.reason, &request->result);
}

static int urge(struct request *request)
{
        return decide_urge(control_engine(request->control), &request->decider, request->scopes, &request->result);
}

static int set_date(struct request *request)
{
        civil_day day;
        int r = argument_date(request->control, request->details.date, DATE_AHEAD, &day, request->error);

        if (r < 0)
                return r;
        return decide_set_date(control_engine(request->control), &request->decider, request->scopes, day,
                               note_of(request), request->details.force, &request->result);
}

static int clear_date(struct request *request)
{
        return decide_clear_date(control_engine(request->control), &request->decider, request->scopes,
                                 &request->result);
}

/* By whoever took it down: at the telephone, over the counter. */
static int claim(struct request *request)
{
        const struct details *details = &request->details;
        struct claim said = {
                .on = control_today(request->control),
                .until = CIVIL_NONE,
                .channel = CLAIM_BY_CLERK,
        };
        int r = *details->on ? argument_date(request->control, details->on, DATE_PAST, &said.on, request->error) : 0;

        if (r >= 0 && *details->until)
                r = argument_date(request->control, details->until, DATE_AHEAD, &said.until, request->error);
        if (r < 0)
                return r;
        return decide_claim(control_engine(request->control), &request->decider, request->scopes, &said,
                            note_of(request), &request->result);
}

static const struct verb {
        const char *name;
        item_fits *fits; /* for which of two plans' items there is such a decision */
        int (*run)(struct request *request);
} verbs[] = {
        {"snooze", obligation_may_waive, snooze},     {"unsnooze", obligation_may_waive, unsnooze},
        {"done", obligation_may_waive, done},         {"reopen", obligation_may_reopen, reopen},
        {"waive", obligation_may_waive, waive},       {"urge", obligation_may_urge, urge},
        {"set-date", obligation_may_waive, set_date}, {"clear-date", obligation_may_clear_date, clear_date},
        {"claim", obligation_may_waive, claim},
};

/* `done` of what is done already. */
static const struct verb amending = {"done", obligation_is_amendable, amend};

static const struct verb *find_verb(const char *name)
{
        for (size_t i = 0; i < ELEMENTS(verbs); i++)
                if (strcmp(verbs[i].name, name) == 0)
                        return &verbs[i];
        return NULL;
}

/* ---- what is meant ---- */

static size_t length_of(const char *const *list)
{
        size_t n = 0;

        while (list && list[n])
                n++;
        return n;
}

/* "" for the agency means all. */
static int find_one(struct request *request, item_fits *fits, const char *item, const char *agency)
{
        struct decision_scope *scope = &request->scopes[request->n];
        int r = argument_item(request->control, item, agency, fits, &scope->item, request->error);

        if (r == 0 && *agency)
                r = argument_agency(request->control, agency, request->error);
        if (r < 0)
                return r;
        scope->agency = *agency ? agency : NULL;
        scope->all = request->details.all;
        if (request->n > 0)
                scope[-1].also = scope;
        request->n++;
        return 0;
}

/* Each item for each agency; no agency means all. */
static int find(struct request *request, const struct verb *verb, const char *const *items, const char *const *agencies)
{
        static const char *const every_agency[] = {"", NULL};
        const char *const *each = length_of(agencies) > 0 ? agencies : every_agency;
        size_t n_items = length_of(items), n_agencies = length_of(each);
        int r = outcome_decider(request->control, request->call, &request->decider);

        if (n_items == 0)
                return sd_bus_error_set(request->error, ERROR_INVALID, "no item is named");
        if (n_items > SCOPES_MAX / n_agencies)
                return sd_bus_error_setf(request->error, ERROR_INVALID, "at most %d are decided at once", SCOPES_MAX);
        request->scopes = calloc(n_items * n_agencies, sizeof(*request->scopes));
        if (!request->scopes)
                return -ENOMEM;
        for (const char *const *item = items; *item; item++)
                for (const char *const *agency = each; r >= 0 && *agency; agency++)
                        r = find_one(request, verb->fits, *item, *agency);
        return r;
}

/* ---- one obligation or those of one item, by the arguments of the verb ---- */

static int decide_one(sd_bus_message *call, struct control *control, const char *verb_name, const char *item,
                      const char *agency, const struct details *details, sd_bus_error *error)
{
        struct request CLEANUP(request_clear)
                request = {.control = control, .call = call, .error = error, .details = *details};
        const struct verb *verb = find_verb(verb_name);
        int r = find(&request, verb, (const char *const[]){item, NULL}, (const char *const[]){agency, NULL});

        return r < 0 ? r : outcome_reply(control, call, verb->run(&request), &request.result, error);
}

int handle_snooze(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct details details = DETAILS_NONE;
        const char *item, *agency;
        int r = sd_bus_message_read(call, "ssssb", &item, &agency, &details.until, &details.reason, &details.force);

        return r < 0 ? r : decide_one(call, userdata, "snooze", item, agency, &details, error);
}

static int by_name(sd_bus_message *call, struct control *control, const char *verb, sd_bus_error *error)
{
        const char *item, *agency;
        int r = sd_bus_message_read(call, "ss", &item, &agency);

        return r < 0 ? r : decide_one(call, control, verb, item, agency, &(struct details)DETAILS_NONE, error);
}

int handle_unsnooze(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, "unsnooze", error);
}

int handle_urge(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, "urge", error);
}

int handle_clear_date(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return by_name(call, userdata, "clear-date", error);
}

int handle_done(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct details details = DETAILS_NONE;
        const char *item, *agency;
        int r = sd_bus_message_read(call, "ssssb", &item, &agency, &details.on, &details.note, &details.all);

        return r < 0 ? r : decide_one(call, userdata, "done", item, agency, &details, error);
}

static int with_reason(sd_bus_message *call, struct control *control, const char *verb, sd_bus_error *error)
{
        struct details details = DETAILS_NONE;
        const char *item, *agency;
        int r = sd_bus_message_read(call, "sssb", &item, &agency, &details.reason, &details.all);

        return r < 0 ? r : decide_one(call, control, verb, item, agency, &details, error);
}

int handle_reopen(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return with_reason(call, userdata, "reopen", error);
}

int handle_waive(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        return with_reason(call, userdata, "waive", error);
}

int handle_set_date(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct details details = DETAILS_NONE;
        const char *item, *agency;
        int r = sd_bus_message_read(call, "ssss", &item, &details.date, &agency, &details.note);

        details.force = true; /* whoever calls this one answers for the day */
        return r < 0 ? r : decide_one(call, userdata, "set-date", item, agency, &details, error);
}

/* ---- several items and agencies at once, all of it or nothing ---- */

static int read_details(sd_bus_message *call, struct details *details, sd_bus_error *error)
{
        const struct filter_key texts[] = {
                {"on", &details->on},         {"until", &details->until}, {"date", &details->date},
                {"reason", &details->reason}, {"note", &details->note},   {"asked-by", &details->asked_by},
        };
        const struct truth_key truths[] = {{"all", &details->all},
                                           {"force", &details->force},
                                           {"amend", &details->amend},
                                           {"quiet", &details->quiet}};

        return argument_details(call, texts, ELEMENTS(texts), truths, ELEMENTS(truths), error);
}

int handle_decide(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear)
                request = {.control = userdata, .call = call, .error = error, .details = DETAILS_NONE};
        char **CLEANUP(text_list_free_p) items = NULL, **CLEANUP(text_list_free_p) agencies = NULL;
        const struct verb *verb;
        const char *name;
        int r = sd_bus_message_read(call, "s", &name);

        if (r >= 0)
                r = sd_bus_message_read_strv(call, &items);
        if (r >= 0)
                r = sd_bus_message_read_strv(call, &agencies);
        if (r >= 0)
                r = read_details(call, &request.details, error);
        if (r < 0)
                return r;
        verb = find_verb(name);
        if (verb && verb->run == done && request.details.amend)
                verb = &amending;
        if (!verb)
                return sd_bus_error_set(error, ERROR_INVALID,
                                        "no such decision; there are snooze, unsnooze, done, reopen, waive, urge, "
                                        "set-date, clear-date and claim");
        r = find(&request, verb, (const char *const *)items, (const char *const *)agencies);
        if (r >= 0)
                r = outcome_settle(request.control, verb->run(&request), &request.result, error);
        return r < 0 ? r : view_changed(request.control, call, &request.result);
}

int handle_close(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct request CLEANUP(request_clear)
                request = {.control = userdata, .call = call, .error = error, .details = DETAILS_NONE};
        const char *plan;
        civil_day day = CIVIL_NONE;
        int r = sd_bus_message_read(call, "sss", &plan, &request.details.on, &request.details.reason);

        if (r >= 0)
                r = argument_plan(request.control, plan, error);
        if (r >= 0)
                r = outcome_decider(request.control, call, &request.decider);
        if (r >= 0 && *request.details.on)
                r = argument_date(request.control, request.details.on, DATE_AHEAD, &day, error);
        if (r < 0)
                return r;
        r = decide_close(control_engine(request.control), &request.decider, plan, day, request.details.reason,
                         &request.result);
        return outcome_reply(request.control, call, r, &request.result, error);
}
