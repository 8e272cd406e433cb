/* The decisions on obligations: snooze, done, reopen, waive, urge, set-date, clear-date. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "base/cleanup.h"
#include "base/language.h"
#include "deciding/decision-private.h"
#include "runtime/closing.h"
#include "store/claims.h"

static const struct calendar *calendar_of(const struct change *change)
{
        return engine_config(change->engine)->calendar;
}

static void replace(char **text, const char *by)
{
        free(*text);
        *text = by ? strdup(by) : NULL;
}

static void end_snooze(struct obligation_record *record)
{
        record->obligation.snoozed_until = CIVIL_NONE;
        replace(&record->snoozed_by, NULL);
        replace(&record->snooze_reason, NULL);
}

int32_t decision_year(const struct change *change, const struct obligation_record *record)
{
        const struct plan *plan = config_find_plan(engine_config(change->engine), record->plan);

        return plan ? plan->year : civil_split(change->today).year;
}

struct date_bounds decision_bounds(const struct change *change, const struct obligation_record *record)
{
        const struct plan *plan = config_find_plan(engine_config(change->engine), record->plan);
        const struct item *item = plan ? plan_find_item(plan, record->item) : NULL;
        int32_t this_year = civil_split(change->today).year;

        return (struct date_bounds){
                .plan_year = plan ? plan->year : this_year,
                .last_year = plan ? civil_split(plan_last_day(plan)).year : this_year,
                .limit = item ? item->limit : CIVIL_NONE,
        };
}

/* Why a decision does not fit an obligation, whatever day is asked. */
static const char *const unfit[] = {
        [REFUSED_CLOSED] = (N_("it is finished, waived or withdrawn already; reminderctl reopen takes that back, and "
                               "reminderctl done --amend puts right when it was finished")),
        [REFUSED_NOT_DONE] = N_("it is not done: there is nothing to put right; leave out --amend"),
        [REFUSED_OPEN] = N_("it is open"),
        [REFUSED_WITHDRAWN] = N_("it is no longer in the plan"),
        [REFUSED_OBSERVANCE] = N_("an observance binds nobody"),
        [REFUSED_UNDATED] = N_("it has no date yet; reminderctl set-date gives it one"),
        [REFUSED_NOT_FIXED] = N_("nobody has fixed a date"),
        [REFUSED_ENDED] =
                (N_("its plan is closed, and nothing is sent of it; say done or waive, or open the plan again with "
                    "reminderctl close --on a later day")),
        [REFUSED_SOONER] = N_("it has until then, or longer"),
        [REFUSED_UNCLEAR] = N_("it is unclear, as it had passed before it was watched; say done, waive or urge"),
};

/* What does not fit one of several is left out. */
static int refused(bool several)
{
        if (several)
                return STEP_SKIPPED;
        return DECISION_REFUSED;
}

static int refuse_length(const struct change *change, const struct obligation_record *record,
                         struct decision_result *result)
{
        civil_day cap = obligation_snooze_cap(&record->obligation, calendar_of(change), change->today);
        char day[CIVIL_DATE_SIZE];

        if (cap < change->today)
                return decision_says(result, DECISION_REFUSED,
                                     "%s for %s: no working day is left before it is due; a snooze needs --force",
                                     record->item, record->agency);
        return decision_says(result, DECISION_REFUSED,
                             "%s for %s: a snooze may last until %s; a later day needs --force", record->item,
                             record->agency, civil_format(cap, day));
}

