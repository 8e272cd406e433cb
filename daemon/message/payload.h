/* Payload: a letter as the JSON body of a webhook. */
#pragma once

#include "message/letter.h"

/* `text` is the mail's text. *ret is allocated. 0 or -ENOMEM. */
int payload_new(const struct letter *letter, const char *text, char **ret);
