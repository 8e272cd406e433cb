/* Decisions of people: snooze, done, waive, dates; each in one transaction with its audit event. */
#include "deciding/decision.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/utf8.h"
#include "core/anchor.h"
#include "deciding/decision-private.h"
#include "store/audit.h"
#include "store/obligation-list.h"

__attribute__((format(printf, 3, 4))) int decision_says(struct decision_result *result, enum decision_outcome outcome,
                                                        const char *format, ...)
{
        va_list arguments;
        int r;

        free(result->text);
        result->text = NULL;
        va_start(arguments, format);
        r = vasprintf(&result->text, format, arguments);
        va_end(arguments);
        if (r < 0) {
                result->text = NULL;
                return -ENOMEM;
        }
        return (int)outcome;
}

void decision_result_clear(struct decision_result *result)
{
        for (size_t i = 0; result->changed && i < result->n; i++)
                obligation_record_clear(&result->changed[i]);
        free(result->changed);
        free(result->text);
        *result = (struct decision_result){0};
}

int decision_no_text(struct decision_result *result, const char *what)
{
        *result = (struct decision_result){0};
        return decision_says(result, DECISION_INVALID, "a %s of 1 to %d bytes in one line is needed", what,
                             DECISION_TEXT_MAX);
}

void decision_forget(struct decision_result *result)
{
        char *text = TAKE_PTR(result->text);

        decision_result_clear(result);
        result->text = text;
}

void decision_begin(struct change *change)
{
        change->now_ms = clock_now(&change->engine->clock);
        change->now = clock_wall(change->now_ms);
        change->today = wall_day(change->now);
}

/* ---- which obligations ---- */

struct chosen {
        char name[REFERENCE_TEXT_SIZE]; /* of the item, for words */
        char open[KEY_SIZE];            /* an occurrence that is not settled; "": none, or it has no key */
        int64_t *ids;
        size_t n, room;
};

static void chosen_clear(struct chosen *chosen)
{
        free(chosen->ids);
}

static int collect(void *userdata, const struct obligation_record *record)
{
        struct chosen *chosen = userdata;
        int r = ARRAY_GROW(chosen->ids, chosen->n, chosen->room);

        if (r < 0)
                return r;
        chosen->ids[chosen->n++] = record->id;
        if (!*chosen->open && obligation_may_waive(&record->obligation) == REFUSED_NOT)
                memcpy(chosen->open, record->key, sizeof(chosen->open));
        return 0;
}

static int choose(struct store *store, const struct decision_scope *scope, struct chosen *ret,
                  struct decision_result *result)
{
        const struct reference *item = &scope->item;
        const struct obligation_filter filter = {
                .plan = item->plan,
                .item = item->item,
                .key = reference_key(item),
                .agency = scope->agency,
        };
        int r = store_each_obligation(store, &filter, collect, ret);

        (void)reference_format(item->plan, item->item, item->key, ret->name);
        if (r < 0 || ret->n > 0)
                return r;
        if (scope->agency)
                return decision_says(result, DECISION_NOT_FOUND, "%s does not owe %s", scope->agency, ret->name);
        return decision_says(result, DECISION_NOT_FOUND, "no item %s; reminderctl list shows them", ret->name);
}

/* ---- one obligation at a time ---- */

int decision_audit(const struct change *change, const struct obligation_record *record, const char *verb,
                   const char *detail)
{
        struct audit_record audit = {
                .at_ms = change->now_ms,
                .who = (char *)change->decider->name,
                .uid = change->decider->uid,
                .verb = (char *)verb,
                .detail = (char *)detail,
        };

        if (record) {
                snprintf(audit.plan, sizeof(audit.plan), "%s", record->plan);
                snprintf(audit.item, sizeof(audit.item), "%s", record->item);
                snprintf(audit.key, sizeof(audit.key), "%s", record->key);
                snprintf(audit.agency, sizeof(audit.agency), "%s", record->agency);
        }
        return store_add_audit(change->engine->store, &audit);
}

