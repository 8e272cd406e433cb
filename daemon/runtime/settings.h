/* Settings: one loaded configuration with its compiled templates, counted, so that what is on the wire keeps the one
 * it was sent with while a reload puts a new one in its place. */
#pragma once

#include "config/config.h"
#include "message/compose.h"

struct settings;

/* Loads and checks everything; findings go to the report. 0, -EINVAL, -ENOMEM. The caller holds one reference. */
int settings_load(const char *path, enum secrets secrets, struct report *report, struct settings **ret);
struct settings *settings_ref(struct settings *settings);
struct settings *settings_unref(struct settings *settings);

const struct config *settings_config(const struct settings *settings);
const struct composer *settings_composer(const struct settings *settings);
const struct letter_sender *settings_sender(const struct settings *settings);

/* The plan and item of these ids, in the time of a binary search; false where the plans have no such item. */
bool settings_find_item(const struct settings *settings, const char *plan, const char *item,
                        const struct plan **ret_plan, const struct item **ret_item);

static inline void settings_unref_p(struct settings **settings)
{
        settings_unref(*settings);
}
