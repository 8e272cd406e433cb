/* The parts of a letter's values, each found by a file of its own. */
#pragma once

#include "message/phrase.h"
#include "message/values.h"

/* Every name: those that README.md of the templates lists. */
/* clang-format off */
#define VALUE_NAMES(X)                                                                                                \
        X(address) X(agency) X(block) X(contact) X(now_clock) X(now_day) X(subject)                                   \
        X(name) X(short) X(phone) X(email) X(bases) X(many_bases) X(first)                                            \
        X(title) X(owner) X(plan_title) X(basis) X(head) X(is_head) X(report_to) X(to_head) X(to_self) X(with) X(own_contact) X(wording)              \
        X(note) X(when) X(link) X(place) X(time) X(event)                                                                                              \
        X(dated) X(tentative) X(undated) X(term) X(limit) X(day) X(range) X(shift) X(outer_day) X(deadline)                        \
        X(deadline_weekday) X(today) X(tomorrow)                                                                      \
        X(left) X(days_left) X(last_day) X(late) X(days_late) X(ordinal)                                \
        X(fix_by) X(fix_by_weekday) X(old_day) X(changed) X(rearranged) X(time_changed) X(place_changed)      \
        X(old_time) X(old_place) X(asked_by) X(reason) X(snoozed) X(snoozed_until)                              \
        X(claimed) X(claimed_on) X(requested) X(claimant) X(claimed_by) X(claim) X(granted)                        \
        X(done_on) X(done_clock) X(done_early) X(done_in_time) X(done_late) X(corrects) X(told_on)                                           \
        X(debtors) X(ended) X(achieved) X(unfinished) X(finished) X(owing) X(delivery) X(failed_agency) X(failed_address) X(answer) X(too_late)             \
        X(debtor) X(debtor_short) X(debtor_late) X(debtor_due) X(reminders) X(last_reminder)                          \
        X(debtor_snoozed_until) X(snooze_reason) X(debtor_claimed) X(debtor_requested)                                                        \
        X(groups) X(parts) X(total) X(only_reminders) X(only_reports) X(with_reports)      \
        X(with_reminders) X(nearest) X(entries) X(number) X(count) X(failures)            \
        X(many)                                                                                                       \
        X(is_escalation) X(is_overdue) X(is_due) X(is_fix_date) X(is_date_set) X(is_advance) X(is_observance)         \
        X(is_snoozed) X(is_completed) X(is_date_cleared) X(is_waived) X(is_withdrawn) X(is_reopened) X(is_claimed)   \
        X(is_request_answered) X(is_assist) X(is_reminder)                                                                         \
        X(is_taken_back) X(is_other)                                                                                  \
        X(digest) X(sections) X(week) X(week_from) X(week_to) X(is_week) X(is_month) X(is_finished) X(is_waiting)               \
        X(matrices) X(columns) X(rows) X(cells) X(marks) X(mark) X(legend) X(dates_differ) X(column) X(column_name) X(column_short) X(last)             \
        X(names) X(holds) X(held_agency) X(held_since) X(held_until)                                                                                                    \
        X(cell_done) X(cell_late) X(cell_overdue) X(cell_snoozed) X(cell_coming) X(cell_waiting) X(cell_waived)       \
        X(cell_unclear) X(cell_claimed) X(cell_none)
/* clang-format on */
#define VALUE_NAME(name) NAME_##name,
enum value_name { NAME_NONE, VALUE_NAMES(VALUE_NAME) NAMES };
#undef VALUE_NAME

static inline const struct values *scope_values(const struct scope *scope)
{
        return scope->root;
}

static inline const struct letter *scope_letter(const struct scope *scope)
{
        return scope_values(scope)->letter;
}

/* Sets a value to a scope within another. */
bool fill_part(struct fill *fill, const struct scope *scope, scope_find find, const void *facts, size_t index);

/* The basis, or the title of a plan without one; what may always be said for a plan that is gone. */
const char *entry_basis(const struct letter_entry *entry);

/* The agency is addressed as the head of the block. Of a plan with a contact of its own the head is another one, and
 * goes by its name. */
bool entry_is_to_head(const struct letter_entry *entry, const char *agency);

/* Each is a scope_find. Facts: the contact. */
bool contact_find(const struct scope *scope, unsigned name, struct fill *ret);
/* Facts: the letter_entry. */
bool entry_find(const struct scope *scope, unsigned name, struct fill *ret);
/* Several notices in one message. */
bool group_find(const struct scope *scope, unsigned name, struct fill *ret);
bool digest_find(const struct scope *scope, unsigned name, struct fill *ret);
