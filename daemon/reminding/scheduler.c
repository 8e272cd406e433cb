/* The scheduler: what fell due becomes notices, and notices that leave together become deliveries. */
#include "reminding/scheduler.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/assist.h"
#include "addressing/dispatch.h"
#include "addressing/failure.h"
#include "base/cleanup.h"
#include "core/ladder.h"
#include "reminding/weekly.h"
#include "runtime/closing.h"
#include "runtime/holds.h"

struct tick {
        struct engine *engine;
        int64_t now_ms;
        wall_time now;
};

static struct tick tick_now(struct engine *engine)
{
        int64_t now_ms = clock_now(&engine->clock);

        return (struct tick){engine, now_ms, clock_wall(now_ms)};
}

/* STORE_EXISTS: it was settled before: a ladder judged twice says nothing twice. */
static int add_notice(const struct tick *tick, struct notice_record *notice, const struct rung *rung,
                      enum notice_state state, const char *detail)
{
        int r;

        snprintf(notice->rung, sizeof(notice->rung), "%s", rung->key);
        notice->rung_at = rung->at;
        notice->made_ms = tick->now_ms;
        notice->state = state;
        notice->detail = (char *)detail;
        r = store_add_notice(tick->engine->store, notice);
        notice->detail = NULL;
        return r;
}

/* In place of an older one that has not left, since its server or a hold kept it. */
static int add_newest(const struct tick *tick, struct notice_record *notice, const struct rung *rung)
{
        int r = add_notice(tick, notice, rung, NOTICE_NEW, NULL);

        if (r == 0)
                r = store_supersede(tick->engine->store, notice->occurrence_id, notice->obligation_id, rung->at,
                                    verdict_name(VERDICT_SUPERSEDED));
        tick->engine->superseded |= r > 0;
        return r;
}

static int record_verdicts(const struct tick *tick, const struct ladder_rules *rules,
                           const struct obligation_record *record, const struct rung *rungs, size_t n,
                           const struct ladder_step *step)
{
        struct notice_record notice = {.occurrence_id = record->occurrence_id, .obligation_id = record->id};
        size_t missed = ladder_missed(rules, &record->obligation, rungs, n, step, record->obligation.known);
        int r = 0;

        snprintf(notice.agency, sizeof(notice.agency), "%s", record->agency);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                notice.id = 0;
                notice.kind = step->kind;
                switch (step->verdicts[i]) {
                case VERDICT_SEND:
                        r = add_newest(tick, &notice, &rungs[i]);
                        break;
                case VERDICT_SUPERSEDED:
                case VERDICT_TOO_OLD:
                case VERDICT_PAST_DUE:
                case VERDICT_SNOOZED:
                        if (rungs[i].at > tick->now)
                                break;
                        notice.kind = ladder_kind(&record->obligation, engine_config(tick->engine)->calendar,
                                                  rungs[i].class, wall_day(rungs[i].at));
                        r = add_notice(tick, &notice, &rungs[i], NOTICE_SKIPPED, verdict_name(step->verdicts[i]));
                        if (r == 0 && i == missed)
                                r = failure_tell_late(tick->engine, notice.id, NULL, tick->now_ms);
                        break;
                case VERDICT_LATER:
                case VERDICT_HANDLED:
                        break;
                }
        }
        return r < 0 ? r : 0;
}

static void sooner(wall_time *next, wall_time at)
{
        if (at < *next)
                *next = at;
}

static int judge_obligation(const struct tick *tick, const struct obligation_record *record)
{
        const struct plan *plan;
        const struct item *item;
        struct rung rungs[LADDER_MAX];
        struct ladder_step step;
        size_t n;
        int r;

        if (!settings_find_item(tick->engine->settings, record->plan, record->item, &plan, &item))
                return store_arm_obligation(tick->engine->store, record->id, record->handled, WALL_NEVER);

        struct ladder_rules rules = engine_rules(tick->engine, item);

        n = ladder_of_obligation(&rules, &record->obligation, ladder_since(record->handled, tick->now), rungs);
        ladder_step(&rules, &record->obligation, rungs, n, record->handled, tick->now, &step);
        r = record_verdicts(tick, &rules, record, rungs, n, &step);
        if (r < 0)
                return r;
        /* Never back: a clock that was set back must not open settled rungs again. */
        return store_arm_obligation(tick->engine->store, record->id,
                                    tick->now > record->handled ? tick->now : record->handled, step.next);
}

