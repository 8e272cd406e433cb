/* Announcements: what was decided, or taken back, is told to the agency that it concerns. */
#include "addressing/announce.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "addressing/assist.h"
#include "base/cleanup.h"
#include "message/json.h"
#include "runtime/closing.h"

/* "date-set@2024-10-22/…": the day that it is about, and random digits, since it may be said again. */
static void name_rung(struct engine *engine, const struct obligation_record *record, struct notice_record *notice)
{
        char name[24], day[CIVIL_DATE_SIZE];

        (void)snprintf(name, sizeof(name), "%s", kind_name(notice->kind));
        for (char *c = strchr(name, '_'); c; c = strchr(c, '_'))
                *c = '-';
        (void)snprintf(notice->rung, sizeof(notice->rung), "%s%s%s/%016" PRIx64, name,
                       record->due == CIVIL_NONE ? "" : "@",
                       record->due == CIVIL_NONE ? "" : civil_format(record->due, day), engine_random(engine));
}

static int announce_to(struct engine *engine, const struct obligation_record *record, const char *agency,
                       enum notice_kind kind, const struct notice_detail *said)
{
        int64_t now = clock_now(&engine->clock);
        char *CLEANUP_FREE detail = notice_detail_write(said);
        struct notice_record notice = {
                .occurrence_id = record->occurrence_id,
                .obligation_id = record->id,
                .kind = kind,
                .state = NOTICE_NEW,
                .detail = detail,
                .rung_at = clock_wall(now),
                .made_ms = now,
        };
        bool closed = false;
        int r;

        /* Of a plan that is closed nothing is told, whatever is still noted of it. */
        r = closing_is_closed(engine, record->plan, &closed);
        if (r < 0 || closed)
                return r;
        if (!detail)
                return -ENOMEM;
        snprintf(notice.agency, sizeof(notice.agency), "%s", agency);
        name_rung(engine, record, &notice);
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

static int announce(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                    const struct notice_detail *said)
{
        return announce_to(engine, record, record->agency, kind, said);
}

int announce_decision(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                      const char *by, const char *asked_by, const char *note)
{
        return announce(engine, record, kind,
                        &(struct notice_detail){.by = (char *)by,
                                                .asked_by = (char *)asked_by,
                                                .note = (char *)note,
                                                .on = kind == KIND_COMPLETED ? record->obligation.done_on : CIVIL_NONE,
                                                .due = CIVIL_NONE,
                                                .from = CIVIL_NONE,
                                                .until = CIVIL_NONE});
}

/* ---- what was told before ---- */

struct told {
        bool anything;
        bool ended; /* that nothing is owed any more, and nothing else since */
};

static int note_told(void *userdata, const struct notice_record *notice)
{
        struct told *told = userdata;

        if (notice->state != NOTICE_SENT || kind_reports(notice->kind))
                return 0;
        told->anything = true;
        if (kind_ends_debt(notice->kind))
                told->ended = true;
        else if (notice->kind == KIND_REOPENED)
                told->ended = false;
        return 0;
}

static int look_for_told(const struct engine *engine, const struct obligation_record *record, struct told *ret)
{
        *ret = (struct told){0};
        return store_each_notice(engine->store, record->occurrence_id, record->id, note_told, ret);
}

/* ---- completion ---- */

struct last_completion {
        int64_t but;
        struct notice_detail detail;
        bool found;
};

static int find_completion(void *userdata, const struct notice_record *notice)
{
        struct last_completion *last = userdata;

        if (notice->state != NOTICE_SENT || notice->id == last->but ||
            (notice->kind != KIND_COMPLETED && notice->kind != KIND_REOPENED))
                return 0;
        notice_detail_clear(&last->detail);
        last->detail = (struct notice_detail){0};
        last->found = notice->kind == KIND_COMPLETED;
        return last->found ? notice_detail_read(notice->detail, &last->detail) : 0;
}

int announced_completion(const struct engine *engine, const struct obligation_record *record, int64_t but,
                         struct notice_detail *ret)
{
        struct last_completion last = {.but = but};
        int r = store_each_notice(engine->store, record->occurrence_id, record->id, find_completion, &last);

