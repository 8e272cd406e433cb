/* The outbox: deliveries leave, results come back, failures are tried again. */
#include "sending/outbox.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "sending/record.h"
#include "sending/send.h"
#include "store/attempts.h"

/* Claimed for one server in one transaction: what is claimed and not yet sent costs a repeated claim after a crash,
 * never a repeated message. */
#define CLAIM_BATCH 64
/* So many answers are recorded in one transaction: half, that the other half may be under way meanwhile. */
#define RECORD_BATCH (RESULT_BATCH / 2)

/* Answers wait so long for others to be recorded with, while more are on the wire. */
#define RECORD_DELAY_USEC 20000

struct outbox {
        struct sending sending;
        sd_event_source *refill; /* runs once the answers that have come together are taken in */
        sd_event_source *record; /* answers do not wait longer than RECORD_DELAY_USEC for a full batch */
        bool requeued;           /* in the transaction that is open: what is claimed, but for what a person asked for */
        void (*progress)(void *userdata);
        void *progress_data;
};

/* ---- servers ---- */

static struct server *find_server(const struct outbox *outbox, const struct channel *channel)
{
        for (struct server *server = outbox->sending.servers; server; server = server->next)
                if (channel_same(&server->channel, channel))
                        return server;
        return NULL;
}

static int configure_server(struct outbox *outbox, struct channel channel, uint32_t connections, uint32_t per_minute)
{
        struct server *server = find_server(outbox, &channel);

        if (!server) {
                server = calloc(1, sizeof(*server));
                if (!server)
                        return -ENOMEM;
                server->channel = channel;
                (void)channel_format(&channel, server->name);
                attempts_init(&server->claimed);
                server->next = outbox->sending.servers;
                outbox->sending.servers = server;
        }
        server->configured = true;
        server->connections = connections;
        return rate_limit(&server->rate, per_minute);
}

int outbox_configure(struct outbox *outbox)
{
        const struct config *config = engine_config(outbox->sending.engine);
        int r = 0;

        for (struct server *server = outbox->sending.servers; server; server = server->next)
                server->configured = false;
        for (size_t i = config->n_webhooks; r == 0 && i-- > 0;)
                r = configure_server(outbox, channel_webhook(config->webhooks[i].id), config->webhooks[i].connections,
                                     0);
        if (r == 0 && config->mail.url)
                r = configure_server(outbox, channel_mail, config->mail.connections, config->mail.per_minute);
        for (const struct server *server = outbox->sending.servers; r == 0 && server; server = server->next)
                if (!server->configured)
                        server_is_well(outbox->sending.engine, server);
        return r;
}

/* ---- claiming ---- */

static int take_claim(struct outbox *outbox, struct server *server, struct delivery_record *record)
{
        struct attempt *attempt = calloc(1, sizeof(*attempt));

        if (!attempt)
                return -ENOMEM;
        attempt->sending = &outbox->sending;
        attempt->server = server;
        attempt->delivery = *record;
        *record = (struct delivery_record){0};
        attempts_append(&server->claimed, attempt);
        return 0;
}

static int claim(struct outbox *outbox, struct server *server)
{
        struct delivery_record records[CLAIM_BATCH] = {0};
        int64_t now = clock_now(&outbox->sending.engine->clock);
        size_t room = rate_room(&server->rate, now, CLAIM_BATCH);
        int r, n;

        if (!server->configured || server->claimed.n > 0 || server->handed >= send_window(&outbox->sending, server) ||
            room == 0)
                return 0;
        n = r = store_claim_deliveries(outbox->sending.engine->store, &server->channel, now,
                                       !engine_is_open(outbox->sending.engine, now), records, room);
        for (int i = 0; i < n; i++) {
                if (r >= 0)
                        r = take_claim(outbox, server, &records[i]);
                delivery_record_clear(&records[i]);
        }
        server->uncommitted = n > 0;
        return r < 0 ? r : 0;
}

/* What an earlier transaction claimed is `sending` in the store and stays here to be sent. */
static void unclaim(struct outbox *outbox, bool all)
{
        for (struct server *server = outbox->sending.servers; server; server = server->next)
                if (all || server->uncommitted) {
                        attempts_clear(&server->claimed);
                        server->uncommitted = false;
                }
}

/* Back to the queue, as if it had never been claimed, where it can be seen and dropped; what a person asked for stays
 * unless `all`. The attempts are there still: the transaction may fail. */
