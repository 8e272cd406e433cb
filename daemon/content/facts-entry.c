/* One entry of a letter: what a notice says about its obligation, occurrence or failure. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "addressing/announce.h"
#include "addressing/assist.h"
#include "addressing/failure.h"
#include "base/array.h"
#include "content/facts-private.h"
#include "store/claims.h"
#include "store/obligation-list.h"
#include "store/occurrences.h"

/* Names of agencies, joined as Vietnamese joins them. */
static const char *names_of(struct facts *facts, const struct plan *plan, const struct targets *targets)
{
        const struct roster *roster = &facts->config->roster;
        size_t *CLEANUP_FREE indexes = NULL;
        char *text = NULL;
        size_t size, n = 0;
        FILE *out;

        if (targets->n == 0)
                return "";
        if (plan_resolve_heirs(plan, roster, targets, facts->today, &indexes, &n) < 0)
                return NULL;
        out = open_memstream(&text, &size);
        if (!out)
                return NULL;
        for (size_t i = 0; i < n; i++)
                fprintf(out, "%s%s", i == 0 ? "" : ", ", roster->agencies[indexes[i]].name);
        if (fclose(out) != 0) {
                free(text);
                return NULL;
        }
        return facts_keep(facts, text);
}

/* NULL stays NULL. 0 or -ENOMEM. */
static int say_words(struct facts *facts, const struct plan *plan, const struct item *item, const char *words,
                     civil_day day, const char **ret)
{
        if (!words)
                return 0;
        *ret = facts_keep(facts, item_words(plan, item, words, day));
        return *ret ? 0 : -ENOMEM;
}

/* After say_names(). */
static int say_plan(struct facts *facts, const char *plan_id, const char *item_id, struct letter_entry *entry)
{
        const struct roster *roster = &facts->config->roster;
        const struct plan *plan;
        const struct item *item;
        civil_day day = CIVIL_NONE;
        size_t head;
        int r;

        entry->plan_title = entry->basis = entry->head = entry->report_to = entry->with = "";
        if (!settings_find_item(facts->engine->settings, plan_id, item_id, &plan, &item))
                return 0;
        (void)civil_parse(entry->occurrence, &day); /* without a key there is none */
        head = plan_head(plan, roster, facts->today);
        entry->plan = plan->id;
        entry->item = item->id;
        entry->plan_title = plan->title;
        entry->basis = item_basis(plan, item);
        entry->link = item_link(plan, item);
        entry->contact = plan->contact;
        entry->head = head != ROSTER_NONE ? roster->agencies[head].name : "";
        entry->when = item->when;
        entry->place = item->place;
        entry->time = item->time;
        entry->event = item->event;
        entry->fix_by = item->fix_by;
        entry->limit = item->limit;
        entry->report_to = item->report_to.n > 0 ? names_of(facts, plan, &item->report_to) : entry->head;
        entry->with = names_of(facts, plan, &item->with);
        if (!entry->report_to || !entry->with)
                return -ENOMEM;
        r = say_words(facts, plan, item, item->wording, day, &entry->wording);
        return r < 0 ? r : say_words(facts, plan, item, item->note, day, &entry->note);
}

static int say_names(struct facts *facts, const char *plan, const char *item, const char *key, const char *title,
                     struct letter_entry *entry)
{
        entry->plan = facts_keep_copy(facts, plan);
        entry->item = facts_keep_copy(facts, item);
        entry->occurrence = facts_keep_copy(facts, key);
        entry->title = facts_keep_copy(facts, title ? title : item);
        return entry->plan && entry->item && entry->occurrence && entry->title ? 0 : -ENOMEM;
}

int64_t entry_instant(const struct letter_entry *entry, civil_day day)
{
        return entry->time > 0 && day != CIVIL_NONE ? clock_instant(wall_at(day, entry->time)) / 1000 : 0;
}

struct obligation_dates entry_dates(struct obligation_dates dates, bool event)
{
        if (event && dates.from != CIVIL_NONE && !dates.tentative)
                dates.effective = dates.from;
        return dates;
}

