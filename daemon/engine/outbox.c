/* The outbox: deliveries leave, results come back, failures are tried again.
 * Depends on engine, facts, courier, store.
 * Owned by manager. */
#include "engine/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/cleanup.h"
#include "engine/dispatch.h"
#include "engine/facts.h"
#include "engine/rate.h"

/* One message from its claim until its result is recorded. */
struct parcel {
        struct outbox *outbox;
        struct server *server;
        struct settings *settings; /* the addresses it was sent to live there */
        struct delivery_record delivery;
        struct transfer *transfer; /* while on the wire */
        struct parcel *next;
        enum transfer_outcome outcome;
        int64_t retry_after; /* seconds, 0: none */
        char *answer;
        char *subject;
};

struct parcels {
        struct parcel *first, **end;
        size_t n;
};

/* Where messages go: the mail server, or one webhook. Each has its own queue, so that none waits for another. */
struct server {
        char name[SERVER_SIZE];
        bool configured; /* still in the configuration */
        uint32_t connections;
        size_t on_wire;
        struct rate rate;
        struct parcels claimed;
        struct server *next;
};

struct outbox {
        struct engine *engine;
        struct courier courier;
        sd_event_source *record; /* runs once the callbacks of an iteration are through */
        struct server *servers;
        struct parcels flying; /* on the wire */
        struct parcels answered;
        bool closed;
        void (*progress)(void *userdata);
        void *progress_data;
};

static void parcels_append(struct parcels *list, struct parcel *parcel)
{
        parcel->next = NULL;
        if (!list->first)
                list->end = &list->first;
        *list->end = parcel;
        list->end = &parcel->next;
        list->n++;
}

static struct parcel *parcels_take_first(struct parcels *list)
{
        struct parcel *parcel = list->first;

        if (!parcel)
                return NULL;
        list->first = parcel->next;
        list->n--;
        if (!list->first)
                list->end = &list->first;
        return parcel;
}

static void parcels_remove(struct parcels *list, const struct parcel *parcel)
{
        for (struct parcel **at = &list->first; *at; at = &(*at)->next)
                if (*at == parcel) {
                        *at = parcel->next;
                        if (!parcel->next)
                                list->end = at;
                        list->n--;
                        return;
                }
}

static void parcel_free(struct parcel *parcel)
{
        delivery_record_clear(&parcel->delivery);
        settings_unref(parcel->settings);
        free(parcel->answer);
        free(parcel->subject);
        free(parcel);
}

static void parcels_clear(struct parcels *list)
{
        struct parcel *parcel;

        while ((parcel = parcels_take_first(list)))
                parcel_free(parcel);
}

static bool is_webhook(const struct server *server)
{
        return strncmp(server->name, "webhook:", 8) == 0;
}

static struct journal_fields fields_of(const struct parcel *parcel)
{
        return (struct journal_fields){
                .agency = parcel->delivery.agency,
                .delivery = parcel->delivery.id,
                .kind = kind_name(parcel->delivery.kind),
                .channel = is_webhook(parcel->server) ? "webhook" : "mail",
                .attempt = parcel->delivery.attempts,
        };
}

/* ---- servers ---- */

static struct server *find_server(struct outbox *outbox, const char *name)
{
        for (struct server *server = outbox->servers; server; server = server->next)
                if (strcmp(server->name, name) == 0)
                        return server;
        return NULL;
}

static int configure_server(struct outbox *outbox, const char *name, uint32_t connections, uint32_t per_minute)
{
        struct server *server = find_server(outbox, name);

        if (!server) {
                server = calloc(1, sizeof(*server));
                if (!server)
                        return -ENOMEM;
                snprintf(server->name, sizeof(server->name), "%s", name);
                server->next = outbox->servers;
                outbox->servers = server;
        }
        server->configured = true;
        server->connections = connections;
        return rate_limit(&server->rate, per_minute);
}

int outbox_configure(struct outbox *outbox)
{
        const struct config *config = engine_config(outbox->engine);
        char name[SERVER_SIZE];
        int r = 0;

        for (struct server *server = outbox->servers; server; server = server->next)
                server->configured = false;
        for (size_t i = config->n_webhooks; r == 0 && i-- > 0;) {
                snprintf(name, sizeof(name), "webhook:%s", config->webhooks[i].id);
                r = configure_server(outbox, name, config->webhooks[i].connections, 0);
        }
        if (r == 0 && config->mail.url)
                r = configure_server(outbox, "mail", config->mail.connections, config->mail.per_minute);
        return r;
}

