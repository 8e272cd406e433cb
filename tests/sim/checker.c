/* What must hold, at every message and after every step, said from the duties and the slow rules.
 * Depends on sim, rules.
 * Called by sim, outside and crash. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "core/cleanup.h"

static const char *item_name(const struct sim *sim, const struct duty *duty)
{
        return sim->block.items[duty->item].id;
}

static const char *agency_name(const struct sim *sim, const struct duty *duty)
{
        return sim->block.agencies[duty->agency].id;
}

struct duty *checker_find(struct sim *sim, const char *item, const char *key, const char *agency)
{
        char text[CIVIL_DATE_SIZE];

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];

                if (strcmp(item_name(sim, duty), item) == 0 && strcmp(civil_format(duty->key, text), key) == 0 &&
                    strcmp(agency_name(sim, duty), agency) == 0)
                        return duty;
        }
        return NULL;
}

static bool is_reminder(enum notice_kind kind)
{
        return kind == KIND_ADVANCE || kind == KIND_DUE || kind == KIND_OVERDUE || kind == KIND_OBSERVANCE;
}

/* ---- at every message ---- */

static void check_may_hear(struct sim *sim, const struct duty *duty, enum notice_kind kind)
{
        civil_day today = wall_day(sim_wall(sim));

        if (duty->status != OBLIGATION_OPEN)
                sim_fail(sim, "%s is sent to %s about %s, which is done, waived or withdrawn", kind_name(kind),
                         agency_name(sim, duty), item_name(sim, duty));
        if (is_reminder(kind) && duty->snoozed_until != CIVIL_NONE && duty->snoozed_until >= today)
                sim_fail(sim, "%s is sent to %s about %s during its snooze", kind_name(kind), agency_name(sim, duty),
                         item_name(sim, duty));
}

void checker_on_wire(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notices,
                     int n)
{
        if (!rules_open(&sim->rules, sim_wall(sim)) && delivery->kind != KIND_TEST &&
            !outside_parcel(sim, delivery->id)->manual)
                sim_fail(sim, "%s goes to %s outside the hours", kind_name(delivery->kind), delivery->address);
        for (int i = 0; i < n; i++) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};
                const struct duty *duty;

                /* What another address has already had stays "sent", also where this letter leaves it out. */
                if (notices[i].state == NOTICE_SENT || notices[i].obligation_id == 0 ||
                    (!is_reminder(notices[i].kind) && notices[i].kind != KIND_DATE_SET))
                        continue;
                if (store_get_obligation(manager_engine(sim->manager)->store, notices[i].obligation_id, &record) != 0)
                        sim_fail(sim, "a notice of no obligation");
                duty = checker_find(sim, record.item, record.key, record.agency);
                if (!duty)
                        sim_fail(sim, "%s is told of %s, which it never owed", record.agency, record.item);
                if (duty->status != OBLIGATION_OPEN || duty->snoozed_until != CIVIL_NONE)
                        sim_say(sim, "%.8s, attempt %u, carries %s, %s", delivery->id, delivery->attempts,
                                notices[i].rung, notice_state_name(notices[i].state));
                check_may_hear(sim, duty, notices[i].kind);
        }
}

/* Whether anybody owes an occurrence and is late (waits for a date). */
static bool anybody(const struct sim *sim, const struct letter_entry *entry, bool tentative)
{
        civil_day today = wall_day(sim_wall(sim));
        char key[CIVIL_DATE_SIZE];

        for (int i = 0; i < sim->n_duties; i++) {
                const struct duty *duty = &sim->duties[i];

                if (duty->status != OBLIGATION_OPEN || strcmp(item_name(sim, duty), entry->item) != 0 ||
                    strcmp(civil_format(duty->key, key), entry->occurrence) != 0)
                        continue;
                if (tentative ? rules_tentative(duty)
                              : !rules_tentative(duty) && rules_due(duty) != CIVIL_NONE &&
                                        rules_effective(&sim->rules, duty) < today)
                        return true;
        }
        return false;
}

static int slot_of(const char *address)
{
        return strcmp(address, "hook") == 0 ? 2 : strstr(address, "@y.") ? 1 : 0;
}

static void check_reminder(struct sim *sim, const struct delivery_record *delivery, const struct letter_entry *entry)
{
        struct duty *duty = checker_find(sim, entry->item, entry->occurrence, delivery->agency);
        civil_day today = wall_day(sim_wall(sim)), effective;

        if (!duty)
                sim_fail(sim, "%s is told of %s, which it never owed", delivery->agency, entry->item);
        check_may_hear(sim, duty, entry->kind);
        effective = rules_effective(&sim->rules, duty);
        if (entry->kind != KIND_OVERDUE && today > effective)
                sim_fail(sim, "%s of %s to %s after its due date", kind_name(entry->kind), entry->item,
                         delivery->agency);
        if (entry->kind == KIND_OVERDUE && today <= effective)
                sim_fail(sim, "%s is called overdue to %s, and is not", entry->item, delivery->agency);
        duty->left[slot_of(delivery->address)]++;
}

