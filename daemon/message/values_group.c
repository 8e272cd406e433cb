/* The values of several notices in one message: the entries of each kind under a heading, and what the subject counts.
 * Depends on letter, phrase, json.
 * Called by values. */
#include "message/json.h"
#include "message/phrase.h"
#include "message/values_parts.h"

static const char *flag_of(enum notice_kind kind)
{
        static const char *const flags[KIND_COUNT] = {
                [KIND_ESCALATION] = "is_escalation", [KIND_OVERDUE] = "is_overdue",   [KIND_DUE] = "is_due",
                [KIND_FIX_DATE] = "is_fix_date",     [KIND_DATE_SET] = "is_date_set", [KIND_ADVANCE] = "is_advance",
                [KIND_OBSERVANCE] = "is_observance", [KIND_SNOOZED] = "is_snoozed",   [KIND_COMPLETED] = "is_completed",
                [KIND_DIGEST] = "is_digest",         [KIND_FAILURE] = "is_failure",   [KIND_TEST] = "is_test",
        };
        return flags[kind];
}

static int put_kind(json_t *groups, const struct letter *letter, enum notice_kind kind, size_t n)
{
        json_t *group = values_append(groups), *entries = json_array();
        if (!group) {
                json_decref(entries);
                return -1;
        }
        int r = json_put(group, "entries", entries);
        r |= json_put_bool(group, flag_of(kind), true);
        r |= json_put_text(group, "number", phrase_roman(json_array_size(groups)));
        r |= json_put_int(group, "count", (json_int_t)n);
        for (size_t i = 0; i < letter->n_entries && r == 0; i++) {
                if (letter->entries[i].kind != kind)
                        continue;
                json_t *entry = values_append(entries);
                r = entry ? values_put_entry(entry, letter, &letter->entries[i]) : -1;
        }
        return r;
}

/* One thing that the subject counts. */
static int put_part(json_t *parts, const char *flag, size_t n)
{
        if (!n)
                return 0;
        bool first = json_array_size(parts) == 0;
        json_t *part = values_append(parts);
        if (!part)
                return -1;
        return json_put_bool(part, flag, true) | json_put_int(part, "count", (json_int_t)n) |
               json_put_bool(part, "first", first);
}

/* What comes first among the reminders: by its day, or by the first of a tentative window. */
static int put_nearest(json_t *root, const struct letter *letter)
{
        const struct letter_entry *nearest = NULL;
        civil_day nearest_day = CIVIL_NONE;
        for (size_t i = 0; i < letter->n_entries; i++) {
                const struct letter_entry *entry = &letter->entries[i];
                const struct obligation_dates *dates = &entry->dates;
                if ((entry->kind != KIND_ADVANCE && entry->kind != KIND_DUE) || dates->due == CIVIL_NONE)
                        continue;
                civil_day day = dates->tentative && dates->from != CIVIL_NONE ? dates->from : dates->safe;
                if (nearest && nearest_day <= day)
                        continue;
                nearest = entry;
                nearest_day = day;
        }
        char phrase[PHRASE_SIZE];
        return json_put_text(root, "nearest", nearest ? phrase_limit(&nearest->dates, phrase) : NULL);
}

static int put_subject(json_t *root, const struct letter *letter, const size_t counts[static KIND_COUNT])
{
        size_t reminders = counts[KIND_DUE] + counts[KIND_ADVANCE];
        size_t other = letter->n_entries - reminders - counts[KIND_ESCALATION] - counts[KIND_OVERDUE] -
                       counts[KIND_FIX_DATE] - counts[KIND_DATE_SET] - counts[KIND_OBSERVANCE];
        json_t *parts = json_array();
        int r = json_put(root, "parts", parts);
        if (r < 0)
                return r;
        r |= put_part(parts, "is_escalation", counts[KIND_ESCALATION]);
        r |= put_part(parts, "is_overdue", counts[KIND_OVERDUE]);
        r |= put_part(parts, "is_reminder", reminders);
        r |= put_part(parts, "is_fix_date", counts[KIND_FIX_DATE]);
        r |= put_part(parts, "is_date_set", counts[KIND_DATE_SET]);
        r |= put_part(parts, "is_observance", counts[KIND_OBSERVANCE]);
        r |= put_part(parts, "is_other", other);
        r |= json_put_bool(root, "only_reminders", reminders == letter->n_entries);
        r |= json_put_int(root, "total", (json_int_t)letter->n_entries);
        return r | put_nearest(root, letter);
}

int values_put_group(json_t *root, const struct letter *letter)
{
        json_t *groups = json_array();
        int r = json_put(root, "groups", groups);
        size_t counts[KIND_COUNT] = {0};
        struct bases bases = {0};
        for (size_t i = 0; i < letter->n_entries; i++) {
                counts[letter->entries[i].kind]++;
                bases_add(&bases, entry_basis(&letter->entries[i]));
        }
        for (size_t kind = 0; kind < KIND_COUNT && r == 0; kind++)
                if (counts[kind])
                        r = put_kind(groups, letter, (enum notice_kind)kind, counts[kind]);
        return r | values_put_bases(root, &bases) | put_subject(root, letter, counts);
}
