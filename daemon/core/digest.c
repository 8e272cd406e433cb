/* The weekly digest: when it leaves, and in which of its lists an obligation stands. */
#include "core/digest.h"

#include <stdio.h>

#define WEEK_DAYS 7
#define MONTH_DAYS 30 /* how far the third list looks ahead */

wall_time digest_moment(const struct digest_rules *rules, civil_day nominal)
{
        civil_day day = calendar_next_working(rules->calendar, nominal);

        return hours_next(rules->hours, rules->calendar, wall_at(day, rules->at));
}

civil_day digest_newest(const struct digest_rules *rules, wall_time now)
{
        civil_day nominal = civil_last_weekday(wall_day(now), rules->weekday);

        while (digest_moment(rules, nominal) > now)
                nominal -= WEEK_DAYS;
        return nominal;
}

civil_day digest_after(const struct digest_rules *rules, civil_day settled)
{
        return civil_last_weekday(settled + WEEK_DAYS, rules->weekday);
}

void digest_write_key(civil_day nominal, char ret[static RUNG_KEY_SIZE])
{
        char day[CIVIL_DATE_SIZE];

        (void)snprintf(ret, RUNG_KEY_SIZE, "digest@%s", civil_format(nominal, day));
}

civil_day digest_week_end(civil_day nominal)
{
        return nominal + WEEK_DAYS - 1;
}

enum digest_section digest_section_of(const struct obligation *obligation, const struct calendar *calendar,
                                      civil_day nominal, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);

        if (obligation->observance) /* announced by a message of its own; nothing is owed */
                return DIGEST_SECTIONS;
        if (obligation->status == OBLIGATION_DONE)
                return obligation->done_on >= nominal - WEEK_DAYS && obligation->done_on < nominal ? DIGEST_FINISHED
                                                                                                   : DIGEST_SECTIONS;
        if (obligation->status != OBLIGATION_OPEN)
                return DIGEST_SECTIONS;
        if (dates.due == CIVIL_NONE || dates.tentative)
                return DIGEST_WAITING;
        if (today > dates.effective)
                return obligation->lapses ? DIGEST_SECTIONS : DIGEST_OVERDUE;
        if (dates.safe <= digest_week_end(nominal))
                return DIGEST_WEEK;
        return dates.safe <= today + MONTH_DAYS ? DIGEST_MONTH : DIGEST_SECTIONS;
}
