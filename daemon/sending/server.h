/* A server: where messages go, which is the mail server or one webhook. Each has its own queue, so that none waits for
 * another. */
#pragma once

#include "sending/attempt.h"
#include "sending/rate.h"

struct server {
        struct channel channel;
        char name[CHANNEL_TEXT_SIZE]; /* of the channel, for people */
        bool configured;              /* still in the configuration */
        bool uncommitted;             /* what is claimed was claimed in the transaction that is open */
        bool answered;                /* an attempt has ended since the outbox last looked */
        uint32_t connections;
        size_t handed; /* to the transport: on the wire, or next */
        struct rate rate;
        struct attempts claimed;
        struct server *next;
};
/* A message to it failed for now: it is in trouble until it takes one. */
void server_fails(struct engine *engine, const char *name, int64_t since_ms, const char *answer);
/* Nothing that failed waits for it any more. */
void server_is_well(struct engine *engine, const struct server *server);
/* What an attempt that has ended says of its server. */
void server_judge(struct engine *engine, const struct attempt *attempt);