        if (r < 0 || !last.found) {
                notice_detail_clear(&last.detail);
                return r < 0 ? r : ANNOUNCE_NEVER_TOLD;
        }
        *ret = last.detail;
        return ANNOUNCE_KNOWN;
}

static bool same_text(const char *a, const char *b)
{
        return strcmp(a ? a : "", b ? b : "") == 0;
}

int announce_completion(struct engine *engine, const struct obligation_record *record, const char *by, const char *note)
{
        struct notice_detail CLEANUP(notice_detail_clear) told = {0};
        int r = announced_completion(engine, record, 0, &told);

        if (r < 0 || (r == ANNOUNCE_KNOWN && told.on == record->obligation.done_on && same_text(told.note, note)))
                return r < 0 ? r : 0;
        r = announce_decision(engine, record, KIND_COMPLETED, by, NULL, note);
        return r < 0 ? r : assist_tell_end(engine, record);
}

int announce_end(struct engine *engine, const struct obligation_record *record, enum notice_kind kind, const char *by,
                 const char *note)
{
        struct told told = {0};
        int r = look_for_told(engine, record, &told);

        if (r == 0 && told.anything)
                r = announce_decision(engine, record, kind, by, NULL, note);
        return r < 0 ? r : assist_tell_end(engine, record);
}

int announce_reopening(struct engine *engine, const struct obligation_record *record, const char *by, const char *note)
{
        struct told told = {0};
        int r = look_for_told(engine, record, &told);

        if (r == 0 && told.ended)
                r = announce_decision(engine, record, KIND_REOPENED, by, NULL, note);
        return r < 0 ? r : assist_tell_reopening(engine, record);
}

/* ---- dates ---- */

/* An announcement that never left: what it would have said of the date before is what the next one says. */
struct unsaid {
        struct notice_detail detail;
        bool found, tried;
};

static void unsaid_clear(struct unsaid *unsaid)
{
        notice_detail_clear(&unsaid->detail);
}

static int find_unsaid(void *userdata, const struct notice_record *notice)
{
        struct unsaid *unsaid = userdata;

        if (unsaid->found || !kind_tells_date(notice->kind) ||
            (notice->state != NOTICE_NEW && notice->state != NOTICE_QUEUED))
                return 0;
        unsaid->found = true;
        return notice_detail_read(notice->detail, &unsaid->detail);
}

/* An attempt may have arrived, whatever became of its answer. */
static int find_tried(void *userdata, const struct delivery_record *delivery)
{
        struct unsaid *unsaid = userdata;

        if ((delivery->state == DELIVERY_QUEUED || delivery->state == DELIVERY_SENDING) && delivery->attempts > 0)
                unsaid->tried = true;
        return 0;
}

static int look_for_unsaid(const struct engine *engine, const struct obligation_record *record, struct unsaid *unsaid)
{
        const struct delivery_filter filter = {.state = -1, .obligation_id = record->id};
        int r = store_each_notice(engine->store, record->occurrence_id, record->id, find_unsaid, unsaid);

        if (r == 0 && unsaid->found)
                r = store_each_delivery(engine->store, &filter, find_tried, unsaid);
        unsaid->found = unsaid->found && !unsaid->tried;
        return r;
}

static bool same_dates(const struct obligation_dates *dates, const struct notice_detail *detail)
{
        return dates->from == detail->from && dates->due == detail->due && dates->tentative == detail->tentative;
}

static bool has_day(const struct obligation_dates *dates)
{
        return dates->due != CIVIL_NONE && !dates->tentative;
}

int announce_date(struct engine *engine, const struct obligation_record *record, const struct obligation *before,
                  const struct claim *granted, const char *by, const char *note)
{
        const struct config *config = engine_config(engine);
        struct obligation_dates old = obligation_dates(before, config->calendar);
        struct obligation_dates new = obligation_dates(&record->obligation, config->calendar);
        struct unsaid CLEANUP(unsaid_clear) unsaid = {.found = false};
        struct told told = {0};
        bool cleared;
        int r = look_for_unsaid(engine, record, &unsaid);

        if (r == 0)
                r = look_for_told(engine, record, &told);
        if (r < 0)
                return r;
        if (unsaid.found)
                old = (struct obligation_dates){
                        .from = unsaid.detail.from, .due = unsaid.detail.due, .tentative = unsaid.detail.tentative};

        const struct notice_detail said = {
                .by = (char *)by,
                .note = (char *)note,
                .on = granted ? granted->on : CIVIL_NONE,
                .from = old.from,
                .due = old.due,
                .tentative = old.tentative,
                .until = granted ? granted->until : CIVIL_NONE,
                .granted = granted,
        };

        cleared = has_day(&old) && !has_day(&new);
        r = store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_COUNT,
                                 cleared ? "the date was cleared" : "the date changed");
        if (r < 0)
                return r;
        if (unsaid.found && same_dates(&new, &said))
                return ANNOUNCE_KNOWN; /* moved away and back before anybody heard of it */
        r = assist_tell_date(engine, record);
        if (r < 0)
                return r;
        if (cleared ? !told.anything : new.due == CIVIL_NONE)
                return ANNOUNCE_DONE;
        return announce(engine, record,
                        granted   ? KIND_REQUEST_ANSWERED
                        : cleared ? KIND_DATE_CLEARED
                                  : KIND_DATE_SET,
                        &said);
}

