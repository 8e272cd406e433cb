/* The weekly digest's notices: which digests are settled, and to whom the next one goes. */
#include "reminding/weekly.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "content/facts.h"
#include "core/digest.h"

#define FACT_DIGEST "digest" /* nominal day of the last digest that is settled */

static struct digest_rules rules_of(const struct engine *engine)
{
        const struct config *config = engine_config(engine);

        return (struct digest_rules){
                .weekday = config->digest.weekday,
                .at = config->digest.at,
                .calendar = config->calendar,
                .hours = &config->hours,
        };
}

/* 1: none is. */
static int settled_day(struct engine *engine, civil_day *ret)
{
        char *CLEANUP_FREE text = NULL;
        int r = store_get_fact(engine->store, FACT_DIGEST, &text);

        if (r != 0)
                return r;
        return civil_parse(text, ret) < 0 ? 1 : 0;
}

static int settle(struct engine *engine, civil_day day)
{
        char text[CIVIL_DATE_SIZE];

        return store_set_fact(engine->store, FACT_DIGEST, civil_format(day, text));
}

int weekly_start(struct engine *engine)
{
        struct digest_rules rules = rules_of(engine);
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
        struct digest_rules rules = rules_of(engine);
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

static int add_notice(struct engine *engine, size_t agency, civil_day nominal, int64_t now_ms)
{
        struct digest_rules rules = rules_of(engine);
        struct notice_record notice = {
                .kind = KIND_DIGEST,
                .state = NOTICE_NEW,
                .rung_at = digest_moment(&rules, nominal),
                .made_ms = now_ms,
        };
        int r;

        snprintf(notice.agency, sizeof(notice.agency), "%s", engine_config(engine)->roster.agencies[agency].id);
        digest_write_key(nominal, notice.rung);
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

int weekly_schedule(struct engine *engine, int64_t now_ms)
{
        struct digest_rules rules = rules_of(engine);
        wall_time next, now = clock_wall(now_ms);
        civil_day nominal;
        int r = weekly_next(engine, &next);

        if (r < 0 || next > now)
                return r;
        nominal = digest_newest(&rules, now);
        for (size_t i = 0; r == 0 && i < engine_config(engine)->roster.n_agencies; i++) {
                r = facts_digest_has_content(engine, i, nominal);
                if (r > 0)
                        r = add_notice(engine, i, nominal, now_ms);
        }
        return r < 0 ? r : settle(engine, nominal);
}
