/* What must hold, at every message and after every step, said from the duties and the slow rules:
 *   a message leaves only once it is committed as sending, for an address that its agency has, is told of what is owed
 *   and not done, not during a snooze, not as overdue before the due date nor as a reminder of it after
 *   (checker_leaving, checker_on_wire);
 *   nothing leaves to an agency that is held (check_held);
 *   what the rules demand at a moment has a notice, of the right kind (check_duty, check_levels, check_fix);
 *   nobody is reminded more often than that (check_count), in a quiet year exactly so often;
 *   the timer is armed for the next thing to do (check_wake), nothing due stays in the queue (check_queue);
 *   the store has what was decided (checker_states), and at the end every notice is accounted for (checker_end). */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/attempts.h"
#include "store/occurrences.h"

static const char *item_name(const struct sim *sim, const struct duty *duty)
{
        return sim->block.items[duty->item].id;
}

static const char *plan_name(const struct sim *sim, const struct duty *duty)
{
        return block_plan_ids[sim->block.items[duty->item].plan];
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

int checker_place(const char *address)
{
        for (int i = 0; i < HOOKS; i++)
                if (strcmp(address, block_hook_ids[i]) == 0)
                        return 2 + i;
        return strstr(address, "@y.") ? 1 : 0;
}

static void check_may_hear(struct sim *sim, const struct duty *duty, enum notice_kind kind)
{
        civil_day today = sim_today(sim);

        if (duty->status != OBLIGATION_OPEN)
                sim_fail(sim, "%s is sent to %s about %s, which is done, waived, withdrawn, unclear or unfinished",
                         kind_name(kind), agency_name(sim, duty), item_name(sim, duty));
        if (is_reminder(kind) && duty->claimed)
                sim_fail(sim, "%s is sent to %s about %s, which it says is done", kind_name(kind),
                         agency_name(sim, duty), item_name(sim, duty));
        if (is_reminder(kind) && duty->snoozed_until != CIVIL_NONE && duty->snoozed_until >= today)
                sim_fail(sim, "%s is sent to %s about %s during its snooze", kind_name(kind), agency_name(sim, duty),
                         item_name(sim, duty));
}

bool checker_is_mailbox(const struct sim *sim, const char *agency, const char *address)
{
        char mailbox[DELIVERY_TEXT];
        bool is = false;

        for (int i = 0; i < sim->block.n_agencies; i++) {
                const struct block_agency *known = &sim->block.agencies[i];

                if (!known->present || strcmp(known->id, agency) != 0)
                        continue;
                for (int m = 0; m < known->mailboxes; m++) {
                        block_mailbox(known, m, sizeof(mailbox), mailbox);
                        is |= strcmp(mailbox, address) == 0;
                }
        }
        return is;
}

/* An address that was put right gets nothing more, whenever what goes to it was made. */
static void check_address(struct sim *sim, const struct delivery_record *delivery)
{
        if (delivery->channel.kind != CHANNEL_MAIL)
                return;
        if (!*delivery->agency ? strcmp(delivery->address, BLOCK_CONTACT) != 0
                               : !checker_is_mailbox(sim, delivery->agency, delivery->address))
                sim_fail(sim, "%s goes to %s, which is no address of %s any more", delivery->id, delivery->address,
                         delivery->agency);
}

static bool tells_decision(enum notice_kind kind)
{
        return kind == KIND_COMPLETED || kind == KIND_SNOOZED || kind == KIND_DATE_SET || kind == KIND_DATE_CLEARED ||
               kind == KIND_WAIVED || kind == KIND_WITHDRAWN || kind == KIND_REOPENED || kind == KIND_CLAIMED ||
               kind == KIND_REQUEST_ANSWERED || kind == KIND_ASSIST;
}

static void check_held(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notice)
{
        if (held_id(sim, notice->agency))
                sim_fail(sim, "%s goes to %s and tells %s, which is held", kind_name(delivery->kind), delivery->address,
                         notice->agency);
}

/* What was decided waits: its message is made when nothing more was decided for its agency for a while. */
static void check_pause(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notice)
{
        int64_t waited = delivery->made_ms - notice->made_ms;

        if (tells_decision(notice->kind) && waited >= 0 && waited < sim->block.confirm_after * INT64_C(60000))
                sim_fail(sim, "%s to %s was told after %d s, and waits for %d min", kind_name(notice->kind),
                         notice->agency, (int)(waited / 1000), sim->block.confirm_after);
}

/* And all confirmations that are told an agency at a moment are one message. */
static void check_collected(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notice)
{
        struct confirmed *confirmed = &sim->confirmed[sim->n_confirmed % AGENCIES_MAX];

        bool in_time = delivery->made_ms - notice->made_ms <= (sim->block.confirm_after + 1) * INT64_C(60000);

        for (int i = 0; i < AGENCIES_MAX; i++) {
                const struct confirmed *other = &sim->confirmed[i];

                if ((in_time || other->in_time) && other->made_ms == delivery->made_ms &&
                    strcmp(other->agency, delivery->agency) == 0 && strcmp(other->address, delivery->address) == 0 &&
                    strcmp(other->id, delivery->id) != 0)
                        sim_fail(sim, "confirmations to %s at one moment are two messages", delivery->address);
        }
        sim->n_confirmed++;
        memcpy(confirmed->id, delivery->id, sizeof(confirmed->id));
        snprintf(confirmed->agency, sizeof(confirmed->agency), "%s", delivery->agency);
        snprintf(confirmed->address, sizeof(confirmed->address), "%s", delivery->address);
        confirmed->made_ms = delivery->made_ms;
        confirmed->in_time = in_time;
}

void checker_on_wire(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notices,
                     const bool *firsts, int n)
{
        /* What goes on to a corrected address goes on as it was: by hand too. */
        bool by_hand = outside_log(sim, delivery->id)->manual || (delivery->manual && sim_has(sim, CLASS_CONFIG));

        check_address(sim, delivery);
        if (!rules_open(&sim->rules, sim_wall(sim)) && delivery->kind != KIND_TEST && !by_hand)
                sim_fail(sim, "%s goes to %s outside the hours", kind_name(delivery->kind), delivery->address);
        if (n > 0 && (notices[0].kind == KIND_COMPLETED || notices[0].kind == KIND_SNOOZED))
                check_collected(sim, delivery, &notices[0]);
        for (int i = 0; i < n; i++) {
                struct obligation_record CLEANUP(obligation_record_clear) record = {0};
                struct duty *duty;

                check_held(sim, delivery, &notices[i]);
                check_pause(sim, delivery, &notices[i]);
                if (notices[i].obligation_id == 0 ||
                    (!is_reminder(notices[i].kind) && notices[i].kind != KIND_DATE_SET))
                        continue;
                ramdisk_hold();
                if (store_get_obligation(sim_store(sim), notices[i].obligation_id, &record) != 0)
                        sim_fail(sim, "a notice of no obligation");
                ramdisk_go_on();
                duty = checker_find(sim, record.item, record.key, record.agency);
                if (!duty)
                        sim_fail(sim, "%s is told of %s, which it never owed", record.agency, record.item);
                if (is_reminder(notices[i].kind) && firsts[i])
                        duty->left[checker_place(delivery->address)]++;
                /* What another address has already had stays "sent", also where this letter leaves it out. */
                if (notices[i].state == NOTICE_SENT)
                        continue;
                if (duty->status != OBLIGATION_OPEN || duty->snoozed_until != CIVIL_NONE)
                        sim_say(sim, "%.8s, attempt %u, carries %s, %s", delivery->id, delivery->attempts,
                                notices[i].rung, notice_state_name(notices[i].state));
                check_may_hear(sim, duty, notices[i].kind);
        }
}

/* Whether anybody's word on it is still to be answered. */
static bool anybody_claims(const struct sim *sim, const struct letter_entry *entry)
{
        char key[CIVIL_DATE_SIZE];

        for (int i = 0; i < sim->n_duties; i++)
                if (sim->duties[i].claimed && strcmp(item_name(sim, &sim->duties[i]), entry->item) == 0 &&
                    strcmp(civil_format(sim->duties[i].key, key), entry->occurrence) == 0)
                        return true;
        return false;
}

/* Whether anybody owes an occurrence and is late (waits for a date). */
static bool anybody(const struct sim *sim, const struct letter_entry *entry, bool waits)
{
        civil_day today = sim_today(sim);
        char key[CIVIL_DATE_SIZE];

        for (int i = 0; i < sim->n_duties; i++) {
                const struct duty *duty = &sim->duties[i];

                if (duty->status != OBLIGATION_OPEN || strcmp(item_name(sim, duty), entry->item) != 0 ||
                    strcmp(civil_format(duty->key, key), entry->occurrence) != 0)
                        continue;
                if (waits ? rules_awaits_day(duty)
                          : !rules_awaits_day(duty) && rules_effective(&sim->rules, duty) < today)
                        return true;
        }
        return false;
}

static void check_reminder(struct sim *sim, const struct delivery_record *delivery, const struct letter_entry *entry)
{
        const struct duty *duty = checker_find(sim, entry->item, entry->occurrence, delivery->agency);
        civil_day today = sim_today(sim), effective;

        if (!duty)
                sim_fail(sim, "%s is told of %s, which it never owed", delivery->agency, entry->item);
        check_may_hear(sim, duty, entry->kind);
        effective = rules_effective(&sim->rules, duty);
        if (entry->kind != KIND_OVERDUE && today > effective)
                sim_fail(sim, "%s of %s to %s after its due date", kind_name(entry->kind), entry->item,
                         delivery->agency);
        if (entry->kind == KIND_OVERDUE && today <= effective)
                sim_fail(sim, "%s is called overdue to %s, and is not", entry->item, delivery->agency);
}

/* Who helps is told of what others owe, and when all have finished that they have. */
static void check_assistance(struct sim *sim, const struct delivery_record *delivery, const struct letter_entry *entry)
{
        bool owed = false, says_owed = entry->n_debtors > entry->n_finished;
        char key[CIVIL_DATE_SIZE];

        for (int i = 0; i < sim->n_duties; i++) {
                const struct duty *duty = &sim->duties[i];

                if (strcmp(item_name(sim, duty), entry->item) != 0 ||
                    strcmp(civil_format(duty->key, key), entry->occurrence) != 0)
                        continue;
                owed |= duty->status == OBLIGATION_OPEN;
                if (duty->planned && strcmp(agency_name(sim, duty), delivery->agency) == 0)
                        sim_fail(sim, "%s helps with %s, which it owes", delivery->agency, entry->item);
        }
        if (owed != says_owed)
                sim_fail(sim, "%s is told that %s is %sowed", delivery->agency, entry->item, says_owed ? "" : "not ");
}

static void check_goes_on(struct sim *sim, const struct letter_entry *entries, size_t n)
{
        for (size_t i = 0; i < n; i++)
                for (int d = 0; d < sim->n_duties; d++)
                        if (strcmp(item_name(sim, &sim->duties[d]), entries[i].item) == 0 &&
                            rules_closed(&sim->rules, &sim->duties[d], sim_today(sim)))
                                sim_fail(sim, "%s leaves, whose plan is closed", entries[i].item);
}

/* A tick that was taken back meanwhile is not confirmed, and one that was amended as it is now. */
static void check_completion(struct sim *sim, const struct letter_entry *entry)
{
        const struct duty *duty = checker_find(sim, entry->item, entry->occurrence, entry->agency);

        if (!duty || duty->status != OBLIGATION_DONE)
                sim_fail(sim, "%s is confirmed to %s, and is not done", entry->item, entry->agency);
        if (duty->done_on != entry->done_on)
                sim_fail(sim, "%s is confirmed to %s as done on another day", entry->item, entry->agency);
}

static uint64_t number_of(uint64_t number, const char *text)
{
        for (; text && *text; text++)
                number = number * 131 + (unsigned char)*text;
        return number * number;
}

static uint64_t what_it_says(const struct letter *letter)
{
        uint64_t said = 0;

        for (int s = 0; s < DIGEST_SECTIONS; s++)
                for (size_t i = 0; s != DIGEST_FINISHED && i < letter->n_sections[s]; i++) {
                        const struct letter_entry *entry = &letter->sections[s][i];

                        said += number_of(
                                number_of((uint64_t)(s + 1) * 1000003 + (uint64_t)entry->dates.due, entry->item),
                                entry->occurrence);
                }
        for (size_t m = 0; m < letter->n_matrices; m++)
                for (size_t i = 0; i < letter->matrices[m].n_rows; i++)
                        for (size_t k = 0; k < letter->matrices[m].n_columns; k++)
                                said += number_of((uint64_t)letter->matrices[m].rows[i].cells[k].state * 100 + k,
                                                  letter->matrices[m].rows[i].item);
        return said;
}

/* Where nothing is lost, and nobody decides, a digest says something that the one before did not, or is of four weeks
 * later. All mailboxes of an agency get the same one. */
static void check_digest(struct sim *sim, const struct letter *letter)
{
        uint64_t said = what_it_says(letter);
        int i = 0;

        while (i < AGENCIES_MAX - 1 && *sim->digested[i].agency && strcmp(sim->digested[i].agency, letter->agency) != 0)
                i++;
        if (*sim->digested[i].agency && said == sim->digested[i].said && letter->week_from != sim->digested[i].week &&
            letter->week_from - sim->digested[i].week < 28 && letter->n_sections[DIGEST_FINISHED] == 0)
                sim_fail(sim, "%s gets a digest of what it had in the last one", letter->agency);
        snprintf(sim->digested[i].agency, sizeof(sim->digested[i].agency), "%s", letter->agency);
        sim->digested[i].said = said;
        sim->digested[i].week = letter->week_from;
}

void checker_leaving(struct sim *sim, const struct delivery_record *delivery, const struct letter *letter)
{
        check_goes_on(sim, letter->entries, letter->n_entries);
        for (int s = 0; s < DIGEST_SECTIONS; s++)
                check_goes_on(sim, letter->sections[s], letter->n_sections[s]);
        if (letter->has_digest && sim->quiet && !sim->block.digest_always)
                check_digest(sim, letter);
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];

                if (entry->kind == KIND_COMPLETED)
                        check_completion(sim, entry);
                else if (entry->kind == KIND_CLAIMED && !anybody_claims(sim, entry))
                        sim_fail(sim, "a claim of %s is told, which was answered", entry->item);
                else if (entry->kind == KIND_ASSIST)
                        check_assistance(sim, delivery, entry);
                else if (is_reminder(entry->kind))
                        check_reminder(sim, delivery, entry);
                else if ((entry->kind == KIND_ESCALATION || entry->kind == KIND_FIX_DATE) &&
                         !anybody(sim, entry, entry->kind == KIND_FIX_DATE))
                        sim_fail(sim, "%s of %s, which nobody owes any more", kind_name(entry->kind), entry->item);
        }
}

