/* People: they decide on obligations and deliveries, rightly and wrongly; what the rules allow must be decided, and
 * what they forbid refused with words. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/claims.h"
#include "store/occurrences.h"
#include "store/plans.h"

static const struct decider clerk = {"clerk", 1000};
static const char *const verbs[ACTS] = {"snooze",   "unsnooze",   "done",  "amend",   "reopen", "waive",   "urge",
                                        "set-date", "clear-date", "claim", "request", "reject", "confirm", "grant"};

/* ---- obligations ---- */

/* Of one agency; where it has said nothing, a number that there is not. */
static int64_t claim_of(struct sim *sim, const struct decision_scope *scope)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        struct claim_record CLEANUP(claim_record_clear) claim = {.id = INT64_MAX};

        ramdisk_hold();
        if (store_find_occurrence(sim_store(sim), scope->item.plan, scope->item.item, scope->item.key, &occurrence) ==
                    0 &&
            store_find_obligation(sim_store(sim), occurrence.id, scope->agency, &record) == 0)
                (void)store_find_open_claim(sim_store(sim), record.id, &claim);
        ramdisk_go_on();
        return claim.id;
}

static int decide(struct sim *sim, const struct decision_scope *scope, const struct act *act, const char *text,
                  struct decision_result *result)
{
        struct engine *engine = manager_engine(sim->manager);

        switch (act->verb) {
        case ACT_SNOOZE:
                return decide_snooze(engine, &clerk, scope, act->day, text, NULL, act->force, result);
        case ACT_UNSNOOZE:
                return decide_unsnooze(engine, &clerk, scope, result);
        case ACT_DONE:
                return decide_done(engine, &clerk, scope, act->day, *text ? text : NULL, false, result);
        case ACT_AMEND:
                return decide_amend(engine, &clerk, scope, act->day, NULL, false, result);
        case ACT_REOPEN:
                return decide_reopen(engine, &clerk, scope, text, result);
        case ACT_WAIVE:
                return decide_waive(engine, &clerk, scope, text, result);
        case ACT_URGE:
                return decide_urge(engine, &clerk, scope, result);
        case ACT_SET_DATE:
                return decide_set_date(engine, &clerk, scope, act->day, NULL, true, result);
        case ACT_CLAIM:
        case ACT_REQUEST:
                return decide_claim(engine, &clerk, scope,
                                    &(struct claim){.on = act->verb == ACT_CLAIM ? act->day : sim_today(sim),
                                                    .until = act->verb == ACT_CLAIM ? CIVIL_NONE : act->day,
                                                    .channel = CLAIM_BY_CLERK},
                                    *text ? text : NULL, result);
        case ACT_CONFIRM:
                return decide_confirm(engine, &clerk, claim_of(sim, scope), result);
        case ACT_GRANT:
                return decide_grant(engine, &clerk, claim_of(sim, scope), act->day, result);
        case ACT_REJECT:
                return decide_reject(engine, &clerk, claim_of(sim, scope), text, result);
        case ACT_CLEAR_DATE:
        case ACTS:
                break;
        }
        return decide_clear_date(engine, &clerk, scope, result);
}

static struct act some_act(struct chance *chance, civil_day today)
{
        static const enum act_verb often[] = {
                ACT_SNOOZE,  ACT_SNOOZE,   ACT_UNSNOOZE, ACT_DONE,  ACT_DONE,       ACT_REOPEN, ACT_SET_DATE,
                ACT_REOPEN,  ACT_SET_DATE, ACT_SET_DATE, ACT_WAIVE, ACT_CLEAR_DATE, ACT_URGE,   ACT_URGE,
                ACT_AMEND,   ACT_AMEND,    ACT_CLAIM,    ACT_CLAIM, ACT_CLAIM,      ACT_REJECT, ACT_REJECT,
                ACT_CONFIRM, ACT_CONFIRM,  ACT_GRANT,    ACT_GRANT, ACT_REQUEST,    ACT_REQUEST};
        struct act act = {.verb = often[chance_between(chance, 0, (int)ELEMENTS(often) - 1)], .day = CIVIL_NONE};

        if (act.verb == ACT_SNOOZE) {
                act.day = today + chance_between(chance, -2, 15);
                act.force = chance_percent(chance, 50);
        } else if (act.verb == ACT_DONE || act.verb == ACT_AMEND || act.verb == ACT_CLAIM)
                act.day = today - (chance_percent(chance, 5) ? 380 : chance_between(chance, -1, 4));
        else if (act.verb == ACT_REQUEST)
                act.day = today + chance_between(chance, -3, 60);
        else if (act.verb == ACT_SET_DATE || (act.verb == ACT_GRANT && chance_percent(chance, 30)))
                act.day = today + (chance_percent(chance, 5) ? 800 : chance_between(chance, -20, 40));
        return act;
}

