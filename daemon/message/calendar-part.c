/* The calendar parts of a letter: the one day that it speaks of, or each day that is taken back. */
#include "message/calendar-part.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "message/header.h"

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

/* The same in every message about one obligation. */
static void add_uid(struct text *uid, const struct letter_sender *sender, const struct letter *letter,
                    const struct letter_entry *entry)
{
        bool named = entry->occurrence && *entry->occurrence;
        text_add_format(uid, "%s.%s.%s%s%s@%s", entry->plan, entry->item, named ? entry->occurrence : "",
                        named ? "." : "", entry->agency ? entry->agency : letter->agency,
                        header_domain(sender->from_address));
}

/* Allocated; NULL: no memory. */
static char *event_object(const struct letter_sender *sender, const struct letter *letter,
                          const struct letter_entry *entry, const char *subject)
{
        CLEANUP_TEXT struct text uid = {0};
        civil_day day = entry->cancels                   ? entry->cancelled_day
                        : entry->kind == KIND_OBSERVANCE ? entry->dates.due
                                                         : entry->dates.effective;
        add_uid(&uid, sender, letter, entry);
        const struct ics_event event = {
                .uid = uid.data,
                .summary = entry->title,
                .description = subject,
                .location = entry->place,
                .organizer = sender->from_address,
                .at = entry->instant,
                .first = day,
                .last = entry->event && !entry->cancels ? entry->dates.due : day,
                .sequence = letter->sequence,
                .stamp = letter->now_epoch,
        };
        return uid.error ? NULL : ics_object(entry->cancels ? ICS_CANCEL : ICS_PUBLISH, &event);
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
