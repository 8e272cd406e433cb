/* Those who help with what others owe (`with` of an item): they are told when it is first announced, and of what
 * changes. What they are told stands as it is when it leaves. */
#pragma once

#include "runtime/engine.h"
#include "store/obligations.h"
#include "store/occurrences.h"

/* It is time to speak of an occurrence that is due on that day: tells all who have not heard of it. */
int assist_announce(struct engine *engine, const struct plan *plan, const struct item *item,
                    const struct occurrence_record *occurrence, civil_day due);
/* Its date was set or changed: tells all. That it was cleared: those who heard anything. */
int assist_tell_date(struct engine *engine, const struct obligation_record *record);
/* An agency owes it no more (done, waived, withdrawn): tells those who heard anything, once nobody does. */
int assist_tell_end(struct engine *engine, const struct obligation_record *record);
/* It is owed again: tells those who heard last that it is not. */
int assist_tell_reopening(struct engine *engine, const struct obligation_record *record);
/* Whether a notice to them says that nobody owes it any more. */
bool assist_is_end(const char *rung);
