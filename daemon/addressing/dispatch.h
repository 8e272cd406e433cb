/* Dispatch: notices become deliveries, one for each address of whom they concern. */
#pragma once

#include "core/address.h"
#include "runtime/engine.h"
#include "store/notices.h"

/* The failures of this long leave in one message to the contact: a dead provider fails everything at once. */
#define FAILURE_COLLECT_MS INT64_C(60000)

enum dispatch_outcome {
        DISPATCH_DONE, /* nothing new is left, or only what is still being collected: failures, confirmations */
        DISPATCH_MORE, /* there may be more */
};

/* Everything new of the agencies that sort before that one, about MESSAGE_NOTICES_MAX notices of it. An enum
 * dispatch_outcome, or an error of the store, as of the two below. */
int dispatch_before(struct engine *engine, int64_t now_ms, const char *agency);
/* Everything new of all agencies, and the failures that the contact is told. */
int dispatch_rest(struct engine *engine, int64_t now_ms);
/* When the next of what is new can leave, UTC milliseconds; INT64_MAX: nothing is. */
int dispatch_wake(struct engine *engine, int64_t *ret_ms);

/* Writes a delivery of one agency's notices to an address: those of them with the numbers in `picked`. */
int dispatch_add(struct engine *engine, int64_t now_ms, bool manual, const struct address *address,
                 const struct notice_record *notices, const size_t *picked, size_t n);
