/* How the daemon is: what waits, what went wrong, what to look at. */
#include <stdlib.h>
#include <string.h>

#include "control/handlers.h"
#include "control/view.h"
#include "core/hold.h"
#include "store/attempts.h"
#include "store/counts.h"
#include "store/holds.h"
#include "store/plans.h"

#define PROBLEMS_MAX (TROUBLES_MAX + 8)
/* A message that still waits so long after it was made, and whose attempt was the last to fail, is somebody's business:
 * a server that only restarts, or greylists, is through long before. */
#define STUCK_MS (INT64_C(3600) * 1000)

struct problems {
        char *texts[PROBLEMS_MAX];
        size_t n;
        bool attention; /* one of them needs it */
};

static void problems_clear(struct problems *problems)
{
        for (size_t i = 0; i < problems->n; i++)
                free(problems->texts[i]);
}

__attribute__((format(printf, 2, 3))) static void add_problem(struct problems *problems, const char *format, ...)
{
        va_list arguments;

        if (problems->n == PROBLEMS_MAX)
                return;
        va_start(arguments, format);
        if (vasprintf(&problems->texts[problems->n], format, arguments) >= 0)
                problems->n++;
        va_end(arguments);
}

/* Whether what failed last has been waiting for long, although its server takes other messages: it alone does not
 * leave.
 */
static void put_stuck(const struct view *view, const struct delivery_record *record, struct problems *problems)
{
        int64_t waits_ms = clock_now(&view->engine->clock) - record->made_ms;
        char server[CHANNEL_TEXT_SIZE];

        (void)channel_format(&record->channel, server);
        if ((record->state != DELIVERY_QUEUED && record->state != DELIVERY_SENDING) || waits_ms < STUCK_MS ||
            troubles_find(&view->engine->troubles, TROUBLE_SERVER, server) ||
            troubles_find(&view->engine->troubles, TROUBLE_REFUSED, server))
                return;
        add_problem(problems, "a message to %s has waited for %lld h; reminderctl deliveries --state queued says why",
                    record->address, (long long)(waits_ms / STUCK_MS));
        problems->attention = true;
}

static void put_troubles(const struct view *view, struct problems *problems)
{
        struct answer *answer = view->answer;
        const struct troubles *troubles = &view->engine->troubles;
        const struct present_trouble *present;
        int64_t now = clock_now(&view->engine->clock);

        answer_begin_member(answer, "troubles");
        for (size_t at = 0; (present = troubles_next(troubles, now, &at));) {
                char lasted[TROUBLE_LASTED_SIZE];

                answer_begin(answer);
                answer_text(answer, "kind", trouble_name(present->trouble.kind));
                answer_text(answer, "server", present->server);
                answer_moment(answer, "since", present->trouble.since_ms);
                answer_text(answer, "text", present->text);
                answer_end(answer);
                add_problem(problems, "%s (for %s)", present->text, trouble_lasted(&present->trouble, now, lasted));
                problems->attention = true;
        }
        answer_end_member(answer);
}

/* The last attempt that failed, and what has become of its delivery since. */
static int put_failure(const struct view *view, struct problems *problems)
{
        struct answer *answer = view->answer;
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        int64_t at_ms;
        int r = store_last_failure(view->engine->store, &record, &at_ms);

        if (r != 0)
                return r < 0 ? r : 0;
        answer_text(answer, "last_error", record.answer ? record.answer : "the server said nothing");
        answer_moment(answer, "last_error_at", at_ms);
        answer_text(answer, "last_error_delivery", record.id);
        answer_text(answer, "last_error_agency", record.agency);
        answer_text(answer, "last_error_address", record.address);
        answer_text(answer, "last_error_state", delivery_state_name(record.state));
        put_stuck(view, &record, problems);
        return 0;
}

/* As it was last written; before that, as the file says. */
static void put_closing(const struct view *view, const struct plan *plan)
{
        struct plan_record CLEANUP(plan_record_clear) record = {.term = {.closes = plan->closes, .moved = CIVIL_NONE}};

        (void)store_find_plan(view->engine->store, plan->id, &record);
        view_plan_end(view, &record);
}

