/* A backup: a consistent copy of the database, written to a file of somebody else while the store is in use. */
#pragma once

#include "store/store.h"

struct store_backup;

/* Prepares one of the store's file. 0, -ENOMEM, or -EOPNOTSUPP for a scratch store. */
int store_backup_new(const struct store *store, struct store_backup **ret);
/* Writes the copy to fd, from where it stands, and syncs it. Blocks as long as the disks need; for a thread of its own,
 * since it touches nothing of the store but the file, by a connection of its own: writers do not wait for it.
 * -ENOSPC, -ECANCELED, …; store_backup_error() has the words. What was written to fd is then worth nothing. */
int store_backup_write(struct store_backup *backup, int fd, uint64_t *ret_bytes);
/* From any thread: has store_backup_write() end soon, with -ECANCELED. Does not wait. */
void store_backup_cancel(struct store_backup *backup);
/* Borrowed; once store_backup_write() has returned. */
const char *store_backup_error(const struct store_backup *backup);
struct store_backup *store_backup_free(struct store_backup *backup);
