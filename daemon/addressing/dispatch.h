/* Dispatch: notices become deliveries, one for each address of whom they concern. */
#pragma once

#include "runtime/engine.h"

/* Notices in one message: more than a person reads, less than a mail server refuses. And as many are dispatched in one
 * transaction. */
#define GROUP_MAX 100

/* The failures of this long leave in one message to the contact: a dead provider fails everything at once. */
#define FAILURE_COLLECT_MS INT64_C(60000)

/* Everything new of the agencies that sort before that one, about GROUP_MAX notices of it. 1: there may be more. */
int dispatch_before(struct engine *engine, int64_t now_ms, const char *agency);
/* The same of all agencies, and the failures that the contact is told. */
int dispatch_rest(struct engine *engine, int64_t now_ms);
/* 1: notices are waiting that could leave now; 0: none, or only failures still being collected. */
int dispatch_waiting(struct engine *engine);

/* Whether a delivery's address is one that its agency (the contact) has in the configuration in force. */
bool dispatch_has_address(const struct engine *engine, const struct delivery_record *delivery);
struct dispatch_moved {
        size_t n;            /* addresses that get what they have not had */
        const char *address; /* the first of them; borrowed from the configuration */
};
/* What a delivery carries, to those addresses of its agency that have not had it; by hand where it was. */
int dispatch_elsewhere(struct engine *engine, int64_t now_ms, const struct delivery_record *delivery,
                       const struct notice_record *notices, size_t n, struct dispatch_moved *ret);
