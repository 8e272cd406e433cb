/* Payload: a letter as the JSON body of a webhook. */
#include "message/payload.h"

#include "message/json.h"

/* RFC 3339, with the offset of the block's time zone. */
static void put_timestamp(struct text *json, const struct letter *letter)
{
        char day[CIVIL_DATE_SIZE], stamp[CIVIL_DATE_SIZE + sizeof("T00:00:00+00:00")];
        int32_t clock = wall_clock(letter->now), offset = letter->utc_offset;
        int32_t minutes = (offset < 0 ? -offset : offset) / 60;
        snprintf(stamp, sizeof(stamp), "%sT%02d:%02d:%02d%c%02d:%02d", civil_format(wall_day(letter->now), day),
                 clock / 3600, clock / 60 % 60, clock % 60, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
        json_put_string(json, "timestamp", stamp);
}

static void put_debtor(struct text *json, const struct letter_debtor *debtor)
{
        json_open(json, NULL, '{');
        json_put_text(json, "agency", debtor->agency);
        json_put_text(json, "state", obligation_state_name(debtor->state));
        json_put_day(json, "effective_due", debtor->effective);
        json_put_int(json, "days_late", debtor->days_late);
        json_put_int(json, "reminders_sent", debtor->reminders);
        json_put_day(json, "last_reminder", debtor->last_reminder);
        json_put_day(json, "snoozed_until", debtor->snoozed_until);
        json_put_text(json, "snoozed_by", debtor->snoozed_by);
        json_put_text(json, "snooze_reason", debtor->snooze_reason);
        json_put_day(json, "done_on", debtor->done_on);
        json_close(json, '}');
}

static void put_contact(struct text *json, const struct contact *contact)
{
        if (!contact) {
                json_put_null(json, "contact");
                return;
        }
        json_open(json, "contact", '{');
        json_put_text(json, "name", contact->name);
        json_put_text(json, "title", contact->title);
        json_put_text(json, "phone", contact->phone);
        json_put_text(json, "email", contact->email);
        json_close(json, '}');
}

static void put_debtors(struct text *json, const struct letter_entry *entry)
{
        json_open(json, "debtors", '[');
        for (size_t i = 0; i < entry->n_debtors; i++)
                put_debtor(json, &entry->debtors[i]);
        json_close(json, ']');
        json_put_int(json, "finished", (int64_t)entry->n_finished);
}

static void put_decision(struct text *json, const struct letter_entry *entry)
{
        json_put_day(json, "fix_by", entry->fix_by);
        json_put_day(json, "old_due", entry->old.due);
        if (entry->rearranged) {
                json_put_time(json, "old_time", entry->old_venue.time);
                json_put_text(json, "old_place", entry->old_venue.place);
        }
        json_put_text(json, "decided_by", entry->decided_by);
        json_put_text(json, "asked_by", entry->asked_by);
        json_put_text(json, "reason", entry->reason);
        json_put_day(json, "snoozed_until", entry->snoozed_until);
        json_put_day(json, "done_on", entry->done_on);
        if (entry->corrects)
                json_put_bool(json, "corrects", true);
        if (entry->claimed) {
                json_put_day(json, "claimed_on", entry->claimed_on);
                json_put_day(json, "requested_date", entry->requested);
        }
        if (entry->kind == KIND_CLAIMED) {
                json_put_text(json, "claimant", entry->claimant);
                json_put_text(json, "claimed_by", entry->claimed_by);
                json_put_int(json, "claim", entry->claim);
        }
        if (entry->kind == KIND_REQUEST_ANSWERED)
                json_put_bool(json, "granted", entry->granted);
}

static void put_dates(struct text *json, const struct letter_entry *entry)
{
        const struct obligation_dates *dates = &entry->dates;
        json_put_day(json, "from", dates->from);
        json_put_day(json, "due", dates->due);
        json_put_day(json, "effective_due", dates->effective);
        json_put_day(json, "limit", entry->limit);
        json_put_time(json, "time", entry->time);
        json_put_bool(json, "tentative", dates->tentative);
        if (dates->due != CIVIL_NONE)
                json_put_int(json, "days_left", entry->days_left);
        else
                json_put_null(json, "days_left");
        json_put_int(json, "days_late", entry->days_late);
}

static void put_obligation(struct text *json, const struct letter_entry *entry, bool with_kind)
{
        json_open(json, NULL, '{');
        if (with_kind)
                json_put_text(json, "kind", kind_name(entry->kind));
        json_put_text(json, "plan", entry->plan);
        json_put_text(json, "item", entry->item);
        json_put_text(json, "occurrence", entry->occurrence); /* null unless the item has several */
        json_put_text(json, "title", entry->title);
        json_put_text(json, "plan_title", entry->plan_title);
        json_put_text(json, "basis", entry->basis);
        json_put_text(json, "link", entry->link);
        json_put_text(json, "report_to", entry->report_to);
        json_put_text(json, "with", entry->with);
        put_contact(json, entry->contact);
        json_put_text(json, "wording", entry->wording);
        json_put_text(json, "note", entry->note);
        json_put_text(json, "when", entry->when);
        json_put_text(json, "place", entry->place);
        json_put_bool(json, "event", entry->event);
        put_dates(json, entry);
        json_put_text(json, "state", obligation_state_name(entry->state));
        if (entry->ordinal > 0)
                json_put_int(json, "reminder", entry->ordinal);
        else
                json_put_null(json, "reminder");
        put_decision(json, entry);
        if (with_kind && (entry->kind == KIND_ESCALATION || entry->kind == KIND_FIX_DATE || entry->kind == KIND_ASSIST))
                put_debtors(json, entry);
        json_close(json, '}');
}

static void put_failures(struct text *json, const struct letter *letter)
{
        json_open(json, "failures", '[');
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                json_open(json, NULL, '{');
                json_put_text(json, "delivery", entry->delivery);
                json_put_text(json, "address", entry->failed_address);
                json_put_text(json, "subject", entry->title);
                json_put_text(json, "answer", entry->answer);
                json_close(json, '}');
        }
        json_close(json, ']');
}