/* What the ladder forgets and begins anew with a decision. */
static void note(struct sim *sim, struct duty *duty, const struct act *act)
{
        civil_day today = wall_day(sim->decided.at);
        wall_time midnight = wall_at(today, 0) - 1;

        rules_act(&sim->rules, duty, act, today);
        if (act->verb == ACT_SET_DATE || act->verb == ACT_CLEAR_DATE || act->verb == ACT_GRANT)
                duty->settled = sim->decided.at;
        if (act->verb == ACT_REJECT && duty->settled < sim->decided.at) /* it was told that instead */
                duty->settled = sim->decided.at;
        /* What was held back today is to go out; what is urged begins today. */
        if (act->verb == ACT_URGE || (act->verb == ACT_UNSNOOZE && duty->settled > midnight))
                duty->settled = midnight;
}

static struct reference reference_of(const struct sim *sim, const struct duty *duty)
{
        const struct block_item *item = &sim->block.items[duty->item];
        struct reference reference = {0};
        char key[CIVIL_DATE_SIZE];

        snprintf(reference.plan, sizeof(reference.plan), "%s", block_plan_ids[item->plan]);
        snprintf(reference.item, sizeof(reference.item), "%s", item->id);
        (void)snprintf(reference.key, sizeof(reference.key), "%.10s", civil_format(duty->key, key));
        return reference;
}

static bool concerns(const struct sim *sim, const struct duty *duty)
{
        const struct reference reference = reference_of(sim, duty);

        return memcmp(&reference, &sim->decided.item, sizeof(reference)) == 0 &&
               (!*sim->decided.agency || strcmp(sim->block.agencies[duty->agency].id, sim->decided.agency) == 0);
}

static enum allowance may(const struct sim *sim, const struct duty *duty)
{
        return rules_may(&sim->rules, duty, &sim->decided.act, wall_day(sim->decided.at));
}

static bool in_store(struct sim *sim, const struct duty *duty)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        const struct block_item *item = &sim->block.items[duty->item];
        char key[CIVIL_DATE_SIZE];

        return store_find_occurrence(sim_store(sim), block_plan_ids[item->plan], item->id, civil_format(duty->key, key),
                                     &occurrence) == 0 &&
               store_find_obligation(sim_store(sim), occurrence.id, sim->block.agencies[duty->agency].id, &record) ==
                       0 &&
               record.obligation.status == duty->status && record.obligation.fixed == duty->fixed &&
               record.obligation.snoozed_until == duty->snoozed_until && record.obligation.claimed == duty->claimed &&
               (duty->status != OBLIGATION_DONE || record.obligation.done_on == duty->done_on);
}

static void find_out(struct sim *sim, const struct decided *decided)
{
        sim->decided = *decided;
        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i], after = *duty;

                if (!concerns(sim, duty) || may(sim, duty) != ALLOWED)
                        continue;
                note(sim, &after, &sim->decided.act);
                if (in_store(sim, &after) && !in_store(sim, duty)) {
                        sim_say(sim, "the decision on %s/%s had become durable", sim->decided.item.plan,
                                sim->decided.item.item);
                        *duty = after;
                }
        }
}

static void reconcile_closing(struct sim *sim)
{
        for (int plan = 0; plan < PLANS; plan++) {
                struct plan_record CLEANUP(plan_record_clear) record = {0};

                if (store_find_plan(sim_store(sim), block_plan_ids[plan], &record) != 0 ||
                    record.term.moved == sim->block.closed[plan])
                        continue;
                if (!sim->closing_in_doubt)
                        sim_fail(sim, "%s closes on day %d, which nobody said", block_plan_ids[plan],
                                 (int)record.term.moved);
                sim_say(sim, "the close of %s had become durable", block_plan_ids[plan]);
                sim->block.closed[plan] = record.term.moved;
        }
        sim->closing_in_doubt = false;
}

void people_reconcile(struct sim *sim)
{
        reconcile_closing(sim);
        for (int i = 0; i < sim->n_doubted; i++)
                find_out(sim, &sim->doubted[i]);
        sim->n_doubted = 0;
}

static void take_note(struct sim *sim)
{
        for (int i = 0; i < sim->n_duties; i++)
                if (concerns(sim, &sim->duties[i]) && may(sim, &sim->duties[i]) == ALLOWED)
                        note(sim, &sim->duties[i], &sim->decided.act);
}