/* The word of the agency that nobody has answered. */
static int find_claim(const struct facts *facts, const struct obligation_record *record, struct claim *ret)
{
        struct claim_record CLEANUP(claim_record_clear) claim = {0};
        int r = record->obligation.claimed ? store_find_open_claim(facts->engine->store, record->id, &claim) : 0;

        if (r < 0)
                return r;
        *ret = claim.claim;
        return 0;
}

int entry_of_obligation(struct facts *facts, const struct obligation_record *record, struct letter_entry *ret)
{
        const struct calendar *calendar = facts->config->calendar;
        struct letter_entry entry = {
                .dates = obligation_dates(&record->obligation, calendar),
                .state = obligation_state(&record->obligation, calendar, facts->today),
                .days_late = obligation_days_late(&record->obligation, calendar, facts->today),
                .fix_by = CIVIL_NONE,
                .limit = CIVIL_NONE,
                .old = {CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false},
                .snoozed_until = record->obligation.snoozed_until,
                .done_on = record->obligation.done_on,
                .done_at = WALL_NONE,
        };
        struct claim claim = {0};
        int r;

        r = say_names(facts, record->plan, record->item, record->key, record->title, &entry);
        if (r == 0)
                r = say_plan(facts, record->plan, record->item, &entry);
        if (r == 0)
                r = find_claim(facts, record, &claim);
        if (r < 0)
                return r;
        entry.dates = entry_dates(entry.dates, entry.event);
        if (entry.dates.effective != CIVIL_NONE)
                entry.days_left = calendar_working_between(calendar, facts->today, entry.dates.effective);
        entry.instant = entry_instant(&entry, entry.dates.effective);
        entry.claimed = record->obligation.claimed;
        entry.claimed_on = claim.on;
        entry.requested = claim.until;
        *ret = entry;
        return 0;
}

int debtor_of(struct facts *facts, const struct obligation_record *record, struct letter_debtor *ret)
{
        const struct roster *roster = &facts->config->roster;
        const struct calendar *calendar = facts->config->calendar;
        size_t agency = roster_find(roster, record->agency);
        const char *id = facts_keep_copy(facts, record->agency);
        struct notice_counts counts;
        struct claim claim = {0};
        int r = store_count_notices(facts->engine->store, record->id, &counts);

        if (r == 0)
                r = find_claim(facts, record, &claim);
        if (r < 0)
                return r;
        if (!id)
                return -ENOMEM;
        *ret = (struct letter_debtor){
                .agency = agency != ROSTER_NONE ? roster->agencies[agency].name : id,
                .agency_short = agency != ROSTER_NONE ? roster->agencies[agency].short_name : id,
                .state = obligation_state(&record->obligation, calendar, facts->today),
                .effective = record->effective,
                .days_late = obligation_days_late(&record->obligation, calendar, facts->today),
                .reminders = counts.reminders,
                .last_reminder = counts.last_ms > 0 ? wall_day(clock_wall(counts.last_ms)) : CIVIL_NONE,
                .snoozed_until = record->obligation.snoozed_until,
                .snoozed_by = facts_keep_copy(facts, record->snoozed_by),
                .snooze_reason = facts_keep_copy(facts, record->snooze_reason),
                .done_on = record->obligation.done_on,
                .claimed = record->obligation.claimed,
                .claimed_on = claim.on,
                .requested = claim.until,
        };
        return 0;
}

/* What it was of is there no more. */
static int nothing_of(struct truth *ret, const char *reason)
{
        *ret = (struct truth){.standing = NO_LONGER_TRUE, .reason = reason};
        return 0;
}

/* ---- reminders ---- */

static struct truth truth_now(const struct facts *facts, const struct obligation_record *record,
                              const struct notice_record *notice)
{
        struct ladder_rules rules = {.calendar = facts->config->calendar};
        const struct plan *plan;
        const struct item *item;

        if (settings_find_item(facts->engine->settings, record->plan, record->item, &plan, &item))
                rules = engine_rules(facts->engine, item);
        return truth_of_reminder(&rules, &record->obligation, notice->rung, notice->rung_at, facts->letter->now);
}

static int of_reminder(struct facts *facts, const struct obligation_record *record, const struct notice_record *notice,
                       struct letter_entry *ret, struct truth *ret_truth)
{
        struct notice_counts counts = {0};
        int r;

