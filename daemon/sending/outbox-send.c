/* The outbox's sending: gathers the facts of a claimed delivery and hands them to the courier, to be composed. */
#include "sending/outbox-private.h"

#include <errno.h>

#include "addressing/failure.h"
#include "addressing/readdress.h"
#include "content/facts.h"

/* Why a message did not come into being. */
static const char *words_of(const struct engine *engine, int error)
{
        const char *refusal = compose_refusal(error);

        return error == -ENOENT ? "no longer configured" : refusal ? refusal : engine_words(engine, error);
}

static void on_done(void *userdata, const struct transfer_result *result)
{
        struct parcel *parcel = userdata;
        struct outbox *outbox = parcel->outbox;
        struct server *server = parcel->server;

        parcel->transfer = NULL;
        parcel->fault = result->fault;
        parcel->retry_after = result->retry_after;
        parcels_remove(&outbox->flying, parcel);
        server->handed--;
        server->heard = true;
        if (result->outcome != TRANSFER_RECALLED)
                outbox_answer(outbox, parcel, result->outcome,
                              result->unwritten < 0 ? words_of(outbox->engine, result->unwritten) : result->answer);
        else if (outbox->closed)
                outbox_answer(outbox, parcel, TRANSFER_RECALLED, NULL);
        else
                parcels_put_first(&server->claimed, parcel);
        if (outbox->go_on)
                (void)sd_event_source_set_enabled(outbox->go_on, SD_EVENT_ONESHOT);
        else
                outbox_start(outbox);
}

static int cancel_dropped(struct outbox *outbox, const struct facts *facts, const struct parcel *parcel, bool all)
{
        struct store *store = outbox->engine->store;
        struct journal_fields fields = parcel_fields(parcel);
        size_t n;
        const struct dropped_notice *dropped = facts_dropped(facts, &n);
        int64_t now = clock_now(&outbox->engine->clock);
        int r = n > 0 || all ? store_begin(store) : 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = store_set_notice(store, dropped[i].id, NOTICE_CANCELLED, dropped[i].reason);
                if (r == 0 && dropped[i].too_late)
                        r = failure_tell_late(outbox->engine, dropped[i].id, &parcel->delivery, now);
        }
        if (r == 0 && all)
                r = store_finish_delivery(store, &(struct delivery_result){
                                                         .delivery = parcel->delivery.number,
                                                         .state = DELIVERY_CANCELLED,
                                                         .now_ms = now,
                                                         .answer = n > 0 ? dropped[0].reason : "nothing left to say",
                                                 });
        if (r == 0 && (n > 0 || all))
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                return r;
        }
        if (all)
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_CANCELLED, &fields, "Cancelled %s to %s (%s): %s",
                            fields.kind, parcel->delivery.address, parcel->delivery.agency,
                            n > 0 ? dropped[0].reason : "nothing left to say");
        return 0;
}

/* Whoever watches wants its subject now: a rehearsal, a forecast. In earnest the courier composes it. */
static int show(const struct outbox *outbox, struct parcel *parcel)
{
        const struct composed_mail *mail;
        const char *body;
        int r = is_webhook(parcel->server) ? draft_payload(parcel->draft, &body) : draft_mail(parcel->draft, &mail);

        if (r < 0)
                return r;
        parcel->shown = true;
        engine_tell_leaving(outbox->engine, &parcel->delivery, draft_letter(parcel->draft),
                            draft_subject(parcel->draft));
        return 0;
}