int announce_venue(struct engine *engine, const struct obligation_record *record, const struct venue *before,
                   const struct venue *now)
{
        struct obligation_dates dates = obligation_dates(&record->obligation, engine_config(engine)->calendar);
        struct unsaid CLEANUP(unsaid_clear) unsaid = {.found = false};
        struct told told = {0};
        int r;

        if (!has_day(&dates) || dates.effective < clock_today(&engine->clock))
                return 0;
        r = look_for_unsaid(engine, record, &unsaid);
        if (r == 0)
                r = look_for_told(engine, record, &told);
        if (r < 0)
                return r;
        if (unsaid.found)
                return unsaid.detail.rearranged && venue_is_same(&unsaid.detail.venue, now)
                               ? store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_DATE_SET,
                                                      "the hour or place is again what it was")
                               : 0;
        if (!told.anything)
                return 0;
        return announce(engine, record, KIND_DATE_SET,
                        &(struct notice_detail){.on = CIVIL_NONE,
                                                .from = dates.from,
                                                .due = dates.due,
                                                .until = CIVIL_NONE,
                                                .rearranged = true,
                                                .venue = *before});
}

/* ---- an agency's word ---- */

int announce_claim(struct engine *engine, const struct obligation_record *record)
{
        const struct config *config = engine_config(engine);
        const char *head = config_find_head(config, record->plan, clock_today(&engine->clock));

        if (!head)
                return 0;
        return announce_to(
                engine, record, head, KIND_CLAIMED,
                &(struct notice_detail){.on = CIVIL_NONE, .from = CIVIL_NONE, .due = CIVIL_NONE, .until = CIVIL_NONE});
}

/* With the date as it stays, as what an announcement of a later one would say that it was. */
int announce_rejection(struct engine *engine, const struct obligation_record *record, const struct claim *claim,
                       const char *by, const char *note)
{
        struct obligation_dates dates = obligation_dates(&record->obligation, engine_config(engine)->calendar);

        return announce(engine, record, KIND_REQUEST_ANSWERED,
                        &(struct notice_detail){.by = (char *)by,
                                                .note = (char *)note,
                                                .on = claim->on,
                                                .from = dates.from,
                                                .due = dates.due,
                                                .tentative = dates.tentative,
                                                .until = claim->until});
}

/* ---- the detail ---- */

char *notice_detail_write(const struct notice_detail *detail)
{
        CLEANUP_TEXT struct text json = {0};
        char *text;

        json_open(&json, NULL, '{');
        if (detail->by)
                json_put_string(&json, "by", detail->by);
        if (detail->asked_by)
                json_put_string(&json, "asked_by", detail->asked_by);
        if (detail->note)
                json_put_string(&json, "note", detail->note);
        if (detail->on != CIVIL_NONE)
                json_put_day(&json, "on", detail->on);
        if (detail->from != CIVIL_NONE)
                json_put_day(&json, "from", detail->from);
        if (detail->due != CIVIL_NONE)
                json_put_day(&json, "due", detail->due);
        if (detail->tentative)
                json_put_bool(&json, "tentative", true);
        if (detail->until != CIVIL_NONE)
                json_put_day(&json, "until", detail->until);
        if (detail->granted)
                json_put_bool(&json, "granted", true);
        if (detail->rearranged)
                json_put_int(&json, "old_time", detail->venue.time);
        if (detail->rearranged && detail->venue.place)
                json_put_string(&json, "old_place", detail->venue.place);
        json_close(&json, '}');
        return text_take(&json, &text) < 0 ? NULL : text;
}

static civil_day get_day(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        civil_day day;

        return text && civil_parse(text, &day) == 0 ? day : CIVIL_NONE;
}

static int get_text(const json_t *object, const char *key, char **ret)
{
        const char *text = json_string_value(json_object_get(object, key));

        *ret = text ? strdup(text) : NULL;
        return text && !*ret ? -ENOMEM : 0;
}

int notice_detail_read(const char *text, struct notice_detail *ret)
{
        json_t *object = text ? json_loads(text, 0, NULL) : NULL;
        struct notice_detail detail = {
                .on = get_day(object, "on"),
                .from = get_day(object, "from"),
                .due = get_day(object, "due"),
                .tentative = json_is_true(json_object_get(object, "tentative")),
                .until = get_day(object, "until"),
                .granted = json_is_true(json_object_get(object, "granted")),
                .rearranged = json_is_integer(json_object_get(object, "old_time")),
                .venue.time = (int32_t)json_integer_value(json_object_get(object, "old_time")),
        };
        /* Jansson calls its own want of memory bad syntax; but what begins so was written by this program. */
        int r = text && *text == '{' && !object ? -ENOMEM : 0;

        if (r == 0)
                r = get_text(object, "by", &detail.by);
        if (r == 0)
                r = get_text(object, "asked_by", &detail.asked_by);
        if (r == 0)
                r = get_text(object, "note", &detail.note);
        if (r == 0)
                r = get_text(object, "old_place", &detail.venue.place);
        json_decref(object);
        if (r < 0) {
                notice_detail_clear(&detail);
                return r;
        }
        *ret = detail;
        return 0;
}

void notice_detail_clear(struct notice_detail *detail)
{
        free(detail->by);
        free(detail->asked_by);
        free(detail->note);
        free(detail->venue.place);
}
