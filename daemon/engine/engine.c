/* What the parts of the engine share: random bits, arming, announcing, complaining.
 * Depends on settings, store, clock, journal, core/ladder.
 * Called by sync, scheduler, digest, facts, outbox and decision. */
#include "engine/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "core/cleanup.h"
#include "core/ladder.h"
#include "message/json.h"

void engine_observe(struct engine *engine, const struct engine_observer *observer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (!engine->observers[i].self) {
                        engine->observers[i] = *observer;
                        return;
                }
}

void engine_unobserve(struct engine *engine, const void *self)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].self == self)
                        engine->observers[i] = (struct engine_observer){0};
}

bool engine_is_watched(const struct engine *engine)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        return true;
        return false;
}

void engine_tell_leaving(const struct engine *engine, const struct delivery_record *delivery,
                         const struct letter *letter, const char *subject)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].leaving)
                        engine->observers[i].leaving(engine->observers[i].self, delivery, letter, subject);
}

void engine_tell_finished(const struct engine *engine, const struct delivery_record *delivery, const char *answer)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].finished)
                        engine->observers[i].finished(engine->observers[i].self, delivery, answer);
}

void engine_tell_changed(const struct engine *engine, const struct obligation_record *obligation)
{
        for (size_t i = 0; i < ENGINE_OBSERVERS; i++)
                if (engine->observers[i].changed)
                        engine->observers[i].changed(engine->observers[i].self, obligation);
}

uint64_t engine_random(struct engine *engine)
{
        /* splitmix64, Steele, Lea and Flood 2014: the constants are theirs. */
        uint64_t z = engine->random += UINT64_C(0x9e3779b97f4a7c15);

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        return z ^ (z >> 31);
}

void engine_new_id(struct engine *engine, char ret[static DELIVERY_ID_SIZE])
{
        uint64_t moment = (uint64_t)clock_now(&engine->clock) << 16;
        uint64_t high = engine_random(engine) & 0xffff, low = engine_random(engine);

        snprintf(ret, DELIVERY_ID_SIZE, "%016" PRIx64 "%016" PRIx64, moment | high, low);
}

struct ladder_rules engine_rules(const struct engine *engine, const struct item *item)
{
        const struct config *config = engine_config(engine);

        return (struct ladder_rules){
                .policy = &item->policy,
                .calendar = config->calendar,
                .hours = &config->hours,
                .catch_up = config->catch_up,
        };
}

void engine_arm(const struct engine *engine, const struct item *item, struct obligation_record *record)
{
        struct ladder_rules rules = engine_rules(engine, item);
        struct obligation_dates dates = obligation_dates(&record->obligation, rules.calendar);

        record->due = dates.due;
        record->effective = dates.effective;
        record->next_fire = ladder_next(&rules, &record->obligation, record->handled);
}

bool engine_is_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        return hours_are_open(&config->hours, config->calendar, clock_wall(at_ms));
}

int64_t engine_holds_until(const struct engine *engine, int64_t now_ms, bool any_hour)
{
        static const struct hours always = {0};

        if (engine->clock.is_virtual)
                return INT64_MAX;
        return clock_instant(hours_until(any_hour ? &always : &engine_config(engine)->hours, clock_wall(now_ms)));
}

int64_t engine_when_open(const struct engine *engine, int64_t at_ms)
{
        const struct config *config = engine_config(engine);

        if (at_ms == INT64_MAX || engine_is_open(engine, at_ms))
                return at_ms;
        return clock_instant(hours_next(&config->hours, config->calendar, clock_wall(at_ms)));
}

int64_t engine_patience(const struct engine *engine, int64_t from_ms, int64_t to_ms)
{
        const struct config *config = engine_config(engine);
        civil_day from = wall_day(clock_wall(from_ms)), to = wall_day(clock_wall(to_ms));
        int64_t spent = to_ms - from_ms;

        if (hours_are_always_open(&config->hours))
                return spent;
        for (civil_day day = from + 1; day < to; day++)
                if (!calendar_is_working(config->calendar, day))
                        spent -= INT64_C(1000) * DAY_SECONDS;
        return spent;
}

