/* Recording: what became of attempts, when to try again, whom a failure is told. */
#include "sending/record.h"

#include <stdio.h>

#include "addressing/failure.h"
#include "addressing/readdress.h"
#include "base/cleanup.h"
#include "message/calendar-part.h"
#include "sending/server.h"
#include "store/attempts.h"

/* What a person asked for by hand is not held by the hours (daemon/doc/design.md, Hours). */
static int64_t attempt_opening(struct engine *engine, const struct attempt *attempt, int64_t at_ms)
{
        return attempt->delivery.manual ? at_ms : engine_when_open(engine, at_ms);
}

static int64_t tried_ms(const struct engine *engine, const struct attempt *attempt, int64_t at_ms)
{
        const struct config *config = engine_config(engine);
        int64_t made_ms = attempt->delivery.made_ms;

        return delivery_tried_ms(&config->hours, config->calendar, wall_day(clock_wall(made_ms)),
                                 wall_day(clock_wall(at_ms)), at_ms - made_ms);
}

/* When to try again, and whether at all: *ret_next_ms is 0 when it is given up. */
static void plan_retry(struct engine *engine, const struct attempt *attempt, int64_t now, int64_t *ret_next_ms)
{
        const struct retry *retry = &engine_config(engine)->retry;
        int64_t next = now + backoff_pause_ms(retry, attempt->delivery.attempts, attempt->retry_after,
                                              tried_ms(engine, attempt, now), engine_random(engine));

        *ret_next_ms =
                backoff_gives_up(retry, tried_ms(engine, attempt, next)) ? 0 : attempt_opening(engine, attempt, next);
}

/* What stands in the calendar of the address, now that it has the mail. */
static int note_calendar(struct engine *engine, const struct attempt *attempt)
{
        struct store *store = engine->store;
        const struct letter *letter = attempt->message ? message_letter(attempt->message) : NULL;
        const struct letter_entry *published;
        int r = 0;

        if (!letter || attempt->delivery.channel.kind == CHANNEL_WEBHOOK || engine_config(engine)->mail.redirect)
                return 0;
        published = letter_published(letter);
        if (published && published->obligation_id > 0)
                r = store_put_entry(store, published->obligation_id, attempt->delivery.address,
                                    published->dates.effective);
        for (size_t i = 0; r == 0 && i < letter->n_entries; i++)
                if (letter->entries[i].cancels)
                        r = store_put_entry(store, letter->entries[i].obligation_id, attempt->delivery.address,
                                            CIVIL_NONE);
        return r;
}

static int record_one(struct engine *engine, struct attempt *attempt, int64_t now)
{
        struct delivery_result result = {
                .delivery = attempt->delivery.number,
                .channel = attempt->delivery.channel.kind,
                .now_ms = now,
                .answer = attempt->answer,
                .subject = attempt_subject(attempt),
                .kind = &attempt->delivery.kind,
        };
        size_t moved;
        bool gone;
        int r;

        switch (attempt->outcome) {
        case TRANSFER_SENT:
                result.state = DELIVERY_SENT;
                break;
        case TRANSFER_TEMPORARY:
                plan_retry(engine, attempt, now, &result.next_ms);
                result.state = result.next_ms > 0 ? DELIVERY_QUEUED : DELIVERY_FAILED;
                break;
        case TRANSFER_RECALLED:
                result.next_ms = attempt->delivery.next_ms;
                result.state = DELIVERY_QUEUED;
                break;
        case TRANSFER_PERMANENT:
        default:
                result.state = DELIVERY_FAILED;
                break;
        }
        /* It was put right, or its server taken out, while this was under way: no failure to tell anybody of. */
        gone = result.state != DELIVERY_SENT && readdress_is_needed(engine, &attempt->delivery);
        if (gone)
                result.state = DELIVERY_QUEUED;
        r = store_finish_delivery(engine->store, &result);
        if (r == 0 && result.state == DELIVERY_SENT)
                r = note_calendar(engine, attempt);
        if (r == 0 && result.state == DELIVERY_FAILED)
                r = failure_tell(engine, &attempt->delivery, attempt->answer, now);
        if (r == 0 && gone) {
                r = readdress_delivery(engine, &attempt->delivery, &moved);
                result.state = DELIVERY_CANCELLED;
        }
        attempt->delivery.state = result.state;
        attempt->delivery.next_ms = result.next_ms;
        return r < 0 ? r : 0;
}

static void say_result(struct engine *engine, const struct attempt *attempt)
{
        struct journal_fields fields = attempt_fields(attempt);
        const struct delivery_record *delivery = &attempt->delivery;
        const char *answer = attempt->answer ? attempt->answer : "no words";
        char when[CLOCK_TEXT_SIZE];

        fields.cause = answer;
        switch (delivery->state) {
        case DELIVERY_SENT:
                journal_say(&engine->journal, EVENT_DELIVERY_SENT, &fields, "Sent %s to %s (%s): %s", fields.kind,
                            delivery->address, delivery->agency,
                            attempt_subject(attempt) ? attempt_subject(attempt) : "");
                break;
        case DELIVERY_QUEUED:
                journal_say(&engine->journal, EVENT_DELIVERY_RETRY, &fields,
                            "Could not deliver %s to %s (%s), attempt %u: %s; next attempt %s", fields.kind,
                            delivery->address, delivery->agency, delivery->attempts, answer,
                            clock_format(delivery->next_ms, when));
                break;
        case DELIVERY_FAILED:
                journal_say(&engine->journal, EVENT_DELIVERY_FAILED, &fields,
                            "Gave up delivering %s to %s (%s) after %u attempt%s: %s; "
                            "when the cause is mended: reminderctl retry %s",
                            fields.kind, delivery->address, delivery->agency, delivery->attempts,
                            delivery->attempts == 1 ? "" : "s", answer, delivery->id);
                break;
        case DELIVERY_CANCELLED:
                journal_say(&engine->journal, EVENT_DELIVERY_CANCELLED, &fields, "Cancelled %s to %s (%s): %s",
                            fields.kind, delivery->address, delivery->agency,
                            attempt->answer ? answer : "no longer an address");
                break;
        case DELIVERY_SENDING:
        case DELIVERY_BOUNCED:
        case DELIVERY_STATES:
                break;
        }
}

int record_resume(struct engine *engine)
{
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        char server[CHANNEL_TEXT_SIZE];
        int64_t at_ms;
        int r = store_last_failure(engine->store, &record, &at_ms);

        if (r == 0 && (record.state == DELIVERY_QUEUED || record.state == DELIVERY_SENDING))
                server_fails(engine, channel_format(&record.channel, server), record.made_ms, record.answer);
        return r < 0 ? r : 0;
}

int record_attempts(struct engine *engine, struct attempts *attempts)
{
        int64_t now = clock_now(&engine->clock);
        struct attempt *attempt;
        int r;

        TAILQ_FOREACH(attempt, &attempts->queue, link)
        {
                r = record_one(engine, attempt, now);
                if (r < 0)
                        return r;
        }
        return 0;
}

void record_tell(struct engine *engine, struct attempts *attempts)
{
        struct attempt *attempt;

        while ((attempt = attempts_take_first(attempts))) {
                if (attempt->outcome != TRANSFER_RECALLED) {
                        say_result(engine, attempt);
                        server_judge(engine, attempt);
                        engine_tell_finished(engine, &attempt->delivery, attempt->answer);
                }
                attempt_free(attempt);
        }
}