        if (!facts->preview)
                *ret_truth = truth_now(facts, record, notice);
        if (ret_truth->standing != STILL_TRUE)
                return 0;
        r = entry_of_obligation(facts, record, ret);
        if (r == 0)
                r = store_count_notices(facts->engine->store, record->id, &counts);
        if (r < 0)
                return r;
        ret->kind = ret_truth->kind;
        /* It counts itself already where another address of the agency has it. */
        ret->ordinal = counts.overdue + (notice->state != NOTICE_SENT || notice->kind != KIND_OVERDUE);
        return 0;
}

/* ---- what was decided ---- */

/* Told by what has arrived, at the moment at which it leaves: a first confirmation may have been on the wire when it
 * was put right. */
static int note_correction(const struct facts *facts, const struct obligation_record *record,
                           const struct notice_record *notice, struct letter_entry *ret)
{
        struct notice_detail CLEANUP(notice_detail_clear) told = {.on = CIVIL_NONE};
        int r = announced_completion(facts->engine, record, notice->id, &told);

        ret->corrects = r == ANNOUNCE_KNOWN;
        ret->told_on = told.on;
        return r < 0 ? r : 0;
}

static int of_decision(struct facts *facts, const struct obligation_record *record, const struct notice_record *notice,
                       struct letter_entry *ret, struct truth *ret_truth)
{
        const struct calendar *calendar = facts->config->calendar;
        struct notice_detail CLEANUP(notice_detail_clear) detail = {0};
        int r;

        if (!facts->preview)
                *ret_truth = truth_of_decision(calendar, &record->obligation, notice->kind, facts->today);
        if (ret_truth->standing != STILL_TRUE)
                return 0;
        r = entry_of_obligation(facts, record, ret);
        if (r == 0)
                r = notice_detail_read(notice->detail, &detail);
        if (r < 0)
                return r;
        ret->kind = notice->kind;
        ret->decided_by = facts_keep_copy(facts, detail.by);
        ret->asked_by = facts_keep_copy(facts, detail.asked_by);
        ret->reason = facts_keep_copy(facts, detail.note);
        ret->done_at = notice->rung_at;
        if (notice->kind == KIND_COMPLETED)
                ret->days_late = obligation_is_late(&record->obligation, calendar)
                                         ? calendar_working_between(calendar, ret->dates.effective, ret->done_on)
                                         : 0;
        if (notice->kind == KIND_COMPLETED)
                r = note_correction(facts, record, notice, ret);
        if (detail.rearranged) {
                ret->rearranged = true;
                ret->old_venue.time = detail.venue.time;
                ret->old_venue.place = (char *)facts_keep_copy(facts, detail.venue.place);
        } else if (kind_tells_date(notice->kind))
                ret->old = (struct obligation_dates){
                        .from = detail.from,
                        .due = detail.due,
                        .effective = detail.due,
                        .safe = detail.due,
                        .tentative = detail.tentative,
                };
        if (notice->kind == KIND_REQUEST_ANSWERED) {
                ret->claimed = true;
                ret->claimed_on = detail.on;
                ret->requested = detail.until;
                ret->granted = detail.granted;
        }
        return r;
}

/* ---- what an agency said ---- */

static int of_claim(struct facts *facts, const struct obligation_record *record, struct letter_entry *ret,
                    struct truth *ret_truth)
{
        const struct roster *roster = &facts->config->roster;
        struct claim_record CLEANUP(claim_record_clear) claim = {0};
        size_t agency = roster_find(roster, record->agency);
        int found = store_find_open_claim(facts->engine->store, record->id, &claim), r;

        if (found < 0)
                return found;
        *ret_truth = truth_of_claim(found == 0);
        if (ret_truth->standing != STILL_TRUE)
                return 0;
        r = entry_of_obligation(facts, record, ret);
        if (r < 0)
                return r;
        ret->kind = KIND_CLAIMED;
        ret->claim = claim.id;
        ret->claimant = agency != ROSTER_NONE ? roster->agencies[agency].name : facts_keep_copy(facts, record->agency);
        ret->claimed_by = facts_keep_copy(facts, claim.by);
        ret->reason = facts_keep_copy(facts, claim.text);
        return 0;
}

/* ---- occurrences ---- */

