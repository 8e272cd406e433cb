/* A preview: the message that was made of an obligation; else the one that will be, with all that leaves together with
 * it; else one as it would read now. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "content/facts-private.h"
#include "store/obligation-list.h"

struct preview {
        struct engine *engine;
        const struct obligation_record *record;
        enum notice_kind kind; /* KIND_COUNT: the one that fits the day */
        int64_t now;           /* UTC milliseconds */
        const char *reader;    /* the agency that gets it */
};

static civil_day today_of(const struct preview *preview)
{
        return wall_day(clock_wall(preview->now));
}

/* The first of those who help; NULL: nobody does. */
static const char *helper_of(const struct preview *preview)
{
        const struct roster *roster = &engine_config(preview->engine)->roster;
        size_t *CLEANUP_FREE helpers = NULL, n = 0;
        const struct plan *plan;
        const struct item *item;

        if (!settings_find_item(preview->engine->settings, preview->record->plan, preview->record->item, &plan,
                                &item) ||
            plan_resolve_heirs(plan, roster, &item->with, today_of(preview), &helpers, &n) < 0)
                return NULL;
        return n > 0 ? roster->agencies[helpers[0]].id : NULL;
}

/* The head reads what an agency says, who helps what there is to help with; all else is read by the agency itself. */
static const char *reader_of(const struct preview *preview)
{
        const struct obligation_record *record = preview->record;
        const char *reader = NULL;

        if (preview->kind == KIND_CLAIMED)
                reader = config_find_head(engine_config(preview->engine), record->plan, today_of(preview));
        else if (preview->kind == KIND_ASSIST)
                reader = helper_of(preview);
        return reader ? reader : record->agency;
}

/* ---- a message that was made ---- */

struct made {
        const struct preview *preview;
        struct delivery_record delivery; /* an id only: `found` */
        bool found;
};

/* A reminder is the message of its day; what was decided is said once. */
static bool is_current(const struct preview *preview, const struct delivery_record *delivery)
{
        if (delivery->state == DELIVERY_QUEUED || delivery->state == DELIVERY_SENDING)
                return true;
        return delivery->state == DELIVERY_SENT && ((preview->kind != KIND_COUNT && kind_tells_event(preview->kind)) ||
                                                    wall_day(clock_wall(delivery->finished_ms)) == today_of(preview));
}

static bool is_wanted(const struct preview *preview, const struct notice_record *notice)
{
        if (preview->kind == KIND_DIGEST)
                return notice->kind == KIND_DIGEST;
        if (preview->kind == KIND_COUNT ? !kind_is_on_ladder(notice->kind) : notice->kind != preview->kind)
                return false;
        return notice->obligation_id == preview->record->id ||
               (notice->obligation_id == 0 && notice->occurrence_id == preview->record->occurrence_id);
}

/* Ends the visit when it is found. */
static int look_at(void *userdata, const struct delivery_record *delivery)
{
        struct made *made = userdata;
        struct notice_record notices[MESSAGE_NOTICES_MAX];
        int n;

        if (delivery->channel.kind != CHANNEL_MAIL || !is_current(made->preview, delivery))
                return 0;
        n = store_delivery_notices(made->preview->engine->store, delivery->number, notices, MESSAGE_NOTICES_MAX);
        for (int i = 0; i < n; i++) {
                made->found |= is_wanted(made->preview, &notices[i]);
                notice_record_clear(&notices[i]);
        }
        if (made->found)
                snprintf(made->delivery.id, sizeof(made->delivery.id), "%s", delivery->id);
        return n < 0 ? n : made->found;
}

/* What was sent reads as it did then. GATHER_NOTHING also where none was made, or what it says holds no more. */
static int preview_made(const struct preview *preview, struct message **ret)
{
        const struct delivery_filter filter = {.state = -1, .agency = preview->reader};
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        struct made made = {.preview = preview};
        struct facts CLEANUP(facts_end) facts = {0};
        struct gathered gathered = {.early = WALL_NONE};
        int r = store_each_delivery(preview->engine->store, &filter, look_at, &made);

        if (r < 0 || !made.found)
                return r < 0 ? r : GATHER_NOTHING;
        r = store_get_delivery(preview->engine->store, made.delivery.id, &delivery);
        if (r < 0)
                return r;
        r = facts_begin(preview->engine, delivery.state == DELIVERY_SENT ? delivery.finished_ms : preview->now, &facts);
        if (r < 0)
                return r;
        facts.gathered = &gathered;
        r = facts_of_delivery(&facts, &delivery);
        if (r == GATHER_DONE)
                *ret = TAKE_PTR(facts.message);
        return r;
}

