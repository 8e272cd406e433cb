/* People: they decide things on obligations and deliveries, edit the plan, add and remove agencies.
 * Depends on sim.
 * Called by sim when their moment comes. What they did is noted in the duties, the simulation's own memory. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

static const struct decider clerk = {"clerk", 1000};

/* ---- the plan ---- */

static bool owes(const struct block *block, const struct block_item *item, int agency)
{
        return block->agencies[agency].present && (item->owner == OWNER_MEMBERS || item->owner == agency);
}

static struct duty *find(struct sim *sim, int item, civil_day key, int agency)
{
        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];

                if (duty->item == item && duty->key == key && (agency < 0 || duty->agency == agency))
                        return duty;
        }
        return NULL;
}

static struct duty *add(struct sim *sim, int item, civil_day key, int agency)
{
        struct duty *leader = find(sim, item, key, -1), *duty = &sim->duties[sim->n_duties];

        if (sim->n_duties == DUTIES_MAX)
                abort();
        *duty = (struct duty){
                .item = item,
                .agency = agency,
                .key = key,
                .fixed = CIVIL_NONE,
                .snoozed_until = CIVIL_NONE,
                .settled = WALL_NONE,
                .seen = WALL_NONE,
                .leader = leader ? (int)(leader - sim->duties) : sim->n_duties,
        };
        sim->n_duties++;
        return duty;
}

static void sync_duty(struct sim *sim, int index, civil_day day, int agency)
{
        const struct block_item *item = &sim->block.items[index];
        civil_day key = item->form == DATE_REPEAT ? day : CIVIL_NONE;
        struct duty *duty = find(sim, index, key, agency);
        bool known = duty != NULL, moved;

        if (!duty)
                duty = add(sim, index, key, agency);
        moved = known && (duty->from != item->from || duty->due != day || duty->tentative != item->tentative);
        duty->from = item->form == DATE_REPEAT ? CIVIL_NONE : item->from;
        duty->due = day;
        duty->tentative = item->tentative;
        duty->shift = item->shift;
        duty->stale = true;
        duty->planned = true;
        if (moved && duty->status == OBLIGATION_OPEN && duty->fixed == CIVIL_NONE) {
                duty->settled = sim_wall(sim);
                duty->moved = true;
                if (rules_snooze_hides(&sim->rules, duty))
                        duty->snoozed_until = CIVIL_NONE;
        }
        if (duty->status == OBLIGATION_WITHDRAWN)
                duty->status = OBLIGATION_OPEN;
}

void people_sync(struct sim *sim)
{
        for (int i = 0; i < sim->n_duties; i++)
                sim->duties[i].planned = sim->duties[i].moved = false;
        for (int i = 0; i < sim->block.n_items; i++) {
                civil_day days[12];
                int n = sim->block.items[i].present ? block_days(&sim->block, &sim->block.items[i], days) : 0;

                for (int d = 0; d < n; d++)
                        for (int a = 0; a < sim->block.n_agencies; a++)
                                if (owes(&sim->block, &sim->block.items[i], a))
                                        sync_duty(sim, i, days[d], a);
        }
        for (int i = 0; i < sim->n_duties; i++)
                if (!sim->duties[i].planned && sim->duties[i].status == OBLIGATION_OPEN) {
                        sim->duties[i].status = OBLIGATION_WITHDRAWN;
                        sim->duties[i].stale = true;
                }
}

