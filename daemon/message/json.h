/* Small additions to jansson: members set from the facts of a letter.
 * Depends on text, civil, jansson.
 * Called by values and payload. */
#pragma once

#include <jansson.h>

#include "core/civil.h"
#include "core/cleanup.h"

DEFINE_CLEANUP(json_t *, json_decref, json_decref)
#define CLEANUP_JSON CLEANUP(json_decref_p)

/* Each sets one member of an object. 0, or -1 for want of memory, so that results can be gathered with |=. The keys are
 * literals. */

/* Takes the value over, also on failure; NULL fails. */
int json_put(json_t *object, const char *key, json_t *value);
/* A string cleaned by text_line(); null for NULL and "". */
int json_put_text(json_t *object, const char *key, const char *string);
int json_put_bool(json_t *object, const char *key, bool value);
int json_put_int(json_t *object, const char *key, json_int_t value);
/* A number above 0; null for others, which a template takes for "none". */
int json_put_count(json_t *object, const char *key, json_int_t value);
/* "2024-12-10", or null for CIVIL_NONE. */
int json_put_day(json_t *object, const char *key, civil_day day);
/* "10/12/2024", or null. */
int json_put_day_vi(json_t *object, const char *key, civil_day day);

/* The text of a value on one line, for the caller to free; NULL: no memory. Not json_dumps(): where its buffer can't
 * grow, jansson 2.14 leaves a piece out and calls that a success. */
char *json_to_text(const json_t *value);