static void put_obligations(struct text *json, const char *key, const struct letter_entry *entries, size_t n,
                            bool with_kind)
{
        json_open(json, key, '[');
        for (size_t i = 0; i < n; i++)
                put_obligation(json, &entries[i], with_kind);
        json_close(json, ']');
}

/* For the head of a plan; agency null: nothing is sent to anybody. */
static void put_holds(struct text *json, const struct letter *letter)
{
        json_open(json, "holds", '[');
        for (size_t i = 0; i < letter->n_holds; i++) {
                const struct letter_hold *hold = &letter->holds[i];
                json_open(json, NULL, '{');
                json_put_text(json, "agency", hold->agency);
                json_put_day(json, "since", hold->since);
                json_put_day(json, "until", hold->until);
                json_put_text(json, "reason", hold->reason);
                json_close(json, '}');
        }
        json_close(json, ']');
}

static void put_sections(struct text *json, const struct letter *letter)
{
        static const char *const names[DIGEST_SECTIONS] = {
                [DIGEST_OVERDUE] = "overdue",   [DIGEST_WEEK] = "week",       [DIGEST_MONTH] = "month",
                [DIGEST_FINISHED] = "finished", [DIGEST_WAITING] = "waiting",
        };
        json_open(json, "sections", '{');
        for (size_t i = 0; i < DIGEST_SECTIONS; i++)
                put_obligations(json, names[i], letter->sections[i], letter->n_sections[i], false);
        json_close(json, '}');
        put_holds(json, letter);
        json_put_day(json, "week_from", letter->week_from);
        json_put_day(json, "week_to", letter->week_to);
}

static void put_data(struct text *json, const struct letter *letter, const char *text)
{
        bool failure = kind_tells_failure(letter->kind);
        json_open(json, "data", '{');
        json_open(json, "agency", '{');
        json_put_string(json, "id", letter->agency);
        json_put_text(json, "name", letter->agency_name);
        json_close(json, '}');
        put_obligations(json, "obligations", letter->entries, failure ? 0 : letter->n_entries, true);
        json_put_text(json, "kind", kind_name(letter->kind));
        if (failure)
                put_failures(json, letter);
        if (letter->has_digest)
                put_sections(json, letter);
        json_put_string(json, "text", text);
        json_close(json, '}');
}

int payload_new(const struct letter *letter, const char *text, char **ret)
{
        CLEANUP_TEXT struct text json = {0}, type = {0};
        text_add_string(&type, "reminder.");
        text_add_string(&type, kind_name(letter->kind));
        json_open(&json, NULL, '{');
        put_data(&json, letter, text);
        json_put_text(&json, "type", type.data);
        put_timestamp(&json, letter);
        json_close(&json, '}');
        return type.error ? type.error : text_take(&json, ret);
}
