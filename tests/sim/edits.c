/* The administrator: edits plans, agencies, policies, hours, zone and servers, and reloads. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* ---- what a sync brings about ---- */

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
                sim_fail(sim, "more duties than a simulation can have");
        *duty = (struct duty){
                .item = item,
                .agency = agency,
                .key = key,
                .fixed = CIVIL_NONE,
                .snoozed_until = CIVIL_NONE,
                .known = sim_today(sim),
                .urged = CIVIL_NONE,
                .settled = WALL_NONE,
                .seen = WALL_NONE,
                .leader = leader ? (int)(leader - sim->duties) : sim->n_duties,
        };
        sim->n_duties++;
        return duty;
}

/* A day that is moved into the past, or that passed while nobody watched, had passed before it was known. */
static void begin(const struct sim *sim, struct duty *duty, bool moved)
{
        civil_day today = sim_today(sim);

        if (duty->status == OBLIGATION_DONE || duty->status == OBLIGATION_WAIVED ||
            duty->status == OBLIGATION_UNFINISHED)
                return;
        if (duty->status == OBLIGATION_WITHDRAWN ? duty->known > today
                                                 : moved && rules_effective(&sim->rules, duty) < today)
                duty->known = today;
        duty->status = rules_beginning(&sim->rules, duty);
}

static void withdraw(const struct sim *sim, struct duty *duty)
{
        civil_day effective = rules_effective(&sim->rules, duty);

        duty->status = OBLIGATION_WITHDRAWN;
        duty->claimed = false;
        if (effective != CIVIL_NONE && effective >= sim_today(sim))
                duty->known = effective + 1;
}

static void sync_duty(struct sim *sim, int index, civil_day key, struct block_dates dates, int agency)
{
        const struct block_item *item = &sim->block.items[index];
        struct duty *duty = find(sim, index, key, agency);
        bool known = duty != NULL, moved;
        enum obligation_status before;

        if (!duty)
                duty = add(sim, index, key, agency);
        moved = known && (duty->from != dates.from || duty->due != dates.due || duty->tentative != dates.tentative);
        duty->from = dates.from;
        duty->due = dates.due;
        duty->tentative = dates.tentative;
        duty->shift = item->shift;
        duty->stale = true;
        duty->planned = true;
        moved &= duty->fixed == CIVIL_NONE;
        before = duty->status;
        begin(sim, duty, moved);
        if (moved && before == OBLIGATION_OPEN && duty->status == OBLIGATION_OPEN) {
                duty->settled = sim_wall(sim);
                if (rules_snooze_hides(&sim->rules, duty))
                        duty->snoozed_until = CIVIL_NONE;
        }
        if (before == OBLIGATION_OPEN && duty->status == OBLIGATION_UNCLEAR)
                duty->snoozed_until = CIVIL_NONE;
        if (before == OBLIGATION_WITHDRAWN || (before == OBLIGATION_UNCLEAR && duty->status == OBLIGATION_OPEN)) {
                wall_time from = sim_wall(sim) - sim->block.catch_up;

                if (duty->settled > from)
                        duty->settled = from;
        }
}

static bool is_settled(const struct duty *duty)
{
        return duty->status == OBLIGATION_DONE || duty->status == OBLIGATION_WAIVED ||
               duty->status == OBLIGATION_UNFINISHED;
}

/* The last of those who had it before the heir and have it still; else the last who ever had it. */
static struct duty *predecessor(struct sim *sim, int index, civil_day key, int agency, int heir)
{
        struct duty *last = NULL;

        for (; agency != heir; agency = sim->block.agencies[agency].successor) {
                struct duty *duty = find(sim, index, key, agency);

                if (duty && (!last || last->status == OBLIGATION_WITHDRAWN || duty->status != OBLIGATION_WITHDRAWN))
                        last = duty;
        }
        return last;
}

