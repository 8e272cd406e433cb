/* What status and metrics count. */
#pragma once

#include "core/channel.h"
#include "core/claim.h"
#include "core/delivery.h"
#include "store/store.h"

struct store_counts {
        int64_t obligations_open; /* observances not among them */
        int64_t unclear;
        int64_t claims;  /* open, requests among them */
        int64_t overdue; /* of them, obligation_overdue_after() a day before today */
        int64_t queued, sending, sent;
        int64_t failed, bounced, too_late; /* and not acknowledged: deliveries, and notices */
        int64_t last_sent_ms;              /* 0: never */
};
int store_count(struct store *store, civil_day today, struct store_counts *ret);

/* What is counted of everything there ever was. None of it reads what is over: it costs what a day has to do with. */
struct store_totals {
        int64_t obligations[STATE_COUNT];
        int64_t claims[CLAIM_STATES];
        int64_t failed, bounced, too_late; /* and not acknowledged */
        int64_t oldest_made_ms;            /* of what is queued or on the wire; 0: nothing is */
        struct channel_totals {
                int64_t waiting; /* queued or on the wire */
                /* For ever; of the states that end a delivery. What is queued again and ends once more counts again. */
                int64_t finished[DELIVERY_STATES];
                int64_t attempts;
                int64_t last_sent_ms; /* 0: never */
        } channels[CHANNEL_KINDS];
};
int store_total(struct store *store, civil_day today, struct store_totals *ret);

/* Compares what is counted with what is there. STORE_CHANGED: it was wrong, and was counted anew. */
int store_recount(struct store *store);