void checker_leaving(struct sim *sim, const struct delivery_record *delivery, const struct letter *letter)
{
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];

                if (is_reminder(entry->kind))
                        check_reminder(sim, delivery, entry);
                else if ((entry->kind == KIND_ESCALATION || entry->kind == KIND_FIX_DATE) &&
                         !anybody(sim, entry, entry->kind == KIND_FIX_DATE))
                        sim_fail(sim, "%s of %s, which nobody owes any more", kind_name(entry->kind), entry->item);
        }
}

/* ---- after every step ---- */

static void look_up(struct sim *sim, struct duty *duty)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) obligation = {0};
        struct store *store = manager_engine(sim->manager)->store;
        char key[CIVIL_DATE_SIZE];

        if (duty->obligation_id != 0)
                return;
        if (store_find_occurrence(store, "p", item_name(sim, duty), civil_format(duty->key, key), &occurrence) != 0 ||
            store_find_obligation(store, occurrence.id, agency_name(sim, duty), &obligation) != 0)
                sim_fail(sim, "the store does not know what %s owes for %s", agency_name(sim, duty),
                         item_name(sim, duty));
        duty->occurrence_id = occurrence.id;
        duty->obligation_id = obligation.id;
}

/* The last notice of that moment (and, where given, to that agency and of that kind) that was not passed over. */
struct wanted {
        wall_time at;
        const char *agency;
        enum notice_kind kind; /* KIND_COUNT: a reminder */
        bool found;
        int64_t made_ms;
        enum notice_kind found_kind;
};

static int match(void *userdata, const struct notice_record *record)
{
        struct wanted *wanted = userdata;

        if (record->rung_at != wanted->at || record->state == NOTICE_SKIPPED)
                return 0;
        if (wanted->kind == KIND_COUNT ? !is_reminder(record->kind) : record->kind != wanted->kind)
                return 0;
        if (wanted->agency && strcmp(record->agency, wanted->agency) != 0)
                return 0;
        wanted->found = true;
        wanted->made_ms = record->made_ms;
        wanted->found_kind = record->kind;
        return 0;
}

static int say_notice(void *userdata, const struct notice_record *record)
{
        struct sim *sim = userdata;
        char day[CIVIL_DATE_SIZE];

        sim_say(sim, "notice %s of %s %02d:%02d is %s %s %s", record->rung,
                civil_format(wall_day(record->rung_at), day), wall_clock(record->rung_at) / 3600,
                wall_clock(record->rung_at) / 60 % 60, kind_name(record->kind), notice_state_name(record->state),
                record->state == NOTICE_SKIPPED || record->state == NOTICE_CANCELLED ? record->detail : "");
        return 0;
}

/* For the story: what the rules and the store have of a duty. */
static void say_duty(struct sim *sim, const struct duty *duty)
{
        char day[CIVIL_DATE_SIZE];

        for (int i = 0; i < duty->n_beats; i++)
                sim_say(sim, "beat %d: %s %02d:%02d", (int)duty->beats[i].voice,
                        civil_format(wall_day(duty->beats[i].at), day), wall_clock(duty->beats[i].at) / 3600,
                        wall_clock(duty->beats[i].at) / 60 % 60);
        (void)store_each_notice(manager_engine(sim->manager)->store, duty->occurrence_id, duty->obligation_id,
                                say_notice, sim);
}

static void check_duty(struct sim *sim, struct duty *duty)
{
        wall_time now = sim_wall(sim), made;
        struct wanted wanted = {.kind = KIND_COUNT};
        enum notice_kind kind;
        struct beat beat;

        if (duty->status != OBLIGATION_OPEN)
                return;
        rules_refresh(&sim->rules, duty);
        if (!rules_speak(&sim->rules, duty, now, &beat, &kind)) {
                /* After a crash nobody knows whether it was judged before or after. */
                if (beat.at != WALL_NONE && now >= rules_silent_until(&sim->rules, duty))
                        duty->settled = duty->doubtful ? beat.at : now;
                return;
        }
        look_up(sim, duty);
        wanted.at = beat.at;
        (void)store_each_notice(manager_engine(sim->manager)->store, duty->occurrence_id, duty->obligation_id, match,
                                &wanted);
        if (!wanted.found)
                say_duty(sim, duty);
        if (!wanted.found)
                sim_fail(sim, "no %s notice was made for %s about %s (%d h after its moment)", kind_name(kind),
                         agency_name(sim, duty), item_name(sim, duty), (int)((now - beat.at) / 3600));
        if (wanted.made_ms == sim->now) {
                duty->promised++;
                sim->totals.promises++;
                if (wanted.found_kind != kind)
                        sim_fail(sim, "the notice for %s about %s is %s and should be %s", agency_name(sim, duty),
                                 item_name(sim, duty), kind_name(wanted.found_kind), kind_name(kind));
        }
        /* A crash may have hidden when it was made. */
        made = clock_wall(wanted.made_ms) > beat.at ? clock_wall(wanted.made_ms) : beat.at;
        duty->settled = made > duty->settled ? made : duty->settled;
        duty->doubtful = false;
}

