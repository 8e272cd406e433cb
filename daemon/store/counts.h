/* What status counts. */
#pragma once

#include "core/civil.h"
#include "store/store.h"

struct store_counts {
        int64_t obligations_open; /* observances not among them */
        int64_t unclear;
        int64_t claims;  /* open, requests among them */
        int64_t overdue; /* of them, obligation_overdue_after() a day before today */
        int64_t queued, sending, sent;
        int64_t failed, too_late; /* and not acknowledged: deliveries, and notices */
        int64_t last_sent_ms;     /* 0: never */
};
int store_count(struct store *store, civil_day today, struct store_counts *ret);
/* Compares what is counted for store_count() with what is there. STORE_CHANGED: it was wrong, and was counted anew. */
int store_recount(struct store *store);
