/* The digest: when it is due, and to whom. */
#include "reminding/digest.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "content/facts.h"

#define FACT_DIGEST "digest" /* nominal day of the last digest that is settled */

static wall_time moment_of(const struct config *config, civil_day nominal)
{
        civil_day day = calendar_next_working(config->calendar, nominal);

        return hours_next(&config->hours, config->calendar, wall_at(day, config->digest.at));
}

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

int digest_start(struct engine *engine)
{
        const struct config *config = engine_config(engine);
        wall_time now = clock_wall(clock_now(&engine->clock));
        civil_day day;
        int r;

        if (!config->digest.enabled)
                return 0;
        r = settled_day(engine, &day);
        /* One that is settled and still to come was made by a clock that ran ahead. */
        if (r < 0 || (r == 0 && moment_of(config, day) <= now))
                return r;
        day = civil_last_weekday(wall_day(now), config->digest.weekday);
        while (moment_of(config, day) >= now)
                day -= 7;
        return settle(engine, day);
}

int digest_next(struct engine *engine, wall_time *ret)
{
        const struct config *config = engine_config(engine);
        civil_day day;
        int r;

        *ret = WALL_NEVER;
        if (!config->digest.enabled)
                return 0;
        r = settled_day(engine, &day);
        if (r != 0)
                return r < 0 ? r : 0;
        *ret = moment_of(config, civil_last_weekday(day + 7, config->digest.weekday));
        return 0;
}

static int add_notice(struct engine *engine, size_t agency, civil_day nominal, int64_t now_ms)
{
        const struct config *config = engine_config(engine);
        struct notice_record notice = {
                .kind = KIND_DIGEST,
                .state = NOTICE_NEW,
                .rung_at = moment_of(config, nominal),
                .made_ms = now_ms,
        };
        char day[CIVIL_DATE_SIZE];
        int r;

        snprintf(notice.agency, sizeof(notice.agency), "%s", config->roster.agencies[agency].id);
        snprintf(notice.rung, sizeof(notice.rung), "digest@%s", civil_format(nominal, day));
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

int digest_schedule(struct engine *engine, int64_t now_ms)
{
        const struct config *config = engine_config(engine);
        wall_time next, now = clock_wall(now_ms);
        civil_day nominal;
        int r = digest_next(engine, &next);

        if (r < 0 || next > now)
                return r;
        nominal = civil_last_weekday(wall_day(now), config->digest.weekday);
        if (moment_of(config, nominal) > now)
                nominal -= 7;
        for (size_t i = 0; r == 0 && i < config->roster.n_agencies; i++) {
                r = facts_digest_has_content(engine, i, nominal);
                if (r > 0)
                        r = add_notice(engine, i, nominal, now_ms);
        }
        return r < 0 ? r : settle(engine, nominal);
}
