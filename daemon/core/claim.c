/* Claims and requests: what an agency can say, what becomes of it, and when it is believed. */
#include "core/claim.h"

const char *claim_state_name(enum claim_state state)
{
        static const char *const names[CLAIM_STATES] = {
                [CLAIM_OPEN] = "open",       [CLAIM_CONFIRMED] = "confirmed", [CLAIM_REJECTED] = "rejected",
                [CLAIM_GRANTED] = "granted", [CLAIM_OVERTAKEN] = "overtaken",
        };

        return names[state];
}

const char *claim_channel_name(enum claim_channel channel)
{
        static const char *const names[CLAIM_CHANNELS] = {
                [CLAIM_BY_MAIL] = "mail",
                [CLAIM_BY_PAGE] = "page",
                [CLAIM_BY_CLERK] = "clerk",
        };

        return names[channel];
}

bool claim_is_request(const struct claim *claim)
{
        return claim->until != CIVIL_NONE;
}

const char *claim_kind_name(const struct claim *claim)
{
        return claim_is_request(claim) ? "request" : "claim";
}

bool claim_may_become(const struct claim *claim, enum claim_state to)
{
        if (claim->state != CLAIM_OPEN)
                return false;
        switch (to) {
        case CLAIM_CONFIRMED:
                return !claim_is_request(claim);
        case CLAIM_GRANTED:
                return claim_is_request(claim);
        case CLAIM_REJECTED:
        case CLAIM_OVERTAKEN:
                return true;
        case CLAIM_OPEN:
        case CLAIM_STATES:
                break;
        }
        return false;
}

enum refusal claim_may_be_made(const struct claim *claim, const struct obligation *obligation,
                               const struct calendar *calendar, const struct date_bounds *bounds, civil_day today)
{
        struct obligation_dates dates = obligation_dates(obligation, calendar);
        enum refusal refusal;

        if (!claim_is_request(claim))
                return obligation_may_finish(obligation, calendar, bounds->plan_year, today, claim->on);
        refusal = obligation_may_set_date(obligation, calendar, bounds, claim->until, true);
        if (refusal != REFUSED_NOT)
                return refusal;
        if (claim->until < today)
                return REFUSED_PAST;
        return dates.due != CIVIL_NONE && claim->until <= dates.effective ? REFUSED_SOONER : REFUSED_NOT;
}

wall_time claim_accepted_at(const struct claim_acceptance *acceptance, const struct claim *claim,
                            const struct calendar *calendar, wall_time made)
{
        civil_day day;

        if (!acceptance->enabled || claim->state != CLAIM_OPEN || claim_is_request(claim))
                return WALL_NEVER;
        day = offset_after(&acceptance->days, calendar, wall_day(made));
        return wall_at(day, wall_clock(made)) + acceptance->seconds;
}
