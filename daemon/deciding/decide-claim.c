/* The decisions on an agency's word: it is noted, confirmed, rejected or granted. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "deciding/acceptance.h"
#include "deciding/decision-private.h"
#include "store/claims.h"

/* "on 2024-06-03 (mail): the words", "until 2024-06-20 (clerk)" */
static int describe(const struct claim *claim, const char *text, char **ret)
{
        char day[CIVIL_DATE_SIZE];

        if (asprintf(ret, "%s %s (%s)%s%s", claim_is_request(claim) ? "until" : "on",
                     civil_format(claim_is_request(claim) ? claim->until : claim->on, day),
                     claim_channel_name(claim->channel), text ? ": " : "", text ? text : "") >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

static int refuse(const struct change *change, const struct obligation_record *record, const struct claim *claim,
                  bool several, struct decision_result *result)
{
        const struct date_bounds bounds = decision_bounds(change, record);

        return decision_refuse(change, record,
                               claim_may_be_made(claim, &record->obligation, engine_config(change->engine)->calendar,
                                                 &bounds, change->today),
                               several, result);
}

/* ---- confirmed ---- */

static int confirm(const struct change *change, const struct claim_record *claim, struct obligation_record *record,
                   struct decision_result *result)
{
        struct change done = *change;
        int r;

        done.day = claim->claim.on;
        done.text = claim->text;
        r = refuse(&done, record, &claim->claim, false, result); /* it may have fitted only when it was made */
        if (r == 0)
                r = store_answer_claim(change->engine->store, claim->id, CLAIM_CONFIRMED, change->decider->name, NULL,
                                       change->now_ms);
        return r == 0 ? decide_done_one(&done, record, false, result) : r;
}

static bool is_accepted(const struct change *change, const struct claim_record *claim)
{
        const struct config *config = engine_config(change->engine);

        return claim_accepted_at(&config->accept, &claim->claim, config->calendar, clock_wall(claim->made_ms)) <=
               change->now;
}

static const struct decider program = {.name = "reminderd", .uid = -1};

int acceptance_confirm(struct engine *engine, const struct claim_record *claim)
{
        struct change change = {.engine = engine, .decider = &program};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        int r;

        decision_begin(&change);
        if (!is_accepted(&change, claim))
                return 0;
        r = store_get_obligation(engine->store, claim->obligation_id, &record);
        if (r == 0)
                r = confirm(&change, claim, &record, &result);
        if (r == 0)
                engine_tell_changed(engine, &record);
        return r;
}

/* ---- noted ---- */

static int note(const struct change *change, struct obligation_record *record, struct claim_record *claim)
{
        char *CLEANUP_FREE detail = NULL;
        int r = describe(change->claim, change->text, &detail);

        if (r == 0)
                r = store_add_claim(change->engine->store, claim);
        if (r == 0)
                r = decision_silence(change, record, "claimed");
        if (r == 0) /* of what it said before */
                r = store_cancel_notices(change->engine->store, record->occurrence_id, record->id, KIND_CLAIMED,
                                         "answered");
        if (r >= 0)
                r = decision_audit(change, record, claim_kind_name(change->claim), detail);
        return r;
}

int decide_claim_one(const struct change *change, struct obligation_record *record, bool several,
                     struct decision_result *result)
{
        struct claim_record claim = {
                .obligation_id = record->id,
                .claim = *change->claim,
                .by = (char *)change->decider->name,
                .text = (char *)change->text,
                .made_ms = change->now_ms,
        };
        int r = refuse(change, record, change->claim, several, result);

        if (r == 0)
                r = note(change, record, &claim);
        if (r != 0)
                return r;
        record->obligation.claimed = true;
        if (is_accepted(change, &claim))
                return confirm(&(struct change){.engine = change->engine,
                                                .decider = &program,
                                                .now_ms = change->now_ms,
                                                .now = change->now,
                                                .today = change->today},
                               &claim, record, result);
        r = announce_claim(change->engine, record);
        return r < 0 ? r : decision_store(change, record);
}

int decide_claim(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                 const struct claim *claim, const char *text, struct decision_result *ret)
{
        struct change change = {
                .engine = engine,
                .decider = decider,
                .day = claim_is_request(claim) ? claim->until : claim->on,
                .text = text,
                .claim = claim,
        };

        if (text && !decision_text_valid(text))
                return decision_no_text(ret, "note");
        return decision_run(&change, scope, claim_kind_name(claim), true, decide_claim_one, ret);
}

/* ---- answered ---- */

typedef int answer_step(const struct change *change, const struct claim_record *claim, struct obligation_record *record,
                        struct decision_result *result);

/* What `confirm`, `reject` and `grant` need to know of each other. */
struct answer {
        const char *verb;
        enum claim_state state; /* that the claim comes to */
        answer_step *step;
};

static int check(const struct answer *answer, const struct claim_record *claim, struct decision_result *result)
{
        long long id = claim->id;
        char day[CIVIL_DATE_SIZE];

        if (claim_may_become(&claim->claim, answer->state))
                return 0;
        if (claim->claim.state == CLAIM_OPEN && claim_is_request(&claim->claim))
                return decision_says(result, DECISION_REFUSED, "%lld is a request: grant it, or reject it", id);
        if (claim->claim.state == CLAIM_OPEN)
                return decision_says(result, DECISION_REFUSED, "%lld is a claim: confirm it, or reject it", id);
        if (claim->answered_ms == 0)
                return decision_says(result, DECISION_REFUSED,
                                     "%lld is overtaken: something newer is known of %s for %s", id, claim->item,
                                     claim->agency);
        return decision_says(result, DECISION_REFUSED, "%lld is %s already, by %s on %s", id,
                             claim_state_name(claim->claim.state), claim->answered_by ? claim->answered_by : "",
                             civil_format(wall_day(clock_wall(claim->answered_ms)), day));
}

static int answer_one(const struct change *change, const struct answer *answer, int64_t id,
                      struct decision_result *result)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        struct claim_record CLEANUP(claim_record_clear) claim = {0};
        int r = store_begin(store);

        if (r == 0)
                r = store_get_claim(store, id, &claim);
        if (r == STORE_NONE)
                return decision_says(result, DECISION_NOT_FOUND, "no claim %lld; reminderctl claims shows them",
                                     (long long)id);
        if (r == 0)
                r = check(answer, &claim, result);
        if (r == 0)
                r = ARRAY_GROW(result->changed, result->n, result->room);
        if (r == 0)
                r = store_get_obligation(store, claim.obligation_id, &result->changed[0]);
        if (r == 0) {
                result->n = 1;
                r = answer->step(change, &claim, &result->changed[0], result);
        }
        return r == 0 ? store_commit(store) : r;
}

static int run(struct change *change, const struct answer *answer, int64_t id, struct decision_result *result)
{
        int r;

        *result = (struct decision_result){0};
        decision_begin(change);
        r = answer_one(change, answer, id, result);
        if (r != 0) {
                decision_forget(result);
                return r;
        }
        free(result->text);
        result->text = NULL;
        journal_say(&change->engine->journal, EVENT_DECISION,
                    &(struct journal_fields){.plan = result->changed[0].plan,
                                             .item = result->changed[0].item,
                                             .agency = result->changed[0].agency},
                    "%s (uid %lld) decided: %s %lld, %s for %s", change->decider->name, (long long)change->decider->uid,
                    answer->verb, (long long)id, result->changed[0].item, result->changed[0].agency);
        decision_tell(change, result);
        return DECIDED;
}

int decide_confirm(struct engine *engine, const struct decider *decider, int64_t id, struct decision_result *ret)
{
        static const struct answer answer = {"confirm", CLAIM_CONFIRMED, confirm};
        struct change change = {.engine = engine, .decider = decider};

        return run(&change, &answer, id, ret);
}

/* Reminders go on from here: what was silent until now is said by the rejection. */
static int reject(const struct change *change, const struct claim_record *claim, struct obligation_record *record,
                  struct decision_result *result)
{
        struct store *store = change->engine->store;
        int r = store_answer_claim(store, claim->id, CLAIM_REJECTED, change->decider->name, change->text,
                                   change->now_ms);

        (void)result;
        record->obligation.claimed = false;
        if (record->handled < change->now)
                record->handled = change->now;
        if (r == 0)
                r = store_cancel_notices(store, record->occurrence_id, record->id, KIND_CLAIMED, "answered");
        if (r == 0)
                r = announce_rejection(change->engine, record, &claim->claim, change->decider->name, change->text);
        if (r == 0)
                r = decision_audit(change, record, "reject", change->text);
        return r == 0 ? decision_store(change, record) : r;
}

int decide_reject(struct engine *engine, const struct decider *decider, int64_t id, const char *reason,
                  struct decision_result *ret)
{
        static const struct answer answer = {"reject", CLAIM_REJECTED, reject};
        struct change change = {.engine = engine, .decider = decider, .text = reason};

        if (!decision_text_valid(reason))
                return decision_no_text(ret, "reason");
        return run(&change, &answer, id, ret);
}

static int grant(const struct change *change, const struct claim_record *claim, struct obligation_record *record,
                 struct decision_result *result)
{
        struct change dated = *change;
        int r = store_answer_claim(change->engine->store, claim->id, CLAIM_GRANTED, change->decider->name, NULL,
                                   change->now_ms);

        record->obligation.claimed = false;
        dated.claim = &claim->claim;
        dated.force = true;
        if (dated.day == CIVIL_NONE)
                dated.day = claim->claim.until;
        return r == 0 ? decide_set_date_one(&dated, record, false, result) : r;
}

int decide_grant(struct engine *engine, const struct decider *decider, int64_t id, civil_day until,
                 struct decision_result *ret)
{
        static const struct answer answer = {"grant", CLAIM_GRANTED, grant};
        struct change change = {.engine = engine, .decider = decider, .day = until};

        return run(&change, &answer, id, ret);
}
