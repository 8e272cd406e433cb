/* The weekly digest's notices: which digests are settled, and to whom the next one goes. */
#include "reminding/weekly.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "content/facts.h"
#include "core/digest.h"
#include "runtime/holds.h"

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

/* The detail of a digest's notice is the print of what it says. */
#define PRINT_SIZE sizeof("0123456789abcdef")

/* What goes out is remembered by its notice: where none arrived it is as if there had been none. */
static int last_sent(struct engine *engine, const char *agency, civil_day nominal, struct digest_past *ret)
{
        struct notice_record CLEANUP(notice_record_clear) notice = {0};
        char first[RUNG_KEY_SIZE], end[RUNG_KEY_SIZE];
        int r;

        digest_write_key(digest_oldest(nominal), first);
        digest_write_key(nominal, end);
        r = store_last_said(engine->store, agency, first, end, &notice);
        *ret = (struct digest_past){
                .nominal = r == 0 ? rung_key_day(notice.rung) : CIVIL_NONE,
                .print = r == 0 && notice.detail ? strtoull(notice.detail, NULL, 16) : 0,
        };
        return r < 0 ? r : 0;
}

/* Whether there is something to send; *ret_gist says what. */
static int is_worth_it(struct engine *engine, size_t agency, civil_day nominal, struct gist *ret_gist, bool *ret)
{
        const struct config *config = engine_config(engine);
        struct digest_past past;
        int r = facts_gist(engine, agency, nominal, ret_gist);

        if (r < 0)
                return r;
        *ret = r == GATHER_DONE;
        if (!*ret || config->digest.when == DIGEST_WHEN_ALWAYS)
                return 0;
        for (struct address address = {0}; address_next(&config->addresses, agency, &address);)
                if (address_takes(&address, agency, KIND_DIGEST))
                        gist_add_address(ret_gist, address.name);
        r = last_sent(engine, config->roster.agencies[agency].id, nominal, &past);
        *ret = r == 0 && digest_is_worth_it(ret_gist, &past, nominal);
        return r;
}

static int add_notice(struct engine *engine, size_t agency, civil_day nominal, int64_t now_ms, uint64_t print)
{
        char detail[PRINT_SIZE];
        struct digest_rules rules = rules_of(engine);
        struct notice_record notice = {
                .kind = KIND_DIGEST,
                .state = NOTICE_NEW,
                .detail = detail,
                .rung_at = digest_moment(&rules, nominal),
                .made_ms = now_ms,
        };
        int r;

        snprintf(detail, sizeof(detail), "%016" PRIx64, print);
        snprintf(notice.agency, sizeof(notice.agency), "%s", engine_config(engine)->roster.agencies[agency].id);
        digest_write_key(nominal, notice.rung);
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

/* One that a hold kept back is not made up for: what it would have said is in the reminders, or in the next one. */
static int is_wanted(struct engine *engine, size_t agency, civil_day nominal, struct gist *ret_gist, bool *ret)
{
        bool held;
        int r = holds_cover(engine, engine_config(engine)->roster.agencies[agency].id, &held);

        *ret = false;
        return r < 0 || held ? r : is_worth_it(engine, agency, nominal, ret_gist, ret);
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
                struct gist gist;
                bool wanted;

                r = is_wanted(engine, i, nominal, &gist, &wanted);
                if (r == 0 && wanted)
                        r = add_notice(engine, i, nominal, now_ms, gist.print);
        }
        return r < 0 ? r : settle(engine, nominal);
}
