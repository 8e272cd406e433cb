/* A trial: mail that goes to another mailbox than its own says so. */
#pragma once

#include "message/letter.h"

#define TRIAL_FIELD "X-Reminderd-Redirected-From"

/* Puts a first line into both bodies of a mail, which are allocated: whom it would have gone to. 0 or -ENOMEM. */
int trial_mark(const struct letter *letter, char **text, char **html);
