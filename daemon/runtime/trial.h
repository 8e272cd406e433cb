/* A trial: while the configuration redirects all mail, agencies get nothing, whatever is recorded as sent. */
#pragma once

#include "runtime/engine.h"

/* Remembers when a trial began; once the configuration redirects no more, takes back what was sent in it. */
int trial_follow(struct engine *engine);
