/* Which obligations stand in a feed, and how. */
#include "core/feed.h"

enum feed_standing feed_standing(const struct obligation *obligation, const struct calendar *calendar, bool planned,
                                 civil_day revised, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);
        bool ended = obligation->status == OBLIGATION_WAIVED || obligation->status == OBLIGATION_WITHDRAWN;

        if (dates.due == CIVIL_NONE)
                return FEED_NOT;
        if (ended)
                return revised != CIVIL_NONE && today - revised <= FEED_CANCELLED_DAYS ? FEED_CANCELLED : FEED_NOT;
        if (!planned)
                return FEED_NOT;
        if (obligation->status == OBLIGATION_DONE)
                return FEED_DONE;
        return dates.tentative ? FEED_TENTATIVE : FEED_FIRM;
}
