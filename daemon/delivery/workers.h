/* Workers: threads that run transfers in which libcurl waits for the server inside its own calls.
 * Depends on returns.
 * Called by transfer. */
#pragma once

#include "delivery/returns.h"

/* libcurl 7.88 (and 8.x) ends an SMTP transfer by waiting for the answer to the end of the data, and closes an SMTP
 * connection by waiting for the answer to QUIT, without returning to the multi interface. In the event loop one slow
 * mail server would stop everything, bus and watchdog included, and `connections` would come to nothing. So every
 * connection to a mail server is a thread that runs curl_easy_perform(); it lives as long as there is mail. */
struct workers;

/* What is over goes to `returns`, which is borrowed and rung when a thread has ended. 0 or -ENOMEM. */
int workers_new(struct returns *returns, struct workers **ret);
/* Ends all threads; what they still held is in `returns`. Every transfer must have been cancelled. Waits for libcurl
 * to notice, about a second at most. */
struct workers *workers_free(struct workers *workers);
/* Frees threads that have ended. */
void workers_reap(struct workers *workers);
/* 0; -ENOMEM, -EAGAIN: no thread can be had. */
int workers_submit(struct workers *workers, struct transfer *transfer);
/* True: the transfer is the caller's again. False: a thread still has it and will return it. */
bool workers_cancel(struct workers *workers, struct transfer *transfer);