/* ---- after every step ---- */

static bool try_look_up(struct sim *sim, struct duty *duty)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) obligation = {0};
        char key[CIVIL_DATE_SIZE];

        if (duty->obligation_id != 0)
                return true;
        if (store_find_occurrence(sim_store(sim), plan_name(sim, duty), item_name(sim, duty),
                                  civil_format(duty->key, key), &occurrence) != 0 ||
            store_find_obligation(sim_store(sim), occurrence.id, agency_name(sim, duty), &obligation) != 0)
                return false;
        duty->occurrence_id = occurrence.id;
        duty->obligation_id = obligation.id;
        return true;
}

void checker_look_up(struct sim *sim, struct duty *duty)
{
        if (!try_look_up(sim, duty))
                sim_fail(sim, "the store does not know what %s owes for %s", agency_name(sim, duty),
                         item_name(sim, duty));
}

/* Whether a notice is that of a beat, by its name: two dates or two policies may have a rung at the same moment. */
static bool is_of(const struct notice_record *record, const struct mark *mark)
{
        char named[CIVIL_DATE_SIZE], raw[CIVIL_DATE_SIZE], offset[OFFSET_TEXT_SIZE], name[sizeof(record->rung)];

        civil_format(mark->named, named);
        switch (mark->voice) {
        case VOICE_START:
                snprintf(name, sizeof(name), "start@%s", named);
                break;
        case VOICE_BEFORE:
                snprintf(name, sizeof(name), "%s@%s", offset_format(&mark->offset, offset), named);
                break;
        case VOICE_OVERDUE:
                snprintf(name, sizeof(name), "overdue-%s@%s", civil_format(mark->raw, raw), named);
                break;
        case VOICE_SNOOZE_END:
                snprintf(name, sizeof(name), "snooze-end@%s", named);
                break;
        case VOICE_URGED:
                snprintf(name, sizeof(name), "urged@%s", named);
                break;
        }
        return strcmp(record->rung, name) == 0;
}

