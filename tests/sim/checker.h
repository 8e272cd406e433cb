/* What the parts of the checker share: how a duty is called. */
#pragma once

#include "sim.h"

static inline const char *item_name(const struct sim *sim, const struct duty *duty)
{
        return sim->block.items[duty->item].id;
}

static inline const char *plan_name(const struct sim *sim, const struct duty *duty)
{
        return block_plan_ids[sim->block.items[duty->item].plan];
}

static inline const char *agency_name(const struct sim *sim, const struct duty *duty)
{
        return sim->block.agencies[duty->agency].id;
}

static inline bool is_reminder(enum notice_kind kind)
{
        return kind == KIND_ADVANCE || kind == KIND_DUE || kind == KIND_OVERDUE || kind == KIND_OBSERVANCE;
}
