/* Lanes: one for each server and its settings, so that a slow server holds up nobody but its own queue. */
#pragma once

#include <pthread.h>

#include "core/bearing.h"
#include "transport/job.h"

#define LANE_CONNECTIONS_MAX 64 /* to one server: more is an attack, whatever the configuration says */

struct lane {
        LIST_ENTRY(lane) link;
        struct transfer_queue waiting;
        size_t n_waiting;
        unsigned connections; /* at most; the newest transfer's word counts */
        unsigned busy;        /* loop: transfers with libcurl; workers: threads that serve it */
        unsigned idle;        /* workers: threads that wait for a transfer */
        pthread_cond_t wake;  /* workers: something waits */
        /* workers: */
        struct bearing bearing;
        size_t mechanism;              /* with which a login was accepted, see struct caller */
        struct transfer_result answer; /* that closed it */
        char words[TRANSFER_ANSWER_MAX + 1];
        char *name;
};

LIST_HEAD(lane_list, lane);

/* Puts a transfer at the end of its lane, made if need be. 0 or -ENOMEM. */
int lane_enter(struct lane_list *lanes, struct transfer *transfer, struct lane **ret);
/* Takes out a given transfer, or the one that has waited longest (NULL: none waits). */
void lane_leave(struct lane *lane, struct transfer *transfer);
struct transfer *lane_next(struct lane *lane);
/* Puts one back that has not had its turn. */
void lane_return(struct lane *lane, struct transfer *transfer);
struct lane *lane_find(const struct lane_list *lanes, const char *name);
/* Frees it unless it is in use, or holds what was learned about its server. */
void lane_drop(struct lane *lane);
/* Frees those that are left, which nobody uses. */
void lanes_free(struct lane_list *lanes);