/* The last notice of that moment (and, where given, to that agency and of that kind), passed over or not. */
struct wanted {
        wall_time at;
        const char *agency;
        const struct mark *mark; /* of a reminder */
        enum notice_kind kind;   /* KIND_COUNT: a reminder */
        bool found, snoozed;
        int64_t made_ms;
        enum notice_kind found_kind;
};

static int match(void *userdata, const struct notice_record *record)
{
        struct wanted *wanted = userdata;

        if (record->rung_at != wanted->at ||
            (wanted->kind == KIND_COUNT ? !is_reminder(record->kind) || !is_of(record, wanted->mark)
                                        : record->kind != wanted->kind) ||
            (wanted->agency && strcmp(record->agency, wanted->agency) != 0))
                return 0;
        if (record->state == NOTICE_SKIPPED) {
                wanted->snoozed = record->detail && strcmp(record->detail, "snoozed") == 0;
                return 0;
        }
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
                sim_say(sim, "beat %d: %s %02d:%02d", (int)duty->beats[i].mark.voice,
                        civil_format(wall_day(duty->beats[i].at), day), wall_clock(duty->beats[i].at) / 3600,
                        wall_clock(duty->beats[i].at) / 60 % 60);
        (void)store_each_notice(sim_store(sim), duty->occurrence_id, duty->obligation_id, say_notice, sim);
}

