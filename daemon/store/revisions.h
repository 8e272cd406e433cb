/* Revisions: how often what a calendar says of an obligation has changed, and when it last did. A change of its day, of
 * whether that is certain and of what became of it is noted by the database itself (schema_17); the hour and the place,
 * which the plan alone has, by store_revise(). */
#pragma once

#include "store/store.h"

struct revision {
        int32_t number; /* SEQUENCE: grows by one with all that changes between two stamps; 0: nothing has changed */
        int64_t at_ms;  /* UTC milliseconds; 0: nothing has changed, or nobody can have seen it yet */
};
int store_get_revision(struct store *store, int64_t obligation, struct revision *ret);
int store_revise(struct store *store, int64_t obligation);
/* What has changed can be seen from now on. Call it before anything leaves. */
int store_stamp_revisions(struct store *store, int64_t now_ms);