static int cancel_orphan(void *userdata, const struct delivery_record *record)
{
        struct outbox *outbox = userdata;
        const struct server *server = find_server(outbox, record->server);

        if (server && server->configured)
                return 0;
        return store_finish_delivery(outbox->engine->store, &(struct delivery_result){
                                                                    .delivery = record->id,
                                                                    .state = DELIVERY_CANCELLED,
                                                                    .now_ms = clock_now(&outbox->engine->clock),
                                                                    .answer = "no longer configured",
                                                            });
}

int outbox_cancel_orphans(struct outbox *outbox)
{
        struct store *store = outbox->engine->store;
        struct delivery_filter filter = {.state = DELIVERY_QUEUED};
        int r = store_begin(store);

        if (r == 0)
                r = store_each_delivery(store, &filter, cancel_orphan, outbox);
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store);
        return r;
}

/* ---- recording ---- */

/* What a person asked for by hand is not held by the hours (design, Hours). */
static int64_t parcel_opening(const struct outbox *outbox, const struct parcel *parcel, int64_t at_ms)
{
        return parcel->delivery.manual ? at_ms : engine_when_open(outbox->engine, at_ms);
}

/* When to try again, and whether at all: *ret_next_ms is 0 when it is given up. */
static void plan_retry(struct outbox *outbox, const struct parcel *parcel, int64_t now, int64_t *ret_next_ms)
{
        const struct config *config = engine_config(outbox->engine);
        int64_t wait = backoff_delay_ms(&config->retry, parcel->delivery.attempts, engine_random(outbox->engine));
        int64_t next;

        if (parcel->retry_after > wait / 1000)
                wait = parcel->retry_after * 1000;
        next = now + wait;
        *ret_next_ms = next - parcel->delivery.made_ms <= config->retry.give_up * 1000
                               ? parcel_opening(outbox, parcel, next)
                               : 0;
}

static int notify_contact(struct outbox *outbox, const struct parcel *parcel, int64_t now)
{
        struct notice_record notice = {
                .kind = KIND_FAILURE,
                .state = NOTICE_NEW,
                .detail = (char *)parcel->delivery.id,
                .rung_at = clock_wall(now),
                .made_ms = now,
        };
        int r;

        /* A failed notice of a failure would breed; the journal has both. */
        if (parcel->delivery.kind == KIND_FAILURE || parcel->delivery.kind == KIND_TEST)
                return 0;
        snprintf(notice.rung, sizeof(notice.rung), "failure@%s/%u", parcel->delivery.id, parcel->delivery.attempts);
        r = store_add_notice(outbox->engine->store, &notice);
        if (r == 0 && outbox->engine->failures_due == 0)
                outbox->engine->failures_due = now + FAILURE_COLLECT_MS;
        return r < 0 ? r : 0;
}

static int record_one(struct outbox *outbox, struct parcel *parcel, int64_t now)
{
        struct delivery_result result = {
                .delivery = parcel->delivery.id,
                .now_ms = now,
                .answer = parcel->answer,
                .subject = parcel->subject,
        };
        int r;

        switch (parcel->outcome) {
        case TRANSFER_SENT:
                result.state = DELIVERY_SENT;
                break;
        case TRANSFER_TEMPORARY:
                plan_retry(outbox, parcel, now, &result.next_ms);
                result.state = result.next_ms > 0 ? DELIVERY_QUEUED : DELIVERY_FAILED;
                break;
        case TRANSFER_PERMANENT:
        default:
                result.state = DELIVERY_FAILED;
                break;
        }
        r = store_finish_delivery(outbox->engine->store, &result);
        if (r == 0 && result.state == DELIVERY_FAILED)
                r = notify_contact(outbox, parcel, now);
        parcel->delivery.state = result.state;
        parcel->delivery.next_ms = result.next_ms;
        return r;
}

static void say_result(struct outbox *outbox, const struct parcel *parcel)
{
        struct journal_fields fields = fields_of(parcel);
        const struct delivery_record *delivery = &parcel->delivery;
        const char *answer = parcel->answer ? parcel->answer : "no words";
        char when[CLOCK_TEXT_SIZE];

        switch (delivery->state) {
        case DELIVERY_SENT:
                journal_say(&outbox->engine->journal, EVENT_DELIVERY_SENT, &fields, "Sent %s to %s (%s): %s",
                            fields.kind, delivery->address, delivery->agency, parcel->subject ? parcel->subject : "");
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
        case DELIVERY_SENDING:
        case DELIVERY_CANCELLED:
        case DELIVERY_STATES:
                break;
        }
}

