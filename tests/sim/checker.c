/* What must hold after every step, said from the duties and the slow rules; what holds at every message and in the
 * store stands beside it, in checker-messages.c and checker-end.c: what the rules demand at a moment has a notice, of
 * the right kind (check_duty, check_levels, check_fix); nobody is reminded more often than that (check_count), in a
 * quiet year exactly so often; the timer is armed for the next thing to do (check_wake), nothing due stays in the queue
 * (check_queue). */
#include "checker.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/attempts.h"
#include "store/occurrences.h"

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
