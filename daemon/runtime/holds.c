/* Holds in force: who is held, and what becomes of those whose last day is over. */
#include "runtime/holds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hold.h"
#include "store/audit.h"

#define VERB_OVER "hold over"

struct holds {
        struct hold_record *records;
        size_t n;
};

static void holds_clear(struct holds *holds)
{
        for (size_t i = 0; i < holds->n; i++)
                hold_record_clear(&holds->records[i]);
        free(holds->records);
}

int hold_words(const struct hold_record *hold, char **ret)
{
        char day[CIVIL_DATE_SIZE];

        if (asprintf(ret, "%s until %s: %s", *hold->agency ? hold->agency : "all agencies",
                     hold->until == CIVIL_NONE ? "released" : civil_format(hold->until, day), hold->reason) >= 0)
                return 0;
        *ret = NULL;
        return -ENOMEM;
}

int holds_cover(const struct engine *engine, const char *agency, bool *ret)
{
        struct hold_record CLEANUP(hold_record_clear) hold = {0};
        int r = store_find_hold(engine->store, agency, &hold);

        if (r < 0)
                return r;
        *ret = r != STORE_NONE;
        return 0;
}

static int end_one(struct engine *engine, const struct hold_record *hold)
{
        struct audit_record audit = {
                .at_ms = clock_now(&engine->clock),
                .who = (char *)"reminderd",
                .uid = -1,
                .verb = (char *)VERB_OVER,
                .detail = hold->reason,
        };
        char *CLEANUP_FREE words = NULL;
        int r = hold_words(hold, &words);

        memcpy(audit.agency, hold->agency, sizeof(audit.agency));
        if (r == 0)
                r = store_end_hold(engine->store, hold->agency);
        if (r == 0)
                r = store_add_audit(engine->store, &audit);
        if (r != 0)
                return r < 0 ? r : 0;
        engine->hold_changes++;
        journal_say(&engine->journal, EVENT_HOLD, &(struct journal_fields){.agency = hold->agency},
                    "The hold of %s is over: what is still true is sent now", words);
        return 0;
}

int holds_expire(struct engine *engine)
{
        struct holds CLEANUP(holds_clear) holds = {0};
        civil_day today = clock_today(&engine->clock);
        int r = store_list_holds(engine->store, &holds.records, &holds.n);

        for (size_t i = 0; r == 0 && i < holds.n; i++)
                if (hold_is_over(holds.records[i].until, today))
                        r = end_one(engine, &holds.records[i]);
        return r;
}

int holds_wake(const struct engine *engine, int64_t *ret_ms)
{
        struct holds CLEANUP(holds_clear) holds = {0};
        wall_time first = WALL_NEVER;
        int r = store_list_holds(engine->store, &holds.records, &holds.n);

        for (size_t i = 0; i < holds.n; i++)
                if (hold_end(holds.records[i].until) < first)
                        first = hold_end(holds.records[i].until);
        if (r == 0)
                *ret_ms = clock_instant(first);
        return r;
}

int holds_report(const struct engine *engine)
{
        struct holds CLEANUP(holds_clear) holds = {0};
        int r = store_list_holds(engine->store, &holds.records, &holds.n);

        for (size_t i = 0; r == 0 && i < holds.n; i++) {
                char *CLEANUP_FREE words = NULL;

                r = hold_words(&holds.records[i], &words);
                if (r == 0)
                        journal_say(&engine->journal, EVENT_HOLD,
                                    &(struct journal_fields){.agency = holds.records[i].agency},
                                    "Held: nothing is sent to %s; reminderctl release ends it", words);
        }
        return r;
}
