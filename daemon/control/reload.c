/* The configuration anew: its mistakes, and what it changes. */
#include <errno.h>

#include "control/answer.h"
#include "control/handlers.h"
#include "control/outcome.h"
#include "store/audit.h"

/* What came of a reload. */
struct reload {
        bool adopted; /* or would be */
        struct report report;
        struct changes changes;
};

static void reload_clear(struct reload *reload)
{
        report_clear(&reload->report);
        changes_clear(&reload->changes);
}

static int audit_reload(const struct control *control, const struct decider *decider, bool adopted)
{
        struct engine *engine = control_engine(control);
        const struct audit_record record = {
                .at_ms = clock_now(&engine->clock),
                .who = (char *)decider->name,
                .uid = decider->uid,
                .verb = (char *)(adopted ? "reload" : "reload refused"),
        };

        return store_add_audit(engine->store, &record);
}

/* Mistakes are an answer and no error, so that each keeps its place. */
static int reload(struct control *control, sd_bus_message *call, bool dry_run, struct reload *ret, sd_bus_error *error)
{
        struct decider decider;
        int r = outcome_decider(control, call, &decider);

        if (r < 0)
                return r;
        r = control->reload(control->userdata, dry_run, &ret->report, &ret->changes);
        ret->adopted = r == 0;
        if (!dry_run) {
                (void)audit_reload(control, &decider, ret->adopted);
                control_touch(control);
        }
        return r < 0 && r != -EINVAL ? control_trouble(control, r, error) : 0;
}

static void answer_finding(struct answer *answer, const struct finding *finding)
{
        answer_begin(answer);
        answer_text(answer, "file", finding->file);
        answer_count(answer, "line", finding->line);
        answer_bool(answer, "warning", finding->warning);
        answer_text(answer, "text", finding->text);
        answer_end(answer);
}

static void answer_findings(struct answer *answer, const struct reload *reload)
{
        if (answer->error == 0 && sd_bus_message_append(answer->message, "b", reload->adopted) < 0)
                answer->error = -ENOMEM;
        answer_begin_list(answer);
        for (size_t i = 0; i < reload->report.n; i++)
                answer_finding(answer, &reload->report.findings[i]);
        answer_end_list(answer);
}

static void answer_change(struct answer *answer, const struct change *change)
{
        answer_begin(answer);
        answer_text(answer, "change", change_name(change->kind));
        answer_text(answer, "plan", change->plan);
        answer_text(answer, "item", change->item);
        answer_text(answer, "occurrence", change->key);
        answer_text(answer, "agency", change->agency);
        answer_text(answer, "successor", change->successor);
        answer_text(answer, "title", change->title);
        answer_text(answer, "state", obligation_state_name(change->state));
        answer_day(answer, "due_before", change->before);
        answer_day(answer, "due", change->after);
        answer_bool(answer, "left", change->left);
        answer_end(answer);
}

static void answer_changes(struct answer *answer, const struct changes *changes)
{
        answer_begin(answer);
        for (int kind = 0; kind < CHANGE_KINDS; kind++)
                answer_count(answer, change_name((enum change_kind)kind), changes->counts[kind]);
        answer_end(answer);
        answer_begin_list(answer);
        for (size_t i = 0; i < changes->n; i++)
                answer_change(answer, &changes->list[i]);
        answer_end_list(answer);
}

int handle_reload(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct reload CLEANUP(reload_clear) result = {0};
        struct answer CLEANUP(answer_clear) answer = {0};
        int r = reload(userdata, call, false, &result, error);

        if (r < 0)
                return r;
        answer = answer_to(call);
        answer_findings(&answer, &result);
        return answer_send(&answer);
}

int handle_adopt(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct reload CLEANUP(reload_clear) result = {0};
        struct answer CLEANUP(answer_clear) answer = {0};
        int dry_run, r = sd_bus_message_read(call, "b", &dry_run);

        if (r >= 0)
                r = reload(userdata, call, dry_run, &result, error);
        if (r < 0)
                return r;
        answer = answer_to(call);
        answer_findings(&answer, &result);
        answer_changes(&answer, &result.changes);
        return answer_send(&answer);
}
