/* Sending: what is claimed is gathered and handed to the transport, and comes back when its attempt has ended. */
#include "sending/send.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addressing/failure.h"
#include "addressing/readdress.h"
#include "content/facts.h"
#include "store/attempts.h"
#include "store/holds.h"

size_t send_prefetch(const struct sending *sending, const struct server *server)
{
        return server->rate.limit > 0 ? 0 : sending->transport.prefetch;
}

size_t send_window(const struct sending *sending, const struct server *server)
{
        size_t room = sending->ended.n < RESULT_BATCH ? RESULT_BATCH - sending->ended.n : 0;
        size_t prefetch = send_prefetch(sending, server);

        return server->connections + (prefetch < room ? prefetch : room);
}

/* Why a message did not come into being. */
static const char *words_of(const struct engine *engine, int error)
{
        const char *refusal = compose_refusal(error);

        return error == -ENOENT ? "no longer configured" : refusal ? refusal : engine_words(engine, error);
}

static void end(struct sending *sending, struct attempt *attempt, enum transfer_outcome outcome, const char *answer)
{
        attempt->outcome = outcome;
        free(attempt->answer);
        attempt->answer = answer ? strdup(answer) : NULL;
        attempts_append(&sending->ended, attempt);
}

static void land(struct attempt *attempt)
{
        attempt->transfer = NULL;
        attempts_remove(&attempt->sending->flying, attempt);
        attempt->server->handed--;
}

static void on_done(void *userdata, const struct transfer_result *result)
{
        struct attempt *attempt = userdata;
        struct sending *sending = attempt->sending;

        land(attempt);
        attempt->server->answered = true;
        attempt->fault = result->fault;
        attempt->retry_after = result->retry_after;
        if (result->outcome != TRANSFER_RECALLED)
                end(sending, attempt, result->outcome,
                    result->unwritten < 0 ? words_of(sending->engine, result->unwritten) : result->answer);
        else if (sending->closed)
                end(sending, attempt, TRANSFER_RECALLED, NULL);
        else
                attempts_prepend(&attempt->server->claimed, attempt);
        sending->on_end(sending->userdata);
}

/* Cancels what is not said any more; `all`: and the delivery, for which nothing is left. */
static int cancel_dropped(struct sending *sending, const struct gathered *gathered, const struct attempt *attempt,
                          bool all)
{
        struct engine *engine = sending->engine;
        struct journal_fields fields = attempt_fields(attempt);
        const char *reason = gathered->n_dropped > 0 ? gathered->dropped[0].reason : "nothing left to say";
        int64_t now = clock_now(&engine->clock);
        int r = 0;

        if (gathered->n_dropped == 0 && !all)
                return 0;
        r = store_begin(engine->store);
        for (size_t i = 0; r == 0 && i < gathered->n_dropped; i++) {
                const struct dropped_notice *dropped = &gathered->dropped[i];

                r = store_set_notice(engine->store, dropped->id, NOTICE_CANCELLED, dropped->reason);
                if (r == 0 && dropped->too_late)
                        r = failure_tell_late(engine, dropped->id, &attempt->delivery, now);
        }
        if (r == 0 && all)
                r = store_finish_delivery(engine->store, &(struct delivery_result){
                                                                 .delivery = attempt->delivery.number,
                                                                 .channel = attempt->delivery.channel.kind,
                                                                 .state = DELIVERY_CANCELLED,
                                                                 .now_ms = now,
                                                                 .answer = reason,
                                                         });
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0) {
                store_rollback(engine->store);
                return r;
        }
        if (all)
                journal_say(&engine->journal, EVENT_DELIVERY_CANCELLED, &fields, "Cancelled %s to %s (%s): %s",
                            fields.kind, attempt->delivery.address, attempt->delivery.agency, reason);
        return 0;
}

/* Into the queue, as if it had never been claimed. */
static int put_back(struct sending *sending, const struct attempt *attempt, int64_t next_ms)
{
        struct engine *engine = sending->engine;

        return store_finish_delivery(engine->store, &(struct delivery_result){
                                                            .delivery = attempt->delivery.number,
                                                            .channel = attempt->delivery.channel.kind,
                                                            .state = DELIVERY_QUEUED,
                                                            .next_ms = next_ms,
                                                            .now_ms = clock_now(&engine->clock),
                                                    });
}