int decision_refuse(const struct change *change, const struct obligation_record *record, enum refusal refusal,
                    bool several, struct decision_result *result)
{
        char cap[CIVIL_DATE_SIZE], first[CIVIL_DATE_SIZE];

        switch (refusal) {
        case REFUSED_NOT:
                return 0;
        case REFUSED_SNOOZE_CAP:
                return refuse_length(change, record, result);
        case REFUSED_PAST:
                return decision_says(result, DECISION_REFUSED, "%s for %s: that day %s: today is %s", record->item,
                                     record->agency, change->day > change->today ? "is still to come" : "is over",
                                     civil_format(change->today, cap));
        case REFUSED_YEAR:
                return decision_says(result, DECISION_REFUSED,
                                     "%s for %s: the date lies outside the plan's years and the one after",
                                     record->item, record->agency);
        case REFUSED_EARLY:
                return decision_says(
                        result, DECISION_REFUSED,
                        "%s/%s for %s: %s cannot be: it is of %d, and cannot have been finished before %s; another "
                        "year's is named PLAN/ITEM",
                        record->plan, record->item, record->agency, civil_format(change->day, cap),
                        decision_year(change, record),
                        civil_format(obligation_first_finish(&record->obligation, calendar_of(change),
                                                             decision_year(change, record)),
                                     first));
        case REFUSED_LIMIT:
                return decision_says(result, DECISION_REFUSED,
                                     "%s for %s: the document allows no day after %s; only an edited plan (limit) does",
                                     record->item, record->agency,
                                     civil_format(decision_bounds(change, record).limit, cap));
        case REFUSED_DAY_OFF:
                return decision_says(result, DECISION_DAY_OFF, "%s for %s: %s is a day off", record->item,
                                     record->agency, civil_format(change->day, cap));
        case REFUSED_CLOSED:
        case REFUSED_OPEN:
        case REFUSED_NOT_DONE:
        case REFUSED_WITHDRAWN:
        case REFUSED_OBSERVANCE:
        case REFUSED_UNDATED:
        case REFUSED_NOT_FIXED:
        case REFUSED_ENDED:
        case REFUSED_UNCLEAR:
        case REFUSED_SOONER:
                break;
        }
        (void)decision_says(result, DECISION_REFUSED, "%s for %s: %s", record->item, record->agency, unfit[refusal]);
        return refused(several);
}

int decision_silence(const struct change *change, const struct obligation_record *record, const char *reason)
{
        int r = 0;

        for (enum notice_kind kind = 0; r >= 0 && kind < KIND_COUNT; kind++)
                if (kind_reminds(kind))
                        r = store_cancel_notices(change->engine->store, record->occurrence_id, record->id, kind,
                                                 reason);
        return r;
}

/* ---- snooze ---- */

static int snooze_one(const struct change *change, struct obligation_record *record, bool several,
                      struct decision_result *result)
{
        char *CLEANUP_FREE detail = NULL;
        char until[CIVIL_DATE_SIZE];
        int r = decision_refuse(change, record,
                                obligation_may_snooze(&record->obligation, calendar_of(change), change->today,
                                                      change->day, change->force),
                                several, result);

        if (r != 0)
                return r;
        record->obligation.snoozed_until = change->day;
        replace(&record->snoozed_by, change->decider->name);
        replace(&record->snooze_reason, change->text);
        if (asprintf(&detail, "until %s%s%s%s: %s", civil_format(change->day, until), change->force ? ", forced" : "",
                     change->asked_by ? ", asked by " : "", change->asked_by ? change->asked_by : "",
                     change->text) < 0) {
                detail = NULL;
                return -ENOMEM;
        }
        r = decision_silence(change, record, "snoozed");
        if (r >= 0)
                r = decision_audit(change, record, "snooze", detail);
        if (r >= 0)
                r = decision_confirm(change, record, KIND_SNOOZED, change->text);
        return r < 0 ? r : decision_store(change, record);
}

int decide_snooze(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                  civil_day until, const char *reason, const char *asked_by, bool force, struct decision_result *ret)
{
        struct change change = {.engine = engine,
                                .decider = decider,
                                .day = until,
                                .text = reason,
                                .asked_by = asked_by,
                                .force = force};

        if (!reason || !decision_text_valid(reason))
                return decision_no_text(ret, "reason");
        if (asked_by && !decision_text_valid(asked_by))
                return decision_no_text(ret, "name of who asked");
        return decision_run(&change, scope, "snooze", false, snooze_one, ret);
}

static int unsnooze_one(const struct change *change, struct obligation_record *record, bool several,
                        struct decision_result *result)
{
        int r;

