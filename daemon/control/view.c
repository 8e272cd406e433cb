/* What the views share: the moment they are taken at, and the records of the store as dictionaries. */
#include "control/view.h"

#include <errno.h>
#include <string.h>

#include "core/hold.h"
#include "store/claims.h"
#include "store/holds.h"

struct view view_now(struct control *control, struct answer *answer)
{
        struct engine *engine = control_engine(control);
        wall_time now = clock_wall(clock_now(&engine->clock));

        return (struct view){
                .control = control,
                .engine = engine,
                .config = engine_config(engine),
                .now = now,
                .today = wall_day(now),
                .answer = answer,
        };
}

const struct item *view_item(const struct view *view, const char *plan, const char *item)
{
        const struct plan *found_plan;
        const struct item *found;

        return settings_find_item(view->engine->settings, plan, item, &found_plan, &found) ? found : NULL;
}

/* A rung is only sent if none of the catch-up rules and no snooze drops it when its time has come: so each is judged
 * at its own moment, as the scheduler will. */
wall_time view_next_reminder(const struct view *view, const struct obligation_record *record)
{
        const struct item *item = view_item(view, record->plan, record->item);
        struct rung rungs[LADDER_MAX];
        struct ladder_step step;
        struct hold_record CLEANUP(hold_record_clear) hold = {0};
        wall_time handled = record->handled, from = view->now;
        size_t n;

        if (!item || record->next_fire == WALL_NEVER)
                return WALL_NEVER;
        if (store_find_hold(view->engine->store, record->agency, &hold) == 0)
                from = hold_end(hold.until);
        if (from == WALL_NEVER)
                return WALL_NEVER;

        struct ladder_rules rules = engine_rules(view->engine, item);

        n = ladder_of_obligation(&rules, &record->obligation, ladder_since(handled, from), rungs);
        ladder_step(&rules, &record->obligation, rungs, n, handled, from, &step);
        if (step.send < n)
                return hours_next(rules.hours, rules.calendar, from);
        if (handled < from)
                handled = from;
        for (size_t i = 0; i < n; i++) {
                if (rungs[i].at <= handled)
                        continue;
                ladder_step(&rules, &record->obligation, rungs, n, handled, rungs[i].at, &step);
                if (step.send < n)
                        return rungs[i].at;
        }
        return WALL_NEVER;
}

static void put_snooze(const struct view *view, const struct obligation_record *record)
{
        const struct obligation *obligation = &record->obligation;

        if (obligation->status != OBLIGATION_OPEN || obligation->snoozed_until == CIVIL_NONE ||
            obligation->snoozed_until < view->today)
                return;
        answer_day(view->answer, "snoozed_until", obligation->snoozed_until);
        answer_text(view->answer, "snoozed_by", record->snoozed_by);
        answer_text(view->answer, "snooze_reason", record->snooze_reason);
}

static int put_claim(const struct view *view, const struct obligation_record *record)
{
        struct claim_record CLEANUP(claim_record_clear) claim = {0};
        int r = record->obligation.claimed ? store_find_open_claim(view->engine->store, record->id, &claim)
                                           : STORE_NONE;

        if (r != 0)
                return r < 0 ? r : 0;
        answer_day(view->answer, "claimed_on", claim.claim.on);
        answer_text(view->answer, "claimed_by", claim.by);
        answer_text(view->answer, "claim_channel", claim_channel_name(claim.claim.channel));
        answer_day(view->answer, "requested_date", claim.claim.until);
        return 0;
}

/* Several plans have an item of that name. */
static bool is_shared(const struct view *view, const char *item)
{
        size_t n = 0;

        for (size_t i = 0; i < view->config->n_plans; i++)
                n += view_item(view, view->config->plans[i].id, item) != NULL;
        return n > 1;
}

static int put_hold(const struct view *view, const struct obligation_record *record)
{
        struct hold_record CLEANUP(hold_record_clear) hold = {0};
        int r = store_find_hold(view->engine->store, record->agency, &hold);

        answer_bool(view->answer, "held", r == 0);
        if (r != 0)
                return r < 0 ? r : 0;
        answer_day(view->answer, "held_until", hold.until);
        answer_text(view->answer, "hold_reason", hold.reason);
        return 0;
}

int view_obligation(const struct view *view, const struct obligation_record *record)
{
        const struct calendar *calendar = view->config->calendar;
        struct answer *answer = view->answer;
        struct obligation_dates dates = obligation_dates(&record->obligation, calendar);
        const struct plan *plan;
        const struct item *item;
        struct notice_counts counts;
        char period[PERIOD_NAME_SIZE];
        civil_day day;
        int r = store_count_notices(view->engine->store, record->id, &counts);

        if (r < 0)
                return r;
        answer_text(answer, "plan", record->plan);
        answer_text(answer, "item", record->item);
        answer_text(answer, "occurrence", record->key);
        answer_text(answer, "agency", record->agency);
        answer_text(answer, "title", record->title);
        answer_day(answer, "from", dates.from);
        answer_day(answer, "due", dates.due);
        answer_day(answer, "effective_due", dates.effective);
        if (settings_find_item(view->engine->settings, record->plan, record->item, &plan, &item)) {
                view_agencies(view, "with", plan, &item->with);
                answer_bool(answer, "event", item->event);
                answer_time(answer, "time", item->time);
                answer_text(answer, "place", item->place);
                answer_day(answer, "limit", item->limit);
                if (item->period.unit != PERIOD_NONE && civil_parse(record->key, &day) == 0)
                        answer_text(answer, "period", period_name(&item->period, day, period));
        }
        answer_text(answer, "state",
                    obligation_state_name(obligation_state(&record->obligation, calendar, view->today)));
        answer_bool(answer, "tentative", dates.tentative);
        if (record->obligation.status == OBLIGATION_UNCLEAR)
                answer_day(answer, "unclear_since", wall_day(record->obligation.known));
        put_snooze(view, record);
        r = put_claim(view, record);
        if (r == 0)
                r = put_hold(view, record);
        if (r < 0)
                return r;
        answer_wall(answer, "next_reminder", view_next_reminder(view, record));
        answer_count(answer, "reminders_sent", (uint64_t)counts.reminders);
        answer_day(answer, "done_on", record->obligation.done_on);
        answer_bool(answer, "late", obligation_is_late(&record->obligation, calendar));
        answer_count(answer, "days_late", (uint64_t)obligation_days_late(&record->obligation, calendar, view->today));
        answer_bool(answer, "observance", record->obligation.observance);
        answer_bool(answer, "shared", is_shared(view, record->item));
        return answer->error;
}