int decision_confirm(const struct change *change, const struct obligation_record *record, enum notice_kind kind,
                     const char *note)
{
        if (change->quiet || !engine_config(change->engine)->confirmations)
                return 0;
        if (kind == KIND_COMPLETED)
                return announce_completion(change->engine, record, change->decider->name, note);
        return announce_decision(change->engine, record, kind, change->decider->name, change->asked_by, note);
}

int decision_store(const struct change *change, struct obligation_record *record)
{
        const struct plan *plan;
        const struct item *item;
        bool planned = settings_find_item(change->engine->settings, record->plan, record->item, &plan, &item);
        int r;

        if (planned)
                engine_arm(change->engine, item, record);
        else
                record->next_fire = WALL_NEVER;
        r = store_put_obligation(change->engine->store, record);
        if (r == 0 && planned && plan_counts_from(plan, record->item))
                r = store_set_fact(change->engine->store, FACT_SYNCED, NULL);
        return r < 0 ? r : engine_rearm_occurrence(change->engine, record->occurrence_id);
}

void decision_tell(const struct change *change, const struct decision_result *result)
{
        for (size_t i = 0; i < result->n; i++)
                engine_tell_changed(change->engine, &result->changed[i]);
}

/* One that was named twice would be refused for having been changed a moment ago. */
static bool has_changed(const struct decision_result *result, int64_t id)
{
        for (size_t i = 0; i < result->n; i++)
                if (result->changed[i].id == id)
                        return true;
        return false;
}

static int apply_to_one(const struct change *change, int64_t id, bool several, decision_step step,
                        struct decision_result *result)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        int r = store_get_obligation(change->engine->store, id, &record);

        if (r != 0)
                return r < 0 ? r : -ENOENT;
        if (has_changed(result, id))
                return decision_says(result, DECISION_INVALID, "%s for %s is named twice", record.item, record.agency);
        r = ARRAY_GROW(result->changed, result->n, result->room);
        if (r == 0)
                r = step(change, &record, several, result);
        if (r != 0)
                return r;
        result->changed[result->n++] = record;
        record = (struct obligation_record){0};
        return 0;
}

static int apply_to_all(const struct change *change, const struct chosen *chosen, decision_step step,
                        struct decision_result *result)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < chosen->n; i++) {
                r = apply_to_one(change, chosen->ids[i], chosen->n > 1, step, result);
                if (r == STEP_SKIPPED)
                        r = 0;
        }
        return r;
}

/* A refusal is recorded too: who wanted what (daemon/doc/design.md, Snooze), with the obligation it was about. */
static void audit_refusal(const struct change *change, const struct decision_scope *scope, const char *verb,
                          const char *text)
{
        struct obligation_record CLEANUP(obligation_record_clear) about = {0};
        struct decision_result CLEANUP(decision_result_clear) unsaid = {0};
        struct chosen CLEANUP(chosen_clear) chosen = {0};
        char refused[64];

        if (choose(change->engine->store, scope, &chosen, &unsaid) != 0 ||
            store_get_obligation(change->engine->store, chosen.ids[0], &about) != 0)
                return;
        if (chosen.n > 1 && !scope->agency)
                *about.agency = '\0';
        if (chosen.n > 1 && !*scope->item.key)
                *about.key = '\0';
        snprintf(refused, sizeof(refused), "%s refused", verb);
        (void)decision_audit(change, &about, refused, text);
        journal_say(&change->engine->journal, EVENT_REFUSED, &(struct journal_fields){.item = chosen.name},
                    "Refused %s of %s to %s: %s", verb, chosen.name, change->decider->name, text);
}

static int several(const struct decision_scope *scope, const struct chosen *chosen, struct decision_result *result)
{
        if (scope->agency)
                return decision_says(result, DECISION_INVALID,
                                     "%s owes %s more than once; name one, such as %s@%s, or say --all", scope->agency,
                                     chosen->name, chosen->name, *chosen->open ? chosen->open : "YYYY-MM-DD");
        return decision_says(result, DECISION_INVALID,
                             "%s is owed by several agencies or more than once; name one with --agency, or say --all",
                             chosen->name);
}