void people_edit(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_EDIT];
        struct block *block = &sim->block;
        struct block_item *item = &block->items[chance_between(chance, 0, block->n_items - 1)];
        struct settings *old = sim->settings;
        int r;

        switch (chance_between(chance, 0, 5)) {
        case 0:
                (void)block_add_item(block, chance);
                sim_say(sim, "the plan is edited: an item is added");
                break;
        case 1:
                item->present = !item->present;
                sim_say(sim, "the plan is edited: %s is %s", item->id, item->present ? "back" : "gone");
                break;
        case 2:
                if (block->n_agencies > FIRST_PLAIN) {
                        struct block_agency *agency =
                                &block->agencies[chance_between(chance, FIRST_PLAIN, block->n_agencies - 1)];

                        agency->present = !agency->present;
                        sim_say(sim, "agency %s is %s", agency->id, agency->present ? "back" : "gone");
                        break;
                }
                /* fall through */
        case 3:
                (void)block_add_agency(block, chance);
                sim_say(sim, "an agency is added");
                break;
        default:
                block_move_item(block, item, chance);
                sim_say(sim, "the plan is edited: %s moves to day %d", item->id, (int)item->due);
                break;
        }
        sim->totals.faults[CLASS_EDIT]++;
        sim_load(sim);
        people_sync(sim);
        sim->commits = 0;
        r = manager_adopt(sim->manager, sim->settings);
        settings_unref(old);
        if (sim->dead) {
                if (sim->commits == 0)
                        sim->unsynced_at = sim_wall(sim);
                crash_now(sim);
        } else if (r < 0)
                sim_fail(sim, "an edited plan is refused: %s", strerror(-r));
        else
                checker_states(sim);
}

/* ---- obligations ---- */

/* The date was changed by hand: the ladder starts anew. */
static void date_changed(struct sim *sim, struct duty *duty)
{
        if (rules_snooze_hides(&sim->rules, duty))
                duty->snoozed_until = CIVIL_NONE;
        duty->settled = sim_wall(sim);
}

struct act {
        const char *verb;
        civil_day day;
};

static int decide(struct sim *sim, const struct duty *duty, const struct decision_scope *scope, struct act *act,
                  struct decision_result *result)
{
        struct engine *engine = manager_engine(sim->manager);
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        civil_day today = wall_day(sim_wall(sim));

        switch (chance_between(chance, 0, 9)) {
        case 0:
        case 1:
                *act = (struct act){"snooze", today + chance_between(chance, 0, 15)};
                return decide_snooze(engine, &clerk, scope, act->day, "vướng", chance_percent(chance, 50), result);
        case 2:
                *act = (struct act){"unsnooze", today - 1};
                return decide_unsnooze(engine, &clerk, scope, result);
        case 3:
                *act = (struct act){"done", today - chance_between(chance, 0, 3)};
                return decide_done(engine, &clerk, scope, act->day, NULL, result);
        case 4:
        case 5:
                *act = (struct act){"reopen", today};
                if (!duty->planned) /* what has left the plan is not taken up again */
                        return DECISION_REFUSED;
                return decide_reopen(engine, &clerk, scope, "chưa đạt", result);
        case 6:
                *act = (struct act){"waive", today};
                return chance_percent(chance, 50)
                               ? decide_waive(engine, &clerk, scope, "miễn", result)
                               : decide_done(engine, &clerk, scope, (act->verb = "done", today), "xong", result);
        case 7:
                *act = (struct act){"clear-date", CIVIL_NONE};
                return decide_clear_date(engine, &clerk, scope, result);
        default:
                *act = (struct act){"set-date", today + chance_between(chance, -5, 40)};
                (void)duty;
                return decide_set_date(engine, &clerk, scope, act->day, NULL, result);
        }
}

static void note(struct sim *sim, struct duty *duty, const struct act *act)
{
        wall_time midnight = wall_at(wall_day(sim_wall(sim)), 0) - 1;

        duty->stale = true;
        switch (act->verb[0] == 's' ? act->verb[1] : act->verb[0]) {
        case 'n':
                duty->snoozed_until = act->day;
                break;
        case 'e':
                duty->fixed = act->day;
                date_changed(sim, duty);
                break;
        case 'c':
                duty->fixed = CIVIL_NONE;
                date_changed(sim, duty);
                break;
        case 'u': /* what was held back today is to go out */
                duty->snoozed_until = act->day;
                if (duty->settled > midnight)
                        duty->settled = midnight;
                break;
        case 'd':
                duty->status = OBLIGATION_DONE;
                duty->snoozed_until = CIVIL_NONE;
                break;
        case 'w':
                duty->status = OBLIGATION_WAIVED;
                duty->snoozed_until = CIVIL_NONE;
                break;
        default:
                duty->status = OBLIGATION_OPEN;
                break;
        }
}

