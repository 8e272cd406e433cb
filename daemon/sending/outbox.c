/* The outbox: deliveries leave, results come back, failures are tried again. */
#include "sending/outbox-private.h"

#include <errno.h>
#include <stdio.h>

void parcels_append(struct parcels *list, struct parcel *parcel)
{
        parcel->next = NULL;
        if (!list->first)
                list->end = &list->first;
        *list->end = parcel;
        list->end = &parcel->next;
        list->n++;
}

void parcels_put_first(struct parcels *list, struct parcel *parcel)
{
        parcel->next = list->first;
        if (!list->first)
                list->end = &parcel->next;
        list->first = parcel;
        list->n++;
}

struct parcel *parcels_take_first(struct parcels *list)
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

void parcels_remove(struct parcels *list, const struct parcel *parcel)
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

void parcel_free(struct parcel *parcel)
{
        delivery_record_clear(&parcel->delivery);
        draft_unref(parcel->draft);
        free(parcel->answer);
        free(parcel);
}

void parcels_clear(struct parcels *list)
{
        struct parcel *parcel;

        while ((parcel = parcels_take_first(list)))
                parcel_free(parcel);
}

/* ---- servers ---- */

static struct server *find_server(struct outbox *outbox, const struct channel *channel)
{
        for (struct server *server = outbox->servers; server; server = server->next)
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
        int r = 0;

        for (struct server *server = outbox->servers; server; server = server->next)
                server->configured = false;
        for (size_t i = config->n_webhooks; r == 0 && i-- > 0;)
                r = configure_server(outbox, channel_webhook(config->webhooks[i].id), config->webhooks[i].connections,
                                     0);
        if (r == 0 && config->mail.url)
                r = configure_server(outbox, channel_mail, config->mail.connections, config->mail.per_minute);
        for (const struct server *server = outbox->servers; r == 0 && server; server = server->next)
                if (!server->configured)
                        server_is_well(outbox, server);
        return r;
}

/* ---- claiming ---- */

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

        if (!server->configured || server->claimed.first || server->handed >= server_window(outbox, server) ||
            room == 0)
                return 0;
        n = r = store_claim_deliveries(outbox->engine->store, &server->channel, now,
                                       !engine_is_open(outbox->engine, now), records, room);
        for (int i = 0; i < n; i++) {
                if (r >= 0)
                        r = take_claim(outbox, server, &records[i]);
                delivery_record_clear(&records[i]);
        }
        server->fresh = n > 0;
        return r < 0 ? r : n == CLAIM_BATCH;
}

/* What an earlier transaction claimed is `sending` in the store and stays here to be sent. */
static void unclaim(struct outbox *outbox, bool all)
{
        for (struct server *server = outbox->servers; server; server = server->next)
                if (all || server->fresh) {
                        parcels_clear(&server->claimed);
                        server->fresh = false;
                }
}

/* Back to the queue, as if it had never been claimed, where it can be seen and dropped; what a person asked for stays
 * unless `all`. The parcels are there still: the transaction may fail. */
static int give_back(struct outbox *outbox, const struct server *server, bool all)
{
        int64_t now = clock_now(&outbox->engine->clock);
        int r = 0;

        for (const struct parcel *parcel = server->claimed.first; r == 0 && parcel; parcel = parcel->next)
                if (all || !parcel->delivery.manual)
                        r = store_finish_delivery(outbox->engine->store, &(struct delivery_result){
                                                                                 .delivery = parcel->delivery.number,
                                                                                 .state = DELIVERY_QUEUED,
                                                                                 .next_ms = parcel->delivery.next_ms,
                                                                                 .now_ms = now,
                                                                         });
        return r;
}

static void forget_given_back(struct server *server)
{
        struct parcels kept = {0};
        struct parcel *parcel;

        while ((parcel = parcels_take_first(&server->claimed)))
                if (parcel->delivery.manual)
                        parcels_append(&kept, parcel);
                else
                        parcel_free(parcel);
        while ((parcel = parcels_take_first(&kept)))
                parcels_append(&server->claimed, parcel);
}

