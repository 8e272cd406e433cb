/* Facts: gathers from plans and store what a message says, as things stand at that moment. */
#pragma once

#include "message/letter.h"
#include "runtime/engine.h"

struct facts;

/* A notice that has nothing to say any more: its obligation was finished, snoozed, or is past its date. */
struct dropped_notice {
        int64_t id;
        const char *reason;
        bool too_late; /* and nothing is said in its place */
};

/* 0; 1: nothing is left to say, *ret holds only the dropped notices; or an error. */
int facts_gather(struct engine *engine, const struct delivery_record *delivery, struct facts **ret);
/* The letter of any kind about one obligation as it would read now, for a preview. kind KIND_COUNT: the one that fits
 * the day. */
int facts_preview(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                  struct facts **ret);
struct facts *facts_free(struct facts *facts);
const struct letter *facts_letter(const struct facts *facts);
/* When what it says becomes true: it was made by a clock that ran ahead, may have been tried already and must keep its
 * id. WALL_NONE: it may leave. */
wall_time facts_early(const struct facts *facts);
const struct dropped_notice *facts_dropped(const struct facts *facts, size_t *ret_n);

/* Whether an agency's digest of that day has anything to say: 1, 0 or an error. */
int facts_digest_has_content(struct engine *engine, size_t agency, civil_day nominal);

static inline void facts_free_p(struct facts **facts)
{
        facts_free(*facts);
}
