/* Workers: threads that run transfers in which one waits for the server, each with a session of its own. */
#include "transport/workers.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "transport/peer.h"
#include "transport/session.h"
#include "transport/thread.h"

#define WORKER_IDLE_SECONDS 10 /* then it says QUIT: well before a server drops the connection (Postfix: 300) */
/* A connection that is closed after so long a silence was closed for that, not for the messages it carried. */
#define STALE_MS 2000

struct worker {
        LIST_ENTRY(worker) link;
        struct workers *workers;
        struct peer *peer; /* NULL: left */
        pthread_t thread;
        bool ended; /* to be joined */
};

LIST_HEAD(worker_list, worker);

struct workers {
        struct returns *returns;
        pthread_mutex_t mutex; /* guards all below, the peers, and the states of the transfers in them */
        struct peer_list peers;
        struct worker_list threads;
        atomic_bool stopping; /* read without the lock by who says QUIT */
};

/* Under the lock. Waits for a transfer. NULL: none came, or too many threads, or stopping; the thread has then left its
 * peer: while it says QUIT, perhaps to a server that does not answer, another may take its place. */
static struct transfer *worker_take(struct worker *worker)
{
        struct workers *workers = worker->workers;
        struct peer *peer = worker->peer;
        struct timespec until;
        int r = 0;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += WORKER_IDLE_SECONDS;
        while (!workers->stopping && peer->busy <= bearing_room(&peer->bearing, peer->connections, now_ms())) {
                struct transfer *transfer = peer_next(peer);
                if (transfer)
                        return transfer;
                if (r == ETIMEDOUT)
                        break;
                peer->idle++;
                r = pthread_cond_timedwait(&peer->wake, &workers->mutex, &until);
                peer->idle--;
        }
        peer->busy--;
        pthread_cond_signal(&peer->wake); /* what this thread was woken for is now another's */
        peer_release(peer);
        worker->peer = NULL;
        return NULL;
}

/* Under the lock. What came of an attempt in a new connection is the server's word on everybody, or on nobody. */
static void learn_of_opening(struct peer *peer, const struct transfer *transfer)
{
        const struct transfer_result *result = &transfer->result;

        if (result->fault == FAULT_SESSION || result->fault == FAULT_LOGIN) {
                bearing_refused(&peer->bearing, now_ms());
                peer->answer = *result;
                memcpy(peer->words, transfer->words, sizeof peer->words);
        } else if (result->outcome == TRANSFER_SENT)
                bearing_accepted(&peer->bearing);
}

/* Under the lock: the answer that this server last had for everybody. */
static void answer_unasked(const struct peer *peer, struct transfer *transfer)
{
        memcpy(transfer->words, peer->words, sizeof transfer->words);
        transfer->result = peer->answer;
        transfer->result.answer = transfer->words;
}

/* Runs a transfer to its end: in the session that is open, and where the server has had enough of that, in a new one
 * at once. False: back to the queue, since the server takes no further connection beside those of others. */
static bool worker_run(struct worker *worker, struct caller *caller, struct transfer *transfer)
{
        pthread_mutex_t *mutex = &worker->workers->mutex;
        struct bearing *bearing = &worker->peer->bearing;
        enum attempt_end ending = ATTEMPT_OVER;
        bool fresh = false, over = true;

        pthread_mutex_lock(mutex);
        caller->mechanism = worker->peer->mechanism;
        bool full = caller->session && bearing_is_full(bearing, session_messages(caller->session), now_ms());
        pthread_mutex_unlock(mutex);
        if (full)
                session_close(TAKE_PTR(caller->session), &transfer->cancelled);
        do {
                unsigned messages = caller->session ? session_messages(caller->session) : 0;
                int64_t silence = caller->session ? session_silence(caller->session) : 0;

                fresh = !caller->session;
                ending = transfer->kind->attempt(transfer, caller);
                if (ending == ATTEMPT_TURNED_AWAY && messages > 0 && silence < STALE_MS) {
                        pthread_mutex_lock(mutex);
                        bearing_learn_messages(bearing, messages, now_ms());
                        pthread_mutex_unlock(mutex);
                }
        } while (ending != ATTEMPT_OVER && !fresh);
        pthread_mutex_lock(mutex);
        worker->peer->mechanism = caller->mechanism;
        if (fresh && ending == ATTEMPT_TURNED_AWAY)
                over = !bearing_learn_connections(bearing, worker->peer->busy, now_ms());
        if (fresh && over)
                learn_of_opening(worker->peer, transfer);
        pthread_mutex_unlock(mutex);
        return over;
}

/* False: it was cancelled meanwhile. */
static bool worker_put_back(struct worker *worker, struct transfer *transfer)
{
        pthread_mutex_lock(&worker->workers->mutex);
        bool wanted = !atomic_load_explicit(&transfer->cancelled, memory_order_relaxed);
        if (wanted)
                peer_requeue(worker->peer, transfer);
        pthread_mutex_unlock(&worker->workers->mutex);
        return wanted;
}