/* Leaves the message in the attempt with GATHER_DONE. An enum gather_outcome, or an error. */
static int gather(struct sending *sending, struct attempt *attempt)
{
        struct gathered gathered = {.early = WALL_NONE};
        bool held;
        int r, written;

        attempt->message = message_unref(attempt->message); /* of before it was recalled */
        r = store_is_delivery_held(sending->engine->store, attempt->delivery.number, &held);
        if (r == 0 && held) { /* it was claimed before the hold began */
                r = put_back(sending, attempt, attempt->delivery.next_ms);
                return r < 0 ? r : GATHER_EARLY;
        }
        if (r == 0)
                r = store_begin_attempt(sending->engine->store, attempt->delivery.number);
        if (r == 0)
                r = facts_gather(sending->engine, &attempt->delivery, &gathered);
        if (r < 0)
                return r;
        written = r == GATHER_EARLY ? put_back(sending, attempt, clock_instant(gathered.early))
                                    : cancel_dropped(sending, &gathered, attempt, r == GATHER_NOTHING);
        attempt->message = gathered.message;
        return written < 0 ? written : r;
}

/* Whoever watches wants its subject now: a rehearsal, a forecast. In earnest it is composed in the thread that sends.
 */
static int show(const struct sending *sending, struct attempt *attempt)
{
        const struct composed_mail *mail;
        const char *body;
        int r = attempt->delivery.channel.kind == CHANNEL_WEBHOOK ? message_payload(attempt->message, &body)
                                                                  : message_mail(attempt->message, &mail);

        if (r < 0)
                return r;
        attempt->shown = true;
        engine_tell_leaving(sending->engine, &attempt->delivery, message_letter(attempt->message),
                            message_subject(attempt->message));
        return 0;
}

static int hand_over(struct sending *sending, struct attempt *attempt)
{
        const struct config *config = engine_config(sending->engine); /* the message holds it */
        const struct transport *transport = &sending->transport;
        const struct webhook *webhook;

        if (attempt->delivery.channel.kind == CHANNEL_MAIL)
                return transport->mail(transport->self, &config->mail,
                                       config->mail.redirect ? config->mail.redirect : attempt->delivery.address,
                                       attempt->message, on_done, attempt, &attempt->transfer);
        webhook = config_find_webhook(config, attempt->delivery.address);
        return webhook ? transport->post(transport->self, webhook, attempt->delivery.id, attempt->message, on_done,
                                         attempt, &attempt->transfer)
                       : -ENOENT;
}

static int fly(struct sending *sending, struct attempt *attempt)
{
        int r = 0;

        attempt->delivery.kind = message_letter(attempt->message)->kind;
        if (!attempt->server->configured)
                return -ENOENT;
        if (attempt->delivery.attempts == 1 && !attempt->shown && engine_is_watched(sending->engine))
                r = show(sending, attempt);
        if (r < 0)
                return r;
        attempts_append(&sending->flying, attempt);
        attempt->server->handed++;
        r = hand_over(sending, attempt);
        if (r < 0)
                land(attempt);
        return r;
}

static bool is_for_good(int error)
{
        return error == -ENOENT || error == -EINVAL || error == -E2BIG || error == -ELOOP;
}

/* Takes the attempt over in every case. */
static void start(struct sending *sending, struct server *server, struct attempt *attempt)
{
        struct engine *engine = sending->engine;
        int r;

        if (readdress_is_needed(engine, &attempt->delivery)) { /* it was put right since this was claimed */
                end(sending, attempt, TRANSFER_TEMPORARY, NULL);
                return;
        }
        r = gather(sending, attempt);
        if (r == GATHER_NOTHING || r == GATHER_EARLY) {
                attempt_free(attempt);
                return;
        }
        if (r == GATHER_DONE)
                r = fly(sending, attempt);
        /* Counted as it leaves and not as it was claimed: with few connections that is later. */
        if (r >= 0)
                rate_spend(&server->rate, clock_now(&engine->clock), 1);
        else
                end(sending, attempt, is_for_good(r) ? TRANSFER_PERMANENT : TRANSFER_TEMPORARY, words_of(engine, r));
}

/* A batch may be under way when the hours close; and what left is recorded before more leaves. */
static bool may_start(const struct sending *sending, const struct server *server)
{
        const struct engine *engine = sending->engine;
        const struct attempt *first = TAILQ_FIRST(&server->claimed.queue);
        int64_t now = clock_now(&engine->clock);

        return !sending->closed && first && sending->ended.n < RESULT_BATCH &&
               server->handed < send_window(sending, server) && rate_room(&server->rate, now, 1) > 0 &&
               (first->delivery.manual || engine_is_open(engine, now));
}

/* What several say is read in one transaction; where that cannot begin, each reads by itself. */
void send_claimed(struct sending *sending)
{
        struct store *store = sending->engine->store;

        if (sending->starting)
                return;
        sending->starting = true;
        for (struct server *server = sending->servers; server; server = server->next)
                while (may_start(sending, server)) {
                        (void)store_begin_read(store);
                        start(sending, server, attempts_take_first(&server->claimed));
                }
        store_end_read(store);
        sending->starting = false;
}
