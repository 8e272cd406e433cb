/* Claims and requests: an agency's word that it has finished something, or needs more time. Neither decides anything:
 * state, lateness and escalation stay as they are. While its word is open, that agency is not reminded. */
#pragma once

#include "core/obligation.h"
#include "core/span.h"

/* Stored as numbers, as the next one: a new one stands at the end. */
enum claim_state {
        CLAIM_OPEN,
        CLAIM_CONFIRMED,
        CLAIM_REJECTED,
        CLAIM_GRANTED,
        CLAIM_OVERTAKEN, /* the obligation was settled or dated otherwise, or the agency has said something newer */
        CLAIM_STATES
};

/* By which way it came. */
enum claim_channel { CLAIM_BY_MAIL, CLAIM_BY_PAGE, CLAIM_BY_CLERK, CLAIM_CHANNELS };

struct claim {
        civil_day on;    /* the day of its word: a claim says that it was finished by then */
        civil_day until; /* a request: until when it asks for time; CIVIL_NONE: a claim */
        enum claim_channel channel;
        enum claim_state state;
};

const char *claim_state_name(enum claim_state state);
const char *claim_channel_name(enum claim_channel channel);
bool claim_is_request(const struct claim *claim);
/* "claim" or "request". */
const char *claim_kind_name(const struct claim *claim);

/* An answer, from the open state. Only claims are confirmed, and only requests granted. */
bool claim_may_become(const struct claim *claim, enum claim_state to);
/* Whether an agency can say that of what it owes, now. */
enum refusal claim_may_be_made(const struct claim *claim, const struct obligation *obligation,
                               const struct calendar *calendar, const struct date_bounds *bounds, civil_day today);
/* After which time the program confirms claims by itself. */
struct claim_acceptance {
        bool enabled;
        struct offset days;
        int64_t seconds; /* where the time is no number of days */
};
/* From when on it does, unless somebody has answered before: WALL_NEVER. Requests are never granted like that, since a
 * date is not the agency's to move. */
wall_time claim_accepted_at(const struct claim_acceptance *acceptance, const struct claim *claim,
                            const struct calendar *calendar, wall_time made);