int outbox_claim(struct outbox *outbox)
{
        bool is_open = engine_is_open(outbox->engine, clock_now(&outbox->engine->clock));
        int r = 0;

        for (struct server *server = outbox->servers; r >= 0 && server && !outbox->closed; server = server->next) {
                if (!is_open) /* the hours have ended in the middle of a batch */
                        r = give_back(outbox, server, false);
                if (r >= 0)
                        r = claim(outbox, server);
        }
        outbox->given_back = !is_open && !outbox->closed;
        return r < 0 ? r : 0;
}

void outbox_undo(struct outbox *outbox)
{
        unclaim(outbox, false);
        outbox->given_back = false;
}

int outbox_go(struct outbox *outbox)
{
        outbox_tell(outbox);
        for (struct server *server = outbox->servers; server; server = server->next) {
                server->fresh = false;
                if (outbox->given_back)
                        forget_given_back(server);
        }
        outbox->given_back = false;
        outbox_start(outbox);
        return outbox_record(outbox);
}

static int server_wake(struct outbox *outbox, const struct server *server, int64_t now, int64_t *ret_ms)
{
        const struct engine *engine = outbox->engine;
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
        int64_t wake = INT64_MAX, now = clock_now(&outbox->engine->clock), one = INT64_MAX;

        if (outbox->answered.first)
                wake = now;
        for (const struct server *server = outbox->servers; server && !outbox->closed; server = server->next) {
                int r;

                if (server->handed >= server_window(outbox, server) || (!server->configured && !server->claimed.first))
                        continue; /* where something is under way an answer comes first */
                if (server->claimed.first)
                        one = engine_when_open(outbox->engine, rate_next(&server->rate, now));
                else {
                        r = server_wake(outbox, server, now, &one);
                        if (r < 0)
                                return r;
                        if (one == INT64_MAX && server->handed == 0)
                                server_is_well(outbox, server);
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

/* Nothing is left to give the courier, and he has little: to be claimed before he has nothing. */
static bool is_low(const struct outbox *outbox, const struct server *server)
{
        return !server->claimed.first && server->handed < server->connections + server_ahead(outbox, server) / 2;
}

/* Connections are given their next messages before the disk is waited for. A tick records, and claims more. */
static int on_go_on(sd_event_source *source, void *userdata)
{
        struct outbox *outbox = userdata;
        bool due;

        outbox_start(outbox);
        due = outbox->answered.n >= RECORD_BATCH || outbox->flying.n == 0;
        for (struct server *server = outbox->servers; server; server = server->next) {
                due |= server->heard && is_low(outbox, server);
                server->heard = false;
        }
        if (due)
                return on_record(source, 0, outbox);
        record_later(outbox);
        return 0;
}

static int add_sources(struct outbox *outbox, sd_event *event)
{
        int r = sd_event_add_defer(event, &outbox->go_on, on_go_on, outbox);

        if (r >= 0)
                r = sd_event_source_set_priority(outbox->go_on, SD_EVENT_PRIORITY_NORMAL + 10);
        if (r >= 0)
                r = sd_event_source_set_enabled(outbox->go_on, SD_EVENT_OFF);
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

int outbox_new(struct engine *engine, const struct courier *courier, sd_event *event, struct outbox **ret)
{
        struct outbox *CLEANUP(outbox_free_p) outbox = calloc(1, sizeof(*outbox));
        int r;

        if (!outbox)
                return -ENOMEM;
        outbox->engine = engine;
        outbox->courier = *courier;
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
        sd_event_source_disable_unref(outbox->go_on);
        sd_event_source_disable_unref(outbox->record);
        free(outbox);
        return NULL;
}

int outbox_close(struct outbox *outbox)
{
        struct store *store = outbox->engine->store;
        int r = store_begin(store);

        outbox->closed = true;
        for (struct server *server = outbox->servers; r == 0 && server; server = server->next)
                r = give_back(outbox, server, true);
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
        for (struct parcel *parcel = outbox->flying.first; parcel; parcel = parcel->next)
                draft_recall(parcel->draft);
}

static void shift(const struct parcels *parcels, int64_t by_ms)
{
        for (struct parcel *parcel = parcels->first; parcel; parcel = parcel->next)
                parcel->delivery.made_ms += by_ms;
}

void outbox_shift(struct outbox *outbox, int64_t by_ms)
{
        shift(&outbox->flying, by_ms);
        shift(&outbox->answered, by_ms);
        for (struct server *server = outbox->servers; server; server = server->next)
                shift(&server->claimed, by_ms);
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
