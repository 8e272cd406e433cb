/* JSON in the shape that the contract names. */
#include "ctl/shape.h"

#include <errno.h>

#include "client/received.h"

int shape_fill(json_t *object, const char *const *keys, size_t n)
{
        int r = 0;

        for (size_t i = 0; i < n; i++)
                if (!json_object_get(object, keys[i]))
                        r |= json_object_set_new(object, keys[i], json_null());
        return r < 0 ? -ENOMEM : 0;
}

int shape_object(json_t **object, const char *const *keys, size_t n)
{
        json_t *CLEANUP_JSON shaped = json_object();

        for (size_t i = 0; i < n; i++) {
                json_t *value = json_object_get(*object, keys[i]);

                if (json_object_set_new(shaped, keys[i], value ? json_incref(value) : json_null()) < 0)
                        return -ENOMEM;
        }
        json_decref(*object);
        *object = TAKE_PTR(shaped);
        return 0;
}

int shape_rows(json_t *rows, const char *const *keys, size_t n)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                json_t *CLEANUP_JSON row = json_incref(json_array_get(rows, i));
                int r = shape_object(&row, keys, n);

                if (r < 0)
                        return r;
                if (json_array_set(rows, i, row) < 0)
                        return -ENOMEM;
        }
        return 0;
}

int shape_obligations(json_t *rows)
{
        /* daemon/doc/formats.md section 3, in that order */
        static const char *const keys[] = {
                "plan",          "item",           "occurrence",     "agency",        "title",         "due",
                "effective_due", "state",          "tentative",      "snoozed_until", "snoozed_by",    "snooze_reason",
                "next_reminder", "reminders_sent", "done_on",        "late",          "unclear_since", "held",
                "held_until",    "hold_reason",    "event",          "time",          "place",         "claimed_on",
                "claimed_by",    "claim_channel",  "requested_date", "period",        "limit",         "with",
        };

        return shape_rows(rows, keys, ELEMENTS(keys));
}
