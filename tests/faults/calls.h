/* The calls of the C library that go through the disk, and what they ask of it. */
#pragma once

#include <stdbool.h>

#include "disk.h"

/* Nothing is open. */
void calls_forget(void);

/* "": nothing is watched. */
const char *disk_root(void);
/* True: what this call changes is to be noted. The power may go before it. */
bool disk_change(void);
/* False: a sync of a file (of a folder's names) says that it is done, and is not. */
bool disk_keeps_files(void);
bool disk_keeps_names(void);
/* True: this call fails, and errno says with what. */
bool disk_fails(enum disk_call call);
/* True: a write that fails has written half. */
bool disk_fails_half(void);
/* True: the time is counted and need not pass. */
bool disk_waits(long us);
