/* What agencies claim and nobody answers is accepted by the program at its moment; what the store has of it after a
 * tick that failed, and after a crash. */
#include "sim.h"

#include "base/cleanup.h"
#include "store/claims.h"

static const struct act confirm = {.verb = ACT_CONFIRM};

/* Where the disk let it. */
void accepted_look(struct sim *sim)
{
        civil_day today = sim_today(sim);

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];

                if (duty->accepting || rules_accepted_at(&sim->rules, duty) > sim_wall(sim) ||
                    rules_may(&sim->rules, duty, &confirm, today) != ALLOWED)
                        continue;
                sim_say(sim, "what %s says of %s is accepted", sim->block.agencies[duty->agency].id,
                        sim->block.items[duty->item].id);
                duty->accepting = true;
                duty->status_before = duty->status;
                duty->snoozed_before = duty->snoozed_until;
                rules_act(&sim->rules, duty, &confirm, today);
        }
}

static bool is_in_store(struct sim *sim, struct duty *duty)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};

        checker_look_up(sim, duty);
        return store_get_obligation(sim_store(sim), duty->obligation_id, &record) == 0 && !record.obligation.claimed &&
               record.obligation.status == OBLIGATION_DONE;
}

void accepted_settle(struct sim *sim, bool failed)
{
        if (sim->n_duties == 0)
                return;
        ramdisk_hold();
        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];

                if (!duty->accepting)
                        continue;
                duty->accepting = false;
                if (is_in_store(sim, duty))
                        continue;
                if (!failed)
                        sim_fail(sim, "what %s says of %s is not accepted", sim->block.agencies[duty->agency].id,
                                 sim->block.items[duty->item].id);
                duty->status = duty->status_before;
                duty->snoozed_until = duty->snoozed_before;
                duty->claimed = true;
                duty->stale = true;
        }
        ramdisk_go_on();
}

wall_time accepted_next(const struct sim *sim)
{
        wall_time next = WALL_NEVER;

        for (int i = 0; i < sim->n_duties; i++) {
                wall_time at = rules_accepted_at(&sim->rules, &sim->duties[i]);

                if (at > sim_wall(sim) && at < next)
                        next = at;
        }
        return next;
}

void accepted_check(struct sim *sim, const struct duty *duty)
{
        struct claim_record CLEANUP(claim_record_clear) claim = {0};

        if (!duty->claimed)
                return;
        if (store_find_open_claim(sim_store(sim), duty->obligation_id, &claim) != 0)
                sim_fail(sim, "what %s says of %s is lost", sim->block.agencies[duty->agency].id,
                         sim->block.items[duty->item].id);
        if (claim_is_request(&claim.claim) != duty->asks ||
            (duty->asks ? claim.claim.until : claim.claim.on) != duty->word)
                sim_fail(sim, "the store has that %s %s %s by day %d; it should be day %d",
                         sim->block.agencies[duty->agency].id, claim_is_request(&claim.claim) ? "asks for" : "finished",
                         sim->block.items[duty->item].id,
                         (int)(claim_is_request(&claim.claim) ? claim.claim.until : claim.claim.on), (int)duty->word);
}