/* Writes all answers that have come in, in one transaction; on failure they are kept and tried at the next tick. */
static int record_answers(struct outbox *outbox)
{
        struct engine *engine = outbox->engine;
        int64_t now = clock_now(&engine->clock);
        struct parcel *parcel;
        int r;

        if (!outbox->answered.first)
                return 0;
        r = store_begin(engine->store);
        for (parcel = outbox->answered.first; r == 0 && parcel; parcel = parcel->next)
                r = record_one(outbox, parcel, now);
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0) {
                store_rollback(engine->store);
                return r;
        }
        while ((parcel = parcels_take_first(&outbox->answered))) {
                say_result(outbox, parcel);
                engine_tell_finished(engine, &parcel->delivery, parcel->answer);
                parcel_free(parcel);
        }
        return 0;
}

static void schedule_recording(struct outbox *outbox)
{
        if (outbox->record)
                (void)sd_event_source_set_enabled(outbox->record, SD_EVENT_ONESHOT);
}

static void answered(struct outbox *outbox, struct parcel *parcel, enum transfer_outcome outcome, const char *answer)
{
        parcel->outcome = outcome;
        free(parcel->answer);
        parcel->answer = answer ? strdup(answer) : NULL;
        parcels_append(&outbox->answered, parcel);
}

/* ---- sending ---- */

static void start_more(struct outbox *outbox, struct server *server);

static void on_done(void *userdata, const struct transfer_result *result)
{
        struct parcel *parcel = userdata;
        struct outbox *outbox = parcel->outbox;
        struct server *server = parcel->server;

        parcel->transfer = NULL;
        parcel->retry_after = result->retry_after;
        parcels_remove(&outbox->flying, parcel);
        server->on_wire--;
        answered(outbox, parcel, result->outcome, result->answer);
        start_more(outbox, server);
        if (outbox->answered.n >= RESULT_BATCH || outbox->flying.n == 0 || !server->claimed.first)
                schedule_recording(outbox);
}