/* One more reminder, for every address that the agency has at that moment. */
static void promise(struct sim *sim, struct duty *duty, enum notice_kind kind)
{
        const struct block_agency *agency = &sim->block.agencies[duty->agency];

        duty->promised++;
        sim_say(sim, "demanded: %s to %s about %s", kind_name(kind), agency_name(sim, duty), item_name(sim, duty));
        sim->totals.promises++;
        for (int slot = 0; slot < 2 + HOOKS; slot++)
                duty->wanted[slot] +=
                        slot < 2 ? slot < agency->mailboxes
                                 : sim->block.hooks[slot - 2] && block_hook_wants(slot - 2, duty->agency, kind);
}

static void check_duty(struct sim *sim, struct duty *duty)
{
        wall_time now = sim_wall(sim);
        struct wanted wanted = {.kind = KIND_COUNT};
        enum notice_kind kind;
        struct beat beat;

        if (duty->status != OBLIGATION_OPEN || held_agency(sim, duty->agency))
                return;
        rules_refresh(&sim->rules, duty);
        if (!rules_speak(&sim->rules, duty, now, &beat, &kind)) {
                if (duty->looked_at_again || (beat.at != WALL_NONE && now >= rules_silent_until(&sim->rules, duty)))
                        rules_settle(duty, now, NULL);
                duty->looked_at_again = false;
                return;
        }
        checker_look_up(sim, duty);
        wanted.at = beat.at;
        wanted.mark = &beat.mark;
        (void)store_each_notice(sim_store(sim), duty->occurrence_id, duty->obligation_id, match, &wanted);
        if (!wanted.found && wanted.snoozed) { /* judged during a snooze that a decision ended since */
                rules_settle(duty, now, NULL);
                return;
        }
        if (!wanted.found) {
                say_duty(sim, duty);
                sim_fail(sim, "no %s notice was made for %s about %s (%d h after its moment)", kind_name(kind),
                         agency_name(sim, duty), item_name(sim, duty), (int)((now - beat.at) / 3600));
        }
        if (wanted.made_ms == sim->now && wanted.found_kind != kind)
                sim_fail(sim, "the notice for %s about %s is %s and should be %s", agency_name(sim, duty),
                         item_name(sim, duty), kind_name(wanted.found_kind), kind_name(kind));
        promise(sim, duty, kind);
        rules_settle(duty, now, &beat);
}

