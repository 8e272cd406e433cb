/* Hearing: what comes back by mail is judged and recorded, each mail once. */
#include "deciding/hear.h"

#include <errno.h>
#include <string.h>

#include "addressing/failure.h"
#include "base/cleanup.h"
#include "store/attempts.h"
#include "store/heard.h"

struct hearing {
        struct engine *engine;
        const struct heard *heard;
        int64_t now_ms;
        struct delivery_record delivery; /* that it is about */
        size_t n_named;                  /* so many of ours; then `delivery` is the nearest */
        bool bounced;                    /* it has, by this */
};

static void hearing_clear(struct hearing *hearing)
{
        delivery_record_clear(&hearing->delivery);
}

static int find_deliveries(struct hearing *hearing)
{
        const struct heard *heard = hearing->heard;
        char ids[HEARD_REFERENCES_MAX][DELIVERY_ID_SIZE];

        for (size_t i = 0; i < heard->n_references; i++) {
                struct delivery_record CLEANUP(delivery_record_clear) record = {0};
                size_t same = 0;
                int r;

                if (!heard_delivery_id(heard->references[i], ids[hearing->n_named]))
                        continue;
                while (strcmp(ids[same], ids[hearing->n_named]) != 0)
                        same++;
                r = same < hearing->n_named ? STORE_NONE
                                            : store_get_delivery(hearing->engine->store, ids[same], &record);
                if (r < 0)
                        return r;
                if (r == STORE_NONE || record.channel.kind != CHANNEL_MAIL)
                        continue;
                if (hearing->n_named++ == 0) {
                        hearing->delivery = record;
                        record = (struct delivery_record){0};
                }
        }
        return 0;
}

/* ---- bounces ---- */

static int bounce(struct hearing *hearing, const char *words)
{
        struct delivery_record *delivery = &hearing->delivery;
        bool first;
        int r = store_bounce_delivery(hearing->engine->store, delivery->number, words, hearing->now_ms, &first);

        if (r != 0)
                return r < 0 ? r : -ENOENT;
        delivery->state = DELIVERY_BOUNCED;
        hearing->bounced = true;
        return first ? failure_tell(hearing->engine, delivery, words, hearing->now_ms) : 0;
}

static int hear_bounce(struct hearing *hearing)
{
        struct delivery_record *delivery = &hearing->delivery;
        enum heard_outcome outcome = heard_judge_bounce(hearing->heard, hearing->n_named, delivery->state);
        char *CLEANUP_FREE words = NULL;
        int r;

        if (outcome == HEARD_REVIEW)
                return HEARD_REVIEW;
        if (delivery->state == DELIVERY_SENDING)
                return -EAGAIN;
        words = heard_words(hearing->heard, delivery->address);
        if (!words)
                return -ENOMEM;
        if (outcome == HEARD_RECORDED)
                r = bounce(hearing, words);
        else
                r = store_remark_delivery(hearing->engine->store, delivery->number, words);
        free(delivery->answer);
        delivery->answer = TAKE_PTR(words);
        return r < 0 ? r : (int)outcome;
}

static void say_bounce(const struct hearing *hearing)
{
        const struct delivery_record *delivery = &hearing->delivery;
        const struct journal_fields fields = {
                .agency = delivery->agency,
                .delivery = delivery->id,
                .kind = kind_name(delivery->kind),
                .channel = channel_kind_name(delivery->channel.kind),
                .attempt = delivery->attempts,
        };

        journal_say(&hearing->engine->journal, EVENT_DELIVERY_BOUNCED, &fields,
                    "Came back: %s to %s (%s): %s; when the address is put right: reminderctl retry %s", fields.kind,
                    delivery->address, delivery->agency, delivery->answer, delivery->id);
        engine_tell_finished(hearing->engine, delivery, delivery->answer);
}

/* ---- any mail ---- */

static int judge(struct hearing *hearing)
{
        int r = find_deliveries(hearing);

        if (r < 0)
                return r;
        switch (hearing->heard->class) {
        case HEARD_BOUNCE:
        case HEARD_DELAYED:
                return hear_bounce(hearing);
        case HEARD_MACHINE:
                return HEARD_IGNORED;
        default:
                return HEARD_REVIEW;
        }
}

static int record(struct hearing *hearing)
{
        struct store *CLEANUP_TRANSACTION store = hearing->engine->store;
        const char *origin = hearing->heard->origin;
        enum heard_outcome outcome;
        int r = store_begin(store);

        if (r == 0)
                r = store_find_heard(store, origin, &outcome);
        if (r == 0)
                return outcome == HEARD_REVIEW ? HEARD_REVIEW : HEARD_KNOWN;
        if (r == STORE_NONE)
                r = judge(hearing);
        if (r < 0)
                return r;
        outcome = (enum heard_outcome)r;
        r = store_add_heard(store, origin, outcome, hearing->now_ms);
        if (r == 0)
                r = store_forget_heard(store, hearing->now_ms - INT64_C(1000) * HEARD_KEPT_DAYS * DAY_SECONDS);
        if (r == 0)
                r = store_commit(store);
        return r < 0 ? r : (int)outcome;
}

int hear(struct engine *engine, const struct heard *heard)
{
        struct hearing CLEANUP(hearing_clear)
                hearing = {.engine = engine, .heard = heard, .now_ms = clock_now(&engine->clock)};
        int r = record(&hearing);

        if (r >= 0 && hearing.bounced)
                say_bounce(&hearing);
        return r;
}