/* A hold is meant; but nobody ends one that has no last day, or a far one, unless somebody thinks of it. */
static void tell_long_hold(const struct hold_record *hold, struct problems *problems)
{
        char until[CIVIL_DATE_SIZE];
        bool ends = hold->until != CIVIL_NONE;

        if (ends)
                civil_format(hold->until, until);
        if (ends && *hold->agency)
                add_problem(problems, "nothing is sent to %s until %s (%s, by %s); reminderctl release --agency %s",
                            hold->agency, until, hold->reason, hold->by, hold->agency);
        else if (ends)
                add_problem(problems, "nothing is sent to anybody until %s (%s, by %s); reminderctl release", until,
                            hold->reason, hold->by);
        else if (*hold->agency)
                add_problem(problems,
                            "nothing is sent to %s until somebody releases it (%s, by %s); reminderctl release "
                            "--agency %s",
                            hold->agency, hold->reason, hold->by, hold->agency);
        else
                add_problem(problems,
                            "nothing is sent to anybody until somebody releases it (%s, by %s); reminderctl "
                            "release",
                            hold->reason, hold->by);
        problems->attention = true;
}

static void put_hold(const struct view *view, const struct hold_record *hold, struct problems *problems)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_text(answer, "agency", hold->agency);
        answer_day(answer, "until", hold->until);
        answer_moment(answer, "since", hold->since_ms);
        answer_text(answer, "by", hold->by);
        answer_text(answer, "reason", hold->reason);
        answer_end(answer);
        if (hold_may_be_forgotten(hold->until, view->today))
                tell_long_hold(hold, problems);
}

static int put_holds(const struct view *view, struct problems *problems)
{
        struct hold_record *holds = NULL;
        size_t n = 0;
        int r = store_list_holds(view->engine->store, &holds, &n);

        answer_begin_member(view->answer, "holds");
        for (size_t i = 0; i < n; i++) {
                put_hold(view, &holds[i], problems);
                hold_record_clear(&holds[i]);
        }
        answer_end_member(view->answer);
        free(holds);
        return r;
}

static void put_trial(const struct view *view, struct problems *problems)
{
        const char *redirect = view->config->mail.redirect;

        answer_text(view->answer, "trial", redirect);
        if (!redirect)
                return;
        add_problem(problems, "a trial: all mail goes to %s; take mail.redirect out of reminderd.conf to end it",
                    redirect);
        problems->attention = true;
}

static void put_plan(const struct view *view, const struct plan *plan)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_text(answer, "plan", plan->id);
        answer_count(answer, "year", (uint64_t)plan->year);
        answer_text(answer, "title", plan->title);
        answer_text(answer, "head", plan->head == ROSTER_NONE ? NULL : view->config->roster.agencies[plan->head].id);
        answer_count(answer, "items", plan->n_items);
        put_closing(view, plan);
        answer_end(answer);
}

static bool is_among(const int32_t *years, size_t n, int32_t year)
{
        for (size_t i = 0; i < n; i++)
                if (years[i] == year)
                        return true;
        return false;
}

static void put_plans(const struct view *view, struct problems *problems)
{
        const struct config *config = view->config;
        int32_t years[PROBLEMS_MAX];
        char texts[PROBLEMS_MAX][sizeof("-2147483648")];
        const char *provisional[PROBLEMS_MAX];
        size_t n = 0;

        answer_begin_member(view->answer, "plans");
        for (size_t i = 0; i < config->n_plans; i++) {
                int32_t year = config->plans[i].year;

                put_plan(view, &config->plans[i]);
                if (n == PROBLEMS_MAX || !calendar_is_provisional(config->calendar, year) || is_among(years, n, year))
                        continue;
                years[n] = year;
                snprintf(texts[n], sizeof(texts[n]), "%d", year);
                provisional[n] = texts[n];
                add_problem(problems, "no calendar file for %d: working days follow the law alone and are provisional",
                            year);
                n++;
        }
        answer_end_member(view->answer);
        answer_strings(view->answer, "provisional_calendars", provisional, n);
}

