/* Hearing: what comes back by mail is judged and recorded, each mail once. */
#pragma once

#include "core/heard.h"
#include "runtime/engine.h"

/* For so long it is known that a mail was heard. One that is moved back into the folder that is read, or is there again
 * with a restored mailbox, is of this year's plan or the last one's: an older plan has closed. */
#define HEARD_KEPT_DAYS 500

/* An enum heard_outcome; -EAGAIN: what it is about is on the wire just now, and what becomes of that is to be recorded
 * first; or an error of the store. A mail that has to be reviewed is so each time: it may still be where it was. */
int hear(struct engine *engine, const struct heard *heard);
