/* Failures: what could not be said is told to the block's contact, and stays unread until somebody acknowledges it. */
#pragma once

#include "runtime/engine.h"
#include "store/deliveries.h"

/* A delivery failed for good, or bounced, as its state says, with these words (NULL: none): the contact is told, of
 * each cause once. */
int failure_tell(struct engine *engine, const struct delivery_record *delivery, const char *answer, int64_t now_ms);
/* Whether it still says so: a message that was sent again meanwhile either left or failed for another cause. */
bool failure_is_last(const struct notice_record *notice, const struct delivery_record *delivery);
/* A reminder came too late to be said, and nothing is said in its place; `delivery` was to bring it, NULL: none was
 * made. The contact is told, and the journal. */
int failure_tell_late(struct engine *engine, int64_t notice, const struct delivery_record *delivery, int64_t now_ms);
/* Of a contact's notice: which notice came too late; 0: it is of a delivery that failed. */
int64_t failure_late_notice(const struct notice_record *notice);
