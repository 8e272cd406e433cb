/* The outbox's record: what became of an attempt, when to try again, whom a failure is told. */
#include "sending/outbox-private.h"

#include <stdio.h>

#include "addressing/failure.h"
#include "addressing/readdress.h"
#include "message/calendar-part.h"

/* What a person asked for by hand is not held by the hours (daemon/doc/design.md, Hours). */
static int64_t parcel_opening(const struct outbox *outbox, const struct parcel *parcel, int64_t at_ms)
{
        return parcel->delivery.manual ? at_ms : engine_when_open(outbox->engine, at_ms);
}

static int64_t tried_ms(const struct outbox *outbox, const struct parcel *parcel, int64_t at_ms)
{
        const struct config *config = engine_config(outbox->engine);
        int64_t made_ms = parcel->delivery.made_ms;

        return delivery_tried_ms(&config->hours, config->calendar, wall_day(clock_wall(made_ms)),
                                 wall_day(clock_wall(at_ms)), at_ms - made_ms);
}

/* When to try again, and whether at all: *ret_next_ms is 0 when it is given up. */
static void plan_retry(struct outbox *outbox, const struct parcel *parcel, int64_t now, int64_t *ret_next_ms)
{
        const struct retry *retry = &engine_config(outbox->engine)->retry;
        int64_t next = now + backoff_pause_ms(retry, parcel->delivery.attempts, parcel->retry_after,
                                              tried_ms(outbox, parcel, now), engine_random(outbox->engine));

        *ret_next_ms =
                backoff_gives_up(retry, tried_ms(outbox, parcel, next)) ? 0 : parcel_opening(outbox, parcel, next);
}

/* What stands in the calendar of the address, now that it has the mail. */
static int note_calendar(const struct outbox *outbox, const struct parcel *parcel)
{
        struct store *store = outbox->engine->store;
        const struct letter *letter = parcel->draft ? draft_letter(parcel->draft) : NULL;
        const struct letter_entry *published;
        int r = 0;

        if (!letter || is_webhook(parcel->server))
                return 0;
        published = letter_published(letter);
        if (published && published->obligation_id > 0)
                r = store_put_entry(store, published->obligation_id, parcel->delivery.address, published->dates.safe);
        for (size_t i = 0; r == 0 && i < letter->n_entries; i++)
                if (letter->entries[i].cancels)
                        r = store_put_entry(store, letter->entries[i].obligation_id, parcel->delivery.address,
                                            CIVIL_NONE);
        return r;
}

static int record_one(struct outbox *outbox, struct parcel *parcel, int64_t now)
{
        struct delivery_result result = {
                .delivery = parcel->delivery.number,
                .now_ms = now,
                .answer = parcel->answer,
                .subject = parcel_subject(parcel),
                .kind = &parcel->delivery.kind,
        };
        size_t moved;
        bool gone;
        int r;

        switch (parcel->outcome) {
        case TRANSFER_SENT:
                result.state = DELIVERY_SENT;
                break;
        case TRANSFER_TEMPORARY:
                plan_retry(outbox, parcel, now, &result.next_ms);
                result.state = result.next_ms > 0 ? DELIVERY_QUEUED : DELIVERY_FAILED;
                break;
        case TRANSFER_RECALLED:
                result.next_ms = parcel->delivery.next_ms;
                result.state = DELIVERY_QUEUED;
                break;
        case TRANSFER_PERMANENT:
        default:
                result.state = DELIVERY_FAILED;
                break;
        }
        /* It was put right, or its server taken out, while this was under way: no failure to tell anybody of. */
        gone = result.state != DELIVERY_SENT && readdress_is_needed(outbox->engine, &parcel->delivery);
        if (gone)
                result.state = DELIVERY_QUEUED;
        r = store_finish_delivery(outbox->engine->store, &result);
        if (r == 0 && result.state == DELIVERY_SENT)
                r = note_calendar(outbox, parcel);
        if (r == 0 && result.state == DELIVERY_FAILED)
                r = failure_tell(outbox->engine, &parcel->delivery, now);
        if (r == 0 && gone) {
                r = readdress_delivery(outbox->engine, &parcel->delivery, &moved);
                result.state = DELIVERY_CANCELLED;
        }
        parcel->delivery.state = result.state;
        parcel->delivery.next_ms = result.next_ms;
        return r < 0 ? r : 0;
}