/* The heir owes it as it was owed, and hears of what comes next. */
static void hand_over(struct sim *sim, int index, struct block_dates dates, struct duty *old, int heir)
{
        struct duty *duty = find(sim, index, old->key, heir);

        if (!duty)
                duty = add(sim, index, old->key, heir);
        duty->from = old->from;
        duty->due = old->due;
        duty->tentative = old->tentative;
        duty->fixed = old->fixed;
        duty->known = old->known;
        duty->urged = old->urged;
        duty->status = old->status;
        duty->snoozed_until = CIVIL_NONE;
        duty->claimed = false;
        old->status = OBLIGATION_WITHDRAWN;
        old->claimed = false;
        sync_duty(sim, index, old->key, dates, heir);
        duty->settled = sim_wall(sim);
}

static void sync_agency(struct sim *sim, int index, civil_day day, int agency)
{
        const struct block_item *item = &sim->block.items[index];
        civil_day key = block_has_days(item) ? day : CIVIL_NONE;
        struct block_dates dates = block_dates(&sim->block, item, day, agency);
        int heir = block_heir(&sim->block, agency);
        struct duty *own = find(sim, index, key, heir), *old;

        if (!block_owes(&sim->block, item, agency) || (heir != agency && block_owes(&sim->block, item, heir)))
                return;
        old = heir != agency ? predecessor(sim, index, key, agency, heir) : NULL;
        if (own && own->status == OBLIGATION_WITHDRAWN && old && old->status == OBLIGATION_WITHDRAWN)
                old = NULL;
        if ((own && own->status != OBLIGATION_WITHDRAWN) || !old)
                sync_duty(sim, index, key, dates, heir);
        else if (!is_settled(old))
                hand_over(sim, index, dates, old, heir);
}

/* What comes back is looked at again for as long as it is caught up. */
static void return_leader(struct sim *sim, int index, civil_day key)
{
        struct duty *duty = find(sim, index, key, -1);
        wall_time from = sim_wall(sim) - sim->block.catch_up;

        if (!duty)
                return;
        duty = &sim->duties[duty->leader];
        for (int i = 0; i < sim->n_duties; i++)
                if (sim->duties[i].leader == duty->leader && sim->duties[i].planned)
                        return;
        if (duty->seen > from)
                duty->seen = from;
}

/* What a plan's end makes of it, or that the end is still to come after all. */
static void close_duty(struct sim *sim, struct duty *duty)
{
        bool open = duty->status == OBLIGATION_OPEN || duty->status == OBLIGATION_UNCLEAR;
        bool closed = rules_closed(&sim->rules, duty, sim_today(sim));
        wall_time from = sim_wall(sim) - sim->block.catch_up;

        if (closed ? !open : duty->status != OBLIGATION_UNFINISHED)
                return;
        duty->stale = true;
        if (closed)
                duty->status = OBLIGATION_UNFINISHED;
        else if (!duty->planned)
                withdraw(sim, duty);
        else {
                duty->status = rules_beginning(&sim->rules, duty);
                if (duty->settled > from)
                        duty->settled = from;
        }
}

void edits_close(struct sim *sim)
{
        for (int i = 0; i < sim->n_duties; i++)
                close_duty(sim, &sim->duties[i]);
}

void edits_sync(struct sim *sim)
{
        memcpy(sim->duties_before, sim->duties, sizeof(*sim->duties) * (size_t)sim->n_duties);
        sim->n_duties_before = sim->n_duties;
        sim->sync_pending = true;
        edits_close(sim);
        for (int i = 0; i < sim->block.n_items; i++) {
                const struct block_item *item = &sim->block.items[i];
                civil_day days[12];
                int n = item->present && sim->block.plans[item->plan] ? block_days(&sim->block, item, days) : 0;

                for (int d = 0; d < n; d++)
                        return_leader(sim, i, block_has_days(item) ? days[d] : CIVIL_NONE);
        }
        for (int i = 0; i < sim->n_duties; i++)
                sim->duties[i].planned = false;
        for (int i = 0; i < sim->block.n_items; i++) {
                const struct block_item *item = &sim->block.items[i];
                civil_day days[12];
                int n = item->present && sim->block.plans[item->plan] ? block_days(&sim->block, item, days) : 0;

                for (int d = 0; d < n; d++)
                        for (int a = 0; a < sim->block.n_agencies; a++)
                                sync_agency(sim, i, days[d], a);
        }
        edits_close(sim); /* what is new in a plan that is closed */
        for (int i = 0; i < sim->n_duties; i++) {
                sim->duties[i].stale = true; /* hours and policies may be others */
                if (!sim->duties[i].planned &&
                    (sim->duties[i].status == OBLIGATION_OPEN || sim->duties[i].status == OBLIGATION_UNCLEAR))
                        withdraw(sim, &sim->duties[i]);
        }
}