static void check_count(struct sim *sim, const struct duty *duty)
{
        const struct block_agency *agency = &sim->block.agencies[duty->agency];

        for (int slot = 0; slot < 3; slot++) {
                bool exists = slot == 0 || (slot == 1 && agency->mailboxes > 1) || (slot == 2 && sim->block.webhook);

                if (duty->left[slot] > duty->promised || (sim->quiet && exists && duty->left[slot] != duty->promised))
                        say_duty(sim, duty);
                if (duty->left[slot] > duty->promised)
                        sim_fail(sim, "%s was reminded of %s %d times, and the rules say %d", agency->id,
                                 item_name(sim, duty), duty->left[slot], duty->promised);
                if (sim->quiet && exists && duty->left[slot] != duty->promised)
                        sim_fail(sim, "%s was reminded of %s %d times at address %d, and the rules say %d", agency->id,
                                 item_name(sim, duty), duty->left[slot], slot, duty->promised);
        }
}

static void want(struct sim *sim, const struct duty *duty, int reader, enum notice_kind kind, wall_time at)
{
        struct wanted wanted = {.at = at, .agency = sim->block.agencies[reader].id, .kind = kind};

        (void)store_each_notice(manager_engine(sim->manager)->store, duty->occurrence_id, 0, match, &wanted);
        if (!wanted.found)
                sim_fail(sim, "no %s to %s about %s", kind_name(kind), wanted.agency, item_name(sim, duty));
}

/* Each reader hears the highest level that has come since the last look. */
static void check_levels(struct sim *sim, struct duty *duty, wall_time seen)
{
        const struct block_item *item = &sim->block.items[duty->item];
        const struct block_policy *policy = &sim->block.policies[item->policy];
        civil_day effective = rules_effective(&sim->rules, duty);

        for (int reader = HEAD; reader < FIRST_PLAIN; reader++) {
                wall_time newest = WALL_NONE;

                for (int i = 0; i < policy->n_levels; i++) {
                        wall_time at = rules_level_at(&sim->rules, item, i, effective);

                        if (policy->levels[i].reader == reader && at > seen && at <= sim_wall(sim) && at > newest)
                                newest = at;
                }
                if (newest == WALL_NONE)
                        continue;
                look_up(sim, duty);
                want(sim, duty, reader, KIND_ESCALATION, newest);
        }
}

static void check_fix(struct sim *sim, struct duty *duty, wall_time seen)
{
        const struct block_item *item = &sim->block.items[duty->item];
        wall_time beats[BEATS_MAX], newest = WALL_NONE, now = sim_wall(sim);
        int n = rules_fix_beats(&sim->rules, item, beats);

        for (int i = 0; i < n; i++)
                if (beats[i] > seen && beats[i] <= now && beats[i] > newest && wall_day(now) <= item->due)
                        newest = beats[i];
        if (newest == WALL_NONE)
                return;
        look_up(sim, duty);
        want(sim, duty, HEAD, KIND_FIX_DATE, newest);
}

static void check_occurrences(struct sim *sim)
{
        wall_time now = sim_wall(sim);

        /* A clock that was set back: nothing new before the time that has been seen already. */
        if (now < sim->latest)
                return;
        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];
                wall_time seen = sim->duties[duty->leader].seen;

                if (duty->status != OBLIGATION_OPEN || rules_observance(&sim->rules, duty) ||
                    rules_due(duty) == CIVIL_NONE)
                        continue;
                if (rules_tentative(duty))
                        check_fix(sim, duty, seen);
                else
                        check_levels(sim, duty, seen);
        }
        for (int i = 0; i < sim->n_duties; i++)
                if (sim->duties[i].leader == i && sim->duties[i].seen < now)
                        sim->duties[i].seen = now;
}

/* The timer is never later than the next thing to say. */
static void check_wake(struct sim *sim)
{
        wall_time next = WALL_NEVER, now = sim_wall(sim);

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];
                wall_time silent;

                if (duty->status != OBLIGATION_OPEN || duty->doubtful)
                        continue;
                rules_refresh(&sim->rules, duty);
                silent = rules_silent_until(&sim->rules, duty);
                for (int b = 0; b < duty->n_beats; b++)
                        if (duty->beats[b].at > duty->settled && duty->beats[b].at >= silent &&
                            duty->beats[b].at < next)
                                next = duty->beats[b].at;
        }
        if (next == WALL_NEVER)
                return;
        next = rules_when_open(&sim->rules, next > now ? next : now);
        if (manager_wake(sim->manager) > clock_instant(next) && outside_next(sim) > clock_instant(next))
                sim_fail(sim, "the timer is armed %d s too late",
                         (int)((manager_wake(sim->manager) - clock_instant(next)) / 1000));
}