/* Of one: what the rules say. Of all its agencies: done, reopen and waive need it said expressly; the rest applies to
 * those that it fits. */
static bool expected(const struct sim *sim, bool all)
{
        int allowances[FORBIDDEN + 1] = {0}, n = 0;

        for (int i = 0; i < sim->n_duties; i++)
                if (concerns(sim, &sim->duties[i])) {
                        n++;
                        allowances[may(sim, &sim->duties[i])]++;
                }
        if (n > 1 && !all &&
            (sim->decided.act.verb == ACT_DONE || sim->decided.act.verb == ACT_REOPEN ||
             sim->decided.act.verb == ACT_AMEND || sim->decided.act.verb == ACT_WAIVE ||
             sim->decided.act.verb == ACT_CLAIM || sim->decided.act.verb == ACT_REQUEST))
                return false;
        return allowances[ALLOWED] > 0 && allowances[FORBIDDEN] == 0;
}

/* What an agency was told of something. */
struct heard {
        bool anything;
        bool over;               /* that it is owed no more, and nothing else since */
        int waivers, reopenings; /* said or to be said */
};

static int hear(void *userdata, const struct notice_record *record)
{
        struct heard *heard = userdata;

        heard->waivers += record->kind == KIND_WAIVED;
        heard->reopenings += record->kind == KIND_REOPENED;
        if (record->state != NOTICE_SENT || record->kind == KIND_CLAIMED) /* which the head was told */
                return 0;
        heard->anything = true;
        if (record->kind == KIND_COMPLETED || record->kind == KIND_WAIVED || record->kind == KIND_WITHDRAWN)
                heard->over = true;
        if (record->kind == KIND_REOPENED)
                heard->over = false;
        return 0;
}

static struct heard heard_by(struct sim *sim, struct duty *duty)
{
        struct heard heard = {0};

        ramdisk_hold();
        checker_look_up(sim, duty);
        (void)store_each_notice(sim_store(sim), duty->occurrence_id, duty->obligation_id, hear, &heard);
        ramdisk_go_on();
        return heard;
}

/* Whoever was told that it is owed, or that it is not, is told when that holds no more; nobody else is. */
static void check_told_back(struct sim *sim, struct duty *duty, const struct heard *before)
{
        bool closed = rules_closed(&sim->rules, duty, sim_today(sim));
        const struct heard now = heard_by(sim, duty);
        enum act_verb verb = sim->decided.act.verb;

        if (verb == ACT_WAIVE && now.waivers - before->waivers != (before->anything && !closed))
                sim_fail(sim, "%s is waived, which %s is %stold", sim->decided.item.item, sim->decided.agency,
                         now.waivers > before->waivers ? "" : "not ");
        if (verb == ACT_REOPEN && now.reopenings - before->reopenings != (before->over && !closed))
                sim_fail(sim, "%s is owed again, which %s is %stold", sim->decided.item.item, sim->decided.agency,
                         now.reopenings > before->reopenings ? "" : "not ");
}

static bool is_about(const struct sim *sim, const struct letter *letter, const struct duty *duty)
{
        return letter->n_entries > 0 && strcmp(letter->entries[0].item, sim->block.items[duty->item].id) == 0 &&
               strcmp(letter->agency, sim->block.agencies[duty->agency].id) == 0;
}

/* Any, or rather the one that a message waits for its turn to tell of. */
static struct duty *pick_duty(const struct sim *sim, struct chance *chance)
{
        struct duty *any = &sim->duties[chance_between(chance, 0, sim->n_duties - 1)];

        for (const struct flight *flight = sim->flights; flight; flight = flight->next)
                for (int i = 0; flight->waits && i < sim->n_duties; i++)
                        if (is_about(sim, message_letter(flight->message), &sim->duties[i]))
                                return &sim->duties[i];
        return any;
}

