/* An obligation that has a day. */
#pragma once

#include "core/obligation.h"

#define DUE_DAY 20000
static const struct obligation fixture_dated = {
        .from = CIVIL_NONE,
        .due = DUE_DAY,
        .fixed = CIVIL_NONE,
        .done_on = CIVIL_NONE,
        .snoozed_until = CIVIL_NONE,
};
