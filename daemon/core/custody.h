/* Custody: which machine reminds of a state. A copy of it on another machine waits until somebody says that the first
 * one is gone: two would send everything twice. */
#pragma once

enum custody {
        CUSTODY_FREE, /* no machine has it yet */
        CUSTODY_OURS,
        CUSTODY_OTHERS
};
/* `recorded` stands in the state, NULL where nothing does; `host` is this machine, "" where it has no identity and
 * cannot be told from others. */
enum custody custody_of(const char *recorded, const char *host);