struct debtors {
        struct facts *facts;
        civil_day late_from;      /* only those that are late from that day on; CIVIL_NONE: all */
        struct obligation sample; /* whose dates the entry shows */
        struct letter_debtor *rows;
        size_t n, n_finished, n_open, n_awaiting, room;
};

static int add_debtor(void *userdata, const struct obligation_record *record)
{
        struct debtors *debtors = userdata;
        enum obligation_status status = record->obligation.status;

        if (status == OBLIGATION_WAIVED || status == OBLIGATION_WITHDRAWN || status == OBLIGATION_UNCLEAR ||
            status == OBLIGATION_UNFINISHED)
                return 0;
        if (debtors->late_from != CIVIL_NONE &&
            obligation_late_from(&record->obligation, debtors->facts->config->calendar) != debtors->late_from)
                return 0;
        if (ARRAY_GROW(debtors->rows, debtors->n, debtors->room) < 0)
                return -ENOMEM;
        if (status == OBLIGATION_DONE)
                debtors->n_finished++;
        else {
                debtors->n_open++;
                debtors->n_awaiting += obligation_awaits_day(&record->obligation);
        }
        if (debtors->n == 0 || (status != OBLIGATION_DONE && debtors->n_open == 1))
                debtors->sample = record->obligation;
        return debtor_of(debtors->facts, record, &debtors->rows[debtors->n++]);
}

static int unfinished_first(const void *left, const void *right)
{
        const struct letter_debtor *a = left, *b = right;
        bool a_done = a->done_on != CIVIL_NONE, b_done = b->done_on != CIVIL_NONE;

        if (a_done != b_done)
                return a_done ? 1 : -1;
        return strcmp(a->agency, b->agency);
}

static int of_occurrence(struct facts *facts, const struct notice_record *notice, struct letter_entry *ret,
                         struct truth *ret_truth)
{
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};
        struct debtors debtors = {.facts = facts, .late_from = CIVIL_NONE};
        struct obligation_filter filter = {.occurrence_id = notice->occurrence_id};
        struct obligation_record as_planned = {0};
        bool escalates = notice->kind == KIND_ESCALATION, assists = notice->kind == KIND_ASSIST;
        int r = store_get_occurrence(facts->engine->store, notice->occurrence_id, &record);

        if (r < 0)
                return r;
        if (r == STORE_NONE || (record.withdrawn && !assists))
                return nothing_of(ret_truth, "no longer in the plan");
        if (escalates)
                debtors.late_from = facts->preview
                                            ? obligation_late_from(&facts->preview->obligation, facts->config->calendar)
                                            : rung_key_day(notice->rung);
        r = store_each_obligation(facts->engine->store, &filter, add_debtor, &debtors);
        if (debtors.rows && !facts_keep(facts, debtors.rows))
                r = -ENOMEM;
        if (r < 0)
                return r;
        if (!facts->preview)
                *ret_truth = escalates ? truth_of_escalation(debtors.late_from, debtors.n_open, facts->today)
                             : assists ? truth_of_assistance(assist_is_end(notice->rung), debtors.n_open)
                                       : truth_of_fix(debtors.n_awaiting);
        if (ret_truth->standing != STILL_TRUE)
                return 0;
        if (debtors.rows)
                qsort(debtors.rows, debtors.n, sizeof(*debtors.rows), unfinished_first);

        as_planned.obligation = record.planned;
        as_planned.obligation.fixed = CIVIL_NONE;
        if ((escalates || assists) && debtors.n > 0)
                as_planned.obligation = debtors.sample;
        as_planned.obligation.status = OBLIGATION_OPEN;
        as_planned.obligation.done_on = as_planned.obligation.snoozed_until = CIVIL_NONE;
        as_planned.title = record.title;
        memcpy(as_planned.plan, record.plan, sizeof(record.plan));
        memcpy(as_planned.item, record.item, sizeof(record.item));
        memcpy(as_planned.key, record.key, sizeof(record.key));
        r = entry_of_obligation(facts, &as_planned, ret);
        ret->kind = notice->kind;
        ret->debtors = debtors.rows;
        ret->n_debtors = debtors.n;
        ret->n_finished = debtors.n_finished;
        return r;
}

