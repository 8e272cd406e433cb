/* Typed values of settings: what is of another type or makes no sense becomes a finding. */
#pragma once

#include <stdint.h>

#include "config/setting.h"
#include "core/civil.h"
#include "core/span.h"

/* Readers of one value. False: it is missing (NULL), or wrong and reported; *ret is untouched then. */
bool value_text(const struct section *section, const config_setting_t *value, const char **ret);  /* one line */
bool value_prose(const struct section *section, const config_setting_t *value, const char **ret); /* any lines */
bool value_id(const struct section *section, const config_setting_t *value, const char **ret);
bool value_bool(const struct section *section, const config_setting_t *value, bool *ret);
bool value_integer(const struct section *section, const config_setting_t *value, int32_t min, int32_t max,
                   int32_t *ret);
bool value_date(const struct section *section, const config_setting_t *value, civil_day *ret);
bool value_clock(const struct section *section, const config_setting_t *value, int32_t *ret);
bool value_offset(const struct section *section, const config_setting_t *value, struct offset *ret);
/* A duration from min to max seconds. */
bool value_duration(const struct section *section, const config_setting_t *value, int64_t min, int64_t max,
                    int64_t *ret);
/* One of some words, which NULL ends; *ret is its place. */
bool value_word(const struct section *section, const config_setting_t *value, const char *const *words, size_t *ret);
/* Whether it is a list; an array counts as one. */
bool value_list(const struct section *section, const config_setting_t *value);

/* Copies the one-line text of a key, or of the fallback (NULL: leaves *ret as it is). 0 or -ENOMEM. */
int setting_keep(const struct section *section, const char *key, const char *fallback, char **ret);
int setting_keep_prose(const struct section *section, const char *key, char **ret);
/* Reports every group of a list whose `id` stands in an earlier one. 0 or -ENOMEM. */
int setting_unique_ids(const struct section *section, const config_setting_t *list, const char *noun);