static void put_counts(const struct view *view, const struct store_counts *counts, struct problems *problems)
{
        struct answer *answer = view->answer;
        int64_t now = clock_now(&view->engine->clock);

        answer_count(answer, "open", (uint64_t)counts->obligations_open);
        answer_count(answer, "overdue", (uint64_t)counts->overdue);
        answer_count(answer, "unclear", (uint64_t)counts->unclear);
        answer_count(answer, "claims", (uint64_t)counts->claims);
        answer_count(answer, "queued", (uint64_t)counts->queued);
        answer_count(answer, "sending", (uint64_t)counts->sending);
        answer_count(answer, "sent", (uint64_t)counts->sent);
        answer_count(answer, "failed", (uint64_t)counts->failed);
        answer_moment(answer, "last_delivery", counts->last_sent_ms);
        if (counts->last_sent_ms > 0 && now >= counts->last_sent_ms)
                answer_count(answer, "seconds_since_last_delivery", (uint64_t)(now - counts->last_sent_ms) / 1000);
        if (counts->failed > 0) {
                add_problem(problems,
                            "%lld deliveries failed; reminderctl deliveries --state failed says why, reminderctl "
                            "retry ID sends one again, retry --all sends all, acknowledge ID says that it is seen to",
                            (long long)counts->failed);
                problems->attention = true;
        }
        answer_count(answer, "bounced", (uint64_t)counts->bounced);
        if (counts->bounced > 0) {
                add_problem(problems,
                            "%lld deliveries came back as undeliverable; reminderctl deliveries --state bounced says "
                            "why: put "
                            "the address right, then retry ID sends one again, acknowledge ID says that it is seen to",
                            (long long)counts->bounced);
                problems->attention = true;
        }
        answer_count(answer, "too_late", (uint64_t)counts->too_late);
        if (counts->too_late > 0) {
                add_problem(
                        problems,
                        "%lld reminders came too late and were not sent: the contact was told which, and the journal "
                        "names them; when the agencies know, reminderctl acknowledge --all",
                        (long long)counts->too_late);
                problems->attention = true;
        }
}

/* What the store knows. If it cannot be read, the rest of the status is answered without it. */
static void put_records(const struct view *view, struct problems *problems)
{
        struct store_counts counts;
        int r = store_count(view->engine->store, view->today, &counts);

        if (r == 0) {
                put_counts(view, &counts, problems);
                r = put_failure(view, problems);
        }
        if (r == 0)
                r = put_holds(view, problems);
        if (r < 0) {
                add_problem(problems, "the state cannot be read: %s", engine_words(view->engine, r));
                problems->attention = true;
                manager_try_state(view->control->manager);
        }
}

int handle_status(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);
        struct problems CLEANUP(problems_clear) problems = {0};
        struct view view = view_now(userdata, &answer);

        (void)error;
        manager_look_at_state(view.control->manager);
        answer_begin(&answer);
        answer_text(&answer, "version", REMINDERD_VERSION);
        answer_text(&answer, "block", view.config->block_name);
        answer_text(&answer, "timezone", view.config->timezone);
        answer_text(&answer, "configuration", view.config->path);
        answer_moment(&answer, "now", clock_now(&view.engine->clock));
        answer_moment(&answer, "next_wake", manager_wake(view.control->manager));
        put_trial(&view, &problems);
        put_records(&view, &problems);
        put_troubles(&view, &problems);
        put_plans(&view, &problems);
        /* A provisional calendar is worth a word, but nothing is broken. */
        answer_text(&answer, "health", problems.attention ? "attention" : "ok");
        answer_strings(&answer, "problems", (const char *const *)problems.texts, problems.n);
        answer_end(&answer);
        return answer_send(&answer);
}