static int requeue(struct outbox *outbox, const struct server *server, bool all)
{
        const struct attempt *attempt;
        int64_t now = clock_now(&outbox->sending.engine->clock);
        int r = 0;

        TAILQ_FOREACH(attempt, &server->claimed.queue, link)
        if (r == 0 && (all || !attempt->delivery.manual))
                r = store_finish_delivery(outbox->sending.engine->store,
                                          &(struct delivery_result){
                                                  .delivery = attempt->delivery.number,
                                                  .channel = attempt->delivery.channel.kind,
                                                  .state = DELIVERY_QUEUED,
                                                  .next_ms = attempt->delivery.next_ms,
                                                  .now_ms = now,
                                          });
        return r;
}

static void forget_requeued(struct server *server)
{
        struct attempt *attempt, *next;

        for (attempt = TAILQ_FIRST(&server->claimed.queue); attempt; attempt = next) {
                next = TAILQ_NEXT(attempt, link);
                if (!attempt->delivery.manual) {
                        attempts_remove(&server->claimed, attempt);
                        attempt_free(attempt);
                }
        }
}

int outbox_claim(struct outbox *outbox)
{
        bool is_open = engine_is_open(outbox->sending.engine, clock_now(&outbox->sending.engine->clock));
        int r = 0;

        for (struct server *server = outbox->sending.servers; r >= 0 && server && !outbox->sending.closed;
             server = server->next) {
                if (!is_open) /* the hours have ended in the middle of a batch */
                        r = requeue(outbox, server, false);
                if (r >= 0)
                        r = claim(outbox, server);
        }
        outbox->requeued = !is_open && !outbox->sending.closed;
        return r < 0 ? r : 0;
}

void outbox_undo(struct outbox *outbox)
{
        unclaim(outbox, false);
        outbox->requeued = false;
}

void outbox_go(struct outbox *outbox)
{
        record_tell(outbox->sending.engine, &outbox->sending.ended);
        for (struct server *server = outbox->sending.servers; server; server = server->next) {
                server->uncommitted = false;
                if (outbox->requeued)
                        forget_requeued(server);
        }
        outbox->requeued = false;
        send_claimed(&outbox->sending);
}

int outbox_resume(struct outbox *outbox)
{
        return record_resume(outbox->sending.engine);
}

int outbox_settle(struct outbox *outbox)
{
        return record_attempts(outbox->sending.engine, &outbox->sending.ended);
}

static int server_wake(struct outbox *outbox, const struct server *server, int64_t now, int64_t *ret_ms)
{
        const struct engine *engine = outbox->sending.engine;
        int64_t any = INT64_MAX, manual = INT64_MAX, free_at = rate_next(&server->rate, now);
        int r = store_next_attempt(engine->store, &server->channel, false, &any);

        if (r == 0 && any != INT64_MAX && !engine_is_open(engine, any > now ? any : now))
                r = store_next_attempt(engine->store, &server->channel, true, &manual);
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
        int64_t wake = INT64_MAX, now = clock_now(&outbox->sending.engine->clock), one = INT64_MAX;

        if (outbox->sending.ended.n > 0)
                wake = now;
        for (const struct server *server = outbox->sending.servers; server && !outbox->sending.closed;
             server = server->next) {
                int r;

                if (server->handed >= send_window(&outbox->sending, server) ||
                    (!server->configured && server->claimed.n == 0))
                        continue; /* where something is under way an answer comes first */
                if (server->claimed.n > 0)
                        one = engine_when_open(outbox->sending.engine, rate_next(&server->rate, now));
                else {
                        r = server_wake(outbox, server, now, &one);
                        if (r < 0)
                                return r;
                        if (one == INT64_MAX && server->handed == 0)
                                server_is_well(outbox->sending.engine, server);
                }
                if (one < wake)
                        wake = one;
        }
        *ret_ms = wake;
        return 0;
}

static int on_record(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct outbox *outbox = userdata;

        (void)source, (void)usec;
        if (outbox->progress)
                outbox->progress(outbox->progress_data);
        return 0;
}

static void record_later(struct outbox *outbox)
{
        int enabled;

        if (sd_event_source_get_enabled(outbox->record, &enabled) < 0 || enabled != SD_EVENT_OFF)
                return;
        (void)sd_event_source_set_time_relative(outbox->record, RECORD_DELAY_USEC);
        (void)sd_event_source_set_enabled(outbox->record, SD_EVENT_ONESHOT);
}

/* Nothing is left to give the transport, which has little: more is to be claimed before it has nothing. */
static bool is_low(const struct outbox *outbox, const struct server *server)
{
        return server->claimed.n == 0 &&
               server->handed < server->connections + send_prefetch(&outbox->sending, server) / 2;
}

