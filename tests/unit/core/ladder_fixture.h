/* What the tests of ladders share: the calendar, policies, and obligations in words. */
#pragma once

#include "fixture.h"

#include "core/ladder.h"

static struct offset report_before[] = {{.days = 30}, {.days = 14}, {.days = 7}, {.days = 3}, {.days = 1}, {.days = 0}};
static struct offset mixed_before[] = {{.workdays = 1}, {.days = 14}, {.workdays = 5}, {.days = 7}, {.days = 0}};
static struct offset inspection_before[] = {{.days = 14}, {.days = 3}, {.days = 1}};
static struct escalation report_escalations[] = {{.after = {.workdays = 3}}, {.after = {.workdays = 10}}};

static const struct policy policy_report = {
        .before = report_before,
        .n_before = ELEMENTS(report_before),
        .at = CLOCK(8, 0),
        .overdue_every = {.workdays = 2},
        .overdue_limit = 3,
        .escalations = report_escalations,
        .n_escalations = ELEMENTS(report_escalations),
};
static const struct policy policy_inspection = {
        .before = inspection_before, .n_before = ELEMENTS(inspection_before), .at = CLOCK(8, 0)};
static const struct policy policy_daily = {.at = CLOCK(9, 30), .overdue_every = {.days = 1}, .overdue_limit = 4};
static const struct policy policy_mixed = {
        .before = mixed_before,
        .n_before = ELEMENTS(mixed_before),
        .at = CLOCK(16, 45),
        .overdue_every = {.days = 3},
        .overdue_limit = 5,
};

static const struct hours office = HOURS_DEFAULT;

static inline int set_up(void **state)
{
        *state = proclaimed_calendar();
        return 0;
}

static inline int tear_down(void **state)
{
        *state = calendar_free(*state);
        return 0;
}

static inline struct ladder_rules rules_of(const struct policy *policy, const struct calendar *calendar)
{
        return (struct ladder_rules){
                .policy = policy, .calendar = calendar, .hours = &office, .catch_up = 7 * (int64_t)DAY_SECONDS};
}

/* An obligation in words: dates as text, NULL for none. */
struct given {
        const struct policy *policy;
        const char *from, *due;
        bool tentative, observance;
        enum shift shift;
        const char *fixed, *snoozed_until;
        enum obligation_status status;
        bool claimed;
};

static inline civil_day day_or_none(const char *text)
{
        return text ? day_of(text) : CIVIL_NONE;
}

static inline struct obligation make(const struct given *given)
{
        return (struct obligation){
                .from = day_or_none(given->from),
                .due = day_or_none(given->due),
                .tentative = given->tentative,
                .observance = given->observance,
                .shift = given->shift,
                .lapses = given->policy && !policy_urges(given->policy),
                .fixed = day_or_none(given->fixed),
                .status = given->status,
                .claimed = given->claimed,
                .done_on = CIVIL_NONE,
                .snoozed_until = day_or_none(given->snoozed_until),
        };
}