/* ---- the reload ---- */

static void reload(struct sim *sim)
{
        struct settings *old = sim->settings;
        long told = sim->told[EVENT_STORE_TROUBLE];
        int r;

        sim_load(sim);
        clock_set_zone(sim->block.zone);
        checker_unsettle(sim);
        edits_sync(sim);
        accepted_look(sim);
        sim->n_departures = 0;
        r = manager_adopt(sim->manager, sim->settings, NULL);
        while (r < 0 && !sim->dead &&
               ramdisk_failed()) { /* whoever reloads is told, mends the disk and does it again */
                sim_say(sim, "the reload fails: %s", strerror(-r));
                ramdisk_trouble(RAMDISK_SOUND, 0, 0);
                r = manager_adopt(sim->manager, sim->settings, NULL);
        }
        settings_unref(old);
        if (sim->dead) {
                crash_now(sim);
                return;
        }
        if (r < 0)
                sim_fail(sim, "an edited plan is refused: %s", strerror(-r));
        /* The reload is through; the tick in it may have failed, is told and comes again. */
        sim->in_trouble = ramdisk_failed() && (sim->in_trouble || sim->told[EVENT_STORE_TROUBLE] > told);
        sim->sync_pending = false;
        accepted_settle(sim, sim->in_trouble);
        checker_states(sim);
}

/* ---- plans and agencies ---- */

static void next_year(struct sim *sim, struct chance *chance)
{
        struct block *block = &sim->block;

        if (!block->plans[1]) {
                block->plans[1] = true;
                for (int i = 0; i < 2; i++)
                        (void)block_add_item(block, 1, chance);
                sim_say(sim, "the plan of %d is issued", block->year + 1);
        } else if (block->plans[0] && civil_split(sim_today(sim)).year > block->year) {
                block->plans[0] = false;
                sim_say(sim, "the plan of %d is put away", block->year);
        } else {
                (void)block_add_item(block, 1, chance);
                sim_say(sim, "the plan of %d has one item more", block->year + 1);
        }
}

/* The same thing under another id: the old one is withdrawn, the new one owed. */
static void rename_item(struct sim *sim, int index)
{
        struct block *block = &sim->block;

        if (block->n_items == ITEMS_MAX)
                return;
        block->items[block->n_items] = block->items[index];
        block->items[block->n_items].banned = sim->replay->no_item[block->n_items];
        snprintf(block->items[block->n_items].id, sizeof(block->items[0].id), "i%d", block->n_items);
        block->items[index].present = false;
        block->n_items++;
        sim_say(sim, "item %s is renamed to %s", block->items[index].id, block->items[block->n_items - 1].id);
}

static void agency_event(struct sim *sim, struct chance *chance)
{
        struct block *block = &sim->block;
        struct block_agency *agency;

        if (block->n_agencies == FIRST_PLAIN || chance_percent(chance, 35)) {
                (void)block_add_agency(block, chance);
                sim_say(sim, "an agency is added");
                return;
        }
        agency = &block->agencies[chance_between(chance, FIRST_PLAIN, block->n_agencies - 1)];
        agency->present = !agency->present && !agency->banned;
        sim_say(sim, "agency %s is %s", agency->id, agency->present ? "back" : "gone");
}

