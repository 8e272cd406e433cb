/* Peers: each mail server or webhook with its settings, and what waits for it: a slow one holds up nobody else. */
#pragma once

#include <pthread.h>

#include "core/bearing.h"
#include "transport/job.h"

struct peer {
        LIST_ENTRY(peer) link;
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

LIST_HEAD(peer_list, peer);

/* Puts a transfer last in the queue of its peer, which is made if need be. 0 or -ENOMEM. */
int peers_enqueue(struct peer_list *peers, struct transfer *transfer, struct peer **ret);
/* Takes a transfer out of the queue. */
void peer_dequeue(struct peer *peer, struct transfer *transfer);
/* Takes out the one that has waited longest; NULL: none waits. */
struct transfer *peer_next(struct peer *peer);
/* Puts one back in front that has not had its turn. */
void peer_requeue(struct peer *peer, struct transfer *transfer);
/* NULL: there is none of that name. */
struct peer *peers_find(const struct peer_list *peers, const char *name);
/* Frees it unless it is in use, or holds what was learned about its server. */
void peer_release(struct peer *peer);
/* Frees those that are left, which nobody uses. */
void peers_free(struct peer_list *peers);