static void check_count(struct sim *sim, const struct duty *duty)
{
        /* A limit of messages a minute holds some of them back for that minute. */
        bool exact = sim->quiet && manager_wake(sim->manager) > sim->now + 60000;

        for (int slot = 0; slot < 2 + HOOKS; slot++) {
                bool wrong = duty->left[slot] > duty->promised || (exact && duty->left[slot] != duty->wanted[slot]);

                if (!wrong)
                        continue;
                say_duty(sim, duty);
                sim_fail(sim, "%s was reminded of %s %d times at address %d, and the rules say %d",
                         agency_name(sim, duty), item_name(sim, duty), duty->left[slot], slot,
                         sim->quiet ? duty->wanted[slot] : duty->promised);
        }
}

/* ---- occurrences ---- */

static bool is_told(struct sim *sim, const struct duty *duty, int reader, enum notice_kind kind, wall_time at)
{
        struct wanted wanted = {.at = at, .agency = sim->block.agencies[reader].id, .kind = kind};

        (void)store_each_notice(sim_store(sim), duty->occurrence_id, 0, match, &wanted);
        return wanted.found;
}

/* The head changes with the year. */
static int reader_of(const struct sim *sim, const struct duty *duty, int reader)
{
        return reader == HEAD && sim->block.items[duty->item].plan == 1 ? DEPUTY : reader;
}

