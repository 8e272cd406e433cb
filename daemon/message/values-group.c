/* The values of several notices in one message: the entries of each kind under a heading, and what the subject counts.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "message/values-parts.h"

/* ---- the notices of one kind; the index of the scope is the kind ---- */

static bool entry_at(const struct scope *scope, size_t index, struct fill *ret)
{
        const struct letter_entry *entry = &scope_letter(scope)->entries[index];
        return entry->kind == scope->index && fill_part(ret, scope, entry_find, entry, index);
}

static size_t number_of(const struct values *values, size_t kind)
{
        size_t number = 0;
        for (size_t i = 0; i <= kind; i++)
                number += values->counts[i] > 0;
        return number;
}

static bool find_in_group(const struct scope *scope, unsigned name, struct fill *ret)
{
        static const enum value_name flags[KIND_COUNT] = {
                [KIND_ESCALATION] = NAME_is_escalation,
                [KIND_OVERDUE] = NAME_is_overdue,
                [KIND_DUE] = NAME_is_due,
                [KIND_FIX_DATE] = NAME_is_fix_date,
                [KIND_DATE_SET] = NAME_is_date_set,
                [KIND_ADVANCE] = NAME_is_advance,
                [KIND_OBSERVANCE] = NAME_is_observance,
                [KIND_SNOOZED] = NAME_is_snoozed,
                [KIND_COMPLETED] = NAME_is_completed,
                [KIND_DATE_CLEARED] = NAME_is_date_cleared,
                [KIND_WAIVED] = NAME_is_waived,
                [KIND_WITHDRAWN] = NAME_is_withdrawn,
                [KIND_REOPENED] = NAME_is_reopened,
                [KIND_CLAIMED] = NAME_is_claimed,
                [KIND_REQUEST_ANSWERED] = NAME_is_request_answered,
                [KIND_ASSIST] = NAME_is_assist,
        };
        const struct values *values = scope_values(scope);
        switch (name) {
        case NAME_entries:
                return fill_list(ret, scope, values->letter->n_entries, entry_at);
        case NAME_number:
                return fill_phrase(ret, phrase_roman(number_of(values, scope->index)));
        case NAME_count:
                return fill_number(ret, (int64_t)values->counts[scope->index]);
        default:
                return name == flags[scope->index] && fill_bool(ret, true);
        }
}

static bool group_at(const struct scope *scope, size_t kind, struct fill *ret)
{
        return scope_values(scope)->counts[kind] && fill_part(ret, scope, find_in_group, NULL, kind);
}

/* ---- what the subject counts ---- */

static const enum value_name parts[] = {NAME_is_escalation, NAME_is_overdue,          NAME_is_due,
                                        NAME_is_reminder,   NAME_is_fix_date,         NAME_is_claimed,
                                        NAME_is_date_set,   NAME_is_request_answered, NAME_is_observance,
                                        NAME_is_assist,     NAME_is_taken_back,       NAME_is_other};

static size_t count_kinds(const struct values *values, bool (*is_counted)(enum notice_kind kind))
{
        size_t n = 0;
        for (enum notice_kind kind = 0; kind < KIND_COUNT; kind++)
                if (is_counted(kind))
                        n += values->counts[kind];
        return n;
}

static size_t count_part(const struct values *values, enum value_name part)
{
        const size_t *counts = values->counts;
        switch (part) {
        case NAME_is_escalation:
                return counts[KIND_ESCALATION];
        case NAME_is_overdue:
                return counts[KIND_OVERDUE];
        case NAME_is_due:
                return counts[KIND_DUE];
        case NAME_is_reminder:
                return counts[KIND_ADVANCE];
        case NAME_is_fix_date:
                return counts[KIND_FIX_DATE];
        case NAME_is_date_set:
                return counts[KIND_DATE_SET];
        case NAME_is_claimed:
                return counts[KIND_CLAIMED];
        case NAME_is_request_answered:
                return counts[KIND_REQUEST_ANSWERED];
        case NAME_is_observance:
                return counts[KIND_OBSERVANCE];
        case NAME_is_assist:
                return counts[KIND_ASSIST];
        case NAME_is_taken_back:
                return count_kinds(values, kind_takes_back);
        default:
                return count_kinds(values, kind_confirms);
        }
}

static bool is_first(const struct values *values, size_t part)
{
        while (part-- > 0)
                if (count_part(values, parts[part]))
                        return false;
        return true;
}

