/* A backup under way: a thread that copies the database to a file while reminders go on. */
#pragma once

#include <systemd/sd-event.h>

#include "runtime/engine.h"

struct backup;

/* How it ended: 0 and how many bytes were written, or a negative errno and words for the caller. The callback may free
 * the backup. */
typedef void backup_done(void *userdata, int r, const char *words, uint64_t bytes);
/* Begins to write a copy to fd, which is duplicated. 0, -ENOMEM, -EAGAIN (no thread), -EOPNOTSUPP (the store is in
 * memory), or an error of the loop. */
int backup_start(const struct engine *engine, sd_event *event, int fd, backup_done *done, void *userdata,
                 struct backup **ret);
/* Has it end soon, with -ECANCELED. Does not wait; `done` is still called. */
void backup_cancel(struct backup *backup);
/* Ends it without a call of `done`; waits for the thread, which at worst sits in one write or sync of its disk. */
struct backup *backup_free(struct backup *backup);
