/* Payload: a letter as the JSON body of a webhook.
 * Depends on letter, json.
 * Called by compose. */
#include "message/payload.h"

#include <errno.h>
#include <string.h>

#include "message/json.h"
#include "message/text.h"

/* Appends an empty object. Borrowed; NULL: no memory. */
static json_t *append(json_t *array)
{
        json_t *object = json_object();
        return json_array_append_new(array, object) < 0 ? NULL : object;
}

/* RFC 3339, with the offset of the block's time zone. */
static int put_timestamp(json_t *root, const struct letter *letter)
{
        char day[CIVIL_DATE_SIZE];
        int32_t clock = wall_clock(letter->now), offset = letter->utc_offset;
        int32_t minutes = (offset < 0 ? -offset : offset) / 60;
        CLEANUP_TEXT struct text stamp = {0};
        text_add_format(&stamp, "%sT%02d:%02d:%02d%c%02d:%02d", civil_format(wall_day(letter->now), day), clock / 3600,
                        clock / 60 % 60, clock % 60, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
        return stamp.error ? -1 : json_put_text(root, "timestamp", stamp.data);
}

static int put_debtors(json_t *object, const struct letter_entry *entry)
{
        json_t *debtors = json_array();
        int r = json_put(object, "debtors", debtors);
        r |= json_put_int(object, "finished", (json_int_t)entry->n_finished);
        for (size_t i = 0; i < entry->n_debtors && r == 0; i++) {
                const struct letter_debtor *facts = &entry->debtors[i];
                json_t *debtor = append(debtors);
                if (!debtor)
                        return -1;
                r |= json_put_text(debtor, "agency", facts->agency);
                r |= json_put_text(debtor, "state", obligation_state_name(facts->state));
                r |= json_put_day(debtor, "effective_due", facts->effective);
                r |= json_put_int(debtor, "days_late", facts->days_late);
                r |= json_put_int(debtor, "reminders_sent", facts->reminders);
                r |= json_put_day(debtor, "last_reminder", facts->last_reminder);
                r |= json_put_day(debtor, "snoozed_until", facts->snoozed_until);
                r |= json_put_text(debtor, "snoozed_by", facts->snoozed_by);
                r |= json_put_text(debtor, "snooze_reason", facts->snooze_reason);
                r |= json_put_day(debtor, "done_on", facts->done_on);
        }
        return r;
}

static int put_decision(json_t *object, const struct letter_entry *entry)
{
        int r = 0;
        r |= json_put_day(object, "fix_by", entry->fix_by);
        r |= json_put_day(object, "old_due", entry->old.due);
        r |= json_put_text(object, "decided_by", entry->decided_by);
        r |= json_put_text(object, "reason", entry->reason);
        r |= json_put_day(object, "snoozed_until", entry->snoozed_until);
        r |= json_put_day(object, "done_on", entry->done_on);
        return r;
}

static int put_obligation(json_t *array, const struct letter_entry *entry, bool with_kind)
{
        const struct obligation_dates *dates = &entry->dates;
        bool dated = dates->due != CIVIL_NONE;
        json_t *object = append(array);
        if (!object)
                return -1;
        int r = 0;
        if (with_kind)
                r |= json_put_text(object, "kind", kind_name(entry->kind));
        r |= json_put_text(object, "plan", entry->plan);
        r |= json_put_text(object, "item", entry->item);
        r |= json_put_text(object, "occurrence", entry->occurrence); /* null unless the item repeats */
        r |= json_put_text(object, "title", entry->title);
        r |= json_put_text(object, "plan_title", entry->plan_title);
        r |= json_put_text(object, "basis", entry->basis);
        r |= json_put_text(object, "report_to", entry->report_to);
        r |= json_put_text(object, "wording", entry->wording);
        r |= json_put_text(object, "note", entry->note);
        r |= json_put_text(object, "when", entry->when);
        r |= json_put_day(object, "from", dates->from);
        r |= json_put_day(object, "due", dates->due);
        r |= json_put_day(object, "effective_due", dates->effective);
        r |= json_put_bool(object, "tentative", dates->tentative);
        r |= json_put(object, "days_left", dated ? json_integer(entry->days_left) : json_null());
        r |= json_put_int(object, "days_late", entry->days_late);
        r |= json_put_text(object, "state", obligation_state_name(entry->state));
        r |= json_put_count(object, "reminder", entry->ordinal);
        r |= put_decision(object, entry);
        if (with_kind && (entry->kind == KIND_ESCALATION || entry->kind == KIND_FIX_DATE))
                r |= put_debtors(object, entry);
        return r;
}

static int put_failure(json_t *array, const struct letter_entry *entry)
{
        json_t *object = append(array);
        if (!object)
                return -1;
        return json_put_text(object, "delivery", entry->delivery) |
               json_put_text(object, "address", entry->failed_address) |
               json_put_text(object, "subject", entry->title) | json_put_text(object, "answer", entry->answer);
}

static int put_sections(json_t *data, const struct letter *letter)
{
        static const char *const names[DIGEST_SECTIONS] = {
                [DIGEST_OVERDUE] = "overdue",   [DIGEST_WEEK] = "week",       [DIGEST_MONTH] = "month",
                [DIGEST_FINISHED] = "finished", [DIGEST_WAITING] = "waiting",
        };
        json_t *sections = json_object();
        int r = json_put(data, "sections", sections);
        for (size_t section = 0; section < DIGEST_SECTIONS && r == 0; section++) {
                json_t *array = json_array();
                r = json_put(sections, names[section], array);
                for (size_t i = 0; i < letter->n_sections[section] && r == 0; i++)
                        r = put_obligation(array, &letter->sections[section][i], false);
        }
        r |= json_put_day(data, "week_from", letter->week_from);
        return r | json_put_day(data, "week_to", letter->week_to);
}

static int put_data(json_t *data, const struct letter *letter, const char *text)
{
        json_t *agency = json_object(), *obligations = json_array();
        bool failure = letter->kind == KIND_FAILURE;
        int r = json_put(data, "agency", agency);
        r |= json_put(data, "obligations", obligations);
        r |= json_put_text(data, "kind", kind_name(letter->kind));
        if (r < 0)
                return r;
        r |= json_put(agency, "id", json_string(letter->agency));
        r |= json_put_text(agency, "name", letter->agency_name);
        json_t *failures = failure ? json_array() : NULL;
        if (failure)
                r |= json_put(data, "failures", failures);
        for (size_t i = 0; i < letter->n_entries && r == 0; i++)
                r = failure ? put_failure(failures, &letter->entries[i])
                            : put_obligation(obligations, &letter->entries[i], true);
        if (letter->kind == KIND_DIGEST)
                r |= put_sections(data, letter);
        return r | json_put(data, "text", json_string(text));
}

int payload_new(const struct letter *letter, const char *text, char **ret)
{
        CLEANUP_JSON json_t *root = json_object();
        json_t *data = json_object();
        CLEANUP_TEXT struct text type = {0};
        text_add_format(&type, "reminder.%s", kind_name(letter->kind));
        if (json_put(root, "data", data) < 0 || type.error)
                return -ENOMEM;
        if (json_put_text(root, "type", type.data) | put_timestamp(root, letter) | put_data(data, letter, text))
                return -ENOMEM;
        char *body = json_to_text(root);
        if (!body)
                return -ENOMEM;
        *ret = body;
        return 0;
}
