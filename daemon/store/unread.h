/* Failures, and what came too late, until somebody acknowledges them. */
#pragma once

#include "store/store.h"

/* A notice that came too late, by a delivery that is not sent any more, or before any was made (0). A delivery that
 * fails needs no call. */
int store_add_late(struct store *store, int64_t notice, int64_t delivery, int64_t now_ms);
/* Of one delivery, or with NULL everything. Returns how many, or an error. */
int store_acknowledge(struct store *store, const char *id);
