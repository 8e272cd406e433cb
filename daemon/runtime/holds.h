/* Holds in force: who is held, and what becomes of those whose last day is over. */
#pragma once

#include "runtime/engine.h"
#include "store/holds.h"

/* Whether nothing is sent to an agency just now. */
int holds_cover(const struct engine *engine, const char *agency, bool *ret);
/* Ends those whose last day is over, with a record in the audit log, inside the transaction that is open. */
int holds_expire(struct engine *engine);
/* When the next one is over, UTC milliseconds; INT64_MAX. */
int holds_wake(const struct engine *engine, int64_t *ret_ms);
/* One line in the journal for each, at a start. */
int holds_report(const struct engine *engine);

/* "so-tu-phap until 2026-12-05: the storm", "all agencies until released: …"; -ENOMEM. */
int hold_words(const struct hold_record *hold, char **ret);
