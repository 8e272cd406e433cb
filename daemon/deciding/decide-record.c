/* A list of what came in, recorded as done: all of it or nothing. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "deciding/decision-private.h"

/* Goes through all entries, so that each that cannot be is named. Returns DECISION_REFUSED where there is one. */
static int record_all(struct change *change, const struct record *record, struct decision_result *result,
                      size_t *ret_refused)
{
        struct store *CLEANUP_TRANSACTION store = change->engine->store;
        size_t n_refused = 0;
        int r = store_begin(store);

        for (size_t i = 0; r >= 0 && i < record->n; i++) {
                const struct record_entry *entry = &record->entries[i];

                change->day = entry->on;
                change->text = entry->note;
                if (entry->note && !decision_text_valid(entry->note))
                        r = decision_says(result, DECISION_INVALID, "a note has at most %d bytes", DECISION_TEXT_MAX);
                else
                        r = decision_apply(change, &entry->scope, "done", true, decide_done_one, result);
                if (r <= 0)
                        continue;
                record->refused(record->userdata, i, result->text);
                n_refused++;
        }
        if (r < 0)
                return r;
        *ret_refused = n_refused;
        if (n_refused > 0)
                return DECISION_REFUSED;
        return record->dry_run ? 0 : store_commit(store);
}

int decide_record(struct engine *engine, const struct decider *decider, const struct record *record,
                  struct decision_result *ret)
{
        struct change change = {.engine = engine, .decider = decider, .quiet = record->quiet};
        size_t n_refused = 0;
        int r;

        *ret = (struct decision_result){0};
        decision_begin(&change);
        r = record_all(&change, record, ret, &n_refused);
        if (r != 0)
                decision_forget(ret);
        if (r < 0 || record->dry_run)
                return r;
        if (r == DECISION_REFUSED) {
                journal_say(&engine->journal, EVENT_REFUSED, NULL,
                            "Refused a list to %s: %zu of its %zu entries cannot be recorded", decider->name, n_refused,
                            record->n);
                return r;
        }
        journal_say(&engine->journal, EVENT_DECISION, NULL, "%s (uid %lld) decided: done from a list, %zu obligation%s",
                    decider->name, (long long)decider->uid, ret->n, ret->n == 1 ? "" : "s");
        decision_tell(&change, ret);
        return DECIDED;
}
