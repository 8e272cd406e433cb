/* The state folder: whose it is, who holds it, and the file in it. */
#pragma once

#include "store/query.h"

#define LOCK_FILE "reminderd.lock"
#define COPY_SUFFIX ".copy" /* of the copy that a backup makes beside the database */

/* Makes the folder (mode 0700) where it is missing, takes away what others may do in it, locks it (store->lock) and
 * makes an empty database file (mode 0600) where there is none; the copy of a backup that a crash ended is removed.
 * *ret_path: the file, free of symbolic links; the
 * caller frees it.
 * -ELOOP (a symbolic link), -EPERM (belongs to somebody else), -EALREADY (another reminderd has it), -EROFS (can't be
 * written), -ENOENT (its parent is missing), -ENOTDIR, -ENOSPC, … */
int statedir_open(struct store *store, const char *dir, char **ret_path);

/* Makes durable what a path names: a file's bytes, a folder's names; with `flags` for open(). 0 or the errno. */
int statedir_sync(const char *path, int flags);
/* The name that a path ends in. */
int statedir_sync_parent(const char *path);