static struct raised *find_raised(struct sim *sim, const struct raised *like)
{
        for (int i = 0; i < sim->n_raised; i++) {
                struct raised *raised = &sim->raised[i];

                if (raised->leader == like->leader && raised->late_from == like->late_from &&
                    raised->reader == like->reader && raised->after.days == like->after.days &&
                    raised->after.workdays == like->after.workdays)
                        return raised;
        }
        return NULL;
}

/* Whether a level that has come was told or passed over before; it is remembered. */
static bool is_new(struct sim *sim, const struct raised *level)
{
        struct raised *known = find_raised(sim, level);

        if (known && (known->said || known->when <= level->when))
                return false;
        if (known) {
                known->when = level->when;
                known->said |= level->said;
        } else if (sim->n_raised == RAISED_MAX)
                sim_fail(sim, "more escalations than a simulation can have");
        else
                sim->raised[sim->n_raised++] = *level;
        return true;
}

/* Each reader hears the highest level that has come since the last look, if anybody is late. */
static void check_levels(struct sim *sim, struct duty *duty)
{
        const struct block_item *item = &sim->block.items[duty->item];
        const struct block_policy *policy = &sim->block.policies[item->policy];
        struct raised level = {
                .leader = duty->leader, .late_from = rules_late_from(&sim->rules, duty), .when = sim_wall(sim)};

        for (int reader = HEAD; reader < FIRST_PLAIN; reader++) {
                wall_time newest = WALL_NONE;
                int highest = -1;

                if (held_agency(sim, reader)) /* it is told when that is over */
                        continue;
                for (int i = 0; i < policy->n_levels; i++) {
                        wall_time at = rules_level_at(&sim->rules, item, i, level.late_from);

                        if (reader_of(sim, duty, policy->levels[i].reader) == reader && at <= sim_wall(sim) &&
                            at >= newest) {
                                newest = at;
                                highest = i;
                        }
                }
                level.reader = reader;
                for (int i = 0; i < policy->n_levels; i++) {
                        if (reader_of(sim, duty, policy->levels[i].reader) != reader ||
                            rules_level_at(&sim->rules, item, i, level.late_from) > sim_wall(sim))
                                continue;
                        level.after = policy->levels[i].after;
                        level.said = i == highest;
                        if (!is_new(sim, &level) || i != highest)
                                continue;
                        checker_look_up(sim, duty);
                        if (is_told(sim, duty, reader, KIND_ESCALATION, newest)) {
                                sim->totals.escalations++;
                                continue;
                        }
                        (void)store_each_notice(sim_store(sim), duty->occurrence_id, 0, say_notice, sim);
                        sim_fail(sim, "no escalation to %s about %s", sim->block.agencies[reader].id,
                                 item_name(sim, duty));
                }
        }
}

