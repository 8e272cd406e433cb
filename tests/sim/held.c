/* Who is held: people hold an agency or all of them, with an end or without, and release them again. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "store/holds.h"

static const struct decider clerk = {"clerk", 1000};

static const char *name_of(const struct sim *sim, int slot)
{
        return slot == EVERYBODY ? "" : sim->block.agencies[slot].id;
}

bool held_agency(const struct sim *sim, int agency)
{
        return rules_held(&sim->holds[agency], sim_today(sim)) || rules_held(&sim->holds[EVERYBODY], sim_today(sim));
}

bool held_id(const struct sim *sim, const char *agency)
{
        for (int i = 0; i < sim->block.n_agencies; i++)
                if (strcmp(sim->block.agencies[i].id, agency) == 0)
                        return held_agency(sim, i);
        return false; /* the contact */
}

civil_day held_until(const struct sim *sim, int agency)
{
        civil_day last = CIVIL_NONE;

        for (int slot = 0; slot <= EVERYBODY; slot++) {
                const struct hold *hold = &sim->holds[slot];

                if ((slot != agency && slot != EVERYBODY) || !rules_held(hold, sim_today(sim)))
                        continue;
                if (hold->until == CIVIL_NONE)
                        return CIVIL_LAST_DAY;
                if (hold->until > last)
                        last = hold->until;
        }
        return last;
}

/* ---- the store's word ---- */

static void read_store(struct sim *sim, struct hold holds[static EVERYBODY + 1])
{
        struct hold_record *records = NULL;
        size_t n = 0;

        memset(holds, 0, sizeof(*holds) * (EVERYBODY + 1));
        (void)store_list_holds(sim_store(sim), &records, &n);
        for (size_t i = 0; i < n; i++) {
                for (int slot = 0; slot <= EVERYBODY; slot++)
                        if ((slot == EVERYBODY || slot < sim->block.n_agencies) &&
                            strcmp(records[i].agency, name_of(sim, slot)) == 0)
                                holds[slot] = (struct hold){.is = true, .until = records[i].until};
                hold_record_clear(&records[i]);
        }
        free(records);
}

void held_reconcile(struct sim *sim, bool restarted)
{
        struct hold stored[EVERYBODY + 1];

        read_store(sim, stored);
        for (int slot = 0; slot <= EVERYBODY; slot++) {
                struct hold *hold = &sim->holds[slot];
                bool same = stored[slot].is == hold->is && (!hold->is || stored[slot].until == hold->until);

                /* One that is over goes with the next tick in the hours. */
                if (!same && !sim->hold_in_doubt[slot] && !(hold->is && !stored[slot].is && hold->over))
                        sim_fail(sim, "the store has another hold of \"%s\" than was decided", name_of(sim, slot));
                *hold = stored[slot];
                sim->hold_in_doubt[slot] &= !restarted;
        }
}

void held_look(struct sim *sim)
{
        for (int slot = 0; slot <= EVERYBODY; slot++)
                sim->holds[slot].over |= sim->holds[slot].is && !rules_held(&sim->holds[slot], sim_today(sim));
}

/* ---- decisions ---- */

/* False: the process died, or the disk did not take it. */
static bool is_known(struct sim *sim, int slot, int r, const char *verb, long told)
{
        sim->hold_in_doubt[slot] |= r < 0 || sim->dead;
        if (r < 0 && !sim->dead && !ramdisk_failed())
                sim_fail(sim, "%s of \"%s\": %s", verb, name_of(sim, slot), strerror(-r));
        if (r == DECIDED && !sim->dead && sim->told[EVENT_HOLD] == told)
                sim_fail(sim, "%s of \"%s\", and the journal is silent", verb, name_of(sim, slot));
        return r >= 0 && !sim->dead;
}

static void hold(struct sim *sim, struct chance *chance, int slot)
{
        const char *agency = name_of(sim, slot);
        civil_day today = sim_today(sim),
                  until = chance_percent(chance, 40) ? CIVIL_NONE : today + chance_between(chance, -1, 10);
        struct decision_result result = {0};
        long told = sim->told[EVENT_HOLD];
        int r = decide_hold(manager_engine(sim->manager), &clerk, &agency, slot != EVERYBODY, until, "bão", &result);

        sim_say(sim, "hold \"%s\" until day %d: %s", agency, (int)until, result.text ? result.text : "decided");
        if (is_known(sim, slot, r, "hold", told)) {
                if ((r == DECIDED) != (until == CIVIL_NONE || until >= today))
                        sim_fail(sim, "a hold until day %d on day %d is %s", (int)until, (int)today,
                                 r == DECIDED ? "decided" : result.text);
                if (r == DECIDED)
                        sim->holds[slot] = (struct hold){.is = true, .until = until};
        }
        decision_result_clear(&result);
}

static void release(struct sim *sim, int slot)
{
        const char *agency = name_of(sim, slot);
        struct decision_result result = {0};
        long told = sim->told[EVENT_HOLD];
        int r = decide_release(manager_engine(sim->manager), &clerk, &agency, slot != EVERYBODY, &result);

        sim_say(sim, "release \"%s\": %s", agency, result.text ? result.text : "decided");
        if (is_known(sim, slot, r, "release", told)) {
                if ((r == DECIDED) != sim->holds[slot].is && !sim->holds[slot].over && !sim->hold_in_doubt[slot])
                        sim_fail(sim, "the release of \"%s\" is %s", agency, r == DECIDED ? "decided" : result.text);
                sim->holds[slot] = (struct hold){0};
        }
        decision_result_clear(&result);
}

void held_decide(struct sim *sim)
{
        struct chance *chance = &sim->streams[CLASS_PEOPLE];
        int slot = chance_percent(chance, 25) ? EVERYBODY : chance_between(chance, 0, sim->block.n_agencies - 1);

        held_look(sim);
        sim->totals.decisions++;
        if (sim->holds[slot].is ? chance_percent(chance, 80) : chance_percent(chance, 10))
                release(sim, slot);
        else
                hold(sim, chance, slot);
}
