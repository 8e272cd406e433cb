/* The weekly digest's notices: which digests are settled, and to whom the next one goes. */
#include "reminding/weekly.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "content/facts.h"
#include "core/digest.h"
#include "runtime/holds.h"

#define FACT_DIGEST "digest" /* nominal day of the last digest that is settled */

/* STORE_NONE: none is. */
static int settled_day(struct engine *engine, civil_day *ret)
{
        char *CLEANUP_FREE text = NULL;
        int r = store_get_fact(engine->store, FACT_DIGEST, &text);

        if (r != 0)
                return r;
        return civil_parse(text, ret) < 0 ? STORE_NONE : 0;
}

static int settle(struct engine *engine, civil_day day)
{
        char text[CIVIL_DATE_SIZE];

        return store_set_fact(engine->store, FACT_DIGEST, civil_format(day, text));
}

int weekly_start(struct engine *engine)
{
        struct digest_rules rules = engine_digest_rules(engine);
        wall_time now = clock_wall(clock_now(&engine->clock));
        civil_day day;
        int r;

        if (!engine_config(engine)->digest.enabled)
                return 0;
        r = settled_day(engine, &day);
        /* One that is settled and still to come was made by a clock that ran ahead. */
        if (r < 0 || (r == 0 && digest_moment(&rules, day) <= now))
                return r;
        return settle(engine, digest_newest(&rules, now - 1)); /* what is due at this very moment is sent */
}

int weekly_next(struct engine *engine, wall_time *ret)
{
        struct digest_rules rules = engine_digest_rules(engine);
        civil_day day;
        int r;

        *ret = WALL_NEVER;
        if (!engine_config(engine)->digest.enabled)
                return 0;
        r = settled_day(engine, &day);
        if (r != 0)
                return r < 0 ? r : 0;
        *ret = digest_moment(&rules, digest_after(&rules, day));
        return 0;
}

static int add_notice(struct engine *engine, size_t agency, civil_day nominal, int64_t now_ms, uint64_t print)
{
        char detail[DIGEST_PRINT_SIZE];
        struct digest_rules rules = engine_digest_rules(engine);
        struct notice_record notice = {
                .kind = KIND_DIGEST,
                .state = NOTICE_NEW,
                .detail = detail,
                .rung_at = digest_moment(&rules, nominal),
                .made_ms = now_ms,
        };
        int r;

        digest_write_print(print, detail);
        snprintf(notice.agency, sizeof(notice.agency), "%s", engine_config(engine)->roster.agencies[agency].id);
        digest_write_key(nominal, notice.rung);
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

/* One that a hold kept back is not made up for: what it would have said is in the reminders, or in the next one. */
static int is_wanted(struct engine *engine, size_t agency, civil_day nominal, struct digest_gist *gist, bool *ret)
{
        bool held;
        int r = holds_cover(engine, engine_config(engine)->roster.agencies[agency].id, &held);

        *ret = false;
        return r < 0 || held ? r : facts_digest_is_worth_it(engine, agency, nominal, gist, ret);
}

int weekly_schedule(struct engine *engine, int64_t now_ms)
{
        struct digest_rules rules = engine_digest_rules(engine);
        wall_time next, now = clock_wall(now_ms);
        struct digest_gist *CLEANUP_FREE gists = NULL;
        civil_day nominal;
        int r = weekly_next(engine, &next);

        if (r < 0 || next > now)
                return r;
        nominal = digest_newest(&rules, now);
        r = facts_digest_gists(engine, ROSTER_NONE, nominal, clock_now(&engine->clock), &gists);
        for (size_t i = 0; r == 0 && i < engine_config(engine)->roster.n_agencies; i++) {
                bool wanted;

                r = is_wanted(engine, i, nominal, &gists[i], &wanted);
                if (r == 0 && wanted)
                        r = add_notice(engine, i, nominal, now_ms, gists[i].gist.print);
        }
        return r < 0 ? r : settle(engine, nominal);
}