static void check_fix(struct sim *sim, struct duty *duty, wall_time seen)
{
        const struct block_item *item = &sim->block.items[duty->item];
        wall_time beats[FIX_BEATS_MAX], newest = WALL_NONE, now = sim_wall(sim);
        int n = rules_fix_beats(&sim->rules, item, beats), head = reader_of(sim, duty, HEAD);

        for (int i = 0; i < n; i++)
                if (beats[i] > seen && beats[i] <= now && beats[i] > newest &&
                    wall_day(now) <= rules_fix_end(&sim->rules, item))
                        newest = beats[i];
        if (newest == WALL_NONE)
                return;
        checker_look_up(sim, duty);
        /* Said at another hour, before the hours were changed, it is said. */
        if (!sim_has(sim, CLASS_CONFIG) && !is_told(sim, duty, head, KIND_FIX_DATE, newest))
                sim_fail(sim, "nobody asks %s to fix %s", sim->block.agencies[head].id, item_name(sim, duty));
}

static void check_occurrences(struct sim *sim)
{
        wall_time now = sim_wall(sim);

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];

                if (duty->status != OBLIGATION_OPEN || rules_observance(&sim->rules, duty))
                        continue;
                if (rules_awaits_day(duty))
                        check_fix(sim, duty, sim->duties[duty->leader].seen);
                else
                        check_levels(sim, duty);
        }
        for (int i = 0; i < sim->n_duties; i++)
                if (sim->duties[i].leader == i && sim->duties[i].seen < now)
                        sim->duties[i].seen = now;
}

void checker_unsettle(struct sim *sim)
{
        wall_time now = sim_wall(sim);

        for (int i = 0; i < sim->n_duties; i++) {
                rules_unsettle(&sim->duties[i], now);
                if (sim->duties[i].seen > now)
                        sim->duties[i].seen = now - 1;
        }
}

/* The timer is never later than the next thing to say. */
static void check_wake(struct sim *sim)
{
        wall_time next = WALL_NEVER, now = sim_wall(sim);

        for (int i = 0; i < sim->n_duties; i++) {
                struct duty *duty = &sim->duties[i];
                civil_day held = held_until(sim, duty->agency);
                wall_time silent, free = held == CIVIL_NONE ? WALL_NONE : wall_at(held + 1, 0);

                if (duty->status != OBLIGATION_OPEN || held == CIVIL_LAST_DAY)
                        continue;
                rules_refresh(&sim->rules, duty);
                silent = rules_silent_until(&sim->rules, duty);
                for (int b = 0; b < duty->n_beats; b++)
                        if (duty->beats[b].at > duty->settled && duty->beats[b].at >= silent) {
                                wall_time at = duty->beats[b].at > free ? duty->beats[b].at : free;

                                if (at < next)
                                        next = at;
                        }
        }
        if (manager_wake(sim->manager) > clock_instant(accepted_next(sim)))
                sim_fail(sim, "the timer is armed too late for what is to be accepted");
        if (next == WALL_NEVER)
                return;
        next = rules_when_open(&sim->rules, next > now ? next : now);
        if (manager_wake(sim->manager) > clock_instant(next) && outside_next(sim) > clock_instant(next))
                sim_fail(sim, "the timer is armed %d s too late",
                         (int)((manager_wake(sim->manager) - clock_instant(next)) / 1000));
}

