/* The values of one entry of a letter, and of one line of an escalation.
 * Depends on letter, phrase, json.
 * Called by values. */
#include "message/values_parts.h"

#include <string.h>

#include "message/json.h"
#include "message/phrase.h"
#include "message/values.h"

static bool is_empty(const char *string)
{
        return !string || !*string;
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

static int put_debtor(json_t *array, const struct letter *letter, const struct letter_debtor *debtor)
{
        json_t *object = values_append(array);
        if (!object)
                return -1;
        char phrase[PHRASE_SIZE];
        bool overdue = debtor->effective != CIVIL_NONE && debtor->effective < wall_day(letter->now) &&
                       debtor->state != STATE_TENTATIVE;
        int r = 0;
        r |= json_put_text(object, "debtor", debtor->agency);
        r |= json_put_text(object, "debtor_short", debtor->agency_short);
        r |= json_put_text(object, "debtor_late", overdue ? phrase_late(debtor->days_late, phrase) : NULL);
        r |= json_put_day_vi(object, "debtor_due", debtor->state == STATE_TENTATIVE ? CIVIL_NONE : debtor->effective);
        r |= json_put_count(object, "reminders", debtor->reminders);
        r |= json_put_day_vi(object, "last_reminder", debtor->last_reminder);
        r |= json_put_day_vi(object, "debtor_snoozed_until",
                             debtor->state == STATE_SNOOZED ? debtor->snoozed_until : CIVIL_NONE);
        r |= json_put_text(object, "snoozed_by", debtor->snoozed_by);
        r |= json_put_text(object, "snooze_reason", debtor->snooze_reason);
        return r;
}

static int put_debtors(json_t *object, const struct letter *letter, const struct letter_entry *entry)
{
        json_t *debtors = json_array();
        int r = json_put(object, "debtors", debtors);
        if (r < 0)
                return r;
        json_int_t unfinished = 0;
        for (size_t i = 0; i < entry->n_debtors; i++) {
                if (!debtor_is_unfinished(&entry->debtors[i]))
                        continue;
                r |= put_debtor(debtors, letter, &entry->debtors[i]);
                unfinished++;
        }
        r |= json_put_int(object, "unfinished", unfinished);
        r |= json_put_int(object, "finished", (json_int_t)entry->n_finished);
        r |= json_put_int(object, "owing", unfinished + (json_int_t)entry->n_finished);
        return r;
}

/* What the plan says of it. */
static int put_plan(json_t *object, const struct letter *letter, const struct letter_entry *entry)
{
        bool to_head = is_empty(entry->report_to) || (entry->head && strcmp(entry->report_to, entry->head) == 0);
        const char *receiver = is_empty(entry->report_to) ? entry->head : entry->report_to;
        bool to_self = !is_empty(receiver) && letter->agency_name && strcmp(receiver, letter->agency_name) == 0;
        int r = 0;
        r |= json_put_text(object, "title", entry->title);
        r |= json_put_text(object, "plan_title", entry->plan_title);
        r |= json_put_text(object, "basis", entry_basis(entry));
        r |= json_put_text(object, "head", entry->head);
        r |= json_put_bool(object, "is_head",
                           !is_empty(entry->head) && letter->agency_name &&
                                   strcmp(entry->head, letter->agency_name) == 0);
        r |= json_put_text(object, "report_to", receiver);
        r |= json_put_bool(object, "to_head", to_head);
        r |= json_put_bool(object, "to_self", to_self);
        r |= json_put_text(object, "wording", entry->wording);
        r |= json_put_text(object, "note", entry->note);
        r |= json_put_text(object, "when", entry->when);
        return r;
}

static int put_dates(json_t *object, const struct letter *letter, const struct letter_entry *entry,
                     const struct obligation_dates *dates)
{
        char phrase[PHRASE_SIZE];
        civil_day today = wall_day(letter->now);
        civil_day deadline = phrase_deadline(dates, today);
        bool dated = dates->due != CIVIL_NONE && !dates->tentative;
        int r = 0;
        r |= json_put_bool(object, "dated", dated);
        r |= json_put_bool(object, "tentative", dates->due != CIVIL_NONE && dates->tentative);
        r |= json_put_bool(object, "undated", dates->due == CIVIL_NONE);
        r |= json_put_text(object, "term", phrase_term(dates, phrase));
        r |= json_put_text(object, "limit", phrase_limit(dates, phrase));
        r |= json_put_text(object, "day", phrase_day(dates, phrase));
        r |= json_put_text(object, "range", phrase_range(dates, phrase));
        r |= json_put_text(object, "shift", phrase_shift(dates, phrase));
        r |= json_put_text(object, "left", phrase_left(dates, entry->days_left, today, phrase));
        r |= json_put_count(object, "days_left", dated ? entry->days_left : 0);
        r |= json_put_bool(object, "today", deadline == today);
        r |= json_put_bool(object, "tomorrow", deadline == today + 1);
        r |= json_put_day_vi(object, "deadline", deadline);
        r |= json_put_text(object, "deadline_weekday", phrase_weekday(deadline));
        r |= json_put_day_vi(object, "last_day", dated ? dates->effective : CIVIL_NONE);
        r |= json_put_text(object, "last_clock", phrase_clock(entry->due_clock, phrase));
        r |= json_put_text(object, "late", phrase_late(entry->days_late, phrase));
        r |= json_put_count(object, "days_late", entry->days_late);
        r |= json_put_count(object, "ordinal", entry->ordinal);
        return r;
}

/* What people decided: the facts of date_set, fix_date, snoozed and completed. */
static int put_decision(json_t *object, const struct letter_entry *entry, const struct obligation_dates *dates)
{
        char phrase[PHRASE_SIZE];
        bool had_day = entry->old.due != CIVIL_NONE && !entry->old.tentative;
        bool done = entry->done_on != CIVIL_NONE, dated = dates->due != CIVIL_NONE && !dates->tentative;
        /* A day noted afterwards has no hour. */
        bool same_day = done && entry->done_at != WALL_NONE && wall_day(entry->done_at) == entry->done_on;
        bool late = done && dated && entry->done_on > dates->effective;
        int r = 0;
        r |= json_put_day_vi(object, "fix_by", entry->fix_by);
        r |= json_put_text(object, "fix_by_weekday", phrase_weekday(entry->fix_by));
        r |= json_put_text(object, "old_day", entry->old.due == CIVIL_NONE ? NULL : phrase_day(&entry->old, phrase));
        r |= json_put_bool(object, "changed", had_day);
        r |= json_put_text(object, "decided_by", entry->decided_by);
        r |= json_put_text(object, "reason", entry->reason);
        r |= json_put_bool(object, "snoozed", entry->state == STATE_SNOOZED);
        r |= json_put_day_vi(object, "snoozed_until", entry->snoozed_until);
        r |= json_put_day_vi(object, "done_on", entry->done_on);
        r |= json_put_text(object, "done_clock", same_day ? phrase_clock(wall_clock(entry->done_at), phrase) : NULL);
        r |= json_put_bool(object, "done_early", done && dated && entry->done_on < dates->safe);
        r |= json_put_bool(object, "done_in_time", done && dated && !late && entry->done_on >= dates->safe);
        r |= json_put_bool(object, "done_late", late);
        return r;
}

int values_put_entry(json_t *object, const struct letter *letter, const struct letter_entry *entry)
{
        struct obligation_dates dates = entry->dates;
        /* An observance is a day, not a deadline: no day off moves it. */
        if (entry->kind == KIND_OBSERVANCE)
                dates.effective = dates.safe = dates.due;
        int r = put_plan(object, letter, entry) | put_dates(object, letter, entry, &dates) |
                put_decision(object, entry, &dates) | put_debtors(object, letter, entry);
        if (entry->kind == KIND_FAILURE) {
                r |= json_put_text(object, "delivery", entry->delivery);
                r |= json_put_text(object, "failed_address", entry->failed_address);
                r |= json_put_text(object, "answer", entry->answer);
        }
        return r;
}
