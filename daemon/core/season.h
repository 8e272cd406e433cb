/* How far a plan has come with what is owed, which tells what a name means that two plans have. */
#pragma once

#include "core/ladder.h"

/* The year's reports come in until the end of March after it; what is settled then, nobody asks for by its bare name.
 */
#define SEASON_END_MONTH 3
#define SEASON_END_DAY 31

/* Of one obligation of a plan of that year. */
enum reference_stage season_stage(const struct ladder_rules *rules, const struct obligation *obligation,
                                  int32_t plan_year, wall_time now);
