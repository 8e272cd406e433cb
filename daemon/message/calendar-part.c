/* The calendar part of a letter: the one day that it speaks of, or the days that are taken back. */
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
        bool repeats = entry->occurrence && *entry->occurrence;
        text_add_format(uid, "%s.%s.%s%s%s@%s", entry->plan, entry->item, repeats ? entry->occurrence : "",
                        repeats ? "." : "", entry->agency ? entry->agency : letter->agency,
                        header_domain(sender->from_address));
}

struct events {
        struct ics_event *list;
        struct text *uids;
        size_t n;
};

static void events_clear(struct events *events)
{
        for (size_t i = 0; i < events->n; i++)
                text_clear(&events->uids[i]);
        free(events->uids);
        free(events->list);
}

static int add_event(struct events *events, const struct letter_sender *sender, const struct letter *letter,
                     const struct letter_entry *entry, const char *subject)
{
        struct text *uid = &events->uids[events->n];
        civil_day day = entry->kind == KIND_OBSERVANCE ? entry->dates.due : entry->dates.safe;
        if (entry->cancels)
                day = entry->cancelled_day;
        add_uid(uid, sender, letter, entry);
        events->list[events->n++] = (struct ics_event){
                .uid = uid->data,
                .summary = entry->title,
                .description = subject,
                .organizer = sender->from_address,
                .first = day,
                .last = day,
                .sequence = letter->sequence,
                .stamp = letter->now_epoch,
        };
        return uid->error ? -ENOMEM : 0;
}

int letter_calendar(const struct letter_sender *sender, const struct letter *letter, const char *subject, char **ret)
{
        const struct letter_entry *published = letter_published(letter);
        bool cancels = letter_cancels(letter);
        if (!published && !cancels)
                return 0;
        CLEANUP(events_clear)
        struct events events = {
                .list = calloc(letter->n_entries, sizeof(*events.list)),
                .uids = calloc(letter->n_entries, sizeof(*events.uids)),
        };
        if (!events.list || !events.uids)
                return -ENOMEM;
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                bool is_published = published && entry == published;
                if (!is_published && !entry->cancels)
                        continue;
                int r = add_event(&events, sender, letter, entry, subject);
                if (r < 0)
                        return r;
        }
        char *calendar = ics_object(cancels ? ICS_CANCEL : ICS_PUBLISH, events.list, events.n);
        if (!calendar)
                return -ENOMEM;
        *ret = calendar;
        return 0;
}