/* ---- a message that is still to be made ---- */

static struct delivery_record address_of(const struct preview *preview, enum notice_kind kind)
{
        const struct roster *roster = &engine_config(preview->engine)->roster;
        size_t agency = roster_find(roster, preview->reader);
        struct delivery_record delivery = {
                .id = "00000000000000000000000000000000",
                .address = (char *)"", /* borrowed, as the next one */
                .kind = kind,
        };

        if (agency != ROSTER_NONE && roster->agencies[agency].n_emails > 0)
                delivery.address = roster->agencies[agency].emails[0];
        snprintf(delivery.agency, sizeof(delivery.agency), "%s", preview->reader);
        return delivery;
}

/* The notice that was made of what was decided has its reason, and what held before. */
static int find_newest(void *userdata, const struct notice_record *notice)
{
        struct notice_record *newest = userdata;
        char *detail;

        if (notice->kind != newest->kind || notice->state == NOTICE_CANCELLED || notice->state == NOTICE_SKIPPED)
                return 0;
        detail = notice->detail ? strdup(notice->detail) : NULL;
        if (notice->detail && !detail)
                return -ENOMEM;
        free(newest->detail);
        newest->detail = detail;
        newest->rung_at = notice->rung_at;
        newest->made_ms = notice->made_ms;
        newest->state = notice->state;
        return 0;
}

/* Whether what was decided or said last is still to be told: a message that was made tells of what was decided before.
 */
static int is_untold(const struct preview *preview)
{
        struct notice_record CLEANUP(notice_record_clear) newest = {.kind = preview->kind};
        int r = 0;

        if (preview->kind != KIND_COUNT && kind_tells_event(preview->kind))
                r = store_each_notice(preview->engine->store, preview->record->occurrence_id, preview->record->id,
                                      find_newest, &newest);
        return r < 0 ? r : newest.state == NOTICE_NEW && newest.made_ms > 0;
}

/* One entry more of the letter; 0 or an error. */
static int add_entry(struct facts *facts, const struct obligation_record *record, enum notice_kind kind)
{
        struct notice_record CLEANUP(notice_record_clear) notice = {
                .occurrence_id = record->occurrence_id,
                .obligation_id =
                        kind == KIND_ESCALATION || kind == KIND_FIX_DATE || kind == KIND_ASSIST ? 0 : record->id,
                .kind = kind,
        };
        struct letter_entry *entry = &facts->entries[facts->n_entries];
        struct truth truth;
        int r = 0;

        snprintf(notice.agency, sizeof(notice.agency), "%s", record->agency);
        if (kind_tells_decision(kind))
                r = store_each_notice(facts->engine->store, record->occurrence_id, record->id, find_newest, &notice);
        facts->preview = record;
        if (r == 0)
                r = entry_of_notice(facts, &notice, entry, &truth);
        if (r == 0)
                r = facts_find_entry(facts, &notice, entry);
        if (r == 0 && truth.standing == STILL_TRUE)
                facts->n_entries++;
        return r;
}

static enum notice_kind kind_on(const struct preview *preview, const struct obligation_record *record, civil_day day)
{
        return ladder_kind(&record->obligation, engine_config(preview->engine)->calendar, RUNG_SNOOZE_END, day);
}

struct morning {
        const struct preview *preview;
        struct facts *facts;
};

/* Whether it is reminded of at that moment. */
static bool has_rung(const struct preview *preview, const struct obligation_record *record, wall_time moment)
{
        struct rung rungs[LADDER_MAX];
        struct ladder_rules rules;
        const struct plan *plan;
        const struct item *item;
        size_t n;

        if (obligation_is_snoozed(&record->obligation, wall_day(moment)) ||
            !settings_find_item(preview->engine->settings, record->plan, record->item, &plan, &item))
                return false;
        rules = engine_rules(preview->engine, item);
        n = ladder_of_obligation(&rules, &record->obligation, moment - 1, rungs);
        while (n > 0 && rungs[n - 1].at != moment)
                n--;
        return n > 0;
}