/* By how many working days they are late: "3", "3–15"; "" where it is not a whole one yet. */
static char *say_days_late(const struct letter *letter, char phrase[static PHRASE_SIZE])
{
        int32_t least = INT32_MAX, most = 0;
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                if (entry->kind != KIND_OVERDUE || entry->days_late <= 0)
                        continue;
                least = entry->days_late < least ? entry->days_late : least;
                most = entry->days_late > most ? entry->days_late : most;
        }
        phrase[0] = '\0';
        if (least < most)
                (void)snprintf(phrase, PHRASE_SIZE, "%" PRIi32 "–%" PRIi32, least, most);
        else if (most > 0)
                (void)snprintf(phrase, PHRASE_SIZE, "%" PRIi32, most);
        return phrase;
}

/* What is due on that day. */
static bool is_due_on(const struct letter *letter, civil_day day)
{
        for (size_t i = 0; i < letter->n_entries; i++)
                if (letter->entries[i].kind == KIND_DUE && phrase_deadline(&letter->entries[i].dates) == day)
                        return true;
        return false;
}

/* When it is due: today, tomorrow, or both; then the day is today. */
static bool find_due(const struct letter *letter, unsigned name, struct fill *ret)
{
        civil_day today = wall_day(letter->now);
        switch (name) {
        case NAME_today:
                return fill_bool(ret, is_due_on(letter, today));
        case NAME_tomorrow:
                return fill_bool(ret, is_due_on(letter, today + 1));
        case NAME_deadline:
                return fill_day(ret, is_due_on(letter, today) ? today : today + 1);
        default:
                return false;
        }
}

static bool find_in_part(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct values *values = scope_values(scope);
        switch (name) {
        case NAME_count:
                return fill_number(ret, (int64_t)count_part(values, parts[scope->index]));
        case NAME_first:
                return fill_bool(ret, is_first(values, scope->index));
        case NAME_days_late:
                return fill_phrase(ret, say_days_late(values->letter, ret->room));
        default:
                return (parts[scope->index] == NAME_is_due && find_due(values->letter, name, ret)) ||
                       (name == parts[scope->index] && fill_bool(ret, true));
        }
}

static bool part_at(const struct scope *scope, size_t index, struct fill *ret)
{
        return count_part(scope_values(scope), parts[index]) && fill_part(ret, scope, find_in_part, NULL, index);
}

/* What comes first among the reminders: by its day, or by the first of a tentative window. */
static const struct letter_entry *nearest_of(const struct letter *letter)
{
        const struct letter_entry *nearest = NULL;
        civil_day nearest_day = CIVIL_NONE;
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                const struct obligation_dates *dates = &entry->dates;
                if (entry->kind != KIND_ADVANCE || dates->due == CIVIL_NONE)
                        continue;
                civil_day day = dates->tentative && dates->from != CIVIL_NONE ? dates->from : dates->effective;
                if (nearest && nearest_day <= day)
                        continue;
                nearest = entry;
                nearest_day = day;
        }
        return nearest;
}

/* ---- the whole ---- */

/* Notices that report to somebody about others, instead of asking for what the reader owes. */
static size_t count_reports(const struct values *values)
{
        return count_kinds(values, kind_reports);
}

/* To the head of a plan that it reports on. */
static bool is_to_head(const struct letter *letter)
{
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                if (kind_reports(entry->kind) && entry_is_to_head(entry, letter->agency_name))
                        return true;
        }
        return false;
}

bool group_find(const struct scope *scope, unsigned name, struct fill *ret)
{
        const struct values *values = scope_values(scope);
        const struct letter *letter = values->letter;
        const struct letter_entry *nearest;
        switch (name) {
        case NAME_groups:
                return fill_list(ret, scope, KIND_COUNT, group_at);
        case NAME_parts:
                return fill_list(ret, scope, ELEMENTS(parts), part_at);
        case NAME_only_reminders:
                return fill_bool(ret, count_part(values, NAME_is_reminder) == letter->n_entries);
        case NAME_only_reports:
                return fill_bool(ret, count_reports(values) == letter->n_entries);
        case NAME_with_reports:
                return fill_bool(ret, count_reports(values) > 0);
        case NAME_with_reminders:
                return fill_bool(ret, count_kinds(values, kind_reminds) > 0);
        case NAME_is_head:
                return fill_bool(ret, is_to_head(letter));
        case NAME_total:
                return fill_number(ret, (int64_t)letter->n_entries);
        case NAME_nearest:
                nearest = nearest_of(letter);
                return !nearest || fill_phrase(ret, phrase_day(&nearest->dates, ret->room));
        case NAME_left:
                nearest = nearest_of(letter);
                return !nearest || fill_phrase(ret, phrase_left(&nearest->dates, nearest->days_left,
                                                                wall_day(letter->now), ret->room));
        default:
                return false;
        }
}