static void decide_duty(struct sim *sim)
{
        struct duty *duty = &sim->duties[chance_between(&sim->streams[CLASS_PEOPLE], 0, sim->n_duties - 1)];
        const struct block_item *item = &sim->block.items[duty->item];
        char key[CIVIL_DATE_SIZE], name[40];
        struct decision_scope scope = {.item = name, .agency = sim->block.agencies[duty->agency].id};
        struct decision_result result = {0};
        struct act act;
        int r;

        snprintf(name, sizeof(name), "p/%s%s%s", item->id, duty->key == CIVIL_NONE ? "" : "@",
                 civil_format(duty->key, key));
        sim->commits = 0;
        r = decide(sim, duty, &scope, &act, &result);
        if (r < 0)
                sim_fail(sim, "%s of %s: %s", act.verb, name, strerror(-r));
        sim_say(sim, "%s %s for %s until/on day %d: %s", act.verb, name, scope.agency, (int)act.day,
                r == DECIDED  ? "decided"
                : result.text ? result.text
                              : "refused");
        sim->totals.decisions++;
        if (r != DECIDED)
                sim->totals.refused++;
        else if (!sim->dead || sim->commits > 0)
                note(sim, duty, &act);
        free(result.text);
}

/* ---- deliveries ---- */

struct pick {
        struct sim *sim;
        int left;
        char id[DELIVERY_ID_SIZE];
};

static int pick_one(void *userdata, const struct delivery_record *record)
{
        struct pick *pick = userdata;

        memcpy(pick->id, record->id, sizeof(pick->id));
        return pick->left-- == 0;
}

static int mark_failed(void *userdata, const struct delivery_record *record)
{
        outside_parcel(userdata, record->id)->manual = true;
        return 0;
}

static void decide_delivery(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        struct engine *engine = manager_engine(sim->manager);
        struct decision_result result = {0};
        int kind = chance_between(chance, 0, 3), r;
        const struct delivery_filter filter = {.state = kind == 0 ? (int)DELIVERY_FAILED : (int)DELIVERY_QUEUED};
        struct pick pick = {.sim = sim, .left = chance_between(chance, 0, 5)};

        (void)store_each_delivery(engine->store, &filter, pick_one, &pick);
        if (kind == 1) {
                r = decide_test(engine, &clerk, sim->block.agencies[DEPUTY].id, NULL, &result);
        } else if (kind == 2 && *pick.id) {
                sim->dropped = true;
                r = decide_drop(engine, &clerk, pick.id, &result);
        } else if (kind == 3) {
                const struct delivery_filter failed = {.state = DELIVERY_FAILED};

                (void)store_each_delivery(engine->store, &failed, mark_failed, sim);
                r = decide_retry(engine, &clerk, NULL, &result);
        } else if (*pick.id) {
                outside_parcel(sim, pick.id)->manual = true;
                r = decide_retry(engine, &clerk, pick.id, &result);
        } else
                return;
        sim->totals.decisions++;
        sim_say(sim, "%s %s: %s",
                kind == 1   ? "test"
                : kind == 2 ? "drop"
                            : "retry",
                kind == 3 ? "all" : pick.id,
                r == DECIDED  ? "decided"
                : result.text ? result.text
                              : "refused");
        if (r < 0)
                sim_fail(sim, "a decision on a delivery: %s", strerror(-r));
        free(result.text);
}

void people_decide(struct sim *sim)
{
        sim->totals.faults[CLASS_PEOPLE]++;
        if (chance_percent(&sim->streams[CLASS_PEOPLE], 15))
                decide_delivery(sim);
        else
                decide_duty(sim);
        if (sim->dead)
                crash_now(sim);
        else
                sim_tick(sim);
}