static int cancel_dropped(struct outbox *outbox, const struct facts *facts, const struct parcel *parcel, bool all)
{
        struct store *store = outbox->engine->store;
        struct journal_fields fields = fields_of(parcel);
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
                r = compose_payload(composer, sender, letter, &body);
                if (r == 0)
                        r = compose_subject(composer, sender, letter, &parcel->subject);
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

/* Takes the parcel over in every case. */
static void start_parcel(struct outbox *outbox, struct parcel *parcel)
{
        struct engine *engine = outbox->engine;
        struct facts *CLEANUP(facts_free_p) facts = NULL;
        int r;

        parcel->settings = settings_ref(engine->settings);
        r = facts_gather(engine, &parcel->delivery, &facts);
        if (r >= 0) {
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
        if (r == 0) {
                parcel->server->on_wire++;
                parcels_append(&outbox->flying, parcel);
        } else if (r == 1)
                answered(outbox, parcel, TRANSFER_SENT, NULL);
        else
                answered(outbox, parcel,
                         r == -ENOENT || r == -EINVAL || r == -E2BIG || r == -ELOOP ? TRANSFER_PERMANENT
                                                                                    : TRANSFER_TEMPORARY,
                         r == -ENOENT ? "no longer configured" : strerror(-r));
}

static void start_more(struct outbox *outbox, struct server *server)
{
        while (!outbox->closed && server->on_wire < server->connections && server->claimed.first)
                start_parcel(outbox, parcels_take_first(&server->claimed));
}

static int take_claim(struct outbox *outbox, struct server *server, struct delivery_record *record)
{
        struct parcel *parcel = calloc(1, sizeof(*parcel));

        if (!parcel)
                return -ENOMEM;
        parcel->outbox = outbox;
        parcel->server = server;
        parcel->delivery = *record;
        *record = (struct delivery_record){0};
        parcels_append(&server->claimed, parcel);
        return 0;
}

/* 1: a full batch was claimed, there may be more. */
static int claim(struct outbox *outbox, struct server *server)
{
        struct delivery_record records[CLAIM_BATCH] = {0};
        int64_t now = clock_now(&outbox->engine->clock);
        size_t room = rate_room(&server->rate, now, CLAIM_BATCH);
        int r, n;

        if (!server->configured || server->claimed.first || server->on_wire >= server->connections || room == 0)
                return 0;
        n = r = store_claim_deliveries(outbox->engine->store, server->name, now, !engine_is_open(outbox->engine, now),
                                       records, room);
        for (int i = 0; i < n; i++) {
                if (r >= 0)
                        r = take_claim(outbox, server, &records[i]);
                delivery_record_clear(&records[i]);
        }
        if (r >= 0)
                rate_spend(&server->rate, now, (size_t)n);
        return r < 0 ? r : n == CLAIM_BATCH;
}

static void unclaim(struct outbox *outbox)
{
        for (struct server *server = outbox->servers; server; server = server->next)
                parcels_clear(&server->claimed);
}

int outbox_run(struct outbox *outbox)
{
        struct store *store = outbox->engine->store;
        int r = record_answers(outbox);

        if (r < 0 || outbox->closed)
                return r;
        r = store_begin(store);
        for (struct server *server = outbox->servers; r >= 0 && server; server = server->next)
                r = claim(outbox, server);
        if (r >= 0)
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                unclaim(outbox);
                return r;
        }
        for (struct server *server = outbox->servers; server; server = server->next)
                start_more(outbox, server);
        return record_answers(outbox);
}

static int server_wake(struct outbox *outbox, const struct server *server, int64_t now, int64_t *ret_ms)
{
        const struct engine *engine = outbox->engine;
        int64_t any = INT64_MAX, manual = INT64_MAX, free_at = rate_next(&server->rate, now);
        int r = store_next_attempt(engine->store, server->name, false, &any);

        if (r == 0)
                r = store_next_attempt(engine->store, server->name, true, &manual);
        if (r < 0)
                return r;
        if (any != INT64_MAX)
                any = engine_when_open(engine, any > now ? any : now);
        if (manual < any)
                any = manual;
        if (any != INT64_MAX && free_at > any)
                any = free_at;
        *ret_ms = any;
        return 0;
}

int outbox_wake(struct outbox *outbox, int64_t *ret_ms)
{
        int64_t wake = INT64_MAX, now = clock_now(&outbox->engine->clock), one = INT64_MAX;

        if (outbox->answered.first)
                wake = now;
        for (const struct server *server = outbox->servers; server && !outbox->closed; server = server->next) {
                int r;

                if (!server->configured || server->claimed.first || server->on_wire >= server->connections)
                        continue; /* where something is under way an answer comes first */
                r = server_wake(outbox, server, now, &one);
                if (r < 0)
                        return r;
                if (one < wake)
                        wake = one;
        }
        *ret_ms = wake;
        return 0;
}

static int on_record(sd_event_source *source, void *userdata)
{
        struct outbox *outbox = userdata;

        (void)source;
        if (outbox->progress)
                outbox->progress(outbox->progress_data);
        return 0;
}

int outbox_new(struct engine *engine, const struct courier *courier, sd_event *event, struct outbox **ret)
{
        struct outbox *outbox = calloc(1, sizeof(*outbox));
        int r;

        if (!outbox)
                return -ENOMEM;
        outbox->engine = engine;
        outbox->courier = *courier;
        if (event) {
                r = sd_event_add_defer(event, &outbox->record, on_record, outbox);
                if (r >= 0)
                        r = sd_event_source_set_priority(outbox->record, SD_EVENT_PRIORITY_NORMAL + 10);
                if (r >= 0)
                        r = sd_event_source_set_enabled(outbox->record, SD_EVENT_OFF);
                if (r < 0) {
                        outbox_free(outbox);
                        return r;
                }
        }
        r = outbox_configure(outbox);
        if (r < 0) {
                outbox_free(outbox);
                return r;
        }
        *ret = outbox;
        return 0;
}

struct outbox *outbox_free(struct outbox *outbox)
{
        struct server *server, *next;

        if (!outbox)
                return NULL;
        for (struct parcel *parcel = outbox->flying.first; parcel; parcel = parcel->next)
                outbox->courier.cancel(outbox->courier.self, parcel->transfer);
        parcels_clear(&outbox->flying);
        parcels_clear(&outbox->answered);
        for (server = outbox->servers; server; server = next) {
                next = server->next;
                parcels_clear(&server->claimed);
                rate_clear(&server->rate);
                free(server);
        }
        sd_event_source_unref(outbox->record);
        free(outbox);
        return NULL;
}

int outbox_close(struct outbox *outbox)
{
        int64_t now = clock_now(&outbox->engine->clock);
        struct store *store = outbox->engine->store;
        int r = store_begin(store);

        outbox->closed = true;
        for (struct server *server = outbox->servers; server; server = server->next)
                for (struct parcel *parcel = server->claimed.first; r == 0 && parcel; parcel = parcel->next)
                        r = store_finish_delivery(store, &(struct delivery_result){
                                                                 .delivery = parcel->delivery.id,
                                                                 .state = DELIVERY_QUEUED,
                                                                 .next_ms = now,
                                                                 .now_ms = now,
                                                         });
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store); /* they stay `sending`: the next start queues them again */
        unclaim(outbox);
        return r;
}

size_t outbox_under_way(const struct outbox *outbox)
{
        return outbox->flying.n + outbox->answered.n;
}

void outbox_on_progress(struct outbox *outbox, void (*progress)(void *userdata), void *userdata)
{
        outbox->progress = progress;
        outbox->progress_data = userdata;
}