static void say_result(struct outbox *outbox, const struct parcel *parcel)
{
        struct journal_fields fields = parcel_fields(parcel);
        const struct delivery_record *delivery = &parcel->delivery;
        const char *answer = parcel->answer ? parcel->answer : "no words";
        char when[CLOCK_TEXT_SIZE];

        fields.cause = answer;
        switch (delivery->state) {
        case DELIVERY_SENT:
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_SENT, &fields, "Sent %s to %s (%s): %s",
                            fields.kind, delivery->address, delivery->agency,
                            parcel_subject(parcel) ? parcel_subject(parcel) : "");
                break;
        case DELIVERY_QUEUED:
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_RETRY, &fields,
                            "Could not deliver %s to %s (%s), attempt %u: %s; next attempt %s", fields.kind,
                            delivery->address, delivery->agency, delivery->attempts, answer,
                            clock_format(delivery->next_ms, when));
                break;
        case DELIVERY_FAILED:
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_FAILED, &fields,
                            "Gave up delivering %s to %s (%s) after %u attempt%s: %s; "
                            "when the cause is mended: reminderctl retry %s",
                            fields.kind, delivery->address, delivery->agency, delivery->attempts,
                            delivery->attempts == 1 ? "" : "s", answer, delivery->id);
                break;
        case DELIVERY_CANCELLED:
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_CANCELLED, &fields, "Cancelled %s to %s (%s): %s",
                            fields.kind, delivery->address, delivery->agency,
                            parcel->answer ? answer : "no longer an address");
                break;
        case DELIVERY_SENDING:
        case DELIVERY_STATES:
                break;
        }
}

static void server_ails(const struct outbox *outbox, const char *server, int64_t since_ms, const char *answer)
{
        (void)troubles_begin(&outbox->engine->troubles, TROUBLE_SERVER, server, since_ms,
                             "%s: messages do not leave: %s; reminderctl deliveries --state queued lists them", server,
                             answer ? answer : "no words");
}

/* Whatever the message: for people, at once, and not as a message's failure. */
static void server_refuses(const struct outbox *outbox, const struct parcel *parcel)
{
        static const char *const remedies[] = {
                [FAULT_CLIENT] = "its administrator has to admit this machine; if it dislikes the name, set mail.helo",
                [FAULT_SENDER] = "check mail.from",
                [FAULT_LOGIN] = "check mail.username and its password",
                [FAULT_ENCRYPTION] = "check the server's certificate, and its tls and ca_file",
        };
        const char *server = parcel->server->name;

        (void)troubles_begin(&outbox->engine->troubles, TROUBLE_REFUSED, server, clock_now(&outbox->engine->clock),
                             "%s: the server refuses us, messages wait: %s; %s", server,
                             parcel->answer ? parcel->answer : "no words", remedies[parcel->fault]);
}

void server_is_well(const struct outbox *outbox, const struct server *server)
{
        struct engine *engine = outbox->engine;
        int64_t now = clock_now(&engine->clock);

        troubles_end(&engine->troubles, TROUBLE_SERVER, server->name, &engine->journal, now);
        troubles_end(&engine->troubles, TROUBLE_REFUSED, server->name, &engine->journal, now);
}

int outbox_resume(struct outbox *outbox)
{
        struct delivery_record CLEANUP(delivery_record_clear) record = {0};
        char server[CHANNEL_TEXT_SIZE];
        int64_t at_ms;
        int r = store_last_failure(outbox->engine->store, &record, &at_ms);

        if (r == 0 && (record.state == DELIVERY_QUEUED || record.state == DELIVERY_SENDING))
                server_ails(outbox, channel_format(&record.channel, server), record.made_ms, record.answer);
        return r < 0 ? r : 0;
}

/* What an attempt says of its server: one that refuses a message for good has read it. */
static void judge_server(const struct outbox *outbox, const struct parcel *parcel)
{
        if (parcel->outcome != TRANSFER_TEMPORARY)
                server_is_well(outbox, parcel->server);
        else if (parcel->delivery.state == DELIVERY_CANCELLED)
                return;
        else if (fault_is_operators(parcel->fault))
                server_refuses(outbox, parcel);
        else
                server_ails(outbox, parcel->server->name, clock_now(&outbox->engine->clock), parcel->answer);
}

int outbox_settle(struct outbox *outbox)
{
        int64_t now = clock_now(&outbox->engine->clock);
        int r = 0;

        for (struct parcel *parcel = outbox->answered.first; r == 0 && parcel; parcel = parcel->next)
                r = record_one(outbox, parcel, now);
        return r;
}

void outbox_tell(struct outbox *outbox)
{
        struct parcel *parcel;

        while ((parcel = parcels_take_first(&outbox->answered))) {
                if (parcel->outcome != TRANSFER_RECALLED) {
                        say_result(outbox, parcel);
                        judge_server(outbox, parcel);
                        engine_tell_finished(outbox->engine, &parcel->delivery, parcel->answer);
                }
                parcel_free(parcel);
        }
}

int outbox_record(struct outbox *outbox)
{
        struct store *store = outbox->engine->store;
        int r;

        if (!outbox->answered.first)
                return 0;
        r = store_begin(store);
        if (r == 0)
                r = outbox_settle(outbox);
        if (r == 0)
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                return r;
        }
        outbox_tell(outbox);
        return 0;
}

void outbox_answer(struct outbox *outbox, struct parcel *parcel, enum transfer_outcome outcome, const char *answer)
{
        parcel->outcome = outcome;
        free(parcel->answer);
        parcel->answer = answer ? strdup(answer) : NULL;
        parcels_append(&outbox->answered, parcel);
}