static int hand_over(struct outbox *outbox, struct parcel *parcel)
{
        const struct config *config = engine_config(outbox->engine); /* the draft holds it */
        const struct courier *courier = &outbox->courier;
        const struct webhook *webhook;
        int r = 0;

        parcel->delivery.kind = draft_letter(parcel->draft)->kind;
        if (!parcel->server->configured)
                return -ENOENT;
        if (parcel->delivery.attempts == 1 && !parcel->shown && engine_is_watched(outbox->engine))
                r = show(outbox, parcel);
        if (r < 0)
                return r;
        if (!is_webhook(parcel->server))
                return courier->mail(courier->self, &config->mail, parcel->delivery.address, parcel->draft, on_done,
                                     parcel, &parcel->transfer);
        webhook = config_find_webhook(config, parcel->delivery.address);
        return webhook ? courier->post(courier->self, webhook, parcel->delivery.id, parcel->draft, on_done, parcel,
                                       &parcel->transfer)
                       : -ENOENT;
}

/* Back into the queue until what it says is true. */
static int postpone(struct outbox *outbox, const struct parcel *parcel, wall_time until)
{
        return store_finish_delivery(outbox->engine->store, &(struct delivery_result){
                                                                    .delivery = parcel->delivery.number,
                                                                    .state = DELIVERY_QUEUED,
                                                                    .next_ms = clock_instant(until),
                                                                    .now_ms = clock_now(&outbox->engine->clock),
                                                            });
}

/* Takes the parcel over in every case. */
static void start_parcel(struct outbox *outbox, struct parcel *parcel)
{
        struct engine *engine = outbox->engine;
        struct facts *CLEANUP(facts_free_p) facts = NULL;
        int r;

        if (readdress_is_needed(engine, &parcel->delivery)) { /* it was put right since this was claimed */
                outbox_answer(outbox, parcel, TRANSFER_TEMPORARY, NULL);
                return;
        }
        r = facts_gather(engine, &parcel->delivery, &facts);
        if (r >= 0 && facts_early(facts) != WALL_NONE) {
                int postponed = postpone(outbox, parcel, facts_early(facts));

                r = postponed < 0 ? postponed : 1;
        } else if (r >= 0) {
                int cancelled = cancel_dropped(outbox, facts, parcel, r == 1);

                if (cancelled < 0)
                        r = cancelled;
        }
        if (r == 1) {
                parcel_free(parcel);
                return;
        }
        draft_unref(TAKE_PTR(parcel->draft)); /* of before it was recalled */
        if (r == 0)
                r = draft_new(engine->settings, facts,
                              engine_holds_until(engine, clock_now(&engine->clock), parcel->delivery.manual),
                              &parcel->draft);
        if (r == 0) {
                TAKE_PTR(facts);
                r = hand_over(outbox, parcel);
        }
        /* Counted as it leaves and not as it was claimed: with few connections that is later. */
        if (r >= 0)
                rate_spend(&parcel->server->rate, clock_now(&engine->clock), 1);
        if (r == 0) {
                parcel->server->handed++;
                parcels_append(&outbox->flying, parcel);
        } else if (r == 1)
                outbox_answer(outbox, parcel, TRANSFER_SENT, NULL);
        else
                outbox_answer(outbox, parcel,
                              r == -ENOENT || r == -EINVAL || r == -E2BIG || r == -ELOOP ? TRANSFER_PERMANENT
                                                                                         : TRANSFER_TEMPORARY,
                              words_of(engine, r));
}

/* A batch may be under way when the hours close; and what left is recorded before more leaves. */
static bool may_start(const struct outbox *outbox, const struct server *server)
{
        const struct engine *engine = outbox->engine;
        int64_t now = clock_now(&engine->clock);

        return !outbox->closed && server->claimed.first && outbox->answered.n < RESULT_BATCH &&
               server->handed < server_window(outbox, server) && rate_room(&server->rate, now, 1) > 0 &&
               (server->claimed.first->delivery.manual || engine_is_open(engine, now));
}

/* What several say is read in one transaction; where that cannot begin, each reads by itself. */
void outbox_start(struct outbox *outbox)
{
        struct store *store = outbox->engine->store;

        for (struct server *server = outbox->servers; server; server = server->next)
                while (may_start(outbox, server)) {
                        (void)store_begin_read(store);
                        start_parcel(outbox, parcels_take_first(&server->claimed));
                }
        store_end_read(store);
}
