/* What must hold at every message:
 *   it leaves only once it is committed as sending, for an address that its agency has, is told of what is owed and not
 *   done, not during a snooze, not as overdue before the due date nor as a reminder of it after (checker_leaving,
 *   checker_on_wire);
 *   nothing leaves to an agency that is held (check_held). */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "content/facts.h"
#include "core/digest.h"

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

/* What the lists and the matrices of a letter come to, as core/digest.h counts it. */
static struct gist gist_of(const struct letter *letter)
{
        struct gist gist = {0};

        for (int s = 0; s < DIGEST_SECTIONS; s++)
                for (size_t i = 0; i < letter->n_sections[s]; i++) {
                        const struct letter_entry *entry = &letter->sections[s][i];

                        gist_add(&gist, &(struct gist_line){(enum digest_section)s, entry->plan, entry->item,
                                                            entry->occurrence, "", entry->dates, entry->state,
                                                            entry->snoozed_until, entry->claimed});
                }
        for (size_t m = 0; m < letter->n_matrices; m++)
                for (size_t i = 0; i < letter->matrices[m].n_rows; i++)
                        for (size_t c = 0; c < letter->matrices[m].n_columns; c++) {
                                const struct letter_row *row = &letter->matrices[m].rows[i];
                                const struct letter_debtor *cell = &row->cells[c];

                                gist_add(&gist,
                                         &(struct gist_line){DIGEST_SECTIONS, row->plan, row->item, row->occurrence,
                                                             letter->matrices[m].columns[c].agency, row->dates,
                                                             cell->state, cell->snoozed_until, cell->claimed});
                        }
        for (size_t i = 0; i < letter->n_holds; i++)
                gist_add_hold(&gist, letter->holds[i].agency, letter->holds[i].until, letter->holds[i].reason);
        return gist;
}

/* Whether a digest is worth a message is judged without making it: by the same rules, said a second time. */
static void check_gist(struct sim *sim, const struct letter *letter)
{
        struct engine *engine = manager_engine(sim->manager);
        size_t agency = roster_find(&engine_config(engine)->roster, letter->agency);
        struct gist made = gist_of(letter);
        struct digest_gist *CLEANUP_FREE gists = NULL;

        if (agency == ROSTER_NONE ||
            facts_digest_gists(engine, agency, letter->week_from, clock_now(&engine->clock), &gists) < 0)
                return;
        if (gists[agency].gist.print != made.print || gists[agency].gist.n_finished != made.n_finished ||
            gists[agency].gist.n_news != made.n_news)
                sim_fail(sim, "the digest of %s says something else than what it was judged by", letter->agency);
}

void checker_leaving(struct sim *sim, const struct delivery_record *delivery, const struct letter *letter)
{
        check_goes_on(sim, letter->entries, letter->n_entries);
        for (int s = 0; s < DIGEST_SECTIONS; s++)
                check_goes_on(sim, letter->sections[s], letter->n_sections[s]);
        if (letter->has_digest && sim->quiet && !sim->block.digest_always)
                check_digest(sim, letter);
        if (letter->has_digest)
                check_gist(sim, letter);
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
