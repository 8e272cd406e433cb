/* A feed: the calendar of what an agency owes, to which its people subscribe. */
#pragma once

#include "core/obligation.h"

/* Days for which what is waived or has left the plan still stands there, struck through: Google fetches a feed once a
 * day at most, people look once a week, and what just vanishes is taken for an error. */
#define FEED_CANCELLED_DAYS 60

/* How it stands there. */
enum feed_standing {
        FEED_NOT,
        FEED_FIRM,
        FEED_TENTATIVE, /* its window */
        FEED_DONE,
        FEED_CANCELLED
};
/* `planned`: some plan in force still has it. `revised`: the day on which it last changed, CIVIL_NONE: it never has. */
enum feed_standing feed_standing(const struct obligation *obligation, const struct calendar *calendar, bool planned,
                                 civil_day revised, civil_day today);
