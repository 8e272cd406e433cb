/* Workers: threads that run transfers in which one waits for the server, each with a session of its own. */
#pragma once

#include "transport/returns.h"

/* A dialogue with a mail server is one question after the other, with waits of up to ten minutes. So every connection
 * to one is a thread; it lives as long as there is mail. */
struct workers;

/* What is over goes to `returns`, which is borrowed, and woken when a thread has ended. 0 or -ENOMEM. */
int workers_new(struct returns *returns, struct workers **ret);
/* Ends all threads; what they still held is in `returns`. Every transfer must have been cancelled. Waits for them
 * to notice, about a second at most. */
struct workers *workers_free(struct workers *workers);
/* Frees threads that have ended. */
void workers_reap(struct workers *workers);
/* 0; -ENOMEM, -EAGAIN: no thread can be had. */
int workers_submit(struct workers *workers, struct transfer *transfer);
/* True: the transfer is the caller's again. False: a thread still has it and will return it. */
bool workers_cancel(struct workers *workers, struct transfer *transfer);
