/* A disk that loses power and fails: a folder whose files go through calls of the C library that stand here in place of
 * libc's, for SQLite and for the daemon alike. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../sim/chance.h"

/* ---- what is on the disk, and what only in the page cache ----
 * The file system promises what POSIX does and no more: written bytes and a length are durable after fsync() of the
 * file, a name (made, renamed, removed) after fsync() of its folder, and a rename is whole or not at all. What was not
 * synced survives a power loss or not, sector by sector, in any order; a sector that was being written may hold
 * garbage. Bytes beside those written stay (SQLITE_IOCAP_POWERSAFE_OVERWRITE, which SQLite takes for granted on Linux).
 */

/* Watches a folder from here on; what stands in it is durable. The folder's own name is. */
void disk_watch(const char *folder);
void disk_unwatch(void);

struct disk_lies {
        bool files;   /* fsync() of a file does nothing and says it did */
        bool folders; /* that of a folder */
};
void disk_lie(struct disk_lies lies);
/* From here on no loss leaves anything that was not synced. */
void disk_forget(void);

/* The power goes before the `after`-th change from now (write, length, sync, name): what is on the disk at that moment
 * is settled then, by chance. What the program does afterwards goes nowhere. 0: never. */
void disk_arm(long after, struct chance *chance);
void disk_lose_power(struct chance *chance); /* now */
bool disk_is_dark(void);
/* Changes since disk_watch(). */
long disk_changes(void);
/* Called when the power goes; NULL: nobody. */
void disk_on_dark(void (*dark)(void *userdata), void *userdata);
/* Once it is dark: what survived, as files of another folder (folders in between left out). */
void disk_copy(const char *folder);
/* The power is back: the folder becomes what survived. Nothing in it may be open. */
void disk_restore(void);

/* ---- calls that fail ---- */

enum disk_call {
        DISK_READ,
        DISK_WRITE,
        DISK_LENGTH, /* ftruncate */
        DISK_SYNC,   /* of a file */
        DISK_SYNC_FOLDER,
        DISK_OPEN,
        DISK_STAT,
        DISK_UNLINK,
        DISK_RENAME,
        DISK_MAP, /* mmap of the shared index of the WAL */
        DISK_LOCK,
        DISK_CALLS
};
extern const char *const disk_call_names[DISK_CALLS];

struct disk_fault {
        enum disk_call call;
        long at;      /* the n-th such call from now fails, from 1 */
        bool lasting; /* and all after it, until disk_heal() */
        bool partial; /* a write that fails has written half */
        int error;    /* errno */
};
void disk_fail(const struct disk_fault *fault);
void disk_heal(void);
/* How many calls failed since disk_fail(). */
long disk_failed(void);
/* Microseconds that were waited for a lock, or would have been, since disk_watch(). */
long disk_waited(void);
/* Calls of a kind since disk_watch(). */
long disk_calls(enum disk_call call);
/* What the test itself does with the folder does not fail and is not counted; nests. */
void disk_pause(void);
void disk_resume(void);