        if (!obligation_is_snoozed(&record->obligation, change->today) ||
            record->obligation.status != OBLIGATION_OPEN) {
                (void)decision_says(result, DECISION_REFUSED, "%s for %s is not snoozed", record->item, record->agency);
                return refused(several);
        }
        record->handled = obligation_unsnooze(&record->obligation, change->today, record->handled);
        r = decision_audit(change, record, "unsnooze", NULL);
        return r < 0 ? r : decision_store(change, record);
}

int decide_unsnooze(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                    struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};

        return decision_run(&change, scope, "unsnooze", false, unsnooze_one, ret);
}

/* ---- done, reopen, waive ---- */

static int close_one(const struct change *change, struct obligation_record *record, const char *verb,
                     const char *reason, const char *detail)
{
        int r = store_cancel_notices(change->engine->store, record->occurrence_id, record->id, KIND_COUNT, reason);

        end_snooze(record);
        record->obligation.claimed = false;
        replace(&record->done_by, change->decider->name);
        replace(&record->note, change->text);
        if (r >= 0)
                r = decision_audit(change, record, verb, detail);
        return r < 0 ? r : decision_store(change, record);
}

int decide_done_one(const struct change *change, struct obligation_record *record, bool several,
                    struct decision_result *result)
{
        char *CLEANUP_FREE detail = NULL;
        char on[CIVIL_DATE_SIZE];
        int r = decision_refuse(change, record,
                                obligation_may_finish(&record->obligation, calendar_of(change),
                                                      decision_year(change, record), change->today, change->day),
                                several, result);

        if (r != 0)
                return r;
        record->obligation.status = OBLIGATION_DONE;
        record->obligation.done_on = change->day;
        if (asprintf(&detail, "on %s%s%s%s", civil_format(change->day, on),
                     obligation_is_late(&record->obligation, calendar_of(change)) ? ", late" : "",
                     change->text ? ": " : "", change->text ? change->text : "") < 0) {
                detail = NULL;
                return -ENOMEM;
        }
        r = close_one(change, record, "done", "done", detail);
        return r < 0 ? r : decision_confirm(change, record, KIND_COMPLETED, change->text);
}

int decide_done(struct engine *engine, const struct decider *decider, const struct decision_scope *scope, civil_day on,
                const char *note, bool quiet, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .day = on, .text = note, .quiet = quiet};

        if (note && !decision_text_valid(note))
                return decision_no_text(ret, "note");
        return decision_run(&change, scope, "done", true, decide_done_one, ret);
}

/* "on 2024-06-04, late, before on 2024-06-03: công văn 15 (công văn 14)": what people typed stands behind the colon. */
static char *amendment(const struct change *change, const struct obligation_record *record, civil_day was_on,
                       const char *was_note)
{
        char on[CIVIL_DATE_SIZE], was[CIVIL_DATE_SIZE], *detail;

        return asprintf(&detail, "on %s%s, before on %s%s%s%s%s%s", civil_format(record->obligation.done_on, on),
                        obligation_is_late(&record->obligation, calendar_of(change)) ? ", late" : "",
                        civil_format(was_on, was), record->note || was_note ? ": " : "",
                        record->note ? record->note : "", was_note ? " (" : "", was_note ? was_note : "",
                        was_note ? ")" : "") < 0
                       ? NULL
                       : detail;
}

static int amend_one(const struct change *change, struct obligation_record *record, bool several,
                     struct decision_result *result)
{
        civil_day was_on = record->obligation.done_on, on = change->day == CIVIL_NONE ? was_on : change->day;
        char *CLEANUP_FREE was_note = record->note ? strdup(record->note) : NULL;
        char *CLEANUP_FREE detail = NULL;
        int r = decision_refuse(change, record,
                                obligation_may_amend(&record->obligation, calendar_of(change),
                                                     decision_year(change, record), change->today, on),
                                several, result);