static void check_queue(struct sim *sim, struct channel channel)
{
        int64_t next = INT64_MAX;
        char name[CHANNEL_TEXT_SIZE];

        if (store_next_attempt(sim_store(sim), &channel, false, &next) == 0 && next <= sim->now && !sim->flights &&
            manager_wake(sim->manager) > sim->now + 60000)
                sim_fail(sim, "deliveries for %s are due and stay where they are", channel_format(&channel, name));
}

void checker_settled(struct sim *sim)
{
        if (sim->in_trouble)
                return;
        ramdisk_hold();
        if (rules_open(&sim->rules, sim_wall(sim))) {
                held_look(sim);
                for (int i = 0; i < sim->n_duties; i++)
                        check_duty(sim, &sim->duties[i]);
                check_occurrences(sim);
                check_queue(sim, channel_mail);
                for (int i = 0; i < HOOKS; i++)
                        if (sim->block.hooks[i])
                                check_queue(sim, channel_webhook(block_hook_ids[i]));
        }
        for (int i = 0; i < sim->n_duties; i++)
                check_count(sim, &sim->duties[i]);
        check_wake(sim);
        ramdisk_go_on();
}

struct recall {
        struct sim *sim;
        struct duty *duty;
        wall_time settled, judged; /* before the process died; when it last judged the duty */
};

static int recall_notice(void *userdata, const struct notice_record *record)
{
        struct recall *recall = userdata;
        struct duty *duty = recall->duty;
        wall_time made = clock_wall(record->made_ms);

        for (int b = 0; b < duty->n_beats; b++) {
                const struct beat *beat = &duty->beats[b];
                const struct told *told = rules_told(duty, &beat->mark);
                bool said = record->state != NOTICE_SKIPPED;

                if (!is_reminder(record->kind) || beat->at != record->rung_at || !is_of(record, &beat->mark) ||
                    beat->at <= recall->settled || (told && told->said))
                        continue;
                if (!told && made > recall->judged)
                        recall->judged = made;
                if (said)
                        promise(recall->sim, duty, record->kind);
                rules_remember(duty, &beat->mark, made, said);
        }
        return 0;
}

/* A clock that was set back is noted in the store, or was not yet when the process died. */
static void recall_settled(struct sim *sim, struct duty *duty)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) occurrence = {0};
        struct obligation_record CLEANUP(obligation_record_clear) obligation = {0};
        struct duty *leader = &sim->duties[duty->leader];

        if (store_get_obligation(sim_store(sim), duty->obligation_id, &obligation) == 0 &&
            obligation.handled > sim_wall(sim) && obligation.handled > duty->settled)
                duty->settled = obligation.handled;
        if (store_get_occurrence(sim_store(sim), duty->occurrence_id, &occurrence) == 0 &&
            occurrence.handled > sim_wall(sim) && occurrence.handled > leader->seen)
                leader->seen = occurrence.handled;
}

void checker_reconcile(struct sim *sim, bool restarted)
{
        for (int i = 0; i < sim->n_duties; i++) {
                struct recall recall = {sim, &sim->duties[i], sim->duties[i].settled, sim->duties[i].settled};

                recall.duty->obligation_id = 0;
                if (recall.duty->status != OBLIGATION_OPEN || !try_look_up(sim, recall.duty))
                        continue;
                rules_refresh(&sim->rules, recall.duty);
                (void)store_each_notice(sim_store(sim), recall.duty->occurrence_id, recall.duty->obligation_id,
                                        recall_notice, &recall);
                recall.duty->settled = recall.judged;
                if (restarted)
                        recall_settled(sim, recall.duty);
        }
}

/* ---- the store against the duties ---- */

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