/* It merges into any other one that answers for itself; or it is found that it did not. */
static void merge(struct sim *sim, struct chance *chance)
{
        struct block *block = &sim->block;
        int from = chance_between(chance, FIRST_PLAIN - 1, block->n_agencies - 1), into;
        struct block_agency *agency = &block->agencies[from];

        if (from < FIRST_PLAIN) /* nobody may be there who can merge */
                return;
        into = chance_between(chance, HEAD, block->n_agencies - 1);
        if (agency->merged) {
                agency->merged = false;
                sim_say(sim, "agency %s stands for itself again", agency->id);
        } else if (into != from && !block->agencies[into].merged && block->agencies[into].present) {
                agency->merged = true;
                agency->successor = into;
                sim_say(sim, "agency %s merges into %s", agency->id, block->agencies[into].id);
        }
}

static void ban(struct sim *sim)
{
        for (int i = 0; i < sim->block.n_items; i++)
                sim->block.items[i].present &= !sim->replay->no_item[i];
        for (int i = FIRST_PLAIN; i < sim->block.n_agencies; i++)
                sim->block.agencies[i].present &= !sim->replay->no_agency[i];
}

void edits_plan(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_EDIT];
        struct block *block = &sim->block;
        int index = chance_between(chance, 0, block->n_items - 1);
        struct block_item *item = &block->items[index];

        switch (chance_between(chance, 0, 9)) {
        case 0:
                (void)block_add_item(block, 0, chance);
                sim_say(sim, "an item is added");
                break;
        case 1:
        case 2:
                item->present = !item->present;
                sim_say(sim, "item %s is %s", item->id, item->present ? "back" : "gone");
                break;
        case 3:
        case 4:
                agency_event(sim, chance);
                break;
        case 5:
                next_year(sim, chance);
                break;
        case 8:
        case 9:
                merge(sim, chance);
                break;
        case 6:
                rename_item(sim, index);
                break;
        default:
                block_move_item(block, item, chance);
                sim_say(sim, "item %s moves to day %d", item->id, (int)item->due);
                break;
        }
        ban(sim);
        reload(sim);
}

/* ---- policies, hours, zone, servers ---- */

#define ADDRESSES 6 /* among the things that an administrator changes */

static void correct_address(struct sim *sim, struct chance *chance)
{
        int any = chance_between(chance, 0, sim->block.n_agencies - 1);
        struct block_agency *agency = &sim->block.agencies[sim->suspect >= 0 ? sim->suspect : any];
        int mailbox = chance_between(chance, 0, 1);

        if (chance_percent(chance, 30))
                agency->mailboxes = 3 - agency->mailboxes;
        else if (agency->corrected[mailbox] > 0 && chance_percent(chance, 30))
                agency->corrected[mailbox]--;
        else
                agency->corrected[mailbox]++;
        sim->suspect = -1;
        sim_say(sim, "the addresses of %s are put right", agency->id);
}

void edits_config(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_CONFIG];
        struct block *block = &sim->block;
        int policy = chance_between(chance, 0, POLICIES - 1);

        if (chance_percent(chance, 25)) {
                block_random_acceptance(block, chance);
                sim_say(sim, "claims are accepted otherwise: %d", (int)block->accept);
        }
        switch (sim->suspect >= 0 ? ADDRESSES : chance_between(chance, 0, ADDRESSES)) {
        case 0:
                block_random_policy(&block->policies[policy], chance);
                sim_say(sim, "policy p%d is another", policy);
                break;
        case 1:
                block->policies[policy].at = chance_between(chance, 7, 18) * 3600;
                sim_say(sim, "policy p%d speaks at another hour", policy);
                break;
        case 2:
                block_random_hours(block, chance);
                sim_say(sim, "the hours are %d to %d", block->open / 60, block->close / 60);
                break;
        case 3:
                block->zone = block_random_zone(chance);
                sim_say(sim, "the zone is %s", block->zone);
                break;
        case 4:
                block_random_servers(block, chance);
                sim_say(sim, "the servers are others; %d a minute", block->per_minute);
                break;
        case 5: {
                struct block_item *item = &block->items[chance_between(chance, 0, block->n_items - 1)];

                item->shift = (enum shift)chance_between(chance, 0, 2);
                item->policy = policy;
                sim_say(sim, "item %s follows policy p%d, shift %d", item->id, policy, (int)item->shift);
                break;
        }
        default:
                correct_address(sim, chance);
                break;
        }
        reload(sim);
}