static void check_queue(struct sim *sim, const char *server)
{
        int64_t next = INT64_MAX;

        if (store_next_attempt(manager_engine(sim->manager)->store, server, false, &next) == 0 && next <= sim->now &&
            !sim->flights)
                sim_fail(sim, "deliveries for %s are due and stay where they are", server);
}

void checker_settled(struct sim *sim)
{
        if (sim_wall(sim) > sim->latest)
                sim->latest = sim_wall(sim);
        if (rules_open(&sim->rules, sim_wall(sim))) {
                for (int i = 0; i < sim->n_duties; i++)
                        check_duty(sim, &sim->duties[i]);
                check_occurrences(sim);
                check_queue(sim, "mail");
                if (sim->block.webhook)
                        check_queue(sim, "webhook:hook");
        }
        for (int i = 0; i < sim->n_duties; i++)
                check_count(sim, &sim->duties[i]);
        check_wake(sim);
}

void checker_died(struct sim *sim)
{
        enum notice_kind kind;
        struct beat beat;

        for (int i = 0; i < sim->n_duties; i++) {
                rules_refresh(&sim->rules, &sim->duties[i]);
                if (rules_speak(&sim->rules, &sim->duties[i], sim_wall(sim), &beat, &kind)) {
                        sim->duties[i].promised++;
                        sim->duties[i].doubtful = true;
                }
        }
}

/* ---- the store against the duties ---- */

void checker_states(struct sim *sim)
{
        struct store *store = manager_engine(sim->manager)->store;

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};

                look_up(sim, duty);
                if (store_get_obligation(store, duty->obligation_id, &record) != 0)
                        sim_fail(sim, "an obligation is gone");
                if (record.obligation.status != duty->status || record.obligation.fixed != duty->fixed ||
                    record.obligation.snoozed_until != duty->snoozed_until)
                        sim_fail(sim,
                                 "the store has for %s of %s: status %d, fixed %d, snoozed %d; it should be %d, %d, %d",
                                 item_name(sim, duty), agency_name(sim, duty), (int)record.obligation.status,
                                 (int)record.obligation.fixed, (int)record.obligation.snoozed_until, (int)duty->status,
                                 (int)duty->fixed, (int)duty->snoozed_until);
                if (record.effective !=
                    (rules_due(duty) == CIVIL_NONE ? CIVIL_NONE : rules_effective(&sim->rules, duty)))
                        sim_fail(sim, "the store counts lateness of %s of %s from another day", item_name(sim, duty),
                                 agency_name(sim, duty));
        }
}

static int check_notice(void *userdata, const struct notice_record *record)
{
        struct sim *sim = userdata;
        bool open = rules_open(&sim->rules, sim_wall(sim));

        if (record->state == NOTICE_NEW && open)
                sim_fail(sim, "at the end a notice %s to %s was never taken up", record->rung, record->agency);
        if ((record->state == NOTICE_SKIPPED || record->state == NOTICE_CANCELLED) && !sim->dropped &&
            (!record->detail || !*record->detail))
                sim_fail(sim, "notice %s to %s was %s without a reason", record->rung, record->agency,
                         notice_state_name(record->state));
        return 0;
}

static int check_delivery(void *userdata, const struct delivery_record *record)
{
        struct sim *sim = userdata;
        const struct parcel_log *parcel = outside_parcel(sim, record->id);

        if (record->state == DELIVERY_SENDING)
                sim_fail(sim, "at the end %s is still being sent", record->id);
        if (record->state == DELIVERY_QUEUED && record->next_ms < sim->now && rules_open(&sim->rules, sim_wall(sim)))
                sim_fail(sim, "at the end %s waits and is due", record->id);
        if (record->state == DELIVERY_SENT && parcel->accepts == 0)
                sim_fail(sim, "%s counts as sent and never arrived", record->id);
        return 0;
}

void checker_end(struct sim *sim)
{
        struct store *store = manager_engine(sim->manager)->store;
        const struct delivery_filter all = {.state = -1};

        checker_states(sim);
        for (int i = 0; i < sim->n_duties; i++) {
                (void)store_each_notice(store, sim->duties[i].occurrence_id, sim->duties[i].obligation_id, check_notice,
                                        sim);
                (void)store_each_notice(store, sim->duties[i].occurrence_id, 0, check_notice, sim);
        }
        (void)store_each_delivery(store, &all, check_delivery, sim);
}
