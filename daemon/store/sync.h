/* A sync of the store with the plans: marks what is still in them, and withdraws the rest. */
#pragma once

#include "store/obligation-list.h"

/* During a sync everything still in the plans is marked. Marks are cheap (a bit each) and live only for the sync;
 * a sync that fails is given up by beginning another. */
int store_begin_sync(struct store *store);
int store_mark_occurrence(struct store *store, int64_t id);
int store_mark_obligation(struct store *store, int64_t id);
/* Marks an item's occurrences with all that is owed of them, which is not looked at, if there are n of them that are
 * not withdrawn. STORE_CHANGED: there are not. */
int store_keep_item(struct store *store, const char *plan, const char *item, size_t n);
/* Withdraws what was not marked since store_begin_sync() and is not yet withdrawn: open obligations become withdrawn,
 * their queue is cancelled, and then each is visited (visit NULL: not), as it was before. Decided ones
 * (done, waived) keep their status. *ret_n: how many obligations. -EINVAL without store_begin_sync(). */
int store_finish_sync(struct store *store, obligation_visitor visit, void *userdata, size_t *ret_n);
