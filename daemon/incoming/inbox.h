/* The mailbox on its server, which is the queue: what lies in the folder is to be taken, and is moved away once it was.
 * Flags mean nothing: people read the mailbox too. */
#pragma once

#include "base/cleanup.h"
#include "config/config.h"

struct inbox;

/* What becomes of a letter; a negative errno in its place ends the look and leaves it where it is. */
enum letter_end { LETTER_DONE, LETTER_REVIEW };

/* Takes the bytes of a letter, of which there are IMAP_KEPT at most. An enum letter_end. */
typedef int inbox_take(void *userdata, const char *bytes, size_t size);

/* Logs in, with the secret as its file has it now, and opens the folder. Blocks, as all functions here, for minutes at
 * most. *ret_words, where there are some, says what went wrong; the caller frees it. 0, -EACCES: the secret or the
 * login is refused; -EIO; -ENOMEM. */
int inbox_open(const struct mailbox_config *config, struct inbox **ret, char **ret_words);
struct inbox *inbox_free(struct inbox *inbox);

DEFINE_CLEANUP(struct inbox *, inbox_free, inbox_free)

/* Hands over each letter that was not yet seen by this session, and moves it. A letter that has gone meanwhile is
 * passed over. What `take` returned; or -ECONNRESET, -ETIMEDOUT, -EPROTO: the connection is of no use any more;
 * -EREMOTEIO: the server does not move a letter; *ret_words as above. */
int inbox_look(struct inbox *inbox, inbox_take *take, void *userdata, char **ret_words);
/* Waits until there may be something new, or it is time to show that we are alive. 0, or as above. */
int inbox_wait(struct inbox *inbox, char **ret_words);
