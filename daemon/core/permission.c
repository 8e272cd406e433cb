/* Who may do what: which right each method needs, and who has it. */
#include "core/permission.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

static const struct {
        const char *method;
        enum right right;
} methods[] = {
        {"Status", RIGHT_SEE},       {"List", RIGHT_SEE},        {"Show", RIGHT_SEE},       {"Forecast", RIGHT_SEE},
        {"Calendar", RIGHT_SEE},     {"Preview", RIGHT_SEE},     {"Log", RIGHT_SEE},        {"Deliveries", RIGHT_SEE},
        {"Agencies", RIGHT_SEE},     {"Items", RIGHT_SEE},       {"Plans", RIGHT_SEE},      {"Report", RIGHT_SEE},
        {"Get", RIGHT_SEE},          {"GetAll", RIGHT_SEE},      {"Claims", RIGHT_SEE},     {"Metrics", RIGHT_SEE},
        {"CalendarFile", RIGHT_SEE},

        {"Snooze", RIGHT_DECIDE},    {"Unsnooze", RIGHT_DECIDE}, {"Done", RIGHT_DECIDE},    {"Reopen", RIGHT_DECIDE},
        {"Waive", RIGHT_DECIDE},     {"Urge", RIGHT_DECIDE},     {"SetDate", RIGHT_DECIDE}, {"ClearDate", RIGHT_DECIDE},
        {"Decide", RIGHT_DECIDE},    {"Close", RIGHT_DECIDE},    {"Hold", RIGHT_DECIDE},    {"Release", RIGHT_DECIDE},
        {"Record", RIGHT_DECIDE},    {"Confirm", RIGHT_DECIDE},  {"Reject", RIGHT_DECIDE},  {"Grant", RIGHT_DECIDE},

        {"Heard", RIGHT_HEAR},
};

static const bool granted[PARTIES][RIGHTS] = {
        [PARTY_OUTSIDER] = {false},
        [PARTY_READER] = {[RIGHT_HEAR] = true},
        [PARTY_MEMBER] = {[RIGHT_SEE] = true, [RIGHT_DECIDE] = true, [RIGHT_HEAR] = true, [RIGHT_OPERATE] = true},
        [PARTY_ROOT] = {[RIGHT_SEE] = true, [RIGHT_DECIDE] = true, [RIGHT_HEAR] = true, [RIGHT_OPERATE] = true},
};

enum right permission_needed(const char *method)
{
        for (size_t i = 0; i < ELEMENTS(methods); i++)
                if (strcmp(method, methods[i].method) == 0)
                        return methods[i].right;
        return RIGHT_OPERATE;
}

bool permission_has(enum party party, enum right right)
{
        return granted[party][right];
}