static void *worker_main(void *userdata)
{
        struct worker *worker = userdata;
        struct workers *workers = worker->workers;
        struct transfer *transfer = NULL;
        struct caller caller = {0};

        (void)pthread_setname_np(pthread_self(), "delivery");
        pthread_mutex_lock(&workers->mutex);
        while ((transfer = worker_take(worker))) {
                bool over = bearing_is_closed(&worker->peer->bearing, now_ms()) && !caller.session;

                if (over)
                        answer_unasked(worker->peer, transfer);
                pthread_mutex_unlock(&workers->mutex);
                over = over || worker_run(worker, &caller, transfer);
                over = over || !worker_put_back(worker, transfer);
                if (over)
                        returns_put(workers->returns, transfer);
                pthread_mutex_lock(&workers->mutex);
        }
        pthread_mutex_unlock(&workers->mutex);
        if (caller.session)
                session_close(caller.session, &workers->stopping);
        pthread_mutex_lock(&workers->mutex);
        worker->ended = true;
        pthread_mutex_unlock(&workers->mutex);
        returns_put(workers->returns, NULL);
        return NULL;
}

/* Under the lock: one more thread for a peer. 0, -ENOMEM, -EAGAIN. */
static int worker_start(struct workers *workers, struct peer *peer)
{
        CLEANUP_FREE struct worker *worker = malloc(sizeof *worker);

        if (!worker)
                return -ENOMEM;
        *worker = (struct worker){.workers = workers, .peer = peer};
        int r = thread_start(&worker->thread, worker_main, worker);
        if (r < 0)
                return r;
        peer->busy++;
        LIST_INSERT_HEAD(&workers->threads, worker, link);
        TAKE_PTR(worker);
        return 0;
}

/* Joins threads that have ended, or all. */
static void reap(struct workers *workers, bool all)
{
        struct worker_list ended = LIST_HEAD_INITIALIZER(ended);
        struct worker *worker = NULL, *next = NULL;

        pthread_mutex_lock(&workers->mutex);
        for (worker = LIST_FIRST(&workers->threads); worker; worker = next) {
                next = LIST_NEXT(worker, link);
                if (worker->ended || all) {
                        LIST_REMOVE(worker, link);
                        LIST_INSERT_HEAD(&ended, worker, link);
                }
        }
        pthread_mutex_unlock(&workers->mutex);
        while ((worker = LIST_FIRST(&ended))) {
                LIST_REMOVE(worker, link);
                (void)pthread_join(worker->thread, NULL);
                free(worker);
        }
}

void workers_reap(struct workers *workers)
{
        reap(workers, false);
}

int workers_new(struct returns *returns, struct workers **ret)
{
        struct workers *workers = calloc(1, sizeof *workers);
        if (!workers)
                return -ENOMEM;
        workers->returns = returns;
        LIST_INIT(&workers->peers);
        LIST_INIT(&workers->threads);
        pthread_mutex_init(&workers->mutex, NULL);
        *ret = workers;
        return 0;
}

struct workers *workers_free(struct workers *workers)
{
        struct peer *peer = NULL;

        if (!workers)
                return NULL;
        pthread_mutex_lock(&workers->mutex);
        workers->stopping = true;
        for (peer = LIST_FIRST(&workers->peers); peer; peer = LIST_NEXT(peer, link))
                pthread_cond_broadcast(&peer->wake);
        pthread_mutex_unlock(&workers->mutex);
        reap(workers, true);
        peers_free(&workers->peers);
        pthread_mutex_destroy(&workers->mutex);
        free(workers);
        return NULL;
}

int workers_submit(struct workers *workers, struct transfer *transfer)
{
        struct peer *peer = NULL;

        pthread_mutex_lock(&workers->mutex);
        int r = peers_enqueue(&workers->peers, transfer, &peer);
        if (r == 0 && peer->idle < peer->n_waiting &&
            peer->busy < bearing_room(&peer->bearing, peer->connections, now_ms())) {
                r = worker_start(workers, peer);
                if (r < 0 && peer->busy > 0)
                        r = 0; /* the threads there are will do */
                if (r < 0) {
                        peer_dequeue(peer, transfer);
                        peer_release(peer);
                }
        } else if (r == 0)
                pthread_cond_signal(&peer->wake);
        pthread_mutex_unlock(&workers->mutex);
        return r;
}

bool workers_cancel(struct workers *workers, struct transfer *transfer)
{
        pthread_mutex_lock(&workers->mutex);
        bool waited = transfer->waiting;
        if (waited) {
                struct peer *peer = peers_find(&workers->peers, transfer->peer);
                peer_dequeue(peer, transfer);
                peer_release(peer);
        } else
                atomic_store_explicit(&transfer->cancelled, true, memory_order_relaxed);
        pthread_mutex_unlock(&workers->mutex);
        return waited;
}