/* Connections are given their next messages before the disk is waited for. A tick records, and claims more. */
static int on_refill(sd_event_source *source, void *userdata)
{
        struct outbox *outbox = userdata;
        bool due;

        send_claimed(&outbox->sending);
        due = outbox->sending.ended.n >= RECORD_BATCH || outbox->sending.flying.n == 0;
        for (struct server *server = outbox->sending.servers; server; server = server->next) {
                due |= server->answered && is_low(outbox, server);
                server->answered = false;
        }
        if (due)
                return on_record(source, 0, outbox);
        record_later(outbox);
        return 0;
}

static void on_end(void *userdata)
{
        struct outbox *outbox = userdata;

        if (outbox->refill)
                (void)sd_event_source_set_enabled(outbox->refill, SD_EVENT_ONESHOT);
        else
                send_claimed(&outbox->sending);
}

static int add_sources(struct outbox *outbox, sd_event *event)
{
        int r = sd_event_add_defer(event, &outbox->refill, on_refill, outbox);

        if (r >= 0)
                r = sd_event_source_set_priority(outbox->refill, SD_EVENT_PRIORITY_NORMAL + 10);
        if (r >= 0)
                r = sd_event_source_set_enabled(outbox->refill, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &outbox->record, CLOCK_MONOTONIC, 0, 1000, on_record, outbox);
        if (r >= 0)
                r = sd_event_source_set_enabled(outbox->record, SD_EVENT_OFF);
        return r < 0 ? r : 0;
}

static void outbox_free_p(struct outbox **outbox)
{
        outbox_free(*outbox);
}

int outbox_new(struct engine *engine, const struct transport *transport, sd_event *event, struct outbox **ret)
{
        struct outbox *CLEANUP(outbox_free_p) outbox = calloc(1, sizeof(*outbox));
        int r;

        if (!outbox)
                return -ENOMEM;
        outbox->sending =
                (struct sending){.engine = engine, .transport = *transport, .on_end = on_end, .userdata = outbox};
        attempts_init(&outbox->sending.flying);
        attempts_init(&outbox->sending.ended);
        r = event ? add_sources(outbox, event) : 0;
        if (r == 0)
                r = outbox_configure(outbox);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(outbox);
        return 0;
}

struct outbox *outbox_free(struct outbox *outbox)
{
        struct server *server, *next;
        struct attempt *attempt;

        if (!outbox)
                return NULL;
        TAILQ_FOREACH(attempt, &outbox->sending.flying.queue, link)
        outbox->sending.transport.cancel(outbox->sending.transport.self, attempt->transfer);
        attempts_clear(&outbox->sending.flying);
        attempts_clear(&outbox->sending.ended);
        for (server = outbox->sending.servers; server; server = next) {
                next = server->next;
                attempts_clear(&server->claimed);
                rate_clear(&server->rate);
                free(server);
        }
        sd_event_source_disable_unref(outbox->refill);
        sd_event_source_disable_unref(outbox->record);
        free(outbox);
        return NULL;
}

int outbox_close(struct outbox *outbox)
{
        struct store *store = outbox->sending.engine->store;
        int r = store_begin(store);

        outbox->sending.closed = true;
        for (struct server *server = outbox->sending.servers; r == 0 && server; server = server->next)
                r = requeue(outbox, server, true);
        if (r == 0)
                r = store_commit(store);
        if (r < 0)
                store_rollback(store); /* they stay `sending`: the next start queues them again */
        unclaim(outbox, true);
        outbox_recall(outbox);
        return r;
}

void outbox_recall(struct outbox *outbox)
{
        struct attempt *attempt;

        TAILQ_FOREACH(attempt, &outbox->sending.flying.queue, link)
        message_recall(attempt->message);
}

static void shift(const struct attempts *attempts, int64_t by_ms)
{
        struct attempt *attempt;

        TAILQ_FOREACH(attempt, &attempts->queue, link)
        attempt->delivery.made_ms += by_ms;
}

void outbox_shift(struct outbox *outbox, int64_t by_ms)
{
        shift(&outbox->sending.flying, by_ms);
        shift(&outbox->sending.ended, by_ms);
        for (struct server *server = outbox->sending.servers; server; server = server->next)
                shift(&server->claimed, by_ms);
}

size_t outbox_under_way(const struct outbox *outbox)
{
        return outbox->sending.flying.n + outbox->sending.ended.n;
}

void outbox_on_progress(struct outbox *outbox, void (*progress)(void *userdata), void *userdata)
{
        outbox->progress = progress;
        outbox->progress_data = userdata;
}
