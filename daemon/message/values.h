/* Values: a letter as the JSON object that its templates are rendered over.
 * Depends on letter, phrase, json.
 * Called by compose. conf/templates/vi/README.md lists every name for those who write templates. */
#pragma once

#include <jansson.h>

#include "message/letter.h"

/* An agency still owes what an escalation or a matrix shows. */
bool debtor_is_unfinished(const struct letter_debtor *debtor);

/* 0 or -ENOMEM. The caller owns *ret. */
int values_new(const struct letter_sender *sender, const struct letter *letter, json_t **ret);
