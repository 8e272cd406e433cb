/* Heard: the mails that came back and were told of, so that none is told of twice. */
#pragma once

#include "core/heard.h"
#include "store/store.h"

/* What became of the mail of that origin; STORE_NONE: it was never heard. */
int store_find_heard(struct store *store, const char *origin, enum heard_outcome *ret);
int store_add_heard(struct store *store, const char *origin, enum heard_outcome outcome, int64_t now_ms);
/* Those from before that moment are forgotten. */
int store_forget_heard(struct store *store, int64_t before_ms);
