/* The values of one entry of a letter, and of one line of an escalation. */
#include <string.h>

#include "message/values-parts.h"

static bool is_empty(const char *string)
{
        return !string || !*string;
}

static bool same(const char *a, const char *b)
{
        return !is_empty(a) && b && strcmp(a, b) == 0;
}

bool debtor_is_unfinished(const struct letter_debtor *debtor)
{
        switch (debtor->state) {
        case STATE_PENDING:
        case STATE_OVERDUE:
        case STATE_SNOOZED:
        case STATE_TENTATIVE:
        case STATE_UNDATED:
                return true;
        case STATE_DONE:
        case STATE_LATE:
        case STATE_WAIVED:
        case STATE_WITHDRAWN:
        case STATE_PASSED:
        case STATE_UNCLEAR:
        case STATE_UNFINISHED:
        case STATE_COUNT:
                break;
        }
        return false;
}

const char *entry_basis(const struct letter_entry *entry)
{
        const char *basis = is_empty(entry->basis) ? entry->plan_title : entry->basis;
        return is_empty(basis) ? PHRASE_SOME_PLAN : basis;
}

bool entry_is_to_head(const struct letter_entry *entry, const char *agency)
{
        return !entry->contact && same(entry->head, agency);
}

/* ---- agencies ---- */

static bool find_in_debtor(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_debtor *debtor = scope->facts;
        bool tentative = debtor->state == STATE_TENTATIVE;
        switch (name) {
        case NAME_debtor:
                return fill_text(ret, debtor->agency);
        case NAME_debtor_short:
                return fill_text(ret, debtor->agency_short);
        case NAME_debtor_late:
                if (tentative || debtor->effective == CIVIL_NONE ||
                    debtor->effective >= wall_day(scope_letter(scope)->now))
                        return true;
                return fill_phrase(ret, phrase_late(debtor->days_late, ret->room));
        case NAME_debtor_due:
                return fill_day(ret, tentative ? CIVIL_NONE : debtor->effective);
        case NAME_reminders:
                return fill_count(ret, debtor->reminders);
        case NAME_last_reminder:
                return fill_day(ret, debtor->last_reminder);
        case NAME_debtor_snoozed_until:
                return fill_day(ret, debtor->state == STATE_SNOOZED ? debtor->snoozed_until : CIVIL_NONE);
        case NAME_snooze_reason:
                return fill_text(ret, debtor->snooze_reason);
        case NAME_debtor_claimed:
                return fill_day(ret, debtor->claimed ? debtor->claimed_on : CIVIL_NONE);
        case NAME_debtor_requested:
                return fill_day(ret, debtor->claimed ? debtor->requested : CIVIL_NONE);
        default:
                return false;
        }
}

static bool debtor_at(const struct scope *scope, size_t index, struct fill *ret)
{
        const struct letter_entry *entry = scope->facts;
        const struct letter_debtor *debtor = &entry->debtors[index];
        return debtor_is_unfinished(debtor) && fill_part(ret, scope, find_in_debtor, debtor, index);
}

static size_t count_unfinished(const struct letter_entry *entry)
{
        size_t n = 0;
        for (size_t i = 0; i < entry->n_debtors; i++)
                n += debtor_is_unfinished(&entry->debtors[i]);
        return n;
}

static bool find_debtors(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_entry *entry = scope->facts;
        switch (name) {
        case NAME_debtors:
                return fill_list(ret, scope, entry->n_debtors, debtor_at);
        case NAME_ended:
                return fill_bool(ret, count_unfinished(entry) == 0);
        case NAME_achieved:
                return fill_bool(ret, entry->n_finished > 0);
        case NAME_unfinished:
                return fill_number(ret, (int64_t)count_unfinished(entry));
        case NAME_finished:
                return fill_number(ret, (int64_t)entry->n_finished);
        case NAME_owing:
                return fill_number(ret, (int64_t)(count_unfinished(entry) + entry->n_finished));
        default:
                return false;
        }
}

/* ---- what the plan says ---- */

