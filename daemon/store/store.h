/* The store: what is owed, what was noticed, what is to be delivered, and who decided what; durable. */
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

/* Errors of every function: 0 or a positive outcome where named; -ENOMEM; -ENOSPC (disk full: nothing of the open
 * transaction remains); -EROFS; -EIO; -EUCLEAN (the file is damaged); -ENOTRECOVERABLE (written by a newer version);
 * -EBUSY (another process holds the database), -EALREADY (another reminderd works in the folder); and for what only a
 * mistake of the caller asks for -EEXIST (unique, and there already), -ENOENT (a row that is not there is changed or
 * referred to), -EINVAL. store_error() has the words. */
struct store;

/* A visitor of a store_each_… gets a borrowed record; a non-zero return ends the visit and is returned. Which records
 * are visited is fixed when the visit begins, each is read when its turn comes: a visitor may call any function of the
 * store and change what it visits. */

/* The positive outcomes; each function names those that it has. */
enum store_outcome {
        STORE_NONE = 1, /* there is no such row, or none in a state for that */
        STORE_EXISTS,   /* there is one already, and nothing is written */
        STORE_OPEN,     /* a transaction or a read is open already */
        STORE_CHANGED,  /* it is not as it was, or not as it should be */
        STORE_MORE,     /* there is more to do */
        STORE_RESUMED,  /* it goes on as it was */
};

#define STORE_FILE "reminderd.db"

/* Opens or makes DIR/reminderd.db: DIR is made with mode 0700 when missing and locked against a second daemon;
 * integrity is checked; an older schema is migrated after a copy of it was written beside it. dir NULL: a scratch
 * store in memory. On failure *ret_error holds the reason in words and what to do (NULL: no memory for them); the
 * caller frees it. Also -ELOOP (DIR or the file is a symbolic link), -EPERM (one of them belongs to another user),
 * -ENOENT (DIR's parent is missing), -ENOTDIR. A file that is refused is left as it is. */
int store_open(const char *dir, struct store **ret, char **ret_error);
struct store *store_close(struct store *store);
/* The words of the last failure; borrowed, valid until the next call. */
const char *store_error(const struct store *store);
/* Makes a consistent copy into another store (a scratch one, for a forecast). */
int store_copy(struct store *from, struct store *to);

/* Compares the indexes of next moments with their tables, by counts and sums: some hundred nanoseconds a row.
 * STORE_CHANGED: one disagreed and was made anew, see FACT_MENDED. */
int store_verify(struct store *store);
/* STORE_CHANGED: another program has written to the file since this was last asked, or since it was opened. */
int store_was_touched(struct store *store);
/* Bytes of SQLite's log that could not be moved into the file after the last commit, since another process has kept a
 * transaction open meanwhile. They are read once more at each start, and need room. */
int64_t store_held_back(const struct store *store);
/* Called every few ten milliseconds within long operations, from which no function of the store may be called; where it
 * answers false the operation fails with -EINTR. NULL: nobody. */
void store_on_progress(struct store *store, bool (*go_on)(void *userdata), void *userdata);

/* Forgets what it keeps only to be quick: pages read, which are read again when they are needed. */
void store_rest(struct store *store);

/* One transaction at a time; everything between is durable at commit or did not happen. A failed commit rolls
 * back (where it was the sync that failed and the process ends before the next commit, it may be there afterwards,
 * whole), and so does any commit after an operation in between failed: it returns that operation's error again, as
 * every operation until then does. store_rollback() does nothing without an open transaction: call it on every path
 * that fails. An operation outside a transaction is one by itself. */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
/* Of a variable that holds the store: a transaction that is open when its scope is left is rolled back. */
DEFINE_CLEANUP(struct store *, store_rollback, store_rollback)
#define CLEANUP_TRANSACTION CLEANUP(store_rollback_p)
/* What is read until store_end_read() is of one moment, and takes SQLite's lock once. It ends with any transaction that
 * begins. STORE_OPEN: a transaction is open or a read is, which is as good; there is nothing to end. */
int store_begin_read(struct store *store);
void store_end_read(struct store *store);

/* ---- small facts: fingerprints of the last sync, time last recorded, last digest ---- */
/* *ret is allocated. STORE_NONE: not set. A value of NULL unsets. */
int store_get_fact(struct store *store, const char *name, char **ret);
int store_set_fact(struct store *store, const char *name, const char *value);
/* Set by the store where it found indexes that disagreed with their tables and made them anew: their names. Unset by
 * whoever has worked out anew what follows from the plans, since it may be the table that was wrong. */
#define FACT_MENDED "mended"