/* `result` says why the last one was passed over. */
static int none_fits(const struct chosen *chosen, const char *verb, struct decision_result *result)
{
        char *CLEANUP_FREE last = TAKE_PTR(result->text);

        if (!last)
                return decision_says(result, DECISION_REFUSED, "%s: nothing to %s", chosen->name, verb);
        return decision_says(result, DECISION_REFUSED, "none of the %zu obligations, for example: %s", chosen->n, last);
}

int decision_apply(const struct change *change, const struct decision_scope *scope, const char *verb, bool one_only,
                   decision_step step, struct decision_result *result)
{
        struct chosen CLEANUP(chosen_clear) chosen = {0};
        size_t before = result->n;
        int r = choose(change->engine->store, scope, &chosen, result);

        if (r != 0)
                return r;
        if (one_only && chosen.n > 1 && !scope->all)
                return several(scope, &chosen, result);
        r = apply_to_all(change, &chosen, step, result);
        if (r == 0 && result->n == before)
                return none_fits(&chosen, verb, result);
        return r;
}

/* All in one transaction. *ret_last is the scope at which it ended. */
static int apply_scopes(const struct change *change, const struct decision_scope *scope, const char *verb,
                        bool one_only, decision_step step, struct decision_result *result,
                        const struct decision_scope **ret_last)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        int r = store_begin(store);

        for (; r == 0 && scope; scope = scope->also) {
                *ret_last = scope;
                r = decision_apply(change, scope, verb, one_only, step, result);
        }
        return r == 0 ? store_commit(store) : r;
}

/* Of several things that were to be decided together one failed. */
static int say_none(enum decision_outcome outcome, struct decision_result *result)
{
        char *CLEANUP_FREE why = TAKE_PTR(result->text);

        return decision_says(result, outcome, "%s; of all that was named nothing is changed", why);
}

static void journal_scope(const struct change *change, const struct decision_scope *scope, const char *verb,
                          const struct decision_result *result)
{
        const struct reference *item = &scope->item;
        char name[REFERENCE_TEXT_SIZE];
        size_t n = 0;

        (void)reference_format(item->plan, item->item, item->key, name);
        for (size_t i = 0; i < result->n; i++) {
                const struct obligation_record *record = &result->changed[i];

                n += strcmp(record->plan, item->plan) == 0 && strcmp(record->item, item->item) == 0 &&
                     (!*item->key || strcmp(record->key, item->key) == 0) &&
                     (!scope->agency || strcmp(record->agency, scope->agency) == 0);
        }
        journal_say(&change->engine->journal, EVENT_DECISION,
                    &(struct journal_fields){.item = name, .agency = scope->agency},
                    "%s (uid %lld) decided: %s %s%s%s, %zu obligation%s", change->decider->name,
                    (long long)change->decider->uid, verb, name, scope->agency ? " for " : "",
                    scope->agency ? scope->agency : "", n, n == 1 ? "" : "s");
}

int decision_run(struct change *change, const struct decision_scope *scope, const char *verb, bool one_only,
                 decision_step step, struct decision_result *result)
{
        const struct decision_scope *last = scope;
        int r;

        *result = (struct decision_result){0};
        decision_begin(change);
        r = apply_scopes(change, scope, verb, one_only, step, result, &last);
        if (r != 0) {
                decision_forget(result);
                if (r == DECISION_REFUSED)
                        audit_refusal(change, last, verb, result->text);
                return r > 0 && scope->also ? say_none((enum decision_outcome)r, result) : r;
        }
        free(result->text);
        result->text = NULL;
        for (; scope; scope = scope->also)
                journal_scope(change, scope, verb, result);
        decision_tell(change, result);
        return DECIDED;
}

bool decision_text_valid(const char *text)
{
        size_t length = strlen(text);

        if (length == 0 || length > DECISION_TEXT_MAX)
                return false;
        for (size_t i = 0, width; i < length; i += width) {
                char32_t code;

                width = utf8_decode(text + i, length - i, &code);
                if (width == 0 || utf8_kind(code) & UTF8_BREAKS)
                        return false;
        }
        return strspn(text, " ") < length;
}
