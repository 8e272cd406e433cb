/* Peers: each mail server or webhook with its settings, and what waits for it: a slow one holds up nobody else. */
#include "transport/peer.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "transport/thread.h"

struct peer *peers_find(const struct peer_list *peers, const char *name)
{
        struct peer *peer = LIST_FIRST(peers);

        while (peer && strcmp(peer->name, name) != 0)
                peer = LIST_NEXT(peer, link);
        return peer;
}

static struct peer *peer_new(const char *name)
{
        struct peer *peer = calloc(1, sizeof *peer);
        if (!peer)
                return NULL;
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&peer->wake, &attributes);
        pthread_condattr_destroy(&attributes);
        TAILQ_INIT(&peer->waiting);
        if (copy_text(name, &peer->name) < 0) {
                pthread_cond_destroy(&peer->wake);
                free(peer);
                return NULL;
        }
        return peer;
}

int peers_enqueue(struct peer_list *peers, struct transfer *transfer, struct peer **ret)
{
        struct peer *peer = peers_find(peers, transfer->peer);

        if (!peer) {
                peer = peer_new(transfer->peer);
                if (!peer)
                        return -ENOMEM;
                LIST_INSERT_HEAD(peers, peer, link);
        }
        peer->connections = transfer->connections;
        TAILQ_INSERT_TAIL(&peer->waiting, transfer, queue);
        peer->n_waiting++;
        transfer->waiting = true;
        *ret = peer;
        return 0;
}

void peer_dequeue(struct peer *peer, struct transfer *transfer)
{
        TAILQ_REMOVE(&peer->waiting, transfer, queue);
        peer->n_waiting--;
        transfer->waiting = false;
}

struct transfer *peer_next(struct peer *peer)
{
        struct transfer *transfer = TAILQ_FIRST(&peer->waiting);

        if (transfer)
                peer_dequeue(peer, transfer);
        return transfer;
}

void peer_requeue(struct peer *peer, struct transfer *transfer)
{
        TAILQ_INSERT_HEAD(&peer->waiting, transfer, queue);
        peer->n_waiting++;
        transfer->waiting = true;
}

static void peer_free(struct peer *peer)
{
        LIST_REMOVE(peer, link);
        pthread_cond_destroy(&peer->wake);
        free_secret(peer->name);
        free(peer);
}

void peer_release(struct peer *peer)
{
        if (peer->busy == 0 && peer->n_waiting == 0 && !bearing_holds(&peer->bearing, now_ms()))
                peer_free(peer);
}

void peers_free(struct peer_list *peers)
{
        while (!LIST_EMPTY(peers))
                peer_free(LIST_FIRST(peers));
}