int view_list_changed(const struct view *view, const struct decision_result *result)
{
        answer_begin_list(view->answer);
        for (size_t i = 0; i < result->n; i++) {
                int r;

                answer_begin(view->answer);
                r = view_obligation(view, &result->changed[i]);
                answer_end(view->answer);
                if (r < 0)
                        return r;
        }
        answer_end_list(view->answer);
        return 0;
}

int view_changed(struct control *control, sd_bus_message *call, const struct decision_result *result)
{
        struct answer CLEANUP(answer_clear) answer = answer_to(call);
        const struct view view = view_now(control, &answer);
        int r = view_list_changed(&view, result);

        return r < 0 ? r : answer_send(&answer);
}

void view_agencies(const struct view *view, const char *key, const struct plan *plan, const struct targets *targets)
{
        const struct roster *roster = &view->config->roster;
        size_t *CLEANUP_FREE agencies = NULL;
        const char **CLEANUP_FREE ids = calloc(roster->n_agencies + 1, sizeof(*ids));
        size_t n = 0;

        if (!ids || plan_resolve(plan, roster, targets, &agencies, &n) < 0) {
                view->answer->error = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < n; i++)
                ids[i] = roster->agencies[agencies[i]].id;
        answer_strings(view->answer, key, ids, n);
}

void view_words(struct answer *answer, const char *key, const struct plan *plan, const struct item *item,
                const char *words, civil_day day)
{
        char *CLEANUP_FREE filled = words ? item_words(plan, item, words, day) : NULL;

        if (words && !filled)
                answer->error = -ENOMEM;
        answer_text(answer, key, filled);
}

void view_plan_end(const struct view *view, const struct plan_record *record)
{
        const struct plan_term *term = &record->term;

        answer_day(view->answer, "closes", term->moved != CIVIL_NONE ? term->moved : term->closes);
        answer_bool(view->answer, "closed", record->closed);
}

void view_delivery(const struct view *view, const struct delivery_record *record)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_text(answer, "id", record->id);
        answer_text(answer, "state", delivery_state_name(record->state));
        answer_text(answer, "kind", kind_name(record->kind));
        answer_text(answer, "channel", channel_kind_name(record->channel.kind));
        answer_text(answer, "agency", record->agency);
        answer_text(answer, "address", record->address);
        answer_text(answer, "subject", record->subject);
        answer_count(answer, "attempts", record->attempts);
        answer_moment(answer, "made", record->made_ms);
        if (record->state == DELIVERY_QUEUED)
                answer_moment(answer, "next_attempt", record->next_ms);
        answer_moment(answer, "finished", record->finished_ms);
        answer_text(answer, "answer", record->answer);
        answer_end(answer);
}

void view_claim(const struct view *view, const struct claim_record *record)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_count(answer, "id", (uint64_t)record->id);
        answer_text(answer, "kind", claim_kind_name(&record->claim));
        answer_text(answer, "state", claim_state_name(record->claim.state));
        answer_text(answer, "plan", record->plan);
        answer_text(answer, "item", record->item);
        answer_text(answer, "occurrence", record->key);
        answer_text(answer, "agency", record->agency);
        answer_day(answer, "claimed_on", record->claim.on);
        answer_text(answer, "claimed_by", record->by);
        answer_text(answer, "claim_channel", claim_channel_name(record->claim.channel));
        answer_day(answer, "requested_date", record->claim.until);
        answer_text(answer, "text", record->text);
        answer_moment(answer, "made", record->made_ms);
        answer_moment(answer, "answered", record->answered_ms);
        answer_text(answer, "answered_by", record->answered_by);
        answer_text(answer, "answer", record->answer);
        answer_end(answer);
}

void view_event(const struct view *view, const struct audit_record *record)
{
        struct answer *answer = view->answer;

        answer_begin(answer);
        answer_moment(answer, "time", record->at_ms);
        answer_text(answer, "who", record->who);
        if (record->uid >= 0)
                answer_count(answer, "uid", (uint64_t)record->uid);
        answer_text(answer, "verb", record->verb);
        answer_text(answer, "plan", record->plan);
        answer_text(answer, "item", record->item);
        answer_text(answer, "occurrence", record->key);
        answer_text(answer, "agency", record->agency);
        answer_text(answer, "detail", record->detail);
        answer_end(answer);
}