/* What the reminder was of, and whom it was to reach. */
static int of_late(struct facts *facts, int64_t late, const struct notice_record *notice, struct letter_entry *ret,
                   struct truth *ret_truth)
{
        struct delivery_record CLEANUP(delivery_record_clear) delivery = {0};
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        struct notice_record CLEANUP(notice_record_clear) reminder = {0};
        const struct roster *roster = &facts->config->roster;
        const char *id = notice->detail ? notice->detail : "";
        size_t agency;
        int r = store_get_notice(facts->engine->store, late, &reminder);

        if (r == 0)
                r = store_get_obligation(facts->engine->store, reminder.obligation_id, &record);
        if (r == 0 && *id)
                r = store_get_delivery(facts->engine->store, id, &delivery);
        if (r != 0)
                return r < 0 ? r : nothing_of(ret_truth, "no such reminder");
        r = entry_of_obligation(facts, &record, ret);
        if (r < 0)
                return r;
        agency = roster_find(roster, record.agency);
        ret->kind = KIND_FAILURE;
        ret->too_late = true;
        ret->delivery = *id ? facts_keep_copy(facts, id) : "--all";
        if (*id && agency != ROSTER_NONE)
                ret->failed_agency = roster->agencies[agency].name;
        ret->failed_address = facts_keep_copy(facts, *id                     ? delivery.address
                                                     : agency != ROSTER_NONE ? roster->agencies[agency].name
                                                                             : record.agency);
        return ret->delivery && ret->failed_address ? 0 : -ENOMEM;
}

static int of_failure(struct facts *facts, const struct notice_record *notice, struct letter_entry *ret,
                      struct truth *ret_truth)
{
        struct delivery_record CLEANUP(delivery_record_clear) failed = {0};
        const struct roster *roster = &facts->config->roster;
        const char *id = notice->detail ? notice->detail : "";
        int64_t late = failure_late_notice(notice);
        size_t agency;
        int r;

        if (late > 0)
                return of_late(facts, late, notice, ret, ret_truth);
        r = store_get_delivery(facts->engine->store, id, &failed);
        if (r != 0)
                return r < 0 ? r : nothing_of(ret_truth, "no such delivery");
        if (!failure_is_last(notice, &failed))
                return nothing_of(ret_truth, "sent again");
        agency = roster_find(roster, failed.agency);
        *ret = (struct letter_entry){
                .kind = notice->kind,
                .plan = "",
                .item = "",
                .occurrence = "",
                .plan_title = "",
                .basis = "",
                .head = "",
                .report_to = "",
                .title = facts_keep_copy(facts, failed.subject ? failed.subject : kind_name(failed.kind)),
                .delivery = facts_keep_copy(facts, failed.id),
                .failed_agency = agency != ROSTER_NONE ? roster->agencies[agency].name : NULL,
                .failed_address = facts_keep_copy(facts, failed.address),
                .answer = facts_keep_copy(facts, failed.answer ? failed.answer : ""),
                .dates = {CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false},
                .old = {CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, CIVIL_NONE, false},
                .fix_by = CIVIL_NONE,
                .limit = CIVIL_NONE,
                .snoozed_until = CIVIL_NONE,
                .done_on = CIVIL_NONE,
                .done_at = WALL_NONE,
        };
        return ret->title && ret->delivery && ret->failed_address && ret->answer ? 0 : -ENOMEM;
}

int entry_of_notice(struct facts *facts, const struct notice_record *notice, struct letter_entry *ret,
                    struct truth *ret_truth)
{
        struct obligation_record CLEANUP(obligation_record_clear) record = {0};
        int r;

        *ret_truth = (struct truth){.standing = STILL_TRUE, .kind = notice->kind};
        if (kind_tells_failure(notice->kind))
                return of_failure(facts, notice, ret, ret_truth);
        if (notice->obligation_id == 0)
                return of_occurrence(facts, notice, ret, ret_truth);
        r = store_get_obligation(facts->engine->store, notice->obligation_id, &record);
        if (r < 0)
                return r;
        if (notice->kind == KIND_CLAIMED)
                return of_claim(facts, &record, ret, ret_truth);
        if (kind_tells_decision(notice->kind))
                return of_decision(facts, &record, notice, ret, ret_truth);
        return of_reminder(facts, &record, notice, ret, ret_truth);
}