int engine_rearm_occurrence(struct engine *engine, int64_t occurrence)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        int r = store_get_occurrence(engine->store, occurrence, &record);

        if (r != 0 || record.withdrawn)
                return r < 0 ? r : 0;
        record.next_fire = FIRE_AT_ONCE;
        return store_put_occurrence(engine->store, &record);
}

wall_time engine_judged_anew(const struct engine *engine, wall_time handled)
{
        wall_time from = clock_wall(clock_now(&engine->clock)) - engine_config(engine)->catch_up;

        return handled < from ? handled : from;
}

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

        if (unsaid->found || notice->kind != KIND_DATE_SET ||
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

int engine_announce_date(struct engine *engine, const struct obligation_record *record, const struct obligation *before,
                         const char *by, const char *note)
{
        const struct config *config = engine_config(engine);
        struct obligation_dates old = obligation_dates(before, config->calendar);
        struct obligation_dates new = obligation_dates(&record->obligation, config->calendar);
        struct unsaid CLEANUP(unsaid_clear) unsaid = {.found = false};
        int r = look_for_unsaid(engine, record, &unsaid);

        if (r < 0)
                return r;
        if (unsaid.found)
                old = (struct obligation_dates){
                        .from = unsaid.detail.from, .due = unsaid.detail.due, .tentative = unsaid.detail.tentative};

        struct notice_detail said = {
                .by = (char *)by,
                .note = (char *)note,
                .from = old.from,
                .due = old.due,
                .tentative = old.tentative,
        };
        int64_t now = clock_now(&engine->clock);
        char *CLEANUP_FREE detail = notice_detail_write(&said);
        struct notice_record notice = {
                .occurrence_id = record->occurrence_id,
                .obligation_id = record->id,
                .kind = KIND_DATE_SET,
                .state = NOTICE_NEW,
                .detail = detail,
                .rung_at = clock_wall(now),
                .made_ms = now,
        };
        char day[CIVIL_DATE_SIZE];

        if (!detail)
                return -ENOMEM;
        r = store_cancel_notices(engine->store, record->occurrence_id, record->id, KIND_COUNT, "the date changed");
        if (r < 0)
                return r;
        if (unsaid.found && same_dates(&new, &said))
                return 1; /* moved away and back before anybody heard of it */
        snprintf(notice.agency, sizeof(notice.agency), "%s", record->agency);
        /* The same date can be set, moved and set again: the moment makes each announcement one of its own. */
        snprintf(notice.rung, sizeof(notice.rung), "date-set@%s/%016" PRIx64, civil_format(record->due, day),
                 engine_random(engine));
        r = store_add_notice(engine->store, &notice);
        return r < 0 ? r : 0;
}

char *notice_detail_write(const struct notice_detail *detail)
{
        CLEANUP_TEXT struct text json = {0};
        char *text;

        json_open(&json, NULL, '{');
        if (detail->by)
                json_put_string(&json, "by", detail->by);
        if (detail->note)
                json_put_string(&json, "note", detail->note);
        if (detail->from != CIVIL_NONE)
                json_put_day(&json, "from", detail->from);
        if (detail->due != CIVIL_NONE)
                json_put_day(&json, "due", detail->due);
        if (detail->tentative)
                json_put_bool(&json, "tentative", true);
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
                .from = get_day(object, "from"),
                .due = get_day(object, "due"),
                .tentative = json_is_true(json_object_get(object, "tentative")),
        };
        /* Jansson calls its own want of memory bad syntax; but what begins so was written by this program. */
        int r = text && *text == '{' && !object ? -ENOMEM : 0;

        if (r == 0)
                r = get_text(object, "by", &detail.by);
        if (r == 0)
                r = get_text(object, "note", &detail.note);
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
        free(detail->note);
}

const char *engine_words(const struct engine *engine, int error)
{
        const char *words = store_error(engine->store);

        return error == -ENOMEM ? "there is not enough memory" : *words ? words : strerror(-error);
}

int engine_store_trouble(const struct engine *engine, int error, const char *doing)
{
        journal_say(&engine->journal, EVENT_STORE_TROUBLE, NULL, "%s: %s", doing, engine_words(engine, error));
        return error;
}