/* ---- occurrences: a date to fix, escalations ---- */

/* What asks the head for a day. The window being over, or the plan's time, there is nothing left to fix
 * (daemon/doc/design.md, Dates). */
static size_t fix_rungs(const struct plan *plan, const struct ladder_rules *rules,
                        const struct occurrence_record *record, wall_time now, struct rung rungs[static LADDER_MAX])
{
        civil_day last = record->planned.due != CIVIL_NONE ? record->planned.due : plan_last_day(plan);

        if (record->fix_by == CIVIL_NONE || plan->head == ROSTER_NONE || wall_day(now) > last)
                return 0;
        return ladder_of_fix(rules, record->fix_by, last, rungs);
}

static int judge_fix(const struct tick *tick, const struct plan *plan, const struct ladder_rules *rules,
                     const struct occurrence_record *record)
{
        const struct roster *roster = &engine_config(tick->engine)->roster;
        struct notice_record notice = {.occurrence_id = record->id, .kind = KIND_FIX_DATE};
        struct rung rungs[LADDER_MAX];
        struct ladder_step step;
        size_t n = fix_rungs(plan, rules, record, tick->now, rungs);
        int r = 0;

        if (n == 0)
                return 0;
        snprintf(notice.agency, sizeof(notice.agency), "%s",
                 roster->agencies[plan_head(plan, roster, wall_day(tick->now))].id);
        ladder_step_occurrence(rungs, n, record->handled, tick->now, &step);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                notice.id = 0;
                if (i == step.send)
                        r = add_newest(tick, &notice, &rungs[i]);
                else if (rungs[i].at > record->handled && rungs[i].at <= tick->now)
                        r = add_notice(tick, &notice, &rungs[i], NOTICE_SKIPPED, verdict_name(VERDICT_SUPERSEDED));
        }
        return r < 0 ? r : 0;
}

/* A level used to be named by its place among the others: what an older program said stays said. */
static int take_old_name(const struct tick *tick, struct notice_record *notice, const struct rung *rung)
{
        rung_old_key(rung, notice->rung);
        return store_rename_notice(tick->engine->store, notice, rung->key);
}

static int escalate(const struct tick *tick, const struct plan *plan, const struct occurrence_record *record,
                    const struct escalation *level, const struct rung *rung, bool *told)
{
        const struct roster *roster = &engine_config(tick->engine)->roster;
        struct notice_record notice = {.occurrence_id = record->id, .kind = KIND_ESCALATION};
        size_t *CLEANUP_FREE readers = NULL;
        size_t n = 0;
        int r = plan_resolve_heirs(plan, roster, &level->to, wall_day(tick->now), &readers, &n);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                bool first = !told[readers[i]], held;

                notice.id = 0;
                snprintf(notice.agency, sizeof(notice.agency), "%s", roster->agencies[readers[i]].id);
                r = holds_cover(tick->engine, notice.agency, &held);
                if (r == 0 && held) /* told when that is over: then all levels are judged anew */
                        continue;
                if (r == 0)
                        r = take_old_name(tick, &notice, rung);
                if (r < 0)
                        return r;
                r = add_notice(tick, &notice, rung, first ? NOTICE_NEW : NOTICE_SKIPPED,
                               first ? NULL : verdict_name(VERDICT_SUPERSEDED));
                told[readers[i]] = true;
        }
        return r < 0 ? r : 0;
}

/* Every missed level is told, the highest first: who reads two of them reads the higher one only. */
static int judge_escalations(const struct tick *tick, const struct plan *plan, const struct ladder_rules *rules,
                             const struct occurrence_record *record, civil_day late_from)
{
        const struct roster *roster = &engine_config(tick->engine)->roster;
        bool *CLEANUP_FREE told = calloc(roster->n_agencies + 1, sizeof(*told));
        wall_time since = tick->engine->watched_since, first = wall_at(late_from, 0), handled = record->handled;
        struct rung rungs[LADDER_MAX];
        size_t n;
        int r = 0;

        if (first < since)
                first = since;
        if (!told)
                return -ENOMEM;
        /* By their notices alone: a date may be set when its escalations have passed already, an agency may join or
         * open again what the others had finished. */
        if (handled > first)
                handled = first;
        n = ladder_of_escalation(rules, late_from, rungs);
        for (size_t i = n; r == 0 && i-- > 0;)
                if (rungs[i].at > handled && rungs[i].at <= tick->now)
                        r = escalate(tick, plan, record, &rules->policy->escalations[rungs[i].index], &rungs[i], told);
        return r;
}