static int join(void *userdata, const struct obligation_record *record)
{
        struct morning *morning = userdata;
        const struct obligation_record *first = morning->preview->record;
        civil_day day = wall_day(first->next_fire);
        enum notice_kind kind = kind_on(morning->preview, record, day);

        if (!has_rung(morning->preview, record, first->next_fire) || morning->facts->n_entries == MESSAGE_NOTICES_MAX ||
            (record->id != first->id && !address_shares_message(kind, kind_on(morning->preview, first, day), false)))
                return 0;
        return add_entry(morning->facts, record, kind);
}

/* What leaves together on the morning of the next reminder. */
static int preview_next(const struct preview *preview, struct facts *facts)
{
        const struct obligation_filter filter = {.agency = preview->record->agency, .open_only = true};

        return store_each_obligation(preview->engine->store, &filter, join,
                                     &(struct morning){.preview = preview, .facts = facts});
}

/* The digest of that morning stands in it, where by what is known today it has anything new to tell. */
static int join_digest(const struct preview *preview, struct facts *facts)
{
        const struct config *config = facts->config;
        const struct digest_rules rules = engine_digest_rules(preview->engine);
        civil_day nominal = digest_after(&rules, digest_newest(&rules, clock_wall(preview->now)));
        size_t agency = roster_find(&config->roster, preview->reader);
        struct digest_gist *CLEANUP_FREE gists = NULL;
        bool worth_it = false;
        int r;

        if (!config->digest.enabled || digest_moment(&rules, nominal) != preview->record->next_fire ||
            !address_shares_message(facts->letter->kind, KIND_DIGEST, address_joins_digest(&config->addresses, agency)))
                return GATHER_DONE;
        r = facts_digest_gists(preview->engine, agency, nominal, clock_instant(preview->record->next_fire), &gists);
        if (r == 0)
                r = facts_digest_is_worth_it(preview->engine, agency, nominal, &gists[agency], &worth_it);
        return r < 0 || !worth_it ? r : digest_letter(facts, agency, nominal);
}

static int preview_digest(const struct preview *preview, struct facts *facts)
{
        const struct config *config = engine_config(preview->engine);
        size_t agency = roster_find(&config->roster, preview->record->agency);
        /* The next one, today's included. */
        civil_day nominal =
                config->digest.enabled ? civil_last_weekday(facts->today + 6, config->digest.weekday) : facts->today;

        return agency == ROSTER_NONE ? GATHER_NOTHING : digest_letter(facts, agency, nominal);
}

/* The next reminder is still to come, and is of that kind. */
static bool is_next(const struct preview *preview)
{
        const struct obligation_record *record = preview->record;

        return record->next_fire != WALL_NEVER && record->next_fire > clock_wall(preview->now) &&
               record->obligation.status == OBLIGATION_OPEN &&
               (preview->kind == KIND_COUNT || preview->kind == kind_on(preview, record, wall_day(record->next_fire)));
}

static int preview_new(const struct preview *preview, struct message **ret)
{
        struct facts CLEANUP(facts_end) facts = {0};
        bool next = is_next(preview);
        enum notice_kind kind =
                preview->kind != KIND_COUNT ? preview->kind : kind_on(preview, preview->record, today_of(preview));
        const struct delivery_record to = address_of(preview, kind);
        int r = facts_begin(preview->engine, next ? clock_instant(preview->record->next_fire) : preview->now, &facts);

        if (r == 0)
                r = facts_address(&facts, &to);
        if (r == 0 && kind == KIND_DIGEST)
                r = preview_digest(preview, &facts);
        else if (r == 0 && kind != KIND_TEST) {
                facts.entries = facts_keep(&facts, calloc(MESSAGE_NOTICES_MAX, sizeof(*facts.entries)));
                r = !facts.entries ? -ENOMEM
                    : next         ? preview_next(preview, &facts)
                                   : add_entry(&facts, preview->record, kind);
                if (r == 0)
                        r = facts_settle(&facts);
                if (r == GATHER_DONE && next)
                        r = join_digest(preview, &facts);
        }
        r = facts_verdict(&facts, r);
        if (r == GATHER_DONE)
                *ret = TAKE_PTR(facts.message);
        return r;
}

int facts_preview(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                  struct message **ret)
{
        struct preview preview = {.engine = engine, .record = record, .kind = kind, .now = clock_now(&engine->clock)};
        int r;

        preview.reader = reader_of(&preview);
        r = is_untold(&preview);

        if (r < 0)
                return r;
        r = r > 0 || kind == KIND_TEST ? GATHER_NOTHING : preview_made(&preview, ret);
        return r == GATHER_NOTHING || r == GATHER_EARLY ? preview_new(&preview, ret) : r;
}