static bool find_plan(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_entry *entry = scope->facts;
        const struct letter *letter = scope_letter(scope);
        const char *agency = entry->agency_name ? entry->agency_name : letter->agency_name;
        const char *receiver = is_empty(entry->report_to) ? entry->head : entry->report_to;
        switch (name) {
        case NAME_title:
                return fill_text(ret, entry->title);
        case NAME_owner:
                return fill_text(ret, letter->of_several ? entry->agency_name : NULL);
        case NAME_plan_title:
                return fill_text(ret, entry->plan_title);
        case NAME_basis:
                return fill_text(ret, entry_basis(entry));
        case NAME_head:
                return fill_text(ret, entry->head);
        case NAME_is_head:
                return fill_bool(ret, entry_is_to_head(entry, agency));
        case NAME_event:
                return fill_bool(ret, entry->event);
        case NAME_report_to:
                return entry->event || kind_ends_debt(entry->kind) || fill_text(ret, receiver);
        case NAME_to_head:
                return fill_bool(ret, is_empty(receiver) || entry_is_to_head(entry, receiver));
        case NAME_to_self:
                return fill_bool(ret, same(receiver, agency));
        case NAME_with:
                return fill_text(ret, entry->with);
        case NAME_contact:
                return entry->contact && fill_part(ret, scope, contact_find, entry->contact, 0);
        case NAME_own_contact:
                return fill_bool(ret, entry->contact && !contact_equal(entry->contact, scope_values(scope)->contact));
        case NAME_wording:
                return fill_text(ret, entry->wording);
        case NAME_note:
                return fill_text(ret, entry->note);
        case NAME_when:
                return fill_text(ret, entry->when);
        case NAME_link:
                return fill_text(ret, entry->link);
        case NAME_place:
                return fill_text(ret, entry->place);
        default:
                return false;
        }
}

/* ---- dates ---- */

static struct obligation_dates dates_of(const struct letter_entry *entry)
{
        struct obligation_dates dates = entry->dates;
        /* An observance is a day, not a deadline: no day off moves it. */
        if (entry->kind == KIND_OBSERVANCE)
                dates.effective = dates.due;
        return dates;
}

static bool has_day(const struct obligation_dates *dates)
{
        return dates->due != CIVIL_NONE && !dates->tentative;
}

static bool find_term(const struct letter_entry *entry, const struct obligation_dates *dates, unsigned name,
                      struct fill *ret)
{
        int32_t time = entry->time;
        switch (name) {
        case NAME_dated:
                return fill_bool(ret, has_day(dates));
        case NAME_tentative:
                return fill_bool(ret, dates->due != CIVIL_NONE && dates->tentative);
        case NAME_undated:
                return fill_bool(ret, dates->due == CIVIL_NONE);
        case NAME_term:
                return fill_phrase(ret, (entry->event ? phrase_event : phrase_term)(dates, time, ret->room));
        case NAME_limit:
                return fill_phrase(ret, (entry->event ? phrase_event_day : phrase_limit)(dates, time, ret->room));
        case NAME_day:
                return fill_phrase(ret, phrase_day(dates, ret->room));
        case NAME_range:
                return fill_phrase(ret, phrase_range(dates, ret->room));
        case NAME_shift:
                return entry->event || fill_phrase(ret, phrase_shift(dates, time, ret->room));
        case NAME_time:
                return time == 0 || !has_day(dates) || fill_phrase(ret, phrase_clock(time, ret->room));
        case NAME_last_day:
                return fill_day(ret, has_day(dates) ? dates->effective : CIVIL_NONE);
        case NAME_outer_day:
                return fill_day(ret, entry->limit);
        default:
                return false;
        }
}

static bool find_deadline(const struct scope *scope, const struct obligation_dates *dates, unsigned name,
                          struct fill *ret)
{
        const struct letter_entry *entry = scope->facts;
        civil_day today = wall_day(scope_letter(scope)->now);
        civil_day deadline = phrase_deadline(dates);
        switch (name) {
        case NAME_left:
                return fill_phrase(ret, phrase_left(dates, entry->days_left, today, ret->room));
        case NAME_days_left:
                return fill_count(ret, has_day(dates) ? entry->days_left : 0);
        case NAME_today:
                return fill_bool(ret, deadline == today);
        case NAME_tomorrow:
                return fill_bool(ret, deadline == today + 1);
        case NAME_deadline:
                return fill_day(ret, deadline);
        case NAME_deadline_weekday:
                return fill_phrase(ret, phrase_weekday(deadline));
        case NAME_late:
                return fill_phrase(ret, phrase_late(entry->days_late, ret->room));
        case NAME_days_late:
                return fill_count(ret, entry->days_late);
        case NAME_ordinal:
                return fill_count(ret, entry->ordinal);
        default:
                return false;
        }
}

/* ---- what people decided or said: the facts of date_set, fix_date, snoozed, completed, claimed ---- */

