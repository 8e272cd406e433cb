/* Deliveries: one message to one address, and the notices that it carries. */
#pragma once

#include "core/channel.h"
#include "core/delivery.h"
#include "store/notices.h"

struct delivery_record {
        int64_t number;            /* the store's, in the order in which they were made; 0 until it is written */
        char id[DELIVERY_ID_SIZE]; /* Message-ID and webhook-id, the same on every attempt */
        struct channel channel;
        char agency[ID_SIZE];
        char *address; /* mailbox, or the webhook's id */
        enum notice_kind kind;
        enum delivery_state state;
        bool manual;    /* a test or a manual retry: hours do not hold it */
        bool elsewhere; /* a test to an address that was given with it, and need not be the agency's */
        uint32_t attempts;
        int64_t made_ms;     /* UTC milliseconds, as all below */
        int64_t next_ms;     /* next attempt while queued */
        int64_t finished_ms; /* 0 until sent or failed, of what bounced when it was sent; 0 also where it was cancelled
                                with all its notices */
        char *answer;        /* the server's last words, or NULL */
        char *subject;       /* of the last attempt, or NULL */
};

void delivery_record_clear(struct delivery_record *record);
/* Writes a queued delivery that carries these notices, which become queued. */
int store_add_delivery(struct store *store, const struct delivery_record *record, const int64_t *notices, size_t n);
/* Notices that a delivery carries and that are neither cancelled nor skipped, in the order in which they were made; at
 * most n. Returns how many. */
int store_delivery_notices(struct store *store, int64_t delivery, struct notice_record *records, size_t n);
int store_get_delivery(struct store *store, const char *id, struct delivery_record *ret);
int store_get_delivery_numbered(struct store *store, int64_t number, struct delivery_record *ret);
/* By hand: a queued or failed one is due now, outside hours too; a queued one is dropped. STORE_NONE. */
int store_retry_delivery(struct store *store, const char *id, int64_t now_ms);
int store_drop_delivery(struct store *store, const char *id, int64_t now_ms);
/* A notice is to be said to an address, but not by the delivery `except` (0: none). STORE_RESUMED: the one that had it
 * there says it once more, due now, with its id (notice_goes_on()). Nothing is written with 0: one has it, or it was
 * kept from there; and with STORE_NONE: none ever had it. */
int store_resume_notice(struct store *store, int64_t notice, const struct channel *channel, const char *address,
                        int64_t except, int64_t now_ms);
/* The first delivery about an obligation that reached an address, whose id heads the thread. STORE_NONE. */
int store_thread_root(struct store *store, int64_t obligation_id, const char *address,
                      char ret_id[static DELIVERY_ID_SIZE]);
/* What stands in the calendar of an address: a day of an obligation was sent to it, or taken back (CIVIL_NONE). */
int store_put_entry(struct store *store, int64_t obligation_id, const char *address, civil_day day);
/* *ret is CIVIL_NONE where it has no entry. */
int store_get_entry(struct store *store, int64_t obligation_id, const char *address, civil_day *ret);
struct delivery_filter {
        int state;                            /* an enum delivery_state, -1: any */
        const char *agency;                   /* NULL: any */
        int64_t obligation_id, occurrence_id; /* 0: any; of an occurrence also what is of its obligations */
        size_t limit, offset;
};
typedef int (*delivery_visitor)(void *userdata, const struct delivery_record *record);
/* Newest first. */
int store_each_delivery(struct store *store, const struct delivery_filter *filter, delivery_visitor visit,
                        void *userdata);
