/* Lanes: one for each server and its settings, so that a slow server holds up nobody but its own queue.
 * Depends on job.
 * Used by loop and workers. */
#pragma once

#include <pthread.h>

#include "delivery/job.h"

#define LANE_CONNECTIONS_MAX 64 /* to one server: more is an attack, whatever the configuration says */

struct lane {
        LIST_ENTRY(lane) link;
        struct transfer_queue waiting;
        size_t n_waiting;
        unsigned connections; /* at most; the newest transfer's word counts */
        unsigned busy;        /* loop: transfers with libcurl; workers: threads that serve it */
        unsigned idle;        /* workers: threads that wait for a transfer */
        pthread_cond_t wake;  /* workers: something waits */
        char *name;
};

LIST_HEAD(lane_list, lane);

/* Puts a transfer at the end of its lane, made if need be. 0 or -ENOMEM. */
int lane_enter(struct lane_list *lanes, struct transfer *transfer, struct lane **ret);
/* Takes out a given transfer, or the one that has waited longest (NULL: none waits). */
void lane_leave(struct lane *lane, struct transfer *transfer);
struct transfer *lane_next(struct lane *lane);
struct lane *lane_find(const struct lane_list *lanes, const char *name);
/* Frees it unless it is in use. */
void lane_drop(struct lane *lane);
