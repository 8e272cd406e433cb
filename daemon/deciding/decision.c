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
#include "deciding/decision-private.h"

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

/* ---- which obligations ---- */

struct chosen {
        char name[REFERENCE_TEXT_SIZE]; /* of the item, for words */
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
        if (!engine_config(change->engine)->confirmations)
                return 0;
        return announce_decision(change->engine, record, kind, change->decider->name, note);
}

int decision_store(const struct change *change, struct obligation_record *record)
{
        const struct plan *plan;
        const struct item *item;
        int r;

        if (settings_find_item(change->engine->settings, record->plan, record->item, &plan, &item))
                engine_arm(change->engine, item, record);
        else
                record->next_fire = WALL_NEVER;
        r = store_put_obligation(change->engine->store, record);
        return r < 0 ? r : engine_rearm_occurrence(change->engine, record->occurrence_id);
}

static void tell_observer(const struct change *change, const struct chosen *chosen)
{
        for (size_t i = 0; i < chosen->n; i++) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};

                if (store_get_obligation(change->engine->store, chosen->ids[i], &record) == 0)
                        engine_tell_changed(change->engine, &record);
        }
}

static int apply_to_all(const struct change *change, const struct chosen *chosen, decision_step step,
                        struct decision_result *result)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < chosen->n; i++) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};

                r = store_get_obligation(change->engine->store, chosen->ids[i], &record);
                if (r != 0)
                        return r < 0 ? r : -ENOENT;
                r = step(change, &record, chosen->n > 1, result);
                if (r == STEP_SKIPPED)
                        r = 0;
                else if (r == 0)
                        result->n++;
        }
        return r;
}

/* A refusal is recorded too: who wanted what (daemon/doc/design.md, Snooze), with the obligation it was about. */
static void audit_refusal(const struct change *change, const struct decision_scope *scope, const struct chosen *chosen,
                          const char *verb, const char *text)
{
        struct obligation_record CLEANUP(obligation_record_clear) about = {0};
        char refused[64];

        if (chosen->n == 0 || store_get_obligation(change->engine->store, chosen->ids[0], &about) != 0)
                return;
        if (chosen->n > 1 && !scope->agency)
                *about.agency = '\0';
        if (chosen->n > 1 && !*scope->item.key)
                *about.key = '\0';
        snprintf(refused, sizeof(refused), "%s refused", verb);
        (void)decision_audit(change, &about, refused, text);
        journal_say(&change->engine->journal, EVENT_REFUSED, &(struct journal_fields){.item = chosen->name},
                    "Refused %s of %s to %s: %s", verb, chosen->name, change->decider->name, text);
}

static int several(const struct decision_scope *scope, const char *item, struct decision_result *result)
{
        if (scope->agency)
                return decision_says(result, DECISION_INVALID,
                                     "%s owes %s more than once; name one with @YYYY-MM-DD, or say --all",
                                     scope->agency, item);
        return decision_says(result, DECISION_INVALID,
                             "%s is owed by several agencies or more than once; name one with --agency, or say --all",
                             item);
}

/* `result` says why the last one was passed over. */
static int none_fits(const struct chosen *chosen, const char *verb, struct decision_result *result)
{
        char *CLEANUP_FREE last = TAKE_PTR(result->text);

        if (!last)
                return decision_says(result, DECISION_REFUSED, "%s: nothing to %s", chosen->name, verb);
        return decision_says(result, DECISION_REFUSED, "none of the %zu obligations, for example: %s", chosen->n, last);
}

/* Changes all that were chosen, in one transaction. */
static int change_all(const struct change *change, const struct chosen *chosen, const char *verb, decision_step step,
                      struct decision_result *result)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        int r = store_begin(store);

        if (r == 0)
                r = apply_to_all(change, chosen, step, result);
        if (r == 0 && result->n == 0)
                r = none_fits(chosen, verb, result);
        return r == 0 ? store_commit(store) : r;
}

int decision_run(struct change *change, const struct decision_scope *scope, const char *verb, bool one_only,
                 decision_step step, struct decision_result *result)
{
        struct chosen CLEANUP(chosen_clear) chosen = {0};
        int r;

        *result = (struct decision_result){0};
        change->now_ms = clock_now(&change->engine->clock);
        change->now = clock_wall(change->now_ms);
        change->today = wall_day(change->now);
        r = choose(change->engine->store, scope, &chosen, result);
        if (r != 0)
                return r;
        if (one_only && chosen.n > 1 && !scope->all)
                return several(scope, chosen.name, result);
        r = change_all(change, &chosen, verb, step, result);
        if (r != 0) {
                result->n = 0;
                if (r == DECISION_REFUSED)
                        audit_refusal(change, scope, &chosen, verb, result->text);
                return r;
        }
        free(result->text);
        result->text = NULL;
        journal_say(&change->engine->journal, EVENT_DECISION,
                    &(struct journal_fields){.item = chosen.name, .agency = scope->agency},
                    "%s (uid %lld) decided: %s %s%s%s, %zu obligation%s", change->decider->name,
                    (long long)change->decider->uid, verb, chosen.name, scope->agency ? " for " : "",
                    scope->agency ? scope->agency : "", result->n, result->n == 1 ? "" : "s");
        tell_observer(change, &chosen);
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
