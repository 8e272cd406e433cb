/* Workers: threads that run transfers in which one waits for the server, each with a session of its own. */
#include "transport/workers.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "transport/lane.h"
#include "transport/session.h"
#include "transport/thread.h"

#define WORKER_IDLE_SECONDS 10 /* then it says QUIT: well before a server drops the connection (Postfix: 300) */
/* A connection that is closed after so long a silence was closed for that, not for the messages it carried. */
#define STALE_MS 2000

struct worker {
        LIST_ENTRY(worker) link;
        struct workers *workers;
        struct lane *lane; /* NULL: left */
        pthread_t thread;
        bool ended; /* to be joined */
};

LIST_HEAD(worker_list, worker);

struct workers {
        struct returns *returns;
        pthread_mutex_t mutex; /* guards all below, the lanes, and the states of the transfers in them */
        struct lane_list lanes;
        struct worker_list threads;
        atomic_bool stopping; /* read without the lock by who says QUIT */
};

/* Under the lock. Waits for a transfer. NULL: none came, or too many threads, or stopping; the thread has then left its
 * lane: while it says QUIT, perhaps to a server that does not answer, another may take its place. */
static struct transfer *worker_take(struct worker *worker)
{
        struct workers *workers = worker->workers;
        struct lane *lane = worker->lane;
        struct timespec until;
        int r = 0;

        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += WORKER_IDLE_SECONDS;
        while (!workers->stopping && lane->busy <= bearing_room(&lane->bearing, lane->connections, now_ms())) {
                struct transfer *transfer = lane_next(lane);
                if (transfer)
                        return transfer;
                if (r == ETIMEDOUT)
                        break;
                lane->idle++;
                r = pthread_cond_timedwait(&lane->wake, &workers->mutex, &until);
                lane->idle--;
        }
        lane->busy--;
        pthread_cond_signal(&lane->wake); /* what this thread was woken for is now another's */
        lane_drop(lane);
        worker->lane = NULL;
        return NULL;
}

/* Under the lock. What came of an attempt in a new connection is the server's word on everybody, or on nobody. */
static void learn_of_opening(struct lane *lane, const struct transfer *transfer)
{
        const struct transfer_result *result = &transfer->result;

        if (result->fault == FAULT_SESSION || result->fault == FAULT_LOGIN) {
                bearing_refused(&lane->bearing, now_ms());
                lane->answer = *result;
                memcpy(lane->words, transfer->words, sizeof lane->words);
        } else if (result->outcome == TRANSFER_SENT)
                bearing_accepted(&lane->bearing);
}

/* Under the lock: the answer that this server last had for everybody. */
static void answer_unasked(const struct lane *lane, struct transfer *transfer)
{
        memcpy(transfer->words, lane->words, sizeof transfer->words);
        transfer->result = lane->answer;
        transfer->result.answer = transfer->words;
}

/* Runs a transfer to its end: in the session that is open, and where the server has had enough of that, in a new one
 * at once. False: back to the lane, since the server takes no further connection beside those of others. */
static bool worker_run(struct worker *worker, struct caller *caller, struct transfer *transfer)
{
        pthread_mutex_t *mutex = &worker->workers->mutex;
        struct bearing *bearing = &worker->lane->bearing;
        enum attempt ending = ATTEMPT_OVER;
        bool fresh = false, over = true;

        pthread_mutex_lock(mutex);
        caller->mechanism = worker->lane->mechanism;
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
        worker->lane->mechanism = caller->mechanism;
        if (fresh && ending == ATTEMPT_TURNED_AWAY)
                over = !bearing_learn_connections(bearing, worker->lane->busy, now_ms());
        if (fresh && over)
                learn_of_opening(worker->lane, transfer);
        pthread_mutex_unlock(mutex);
        return over;
}

/* False: it was cancelled meanwhile. */
static bool worker_put_back(struct worker *worker, struct transfer *transfer)
{
        pthread_mutex_lock(&worker->workers->mutex);
        bool wanted = !atomic_load_explicit(&transfer->cancelled, memory_order_relaxed);
        if (wanted)
                lane_return(worker->lane, transfer);
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
                bool over = bearing_is_closed(&worker->lane->bearing, now_ms()) && !caller.session;

                if (over)
                        answer_unasked(worker->lane, transfer);
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

/* Under the lock: one more thread for a lane. 0, -ENOMEM, -EAGAIN. */
static int worker_start(struct workers *workers, struct lane *lane)
{
        CLEANUP_FREE struct worker *worker = malloc(sizeof *worker);

        if (!worker)
                return -ENOMEM;
        *worker = (struct worker){.workers = workers, .lane = lane};
        int r = thread_start(&worker->thread, worker_main, worker);
        if (r < 0)
                return r;
        lane->busy++;
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
        LIST_INIT(&workers->lanes);
        LIST_INIT(&workers->threads);
        pthread_mutex_init(&workers->mutex, NULL);
        *ret = workers;
        return 0;
}

struct workers *workers_free(struct workers *workers)
{
        struct lane *lane = NULL;

        if (!workers)
                return NULL;
        pthread_mutex_lock(&workers->mutex);
        workers->stopping = true;
        for (lane = LIST_FIRST(&workers->lanes); lane; lane = LIST_NEXT(lane, link))
                pthread_cond_broadcast(&lane->wake);
        pthread_mutex_unlock(&workers->mutex);
        reap(workers, true);
        lanes_free(&workers->lanes);
        pthread_mutex_destroy(&workers->mutex);
        free(workers);
        return NULL;
}

int workers_submit(struct workers *workers, struct transfer *transfer)
{
        struct lane *lane = NULL;

        pthread_mutex_lock(&workers->mutex);
        int r = lane_enter(&workers->lanes, transfer, &lane);
        if (r == 0 && lane->idle < lane->n_waiting &&
            lane->busy < bearing_room(&lane->bearing, lane->connections, now_ms())) {
                r = worker_start(workers, lane);
                if (r < 0 && lane->busy > 0)
                        r = 0; /* the threads there are will do */
                if (r < 0) {
                        lane_leave(lane, transfer);
                        lane_drop(lane);
                }
        } else if (r == 0)
                pthread_cond_signal(&lane->wake);
        pthread_mutex_unlock(&workers->mutex);
        return r;
}

bool workers_cancel(struct workers *workers, struct transfer *transfer)
{
        pthread_mutex_lock(&workers->mutex);
        bool waited = transfer->waiting;
        if (waited) {
                struct lane *lane = lane_find(&workers->lanes, transfer->lane);
                lane_leave(lane, transfer);
                lane_drop(lane);
        } else
                atomic_store_explicit(&transfer->cancelled, true, memory_order_relaxed);
        pthread_mutex_unlock(&workers->mutex);
        return waited;
}