static bool find_done(const struct letter_entry *entry, const struct obligation_dates *dates, unsigned name,
                      struct fill *ret)
{
        bool done = entry->done_on != CIVIL_NONE, dated = done && !entry->event && has_day(dates);
        bool late = entry->state == STATE_LATE;
        switch (name) {
        case NAME_done_on:
                return fill_day(ret, entry->done_on);
        case NAME_done_clock:
                /* A day noted afterwards has no hour. */
                if (!done || entry->done_at == WALL_NONE || wall_day(entry->done_at) != entry->done_on)
                        return true;
                return fill_phrase(ret, phrase_clock(wall_clock(entry->done_at), ret->room));
        case NAME_done_early:
                return fill_bool(ret, dated && entry->done_on < dates->safe);
        case NAME_done_in_time:
                return fill_bool(ret, dated && entry->done_on >= dates->safe && entry->done_on <= dates->effective);
        case NAME_done_late:
                return fill_bool(ret, late);
        case NAME_corrects:
                return fill_bool(ret, entry->corrects);
        case NAME_told_on:
                return fill_day(ret, entry->corrects && entry->told_on != entry->done_on ? entry->told_on : CIVIL_NONE);
        default:
                return false;
        }
}

static bool has_other_place(const struct letter_entry *entry)
{
        const struct venue now = {entry->old_venue.time, (char *)entry->place};

        return entry->rearranged && !venue_is_same(&entry->old_venue, &now);
}

static bool find_decision(const struct letter_entry *entry, unsigned name, struct fill *ret)
{
        switch (name) {
        case NAME_fix_by:
                return fill_day(ret, entry->fix_by);
        case NAME_fix_by_weekday:
                return fill_phrase(ret, phrase_weekday(entry->fix_by));
        case NAME_old_day:
                return entry->old.due == CIVIL_NONE || fill_phrase(ret, phrase_day(&entry->old, ret->room));
        case NAME_changed:
                return fill_bool(ret, has_day(&entry->old));
        case NAME_rearranged:
                return fill_bool(ret, entry->rearranged);
        case NAME_time_changed:
                return fill_bool(ret, entry->rearranged && entry->time != entry->old_venue.time);
        case NAME_old_time:
                return !entry->rearranged || entry->time == entry->old_venue.time || entry->old_venue.time == 0 ||
                       fill_phrase(ret, phrase_clock(entry->old_venue.time, ret->room));
        case NAME_place_changed:
                return fill_bool(ret, has_other_place(entry));
        case NAME_old_place:
                return fill_text(ret, has_other_place(entry) ? entry->old_venue.place : NULL);
        case NAME_asked_by:
                return fill_text(ret, entry->asked_by);
        case NAME_reason:
                return fill_text(ret, entry->reason);
        case NAME_snoozed:
                return fill_bool(ret, entry->state == STATE_SNOOZED);
        case NAME_snoozed_until:
                return fill_day(ret, entry->snoozed_until);
        default:
                return false;
        }
}

static bool find_claim(const struct letter_entry *entry, unsigned name, struct fill *ret)
{
        switch (name) {
        case NAME_claimed:
                return fill_bool(ret, entry->claimed);
        case NAME_claimed_on:
                return fill_day(ret, entry->claimed ? entry->claimed_on : CIVIL_NONE);
        case NAME_requested:
                return fill_day(ret, entry->claimed ? entry->requested : CIVIL_NONE);
        case NAME_claimant:
                return fill_text(ret, entry->claimant);
        case NAME_claimed_by:
                return fill_text(ret, entry->claimed_by);
        case NAME_claim:
                return fill_count(ret, entry->claim);
        case NAME_granted:
                return fill_bool(ret, entry->granted);
        default:
                return false;
        }
}

static bool find_failure(const struct letter_entry *entry, unsigned name, struct fill *ret)
{
        switch (name) {
        case NAME_delivery:
                return fill_text(ret, entry->delivery);
        case NAME_failed_agency:
                return fill_text(ret, entry->failed_agency);
        case NAME_failed_address:
                return fill_text(ret, entry->failed_address);
        case NAME_answer:
                return fill_text(ret, entry->answer);
        case NAME_too_late:
                return fill_bool(ret, entry->too_late);
        default:
                return false;
        }
}

bool entry_find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct letter_entry *entry = scope->facts;
        struct obligation_dates dates = dates_of(entry);
        return find_plan(scope, name, ret) || find_term(entry, &dates, name, ret) ||
               find_deadline(scope, &dates, name, ret) || find_done(entry, &dates, name, ret) ||
               find_decision(entry, name, ret) || find_claim(entry, name, ret) || find_debtors(scope, name, ret) ||
               find_failure(entry, name, ret);
}