/* When those who help are told of it; WALL_NEVER: there are none, or it says nothing in advance. */
static wall_time assist_moment(const struct ladder_rules *rules, const struct item *item,
                               const struct obligation *obligation)
{
        return item->with.n > 0 ? ladder_first_word(rules, obligation) : WALL_NEVER;
}

/* However late, as long as there is something to help with. */
static int judge_assistance(const struct tick *tick, const struct plan *plan, const struct item *item,
                            const struct occurrence_record *record, const struct obligation *obligation)
{
        struct ladder_rules rules = engine_rules(tick->engine, item);
        struct obligation_dates dates = obligation_dates(obligation, rules.calendar);

        if (assist_moment(&rules, item, obligation) > tick->now || wall_day(tick->now) > dates.effective)
                return 0;
        return assist_announce(tick->engine, plan, item, record, dates.due);
}

static int judge_dates(const struct tick *tick, const struct plan *plan, const struct item *item,
                       const struct occurrence_record *record, const struct open_dates *dates, size_t n)
{
        const struct calendar *calendar = engine_config(tick->engine)->calendar;
        struct ladder_rules rules = engine_rules(tick->engine, item);
        bool fix_judged = false;
        civil_day last = CIVIL_NONE;
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = judge_assistance(tick, plan, item, record, &dates[i].obligation);
                if (r < 0)
                        break;
                if (obligation_awaits_day(&dates[i].obligation)) {
                        if (!fix_judged) /* somebody still waits for a date */
                                r = judge_fix(tick, plan, &rules, record);
                        fix_judged = true;
                } else if (obligation_late_from(&dates[i].obligation, calendar) != last) {
                        last = obligation_late_from(&dates[i].obligation, calendar);
                        r = judge_escalations(tick, plan, &rules, record, last);
                }
        }
        return r;
}

/* The first rung of any of the dates after what is settled. */
static wall_time next_rung(const struct engine *engine, const struct plan *plan, const struct item *item,
                           const struct occurrence_record *record, const struct open_dates *dates, size_t n)
{
        struct ladder_rules rules = engine_rules(engine, item);
        wall_time next = WALL_NEVER, handled = record->handled;
        struct rung rungs[LADDER_MAX];
        struct ladder_step step;

        for (size_t i = 0; i < n; i++) {
                size_t n_rungs =
                        obligation_awaits_day(&dates[i].obligation)
                                ? fix_rungs(plan, &rules, record, handled, rungs)
                                : ladder_of_escalation(
                                          &rules, obligation_late_from(&dates[i].obligation, rules.calendar), rungs);

                wall_time assist = assist_moment(&rules, item, &dates[i].obligation);

                ladder_step_occurrence(rungs, n_rungs, handled, handled, &step);
                sooner(&next, step.next);
                if (assist > handled)
                        sooner(&next, assist);
        }
        return next;
}

int scheduler_next_rung(struct engine *engine, const struct plan *plan, const struct item *item,
                        const struct occurrence_record *record, wall_time *ret)
{
        struct open_dates *CLEANUP_FREE dates = NULL;
        size_t n = 0;
        int r = store_open_dates(engine->store, record->id, &dates, &n);

        if (r == 0)
                *ret = next_rung(engine, plan, item, record, dates, n);
        return r;
}

static int judge_occurrence(const struct tick *tick, struct occurrence_record *record)
{
        struct engine *engine = tick->engine;
        struct open_dates *CLEANUP_FREE dates = NULL;
        size_t n = 0;
        const struct plan *plan;
        const struct item *item;
        bool live =
                !record->withdrawn && settings_find_item(engine->settings, record->plan, record->item, &plan, &item);
        int r = live ? store_open_dates(engine->store, record->id, &dates, &n) : 0;

        if (r == 0 && live)
                r = judge_dates(tick, plan, item, record, dates, n);
        if (r < 0)
                return r;
        if (tick->now > record->handled)
                record->handled = tick->now;
        record->next_fire = live ? next_rung(engine, plan, item, record, dates, n) : WALL_NEVER;
        return store_put_occurrence(engine->store, record);
}

