/* Memory that runs out: malloc and its kin stand here in place of libc's, for the daemon and its libraries alike. */
#pragma once

#include <stdbool.h>

/* The `at`-th allocation from now fails, from 1; lasting: and all after it. 0: none does. */
void memory_fail(long at, bool lasting);
/* Ends that; returns how many allocations were asked for since. */
long memory_heal(void);
/* How many failed since memory_fail(). */
long memory_failed(void);
/* What is allocated and not freed. */
long memory_live(void);
/* What the test itself allocates does not fail and is not counted; nests. */
void memory_pause(void);
void memory_resume(void);