static void decide_duty(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        struct duty *duty = pick_duty(sim, chance);
        const struct heard before = heard_by(sim, duty);
        const struct act act = some_act(chance, sim_today(sim));
        /* What is answered is one agency's word. */
        bool answers = act.verb == ACT_REJECT || act.verb == ACT_CONFIRM || act.verb == ACT_GRANT;
        bool whole = chance_percent(chance, 12) && !answers, all = whole && chance_percent(chance, 50);
        bool allowed;
        struct decision_scope scope = {.item = reference_of(sim, duty), .all = all};
        struct decision_result result = {0};
        char name[REFERENCE_TEXT_SIZE];
        int r;

        sim->decided.item = scope.item;
        (void)reference_format(scope.item.plan, scope.item.item, scope.item.key, name);
        snprintf(sim->decided.agency, sizeof(sim->decided.agency), "%s",
                 whole ? "" : sim->block.agencies[duty->agency].id);
        scope.agency = whole ? NULL : sim->decided.agency;
        sim->decided.act = act;
        sim->decided.act.at_ms = sim->now;
        sim->decided.at = sim_wall(sim);
        allowed = expected(sim, all);
        if (sim->n_doubted == DOUBTED_MAX)
                memmove(sim->doubted, sim->doubted + 1, sizeof(*sim->doubted) * (size_t)--sim->n_doubted);
        sim->doubted[sim->n_doubted++] = sim->decided;
        r = decide(sim, &scope, &sim->decided.act, "vì thế", &result);
        sim_say(sim, "%s %s for %s, day %d: %s", verbs[sim->decided.act.verb], name,
                whole ? "all" : sim->decided.agency, (int)sim->decided.act.day,
                r == DECIDED  ? "decided"
                : result.text ? result.text
                : r < 0       ? strerror(-r)
                              : "refused");
        sim->totals.decisions++;
        sim->totals.refused += r > 0;
        if (sim->dead) { /* people_reconcile() finds out */
                decision_result_clear(&result);
                return;
        }
        if (r < 0 && !ramdisk_failed())
                sim_fail(sim, "%s of %s: %s", verbs[sim->decided.act.verb], name, strerror(-r));
        if (r >= 0 && (r == DECIDED) != allowed)
                sim_fail(sim, "%s of %s for %s on day %d is %s, and the rules say otherwise",
                         verbs[sim->decided.act.verb], name, whole ? "all" : sim->decided.agency,
                         (int)sim->decided.act.day, allowed ? result.text : "decided");
        if (r > 0 && !result.text)
                sim_fail(sim, "%s of %s is refused without a word", verbs[sim->decided.act.verb], name);
        if (r == DECIDED && sim->told[EVENT_DECISION] == 0)
                sim_fail(sim, "a decision, and the journal is silent");
        if (r == DECIDED) {
                if (!whole)
                        check_told_back(sim, duty, &before);
                take_note(sim);
                sim->n_doubted = 0; /* what failed before is written over */
        } else if (r > 0)
                sim->n_doubted--;
        decision_result_clear(&result);
}

/* ---- plans ---- */

/* It ends, or it goes on after all. */
static void close_plan(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        int plan = chance_between(chance, 0, PLANS - 1), r;
        civil_day on = chance_percent(chance, 30) ? CIVIL_NONE : sim_today(sim) + chance_between(chance, -10, 90);
        bool allowed = rules_may_close(&sim->rules, plan, on == CIVIL_NONE ? sim_today(sim) : on);
        struct decision_result result = {0};

        r = decide_close(manager_engine(sim->manager), &clerk, block_plan_ids[plan], on, "tổng kết", &result);
        sim_say(sim, "close %s on day %d: %s", block_plan_ids[plan], (int)on, result.text ? result.text : "decided");
        sim->totals.decisions++;
        sim->totals.refused += r > 0;
        sim->closing_in_doubt |= r < 0 || sim->dead;
        if (!sim->dead && r < 0 && !ramdisk_failed())
                sim_fail(sim, "close of %s: %s", block_plan_ids[plan], strerror(-r));
        if (!sim->dead && r >= 0 && (r == DECIDED) != allowed)
                sim_fail(sim, "close of %s on day %d is %s, and the rules say otherwise", block_plan_ids[plan], (int)on,
                         allowed ? result.text : "decided");
        if (!sim->dead && r == DECIDED)
                sim->block.closed[plan] = on == CIVIL_NONE ? sim_today(sim) : on;
        decision_result_clear(&result);
}

/* ---- nonsense ---- */

