/* JSON, written straight into a text: what comes first is written first. */
#pragma once

#include <stdint.h>

#include "base/text.h"
#include "core/civil.h"

/* Each adds a member to the object that is open; without a key (NULL) an element to the open array, or the whole.
 * Keys are literals that need no escapes. A failure stays in the text: check once, at the end. */

void json_open(struct text *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct text *json, char bracket);                 /* '}' or ']' */
/* As it is, of any lines; valid UTF-8. */
void json_put_string(struct text *json, const char *key, const char *string);
/* A string cleaned by text_line(); null for NULL and where nothing is left. */
void json_put_text(struct text *json, const char *key, const char *string);
void json_put_null(struct text *json, const char *key);
void json_put_bool(struct text *json, const char *key, bool value);
void json_put_int(struct text *json, const char *key, int64_t value);
/* "2024-12-10", or null for CIVIL_NONE. */
void json_put_day(struct text *json, const char *key, civil_day day);
/* "16:00", or null for 0, the whole day. */
void json_put_time(struct text *json, const char *key, int32_t seconds);
