/* What the journal was told, whoever listens. */
#pragma once

#include "runtime/journal.h"

/* How often, since the last witness_forget(). */
long witness_told(enum journal_event event);
void witness_forget(void);