static void blunder(struct sim *sim)
{
        static char endless[DECISION_TEXT_MAX + 2];
        static const struct decision_scope nowhere[] = {{.item = {.plan = "p", .item = "no-such-item"}},
                                                        {.item = {.plan = "p", .item = ""}},
                                                        {.item = {.plan = "", .item = ""}},
                                                        {.item = {.plan = "", .item = "i0"}},
                                                        {.item = {"p", "i0", "1999-01-01"}},
                                                        {.item = {.plan = "x", .item = "i0"}},
                                                        {.item = {.plan = "p", .item = "i0"}, .agency = "nobody"}};
        static const char *const bad_texts[] = {"", " ", "hai\ndòng", endless};
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        struct engine *engine = manager_engine(sim->manager);
        struct decision_scope scope = nowhere[chance_between(chance, 0, (int)ELEMENTS(nowhere) - 1)];
        const char *text = "vì thế", *what = scope.item.item;
        struct act act = some_act(chance, sim_today(sim));
        struct decision_result result = {0};
        int kind = chance_between(chance, 0, 4), r;

        memset(endless, 'a', DECISION_TEXT_MAX + 1);
        if (kind == 0) {
                scope = (struct decision_scope){.item = {.plan = "p", .item = "i0"}};
                text = bad_texts[chance_between(chance, 0, 3)];
                act.verb = chance_percent(chance, 50) ? ACT_SNOOZE : ACT_WAIVE;
                r = decide(sim, &scope, &act, text, &result);
                what = "a reason that is none";
        } else if (kind == 1)
                r = decide_retry(engine, &clerk, what = "feed", &result);
        else if (kind == 2)
                r = decide_drop(engine, &clerk, what = "feed", &result);
        else if (kind == 3)
                r = chance_percent(chance, 50) ? decide_test(engine, &clerk, what = "nobody", NULL, &result)
                                               : decide_test(engine, &clerk, NULL, what = "nowhere", &result);
        else
                r = decide(sim, &scope, &act, text, &result);
        sim_say(sim, "nonsense about %s: %s", what, result.text ? result.text : "no word");
        sim->totals.decisions++;
        sim->totals.refused += r > 0;
        if (!sim->dead && r < 0 && !ramdisk_failed())
                sim_fail(sim, "nonsense about %s: %s", what, strerror(-r));
        if (!sim->dead && r == 0)
                sim_fail(sim, "nonsense about %s is decided", what);
        if (!sim->dead && r > 0 && (!result.text || strchr(result.text, '\n')))
                sim_fail(sim, "nonsense about %s is answered with no line", what);
        decision_result_clear(&result);
}

/* ---- deliveries ---- */

struct pick {
        int left;
        char id[DELIVERY_ID_SIZE];
};

static int pick_one(void *userdata, const struct delivery_record *record)
{
        struct pick *pick = userdata;

        memcpy(pick->id, record->id, sizeof(pick->id));
        return pick->left-- == 0;
}

static int mark_manual(void *userdata, const struct delivery_record *record)
{
        outside_log(userdata, record->id)->manual = true;
        return 0;
}

static void decide_delivery(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        struct engine *engine = manager_engine(sim->manager);
        struct decision_result result = {0};
        int kind = chance_between(chance, 0, 3), r;
        const struct delivery_filter filter = {.state = kind == 0 ? (int)DELIVERY_FAILED : (int)DELIVERY_QUEUED};
        struct pick pick = {.left = chance_between(chance, 0, 5)};

        ramdisk_hold();
        (void)store_each_delivery(engine->store, &filter, pick_one, &pick);
        if (kind == 3)
                (void)store_each_delivery(engine->store, &(struct delivery_filter){.state = DELIVERY_FAILED},
                                          mark_manual, sim);
        ramdisk_go_on();
        if (kind == 1) {
                r = decide_test(engine, &clerk, sim->block.agencies[DEPUTY].id, NULL, &result);
        } else if (kind == 2 && *pick.id) {
                sim->dropped = true;
                r = decide_drop(engine, &clerk, pick.id, &result);
        } else if (kind == 3) {
                r = decide_retry(engine, &clerk, NULL, &result);
        } else if (*pick.id) {
                outside_log(sim, pick.id)->manual = true;
                r = decide_retry(engine, &clerk, pick.id, &result);
        } else
                return;
        sim->totals.decisions++;
        sim_say(sim, "%s %s: %s",
                kind == 1   ? "test"
                : kind == 2 ? "drop"
                            : "retry",
                kind == 3 ? "all" : pick.id,
                r == DECIDED  ? "decided"
                : result.text ? result.text
                              : "refused");
        if (r < 0 && !sim->dead && !ramdisk_failed())
                sim_fail(sim, "a decision on a delivery: %s", strerror(-r));
        decision_result_clear(&result);
}

void people_decide(struct sim *sim)
{
        int kind = chance_between(&sim->streams[CLASS_PEOPLE], 1, 100);

        if (kind <= 12)
                decide_delivery(sim);
        else if (kind <= 20)
                blunder(sim);
        else if (kind <= 26)
                held_decide(sim);
        else if (kind <= 27)
                close_plan(sim);
        else
                decide_duty(sim);
        sim_decided(sim);
}
