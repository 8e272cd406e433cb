/* An attempt: one delivery from its claim until what became of it is recorded. */
#pragma once

#include <sys/queue.h>

#include "content/message.h"
#include "runtime/engine.h"
#include "store/deliveries.h"
#include "transport/transfer.h"

struct sending;
struct server;

struct attempt {
        struct sending *sending;
        struct server *server;
        struct delivery_record delivery;
        struct message *message;   /* once it is gathered */
        struct transfer *transfer; /* while the transport has it */
        bool shown;                /* to whoever watches */
        /* How it ended: */
        enum transfer_outcome outcome;
        enum fault fault;
        int64_t retry_after; /* seconds, 0: none */
        char *answer;
        TAILQ_ENTRY(attempt) link;
};
void attempt_free(struct attempt *attempt);
/* The journal's fields of an attempt; borrowed from it. */
struct journal_fields attempt_fields(const struct attempt *attempt);
/* NULL where it was not composed. */
const char *attempt_subject(const struct attempt *attempt);

struct attempts {
        TAILQ_HEAD(attempt_queue, attempt) queue;
        size_t n;
};
void attempts_init(struct attempts *attempts);
void attempts_append(struct attempts *attempts, struct attempt *attempt);
void attempts_prepend(struct attempts *attempts, struct attempt *attempt);
void attempts_remove(struct attempts *attempts, struct attempt *attempt);
/* NULL: there is none. */
struct attempt *attempts_take_first(struct attempts *attempts);
void attempts_clear(struct attempts *attempts);
