/* Those who help with what others owe: told, not owing. */
#include "addressing/assist.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "runtime/closing.h"
#include "store/notices.h"

#define RUNG_OPEN "assist"
#define RUNG_END "assist-end"

bool assist_is_end(const char *rung)
{
        return strncmp(rung, RUNG_END, strlen(RUNG_END)) == 0;
}

/* "assist@2024-10-22"; "assist" of what has no day. */
#define NAME_SIZE (sizeof(RUNG_END "@") + CIVIL_DATE_SIZE)

static void name_rung(civil_day due, char name[static NAME_SIZE])
{
        char day[CIVIL_DATE_SIZE];

        (void)snprintf(name, NAME_SIZE, "%s%s%s", RUNG_OPEN, due == CIVIL_NONE ? "" : "@",
                       due == CIVIL_NONE ? "" : civil_format(due, day));
}

/* What an agency heard of an occurrence, or is about to. */
struct heard {
        bool anything;
        bool ended; /* the last of it: that nobody owes it any more */
        bool of_it; /* what has the name in question */
        bool waits; /* and has not left yet */
};

/* Of all agencies of the roster. */
struct hearing {
        const struct roster *roster;
        const char *name;
        struct heard *heard;
};

static int note_heard(void *userdata, const struct notice_record *notice)
{
        const struct hearing *hearing = userdata;
        size_t agency = roster_find(hearing->roster, notice->agency), length = strlen(hearing->name);
        struct heard *heard;

        if (notice->kind != KIND_ASSIST || agency == ROSTER_NONE ||
            (notice->state != NOTICE_NEW && notice->state != NOTICE_QUEUED && notice->state != NOTICE_SENT))
                return 0;
        heard = &hearing->heard[agency];
        heard->anything = true;
        heard->ended = assist_is_end(notice->rung);
        if (strncmp(notice->rung, hearing->name, length) == 0 && strchr("/", notice->rung[length])) {
                heard->of_it = true;
                heard->waits |= notice->state == NOTICE_NEW;
        }
        return 0;
}

/* For each agency of the roster; the caller frees it. 0 or an error. */
static int look_for_heard(const struct engine *engine, int64_t occurrence, const char *name, struct heard **ret)
{
        const struct roster *roster = &engine_config(engine)->roster;
        struct heard *CLEANUP_FREE heard = calloc(roster->n_agencies + 1, sizeof(*heard));
        struct hearing hearing = {.roster = roster, .name = name, .heard = heard};
        int r = heard ? store_each_notice(engine->store, occurrence, 0, note_heard, &hearing) : -ENOMEM;

        if (r < 0)
                return r;
        *ret = TAKE_PTR(heard);
        return 0;
}

static int tell(struct engine *engine, int64_t occurrence, const char *agency, const char *rung)
{
        int64_t now = clock_now(&engine->clock);
        struct notice_record notice = {
                .occurrence_id = occurrence,
                .kind = KIND_ASSIST,
                .state = NOTICE_NEW,
                .rung_at = clock_wall(now),
                .made_ms = now,
        };
        int r;

        (void)snprintf(notice.agency, sizeof(notice.agency), "%s", agency);
        (void)snprintf(notice.rung, sizeof(notice.rung), "%s", rung);
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

/* What changed may be told again: random digits. */
static int tell_change(struct engine *engine, int64_t occurrence, const char *agency, const char *name)
{
        char rung[NAME_SIZE + sizeof("/") + 16];

        (void)snprintf(rung, sizeof(rung), "%s/%016" PRIx64, name, engine_random(engine));
        return tell(engine, occurrence, agency, rung);
}

/* Who helps with an item today; who owes it, too, as the heir of an agency that does, only owes it. The caller frees
 * them. 0 or an error. */
static int find_helpers(const struct engine *engine, const struct plan *plan, const struct item *item, size_t **ret,
                        size_t *ret_n)
{
        const struct roster *roster = &engine_config(engine)->roster;
        civil_day today = clock_today(&engine->clock);
        size_t *CLEANUP_FREE helpers = NULL, *CLEANUP_FREE owners = NULL, n = 0, n_owners = 0, kept = 0;
        int r = plan_resolve_heirs(plan, roster, &item->with, today, &helpers, &n);

        if (r == 0)
                r = plan_resolve_heirs(plan, roster, &item->for_, today, &owners, &n_owners);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                if (!agency_is_among(helpers[i], owners, n_owners))
                        helpers[kept++] = helpers[i];
        *ret = TAKE_PTR(helpers);
        *ret_n = kept;
        return 0;
}

int assist_announce(struct engine *engine, const struct plan *plan, const struct item *item,
                    const struct occurrence_record *occurrence, civil_day due)
{
        const struct roster *roster = &engine_config(engine)->roster;
        size_t *CLEANUP_FREE helpers = NULL, n = 0;
        struct heard *CLEANUP_FREE heard = NULL;
        char name[NAME_SIZE];
        int r = find_helpers(engine, plan, item, &helpers, &n);

        name_rung(due, name);
        if (r == 0)
                r = look_for_heard(engine, occurrence->id, name, &heard);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (!heard[helpers[i]].of_it)
                        r = tell(engine, occurrence->id, roster->agencies[helpers[i]].id, name);
        return r;
}

/* Whether an agency is told of what has that name. */
typedef bool wants_news(const struct heard *heard);

static bool wants_day(const struct heard *heard)
{
        (void)heard;
        return true;
}

static bool wants_end(const struct heard *heard)
{
        return heard->anything && !heard->ended;
}

static bool wants_reopening(const struct heard *heard)
{
        return heard->ended;
}

static bool wants_clearing(const struct heard *heard)
{
        return heard->anything;
}

/* Of an item that left the plan, those who heard of it. */
static int tell_all(struct engine *engine, const struct obligation_record *record, const char *name, wants_news *wants)
{
        const struct roster *roster = &engine_config(engine)->roster;
        size_t *CLEANUP_FREE helpers = NULL, n = 0;
        struct heard *CLEANUP_FREE heard = NULL;
        const struct plan *plan;
        const struct item *item;
        bool closed = false, planned = settings_find_item(engine->settings, record->plan, record->item, &plan, &item);
        int r = 0;

        if (planned && item->with.n == 0)
                return 0;
        if (planned)
                r = find_helpers(engine, plan, item, &helpers, &n);
        if (r == 0)
                r = closing_is_closed(engine, record->plan, &closed);
        if (r == 0)
                r = look_for_heard(engine, record->occurrence_id, name, &heard);
        for (size_t i = 0; r == 0 && !closed && i < roster->n_agencies; i++)
                if ((heard[i].anything || agency_is_among(i, helpers, n)) && wants(&heard[i]) && !heard[i].waits)
                        r = tell_change(engine, record->occurrence_id, roster->agencies[i].id, name);
        return r;
}

int assist_tell_date(struct engine *engine, const struct obligation_record *record)
{
        char name[NAME_SIZE];

        name_rung(record->due, name);
        return tell_all(engine, record, name, record->due == CIVIL_NONE ? wants_clearing : wants_day);
}

int assist_tell_end(struct engine *engine, const struct obligation_record *record)
{
        return tell_all(engine, record, RUNG_END, wants_end);
}

int assist_tell_reopening(struct engine *engine, const struct obligation_record *record)
{
        char name[NAME_SIZE];

        name_rung(record->due, name);
        return tell_all(engine, record, name, wants_reopening);
}