        if (r != 0)
                return r;
        if (record->note && !was_note)
                return -ENOMEM;
        if (on == was_on && (!change->text || (was_note && strcmp(was_note, change->text) == 0))) {
                (void)decision_says(result, DECISION_REFUSED, "%s for %s says so already", record->item,
                                    record->agency);
                return several ? (int)STEP_SKIPPED : (int)DECISION_REFUSED;
        }
        record->obligation.done_on = on;
        replace(&record->done_by, change->decider->name);
        if (change->text)
                replace(&record->note, change->text);
        detail = amendment(change, record, was_on, was_note);
        r = !detail ? -ENOMEM
                    : store_cancel_notices(change->engine->store, record->occurrence_id, record->id, KIND_COMPLETED,
                                           "amended");
        if (r >= 0)
                r = decision_audit(change, record, "amend", detail);
        if (r >= 0)
                r = decision_store(change, record);
        return r < 0 ? r : decision_confirm(change, record, KIND_COMPLETED, record->note);
}

int decide_amend(struct engine *engine, const struct decider *decider, const struct decision_scope *scope, civil_day on,
                 const char *note, bool quiet, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .day = on, .text = note, .quiet = quiet};

        *ret = (struct decision_result){0};
        if (note && !decision_text_valid(note))
                return decision_no_text(ret, "note");
        if (on == CIVIL_NONE && !note)
                return decision_says(ret, DECISION_INVALID, "what is put right? say --on DATE, --note TEXT, or both");
        return decision_run(&change, scope, "amend", true, amend_one, ret);
}

static int waive_one(const struct change *change, struct obligation_record *record, bool several,
                     struct decision_result *result)
{
        int r = decision_refuse(change, record, obligation_may_waive(&record->obligation), several, result);

        if (r != 0)
                return r;
        record->obligation.status = OBLIGATION_WAIVED;
        r = close_one(change, record, "waive", "waived", change->text);
        return r < 0 ? r : announce_end(change->engine, record, KIND_WAIVED, change->decider->name, change->text);
}

int decide_waive(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                 const char *reason, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .text = reason};

        if (!reason || !decision_text_valid(reason))
                return decision_no_text(ret, "reason");
        return decision_run(&change, scope, "waive", true, waive_one, ret);
}

/* What was unclear before it was settled is so again; what is not in force any more, open. */
static enum obligation_status beginning(const struct change *change, const struct obligation_record *record)
{
        const struct plan *plan;
        const struct item *item;

        if (!settings_find_item(change->engine->settings, record->plan, record->item, &plan, &item))
                return OBLIGATION_OPEN;
        return obligation_beginning(&record->obligation, calendar_of(change), item->since);
}

static int reopen_one(const struct change *change, struct obligation_record *record, bool several,
                      struct decision_result *result)
{
        bool in_plan, closed = false;
        int r = engine_is_planned(change->engine, record, &in_plan);

        if (r == 0)
                r = closing_is_closed(change->engine, record->plan, &closed);
        if (r == 0)
                r = decision_refuse(change, record,
                                    in_plan || closed ? obligation_may_reopen(&record->obligation) : REFUSED_WITHDRAWN,
                                    several, result);
        if (r != 0)
                return r;
        record->obligation.status = closed ? OBLIGATION_UNFINISHED : beginning(change, record);
        record->obligation.done_on = CIVIL_NONE;
        replace(&record->done_by, NULL);
        replace(&record->note, NULL);
        r = decision_audit(change, record, "reopen", change->text);
        if (r >= 0)
                r = store_cancel_notices(change->engine->store, record->occurrence_id, record->id, KIND_COUNT,
                                         "reopened");
        if (r >= 0)
                r = announce_reopening(change->engine, record, change->decider->name, change->text);
        return r < 0 ? r : decision_store(change, record);
}

int decide_reopen(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                  const char *reason, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .text = reason};

        if (!reason || !decision_text_valid(reason))
                return decision_no_text(ret, "reason");
        return decision_run(&change, scope, "reopen", true, reopen_one, ret);
}

/* ---- urge ---- */

/* It is reminded of as if it had become overdue today. */
static int urge_one(const struct change *change, struct obligation_record *record, bool several,
                    struct decision_result *result)
{
        int r = decision_refuse(change, record, obligation_may_urge(&record->obligation), several, result);