static int occurrence_batch(const struct tick *tick)
{
        struct occurrence_record *CLEANUP_FREE records = malloc(SCHEDULE_BATCH * sizeof(*records));
        int r, n;

        if (!records)
                return -ENOMEM;
        n = r = store_due_occurrences(tick->engine->store, tick->now, records, SCHEDULE_BATCH);
        for (int i = 0; r >= 0 && i < n; i++)
                r = judge_occurrence(tick, &records[i]);
        for (int i = 0; i < n; i++)
                occurrence_record_clear(&records[i]);
        return r < 0 ? r : n > 0 ? SCHEDULER_MORE : SCHEDULER_DONE;
}

/* What falls due together leaves together: an agency's messages are made when its last ladder is judged. What is due
 * comes moment by moment and agency by agency, so while there is only one moment, all before the agency of the last
 * ladder are through; after an outage there are many, and everything is judged first. */
static int dispatch_judged(const struct tick *tick, const struct obligation_record *judged, size_t n)
{
        wall_time last;
        int r = store_last_due(tick->engine->store, tick->now, &last);

        if (r < 0)
                return r;
        if (judged[0].next_fire != last)
                return 0;
        return dispatch_before(tick->engine, tick->now_ms, judged[n - 1].agency);
}

/* SCHEDULER_MORE: there may be more. */
static int obligation_batch(const struct tick *tick)
{
        struct obligation_record *CLEANUP_FREE records = malloc(SCHEDULE_BATCH * sizeof(*records));
        int r, n;

        if (!records)
                return -ENOMEM;
        n = r = store_due_obligations(tick->engine->store, tick->now, records, SCHEDULE_BATCH);
        for (int i = 0; r >= 0 && i < n; i++)
                r = judge_obligation(tick, &records[i]);
        if (r >= 0 && n == SCHEDULE_BATCH)
                r = dispatch_judged(tick, records, (size_t)n);
        for (int i = 0; i < n; i++)
                obligation_record_clear(&records[i]);
        return r < 0 ? r : n == SCHEDULE_BATCH ? SCHEDULER_MORE : SCHEDULER_DONE;
}

int scheduler_record_time(struct engine *engine)
{
        char text[24];

        snprintf(text, sizeof(text), "%lld", (long long)clock_now(&engine->clock));
        return store_set_fact(engine->store, FACT_LAST_TIME, text);
}

static int batch(const struct tick *tick)
{
        /* First: it stands within the reminders of its morning. */
        int r = weekly_schedule(tick->engine, tick->now_ms);

        if (r == 0)
                r = occurrence_batch(tick);
        if (r == 0)
                r = obligation_batch(tick);
        if (r != 0)
                return r;
        r = dispatch_rest(tick->engine, tick->now_ms);
        return r == DISPATCH_MORE ? SCHEDULER_MORE : r < 0 ? r : SCHEDULER_DONE;
}

static int64_t failures_wake(const struct engine *engine)
{
        return engine->failures_due > 0 ? engine->failures_due : INT64_MAX;
}

int scheduler_step(struct engine *engine)
{
        struct tick tick = tick_now(engine);
        int64_t wake = INT64_MAX;
        size_t n_closed;
        int outcome, r;

        r = closing_run(engine, &n_closed);
        if (r == 0)
                r = scheduler_wake(engine, &wake);
        if (r < 0 || wake > tick.now_ms)
                return r;
        r = holds_expire(engine);
        if (r < 0)
                return r;
        outcome = batch(&tick);
        if (outcome < 0)
                return outcome;
        r = scheduler_record_time(engine);
        return r < 0 ? r : outcome;
}

int scheduler_wake(struct engine *engine, int64_t *ret_ms)
{
        int64_t wake, dispatch, over, now = clock_now(&engine->clock);
        wall_time fire, next = WALL_NEVER;
        int r = store_next_fire(engine->store, &fire);

        if (r < 0)
                return r;
        sooner(&next, fire);
        r = weekly_next(engine, &fire);
        if (r < 0)
                return r;
        sooner(&next, fire);
        r = dispatch_wake(engine, &dispatch);
        if (r < 0)
                return r;
        wake = clock_instant(next);
        if (dispatch < wake)
                wake = dispatch;
        if (failures_wake(engine) < wake)
                wake = failures_wake(engine);
        r = holds_wake(engine, &over);
        if (r < 0)
                return r;
        if (over < wake)
                wake = over;
        if (wake < now)
                wake = now;
        /* What falls due while the hours are closed waits for them to open; but a plan closes at midnight. */
        r = closing_next(engine, &fire);
        if (r < 0)
                return r;
        wake = engine_when_open(engine, wake);
        *ret_ms = clock_instant(fire) < wake ? clock_instant(fire) : wake;
        return 0;
}
