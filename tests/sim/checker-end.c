/* What must hold in the store: it has what was decided (checker_states), and at the end every notice is accounted for
 * (checker_end). */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/attempts.h"

/* Also over a crash: what was counted was committed. */
static void check_totals(struct sim *sim)
{
        struct store_totals totals;

        if (store_total(sim_store(sim), sim_today(sim), &totals) < 0)
                sim_fail(sim, "what there is cannot be counted");
        for (int kind = 0; kind < CHANNEL_KINDS; kind++) {
                const struct channel_totals *before = &sim->counted.channels[kind], *now = &totals.channels[kind];

                if (now->attempts < before->attempts)
                        sim_fail(sim, "the count of attempts fell to %lld", (long long)now->attempts);
                for (int state = 0; state < DELIVERY_STATES; state++)
                        if (now->finished[state] < before->finished[state])
                                sim_fail(sim, "the count of deliveries that are %s fell to %lld",
                                         delivery_state_name((enum delivery_state)state),
                                         (long long)now->finished[state]);
        }
        sim->counted = totals;
}

void checker_states(struct sim *sim)
{
        struct store *store = sim_store(sim);

        ramdisk_hold();

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};

                checker_look_up(sim, duty);
                if (store_get_obligation(store, duty->obligation_id, &record) != 0)
                        sim_fail(sim, "an obligation is gone");
                if (record.obligation.status != duty->status || record.obligation.fixed != duty->fixed ||
                    record.obligation.snoozed_until != duty->snoozed_until ||
                    record.obligation.claimed != duty->claimed ||
                    (duty->status == OBLIGATION_DONE && record.obligation.done_on != duty->done_on))
                        sim_fail(sim,
                                 "the store has for %s of %s: status %d, fixed %d, snoozed %d; it should be %d, %d, %d",
                                 item_name(sim, duty), agency_name(sim, duty), (int)record.obligation.status,
                                 (int)record.obligation.fixed, (int)record.obligation.snoozed_until, (int)duty->status,
                                 (int)duty->fixed, (int)duty->snoozed_until);
                accepted_check(sim, duty);
                if (record.effective !=
                    (rules_due(duty) == CIVIL_NONE ? CIVIL_NONE : rules_effective(&sim->rules, duty)))
                        sim_fail(sim, "the store counts lateness of %s of %s from another day", item_name(sim, duty),
                                 agency_name(sim, duty));
        }
        check_totals(sim);
        ramdisk_go_on();
}

static int note_waiting(void *userdata, const struct delivery_record *record)
{
        (void)record;
        *(bool *)userdata = true;
        return 0;
}

static bool is_present(const struct sim *sim, const char *id)
{
        for (int i = 0; i < sim->block.n_agencies; i++)
                if (strcmp(sim->block.agencies[i].id, id) == 0)
                        return sim->block.agencies[i].present;
        return false;
}

static int check_notice(void *userdata, const struct notice_record *record)
{
        struct sim *sim = userdata;
        bool open = rules_open(&sim->rules, sim_wall(sim)) && !held_id(sim, record->agency);

        if (record->state == NOTICE_NEW && open)
                sim_fail(sim, "at the end a notice %s to %s was never taken up", record->rung, record->agency);
        if ((record->state == NOTICE_SKIPPED || record->state == NOTICE_CANCELLED) && !sim->dropped &&
            (!record->detail || !*record->detail))
                sim_fail(sim, "notice %s to %s was %s without a reason", record->rung, record->agency,
                         notice_state_name(record->state));
        if (record->state == NOTICE_SENT && record->obligation_id != 0 &&
            outside_arrived(sim, record) == ARRIVED_NOWHERE)
                sim_fail(sim, "notice %s to %s counts as sent, and was in no message that arrived", record->rung,
                         record->agency);
        if (record->state == NOTICE_CANCELLED && record->detail &&
            strncmp(record->detail, "no longer an address", 20) == 0 && is_present(sim, record->agency))
                sim_fail(sim, "notice %s to %s was lost with an address", record->rung, record->agency);
        if (record->state == NOTICE_QUEUED && record->obligation_id != 0 && open) {
                bool waits = false;
                const struct delivery_filter filter = {.state = DELIVERY_QUEUED,
                                                       .obligation_id = record->obligation_id};

                (void)store_each_delivery(sim_store(sim), &filter, note_waiting, &waits);
                if (!waits)
                        sim_fail(sim, "at the end notice %s to %s is queued, and no delivery waits", record->rung,
                                 record->agency);
        }
        return 0;
}

static int check_delivery(void *userdata, const struct delivery_record *record)
{
        struct sim *sim = userdata;
        const struct delivery_log *log = outside_log(sim, record->id);

        bool idle = rules_open(&sim->rules, sim_wall(sim)) && !held_id(sim, record->agency) &&
                    manager_wake(sim->manager) > sim->now + 60000;

        /* Claimed, and the hours closed or the minute was full before its turn came: it is the first to go. */
        if (record->state == DELIVERY_SENDING && idle)
                sim_fail(sim, "at the end %s is still being sent", record->id);
        if (record->state == DELIVERY_QUEUED && record->next_ms < sim->now && idle)
                sim_fail(sim, "at the end %s waits and is due", record->id);
        if (record->state == DELIVERY_SENT && log->accepts == 0)
                sim_fail(sim, "%s counts as sent and never arrived", record->id);
        return 0;
}

void checker_end(struct sim *sim)
{
        struct store *store = sim_store(sim);
        const struct delivery_filter all = {.state = -1};

        checker_states(sim);
        if (store_recount(store) != 0)
                sim_fail(sim, "what status counts is not what is there");
        for (int i = 0; i < sim->n_duties; i++) {
                (void)store_each_notice(store, sim->duties[i].occurrence_id, sim->duties[i].obligation_id, check_notice,
                                        sim);
                (void)store_each_notice(store, sim->duties[i].occurrence_id, 0, check_notice, sim);
        }
        (void)store_each_delivery(store, &all, check_delivery, sim);
}
