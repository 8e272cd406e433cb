/* The calendar parts of a letter: the one day that it speaks of, or each day that is taken back. */
#include "message/calendar-part.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "message/header.h"

#define NOWHERE "reminderd.invalid" /* the domain of an identity where no mail is sent, RFC 2606 */

static bool has_day(const struct letter_entry *entry)
{
        return kind_names_day(entry->kind) && entry->dates.due != CIVIL_NONE && !entry->dates.tentative;
}

bool letter_cancels(const struct letter *letter)
{
        for (size_t i = 0; i < letter->n_entries; i++)
                if (letter->entries[i].cancels)
                        return true;
        return false;
}

const struct letter_entry *letter_published(const struct letter *letter)
{
        const struct letter_entry *only = NULL;
        if (letter_cancels(letter))
                return NULL;
        for (size_t i = 0; i < letter->n_entries; i++) {
                if (!has_day(&letter->entries[i]))
                        continue;
                if (only)
                        return NULL;
                only = &letter->entries[i];
        }
        return only;
}

char *calendar_uid(const struct letter_sender *sender, const struct letter_entry *entry, const char *agency)
{
        bool named = entry->occurrence && *entry->occurrence;
        char *uid = NULL;
        return asprintf(&uid, "%s.%s.%s%s%s@%s", entry->plan, entry->item, named ? entry->occurrence : "",
                        named ? "." : "", agency,
                        sender->from_address ? header_domain(sender->from_address) : NOWHERE) < 0
                       ? NULL
                       : uid;
}

void calendar_days(const struct letter_entry *entry, civil_day *ret_first, civil_day *ret_last)
{
        *ret_first = entry->kind == KIND_OBSERVANCE ? entry->dates.due : entry->dates.effective;
        *ret_last = entry->event ? entry->dates.due : *ret_first;
}

/* Allocated; NULL: no memory. */
static char *event_object(const struct letter_sender *sender, const struct letter *letter,
                          const struct letter_entry *entry, const char *subject)
{
        CLEANUP_FREE char *uid = calendar_uid(sender, entry, entry->agency ? entry->agency : letter->agency);
        civil_day first = entry->cancelled_day, last = first;
        if (!entry->cancels)
                calendar_days(entry, &first, &last);
        const struct ics_event event = {
                .uid = uid,
                .summary = entry->title,
                .description = subject,
                .location = entry->place,
                .organizer = sender->from_address,
                .at = entry->instant,
                .first = first,
                .last = last,
                .sequence = entry->sequence,
                .stamp = letter->now_epoch,
        };
        return !uid ? NULL : ics_object(entry->cancels ? ICS_CANCEL : ICS_PUBLISH, &event);
}

int letter_calendars(const struct letter_sender *sender, const struct letter *letter, const char *subject, char ***ret)
{
        const struct letter_entry *published = letter_published(letter);
        size_t n = 0;
        if (!published && !letter_cancels(letter))
                return 0;
        CLEANUP(text_list_free_p) char **calendars = calloc(letter->n_entries + 1, sizeof(*calendars));
        if (!calendars)
                return -ENOMEM;
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                if (!entry->cancels && entry != published)
                        continue;
                calendars[n] = event_object(sender, letter, entry, subject);
                if (!calendars[n++])
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(calendars);
        return 0;
}
