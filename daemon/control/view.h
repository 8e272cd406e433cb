/* What the views share: the moment they are taken at, and an obligation as a dictionary. */
#pragma once

#include "control/answer.h"
#include "control/arguments.h"
#include "core/ladder.h"
#include "store/audit.h"
#include "store/claims.h"
#include "store/deliveries.h"
#include "store/obligations.h"
#include "store/plans.h"

struct view {
        struct control *control;
        struct engine *engine;
        const struct config *config;
        wall_time now;
        civil_day today;
        struct answer *answer;
};

struct view view_now(struct control *control, struct answer *answer);

/* The members of daemon/doc/formats.md section 3 for `list`, and "observance" and "shared" (other
 * plans have an item of that name); the caller opens and closes the
 * dictionary. 0 or an error of the store. */
int view_obligation(const struct view *view, const struct obligation_record *record);
/* A list of what a decision changed, each as view_obligation() has it. */
int view_list_changed(const struct view *view, const struct decision_result *result);
/* Replies to a decision with that. */
int view_changed(struct control *control, sd_bus_message *call, const struct decision_result *result);
/* The next moment at which a reminder of it will be sent, if nothing changes: WALL_NEVER where none is to come. */
wall_time view_next_reminder(const struct view *view, const struct obligation_record *record);
/* The item in the plans in force; NULL for one that left them. */
const struct item *view_item(const struct view *view, const char *plan, const char *item);
/* The ids of the agencies that targets mean. */
void view_agencies(const struct view *view, const char *key, const struct plan *plan, const struct targets *targets);
/* item_words() as a member; NULL stays away. */
void view_words(struct answer *answer, const char *key, const struct plan *plan, const struct item *item,
                const char *words, civil_day day);

/* When a plan closes, and whether it has. */
void view_plan_end(const struct view *view, const struct plan_record *record);
void view_delivery(const struct view *view, const struct delivery_record *record);
void view_claim(const struct view *view, const struct claim_record *record);
void view_event(const struct view *view, const struct audit_record *record);
