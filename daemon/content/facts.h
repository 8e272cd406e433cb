/* Facts: gathers from plans and store what a message says, as things stand at that moment. */
#pragma once

#include "content/message.h"
#include "core/digest.h"
#include "runtime/engine.h"
#include "store/deliveries.h"
#include "store/obligations.h"

/* A notice that has nothing to say any more: its obligation was finished, snoozed, or is past its date. */
struct dropped_notice {
        int64_t id;
        const char *reason;
        bool too_late; /* and nothing is said in its place */
};

/* What gathering comes to, beside errors. */
enum gather_outcome {
        GATHER_DONE,    /* there is a message */
        GATHER_NOTHING, /* nothing is left to say */
        GATHER_EARLY, /* not yet true: made by a clock that ran ahead, it may have been tried already and must keep its
                         id */
};
struct gathered {
        struct message *message; /* NULL unless GATHER_DONE; to be unreferenced */
        struct dropped_notice dropped[MESSAGE_NOTICES_MAX];
        size_t n_dropped;
        wall_time early; /* GATHER_EARLY: when it becomes true */
};
/* An enum gather_outcome, or an error, and then *ret holds nothing. */
int facts_gather(struct engine *engine, const struct delivery_record *delivery, struct gathered *ret);
/* The message of any kind about one obligation: the one that was made of it, else the one that will be, with what
 * leaves together with it; else as it would read now. kind KIND_COUNT: the one that fits the day.
 * GATHER_DONE, GATHER_NOTHING or an error. */
int facts_preview(struct engine *engine, const struct obligation_record *record, enum notice_kind kind,
                  struct message **ret);

/* What the digest of a nominal day would tell an agency. */
struct digest_gist {
        struct gist gist;
        bool says_anything, has_matrix;
};
/* The gist for every agency, by its index in the roster, as things stand then (UTC milliseconds); or, unless `only` is
 * ROSTER_NONE, for that one alone. The caller frees *ret. 0 or an error. */
int facts_digest_gists(struct engine *engine, size_t only, civil_day nominal, int64_t then_ms,
                       struct digest_gist **ret);
/* Whether an agency was not told all of that before. Who gets it is added to the gist where that matters: ask once. 0
 * or an error. */
int facts_digest_is_worth_it(struct engine *engine, size_t agency, civil_day nominal, struct digest_gist *gist,
                             bool *ret);
