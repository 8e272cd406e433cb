/* What the parts of the outbox share: parcels, servers, and the passing on of a parcel from claim to record. */
#pragma once

#include <string.h>

#include "base/cleanup.h"
#include "sending/outbox.h"
#include "sending/rate.h"

/* One message from its claim until its result is recorded. */
struct parcel {
        struct outbox *outbox;
        struct server *server;
        struct draft *draft; /* from the start on */
        struct delivery_record delivery;
        struct transfer *transfer; /* while the courier has it */
        struct parcel *next;
        bool shown; /* to whoever watches */
        enum transfer_outcome outcome;
        enum fault fault;
        int64_t retry_after; /* seconds, 0: none */
        char *answer;
};

struct parcels {
        struct parcel *first, **end;
        size_t n;
};

/* Where messages go: the mail server, or one webhook. Each has its own queue, so that none waits for another. */
struct server {
        struct channel channel;
        char name[CHANNEL_TEXT_SIZE]; /* of the channel, for people */
        bool configured;              /* still in the configuration */
        bool fresh;                   /* what is claimed was claimed in the transaction that is open */
        bool heard;                   /* it has answered since on_go_on() of outbox.c */
        uint32_t connections;
        size_t handed; /* to the courier: on the wire, or next */
        struct rate rate;
        struct parcels claimed;
        struct server *next;
};

struct outbox {
        struct engine *engine;
        struct courier courier;
        sd_event_source *go_on;  /* runs once the answers that have come together are taken in */
        sd_event_source *record; /* answers do not wait longer than RECORD_DELAY_USEC for a full batch */
        struct server *servers;
        struct parcels flying; /* handed to the courier */
        struct parcels answered;
        bool closed;
        bool given_back; /* in the transaction that is open: what is claimed and not a person's wish */
        void (*progress)(void *userdata);
        void *progress_data;
};

void parcels_append(struct parcels *list, struct parcel *parcel);
void parcels_put_first(struct parcels *list, struct parcel *parcel);
struct parcel *parcels_take_first(struct parcels *list);
void parcels_remove(struct parcels *list, const struct parcel *parcel);
void parcels_clear(struct parcels *list);
void parcel_free(struct parcel *parcel);

static inline bool is_webhook(const struct server *server)
{
        return server->channel.kind == CHANNEL_WEBHOOK;
}

/* The journal's fields of a parcel; borrowed from it. */
static inline struct journal_fields parcel_fields(const struct parcel *parcel)
{
        return (struct journal_fields){
                .agency = parcel->delivery.agency,
                .delivery = parcel->delivery.id,
                .kind = kind_name(parcel->delivery.kind),
                .channel = channel_kind_name(parcel->server->channel.kind),
                .attempt = parcel->delivery.attempts,
        };
}

/* NULL where it was not composed. */
static inline const char *parcel_subject(const struct parcel *parcel)
{
        return parcel->draft ? draft_subject(parcel->draft) : NULL;
}

/* How many messages the courier takes beyond a server's connections; of what leaves by the minute none. */
static inline size_t server_ahead(const struct outbox *outbox, const struct server *server)
{
        return server->rate.limit > 0 ? 0 : outbox->courier.ahead;
}

/* And how many at a time, as long as so many may be answered and not recorded. */
static inline size_t server_window(const struct outbox *outbox, const struct server *server)
{
        size_t room = outbox->answered.n < RESULT_BATCH ? RESULT_BATCH - outbox->answered.n : 0;
        size_t ahead = server_ahead(outbox, server);

        return server->connections + (ahead < room ? ahead : room);
}

/* outbox-record.c: nothing that failed waits for it any more. */
void server_is_well(const struct outbox *outbox, const struct server *server);
/* outbox-send.c: starts what is claimed, as many as the courier takes. */
void outbox_start(struct outbox *outbox);
/* outbox-record.c: takes in how an attempt ended, for outbox_settle() to write. */
void outbox_answer(struct outbox *outbox, struct parcel *parcel, enum transfer_outcome outcome, const char *answer);
/* Says what outbox_settle() has written and the commit kept, and lets go of it. */
void outbox_tell(struct outbox *outbox);
/* Answers that came at once, in a transaction of their own; on failure they are kept and tried at the next tick. */
int outbox_record(struct outbox *outbox);
