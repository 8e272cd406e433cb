/* Workers: threads that run transfers in which libcurl waits for the server inside its own calls.
 * Depends on libcurl, POSIX threads, lane, returns.
 * Called by transfer. */
#include "delivery/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <time.h>

#include "delivery/lane.h"
#include "delivery/thread.h"

#define WORKER_IDLE_SECONDS 10 /* then it says QUIT: well before a server drops the connection (Postfix: 300) */

struct worker {
        LIST_ENTRY(worker) link;
        struct workers *workers;
        struct lane *lane; /* NULL: left */
        pthread_t thread;
        int socket; /* while it says QUIT: a duplicate by which workers_free() can end the wait; -1 */
        bool ended; /* to be joined */
};

LIST_HEAD(worker_list, worker);

struct workers {
        struct returns *returns;
        pthread_mutex_t mutex; /* guards all below, the lanes, and the states of the transfers in them */
        struct lane_list lanes;
        struct worker_list threads;
        bool stopping;
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
        while (!workers->stopping && lane->busy <= lane->connections) {
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

static int on_progress(void *userdata, curl_off_t dl_total, curl_off_t dl, curl_off_t ul_total, curl_off_t ul)
{
        const struct transfer *transfer = userdata;

        (void)dl_total, (void)dl, (void)ul_total, (void)ul;
        return atomic_load_explicit(&transfer->cancelled, memory_order_relaxed);
}

static CURLcode perform(struct transfer *transfer, CURL *easy)
{
        CURLcode code = transfer_prepare(transfer, easy);
#define SET(option, value) (code = code ? code : curl_easy_setopt(easy, option, value))
        SET(CURLOPT_XFERINFOFUNCTION, on_progress);
        SET(CURLOPT_XFERINFODATA, transfer);
        SET(CURLOPT_NOPROGRESS, 0L);
        SET(CURLOPT_MAXCONNECTS, 1L);
#undef SET
        return code ? code : curl_easy_perform(easy);
}

/* Runs a transfer to its end. *easy and *connection (-1: none) stay for the next one, if all went well: when libcurl
 * gives up in the wait for the answer to the end of the data, it keeps the connection, and would take that answer for
 * the next message's. */
static void worker_perform(struct transfer *transfer, CURL **easy, curl_socket_t *connection)
{
        if (!*easy)
                *easy = curl_easy_init();
        CURLcode code = *easy ? perform(transfer, *easy) : CURLE_OUT_OF_MEMORY;
        if (!*easy || curl_easy_getinfo(*easy, CURLINFO_ACTIVESOCKET, connection) != CURLE_OK)
                *connection = -1;
        transfer_judge(transfer, *easy, code);
        if (code == CURLE_OK)
                return;
        if (*connection >= 0)
                (void)shutdown(*connection, SHUT_RDWR); /* no wait for the answer to QUIT */
        curl_easy_cleanup(*easy);
        *easy = NULL;
        *connection = -1;
}

/* Closes the connection, politely: libcurl waits for the answer to QUIT. */
static void worker_disconnect(struct worker *worker, CURL *easy, curl_socket_t connection)
{
        pthread_mutex_t *mutex = &worker->workers->mutex;
        CLEANUP_CLOSE int copy = connection < 0 ? -1 : fcntl(connection, F_DUPFD_CLOEXEC, 0);

        pthread_mutex_lock(mutex);
        worker->socket = copy;
        if (worker->workers->stopping && copy >= 0)
                (void)shutdown(copy, SHUT_RDWR);
        pthread_mutex_unlock(mutex);

        curl_easy_cleanup(easy);

        pthread_mutex_lock(mutex);
        worker->socket = -1;
        pthread_mutex_unlock(mutex);
}

static void *worker_main(void *userdata)
{
        struct worker *worker = userdata;
        struct workers *workers = worker->workers;
        struct transfer *transfer = NULL;
        curl_socket_t connection = -1;
        CURL *easy = NULL;

        (void)pthread_setname_np(pthread_self(), "delivery");
        pthread_mutex_lock(&workers->mutex);
        while ((transfer = worker_take(worker))) {
                pthread_mutex_unlock(&workers->mutex);
                worker_perform(transfer, &easy, &connection);
                returns_put(workers->returns, transfer);
                pthread_mutex_lock(&workers->mutex);
        }
        pthread_mutex_unlock(&workers->mutex);
        worker_disconnect(worker, easy, connection);
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
        *worker = (struct worker){.workers = workers, .lane = lane, .socket = -1};
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
        struct worker *worker = NULL;
        struct lane *lane = NULL;

        if (!workers)
                return NULL;
        pthread_mutex_lock(&workers->mutex);
        workers->stopping = true;
        for (lane = LIST_FIRST(&workers->lanes); lane; lane = LIST_NEXT(lane, link))
                pthread_cond_broadcast(&lane->wake);
        for (worker = LIST_FIRST(&workers->threads); worker; worker = LIST_NEXT(worker, link)) {
                if (worker->socket >= 0)
                        (void)shutdown(worker->socket, SHUT_RDWR);
        }
        pthread_mutex_unlock(&workers->mutex);
        reap(workers, true);
        pthread_mutex_destroy(&workers->mutex);
        free(workers);
        return NULL;
}

int workers_submit(struct workers *workers, struct transfer *transfer)
{
        struct lane *lane = NULL;

        pthread_mutex_lock(&workers->mutex);
        int r = lane_enter(&workers->lanes, transfer, &lane);
        if (r == 0 && lane->idle < lane->n_waiting && lane->busy < lane->connections) {
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