        if (r != 0)
                return r;
        record->obligation.status = OBLIGATION_OPEN;
        record->obligation.urged = change->today;
        record->handled = wall_at(change->today, 0) - 1;
        r = decision_audit(change, record, "urge", NULL);
        return r < 0 ? r : decision_store(change, record);
}

int decide_urge(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};

        return decision_run(&change, scope, "urge", false, urge_one, ret);
}

/* ---- dates ---- */

/* The record has the new date: arms the ladder from now on and tells the agency. */
static int date_changed(const struct change *change, struct obligation_record *record, const struct obligation *before,
                        const char *verb, const char *detail)
{
        bool unclear = record->obligation.status == OBLIGATION_UNCLEAR;
        int r;

        if (obligation_snooze_hides(&record->obligation, calendar_of(change)))
                end_snooze(record);
        record->handled = change->now;
        record->obligation.status = beginning(change, record);
        r = decision_store(change, record);
        if (r < 0 || (unclear && record->obligation.status == OBLIGATION_UNCLEAR))
                return r < 0 ? r : decision_audit(change, record, verb, detail);
        r = announce_date(change->engine, record, before, change->claim, change->decider->name, change->text);
        if (r == ANNOUNCE_KNOWN) {
                record->handled = engine_catch_up_floor(change->engine, record->handled);
                r = decision_store(change, record);
        }
        return r < 0 ? r : decision_audit(change, record, verb, detail);
}

/* Who asked for more time has got a date, though not by way of an answer. */
static int overtake_request(const struct change *change, struct obligation_record *record)
{
        struct claim_record CLEANUP(claim_record_clear) claim = {0};
        int r;

        if (!record->obligation.claimed)
                return 0;
        r = store_find_open_claim(change->engine->store, record->id, &claim);
        if (r == 0 && claim_is_request(&claim.claim)) {
                record->obligation.claimed = false;
                r = store_answer_claim(change->engine->store, claim.id, CLAIM_OVERTAKEN, change->decider->name, NULL,
                                       change->now_ms);
        }
        return r < 0 ? r : 0;
}

int decide_set_date_one(const struct change *change, struct obligation_record *record, bool several,
                        struct decision_result *result)
{
        const struct date_bounds bounds = decision_bounds(change, record);
        struct obligation before = record->obligation;
        char *CLEANUP_FREE detail = NULL;
        char day[CIVIL_DATE_SIZE];
        int r = decision_refuse(
                change, record,
                obligation_may_set_date(&record->obligation, calendar_of(change), &bounds, change->day, change->force),
                several, result);

        if (r != 0)
                return r;
        if (record->obligation.fixed == change->day) {
                (void)decision_says(result, DECISION_REFUSED, "%s for %s already has that date", record->item,
                                    record->agency);
                return refused(several);
        }
        r = overtake_request(change, record);
        if (r < 0)
                return r;
        record->obligation.fixed = change->day;
        if (asprintf(&detail, "%s%s%s", civil_format(change->day, day), change->text ? ": " : "",
                     change->text ? change->text : "") < 0) {
                detail = NULL;
                return -ENOMEM;
        }
        return date_changed(change, record, &before, "set-date", detail);
}

int decide_set_date(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                    civil_day day, const char *note, bool force, struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .day = day, .text = note, .force = force};

        if (note && !decision_text_valid(note))
                return decision_no_text(ret, "note");
        return decision_run(&change, scope, "set-date", false, decide_set_date_one, ret);
}

static int clear_date_one(const struct change *change, struct obligation_record *record, bool several,
                          struct decision_result *result)
{
        struct obligation before = record->obligation;
        int r = decision_refuse(change, record, obligation_may_clear_date(&record->obligation), several, result);

        if (r != 0)
                return r;
        record->obligation.fixed = CIVIL_NONE;
        return date_changed(change, record, &before, "clear-date", NULL);
}

int decide_clear_date(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                      struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider};

        return decision_run(&change, scope, "clear-date", false, clear_date_one, ret);
}
