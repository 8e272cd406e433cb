/* How far a plan has come with what is owed: from the year ahead to what is settled and forgotten. */
#include "core/season.h"

/* Nothing is expected of it any more. */
static bool is_settled(const struct obligation *obligation, civil_day due, civil_day today)
{
        if (obligation->observance)
                return due < today;
        return obligation->status != OBLIGATION_OPEN && obligation->status != OBLIGATION_UNCLEAR;
}

/* The window is open, the first reminder has left, or the day is over. What waits for a day can be given one at any
 * time. */
static bool has_begun(const struct ladder_rules *rules, const struct obligation *obligation,
                      const struct obligation_dates *dates, wall_time now)
{
        civil_day today = wall_day(now);

        if (dates->effective < today || (dates->from != CIVIL_NONE && dates->from <= today))
                return true;
        return ladder_next(rules, obligation, WALL_NONE) <= now;
}

enum reference_stage season_stage(const struct ladder_rules *rules, const struct obligation *obligation,
                                  int32_t plan_year, wall_time now)
{
        struct obligation_dates dates = obligation_dates(obligation, rules->calendar);
        civil_day today = wall_day(now);
        bool waits = dates.due == CIVIL_NONE || dates.tentative, year_has_come = civil_split(today).year >= plan_year;

        if (obligation->status == OBLIGATION_WITHDRAWN)
                return STAGE_OVER;
        if (is_settled(obligation, dates.due, today))
                return today > civil_from(plan_year + 1, SEASON_END_MONTH, SEASON_END_DAY) ? STAGE_OVER : STAGE_BEGUN;
        if (waits ? year_has_come : has_begun(rules, obligation, &dates, now))
                return STAGE_BEGUN;
        return year_has_come ? STAGE_YEAR : STAGE_AHEAD;
}
