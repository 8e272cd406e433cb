/* Holds: how long one lasts. */
#include "core/hold.h"

bool hold_may_last(civil_day until, civil_day today)
{
        return until == CIVIL_NONE || until >= today;
}

bool hold_is_over(civil_day until, civil_day today)
{
        return until != CIVIL_NONE && today > until;
}

wall_time hold_end(civil_day until)
{
        return until == CIVIL_NONE ? WALL_NEVER : wall_at(until + 1, 0);
}

bool hold_may_be_forgotten(civil_day until, civil_day today)
{
        return until == CIVIL_NONE || until - today > HOLD_LONG_DAYS;
}
