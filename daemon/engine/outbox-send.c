/* The outbox's sending: gathers the facts of a claimed delivery, composes it and hands it to the courier.
 * Depends on outbox-private, facts, courier.
 * Called by outbox.c. */
#include "engine/outbox-private.h"

#include <errno.h>

#include "engine/facts.h"

static void on_done(void *userdata, const struct transfer_result *result)
{
        struct parcel *parcel = userdata;
        struct outbox *outbox = parcel->outbox;
        struct server *server = parcel->server;

        parcel->transfer = NULL;
        parcel->retry_after = result->retry_after;
        parcels_remove(&outbox->flying, parcel);
        server->on_wire--;
        outbox_answer(outbox, parcel, result->outcome, result->answer);
        outbox_start(outbox, server);
        if (outbox->answered.n >= RESULT_BATCH || outbox->flying.n == 0 || !server->claimed.first)
                outbox_record_soon(outbox);
        else
                outbox_record_later(outbox);
}

static int cancel_dropped(struct outbox *outbox, const struct facts *facts, const struct parcel *parcel, bool all)
{
        struct store *store = outbox->engine->store;
        struct journal_fields fields = parcel_fields(parcel);
        size_t n;
        const struct dropped_notice *dropped = facts_dropped(facts, &n);
        int r = n > 0 || all ? store_begin(store) : 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = store_set_notice(store, dropped[i].id, NOTICE_CANCELLED, dropped[i].reason);
        if (r == 0 && all)
                r = store_finish_delivery(store, &(struct delivery_result){
                                                         .delivery = parcel->delivery.id,
                                                         .state = DELIVERY_CANCELLED,
                                                         .now_ms = clock_now(&outbox->engine->clock),
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

static int hand_over(struct outbox *outbox, struct parcel *parcel, const struct letter *letter)
{
        const struct config *config = settings_config(parcel->settings);
        const struct composer *composer = settings_composer(parcel->settings);
        const struct letter_sender *sender = settings_sender(parcel->settings);
        const struct courier *courier = &outbox->courier;
        struct composed_mail CLEANUP(composed_mail_clear) mail = {0};
        char *CLEANUP_FREE body = NULL;
        const struct webhook *webhook;
        int r;

        parcel->delivery.kind = letter->kind;
        if (!parcel->server->configured)
                return -ENOENT;
        if (!is_webhook(parcel->server)) {
                r = compose_mail(composer, sender, letter, &mail);
                if (r < 0)
                        return r;
                parcel->subject = strdup(mail.subject);
        } else {
                r = compose_payload(composer, sender, letter, &parcel->subject, &body);
                if (r < 0)
                        return r;
        }
        if (parcel->delivery.attempts == 1)
                engine_tell_leaving(outbox->engine, &parcel->delivery, letter, parcel->subject ? parcel->subject : "");
        if (!is_webhook(parcel->server))
                return courier->mail(courier->self, &config->mail, parcel->delivery.address, &mail, on_done, parcel,
                                     &parcel->transfer);
        webhook = config_find_webhook(config, parcel->delivery.address);
        return webhook ? courier->post(courier->self, webhook, parcel->delivery.id, body, on_done, parcel,
                                       &parcel->transfer)
                       : -ENOENT;
}

/* Back into the queue until what it says is true. */
static int postpone(struct outbox *outbox, const struct parcel *parcel, wall_time until)
{
        return store_finish_delivery(outbox->engine->store, &(struct delivery_result){
                                                                    .delivery = parcel->delivery.id,
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

        parcel->settings = settings_ref(engine->settings);
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
        if (r == 0)
                r = hand_over(outbox, parcel, facts_letter(facts));
        /* Counted as it leaves and not as it was claimed: with few connections that is later. */
        if (r >= 0)
                rate_spend(&parcel->server->rate, clock_now(&engine->clock), 1);
        if (r == 0) {
                parcel->server->on_wire++;
                parcels_append(&outbox->flying, parcel);
        } else if (r == 1)
                outbox_answer(outbox, parcel, TRANSFER_SENT, NULL);
        else
                outbox_answer(outbox, parcel,
                              r == -ENOENT || r == -EINVAL || r == -E2BIG || r == -ELOOP ? TRANSFER_PERMANENT
                                                                                         : TRANSFER_TEMPORARY,
                              r == -ENOENT ? "no longer configured" : strerror(-r));
}

/* A batch may be under way when the hours close; and what left is recorded before more leaves. */
static bool may_start(const struct outbox *outbox, const struct server *server)
{
        const struct engine *engine = outbox->engine;
        int64_t now = clock_now(&engine->clock);

        return !outbox->closed && server->on_wire < server->connections && server->claimed.first &&
               outbox->answered.n < RESULT_BATCH && rate_room(&server->rate, now, 1) > 0 &&
               (server->claimed.first->delivery.manual || engine_is_open(engine, now));
}

void outbox_start(struct outbox *outbox, struct server *server)
{
        while (may_start(outbox, server))
                start_parcel(outbox, parcels_take_first(&server->claimed));
}
