/* Loop: a thread that runs libcurl's multi interface, for the protocols in which libcurl never waits. */
#include "transport/loop.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "transport/crypto.h"
#include "transport/peer.h"
#include "transport/thread.h"

#define LOOP_HANDLES_KEPT 16      /* easy handles kept for the next transfer: a burst's worth, some 10 KiB each */
#define LOOP_CONNECTIONS_KEPT 64L /* idle connections kept open, of all servers together */
#define LOOP_EVENTS 32            /* taken from the kernel at once */

struct loop {
        struct returns *returns;
        pthread_t thread;
        bool started;
        int wake_fd; /* an eventfd: something stands in `inbox` or is cancelled, or the end has come */
        pthread_mutex_t mutex;
        struct transfer_queue inbox; /* these three under the lock */
        bool some_cancelled;
        bool stopping;
        /* The thread's own. */
        CURLM *multi;
        int epoll;
        int64_t deadline; /* when libcurl wants to be called, CLOCK_MONOTONIC ms; -1: it waits for its sockets */
        struct peer_list peers;
        struct transfer_queue running;
        CURL *handles[LOOP_HANDLES_KEPT];
        size_t n_handles;
};

static CURL *handle_get(struct loop *loop)
{
        return loop->n_handles > 0 ? loop->handles[--loop->n_handles] : curl_easy_init();
}

static void handle_put(struct loop *loop, CURL *easy)
{
        if (loop->n_handles < LOOP_HANDLES_KEPT)
                loop->handles[loop->n_handles++] = easy;
        else
                curl_easy_cleanup(easy);
}

/* ---- transfers -------------------------------------------------------------------------------------------------- */

/* Hands a transfer to libcurl, which first looks at it when its time has come. */
static CURLcode transfer_run(struct loop *loop, struct transfer *transfer)
{
        CURL *easy = handle_get(loop);
        if (!easy)
                return CURLE_OUT_OF_MEMORY;
        crypto_recover();
        CURLcode code = transfer_prepare(transfer, easy);
        if (code == CURLE_OK)
                code = curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
        if (code == CURLE_OK && curl_multi_add_handle(loop->multi, easy) != CURLM_OK)
                code = CURLE_OUT_OF_MEMORY;
        if (code != CURLE_OK) {
                transfer_judge(transfer, easy, code);
                handle_put(loop, easy);
                return code;
        }
        transfer->easy = easy;
        TAILQ_INSERT_TAIL(&loop->running, transfer, queue);
        return CURLE_OK;
}

/* Lets those that wait run while there is room; releases a peer for which nothing is left to do. */
static void peer_fill(struct loop *loop, struct peer *peer)
{
        struct transfer *transfer = NULL;

        while (peer->busy < peer->connections && (transfer = peer_next(peer))) {
                if (transfer_run(loop, transfer) == CURLE_OK)
                        peer->busy++;
                else
                        returns_put(loop->returns, transfer);
        }
        peer_release(peer);
}

/* Takes a transfer that runs out of libcurl, judges and returns it. */
static void transfer_stop(struct loop *loop, struct transfer *transfer, CURLcode code)
{
        struct peer *peer = peers_find(&loop->peers, transfer->peer);
        CURL *easy = TAKE_PTR(transfer->easy);

        TAILQ_REMOVE(&loop->running, transfer, queue);
        (void)curl_multi_remove_handle(loop->multi, easy);
        transfer_judge(transfer, easy, code);
        handle_put(loop, easy);
        returns_put(loop->returns, transfer);
        peer->busy--;
        peer_fill(loop, peer);
}

/* After every call that lets libcurl work: passes on what is over. A multi handle that fails (no memory, a callback
 * of ours refused) makes no further progress with what it holds, so all of that is over too. */
static void loop_collect(struct loop *loop, CURLMcode state)
{
        CURLMsg *message = NULL;
        struct transfer *transfer = NULL;
        int left = 0;

        while ((message = curl_multi_info_read(loop->multi, &left))) {
                if (message->msg != CURLMSG_DONE)
                        continue;
                CURLcode code = message->data.result;
                (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
                transfer_stop(loop, transfer, code);
        }
        if (state == CURLM_OK)
                return;
        while ((transfer = TAILQ_FIRST(&loop->running)))
                transfer_stop(loop, transfer, CURLE_OUT_OF_MEMORY);
}

/* ---- what libcurl waits for ------------------------------------------------------------------------------------- */

/* libcurl says what it waits for on a socket; `known`: it has said so before. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *known)
{
        struct loop *loop = userdata;
        struct epoll_event event = {
                .events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
                .data.fd = fd,
        };

        (void)easy;
        if (what == CURL_POLL_REMOVE) {
                (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL); /* it may be closed already */
                return 0;
        }
        if (epoll_ctl(loop->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0)
                return -1;
        return known || curl_multi_assign(loop->multi, fd, loop) == CURLM_OK ? 0 : -1;
}

/* libcurl says when it wants to be called; it must not be called from here. */
static int on_timeout(CURLM *multi, long milliseconds, void *userdata)
{
        struct loop *loop = userdata;

        (void)multi;
        loop->deadline = milliseconds < 0 ? -1 : now_ms() + milliseconds;
        return 0;
}

static CURLMcode loop_options(struct loop *loop)
{
        CURLMcode code = CURLM_OK;
#define SET(option, value) (code = code ? code : curl_multi_setopt(loop->multi, option, value))
        SET(CURLMOPT_SOCKETFUNCTION, on_socket);
        SET(CURLMOPT_SOCKETDATA, loop);
        SET(CURLMOPT_TIMERFUNCTION, on_timeout);
        SET(CURLMOPT_TIMERDATA, loop);
        SET(CURLMOPT_MAXCONNECTS, LOOP_CONNECTIONS_KEPT);
#undef SET
        return code;
}

/* ---- the thread ------------------------------------------------------------------------------------------------- */

static bool is_cancelled(const struct transfer *transfer)
{
        return atomic_load_explicit(&transfer->cancelled, memory_order_relaxed);
}

static void drop_cancelled(struct loop *loop)
{
        struct transfer *transfer = NULL, *next_transfer = NULL;
        struct peer *peer = NULL, *next_peer = NULL;

        for (peer = LIST_FIRST(&loop->peers); peer; peer = next_peer) {
                next_peer = LIST_NEXT(peer, link);
                for (transfer = TAILQ_FIRST(&peer->waiting); transfer; transfer = next_transfer) {
                        next_transfer = TAILQ_NEXT(transfer, queue);
                        if (is_cancelled(transfer)) {
                                peer_dequeue(peer, transfer);
                                returns_put(loop->returns, transfer);
                        }
                }
                peer_release(peer);
        }
        for (transfer = TAILQ_FIRST(&loop->running); transfer; transfer = next_transfer) {
                next_transfer = TAILQ_NEXT(transfer, queue);
                if (is_cancelled(transfer))
                        transfer_stop(loop, transfer, CURLE_ABORTED_BY_CALLBACK);
        }
}

static void take_in(struct loop *loop, struct transfer *transfer)
{
        struct peer *peer = NULL;

        if (!is_cancelled(transfer) && peers_enqueue(&loop->peers, transfer, &peer) == 0) {
                peer_fill(loop, peer);
                return;
        }
        transfer_judge(transfer, NULL, CURLE_OUT_OF_MEMORY);
        returns_put(loop->returns, transfer);
}

/* False: the end has come. */
static bool read_inbox(struct loop *loop)
{
        struct transfer_queue fresh = TAILQ_HEAD_INITIALIZER(fresh);
        struct transfer *transfer = NULL;
        eventfd_t count = 0;

        pthread_mutex_lock(&loop->mutex);
        (void)eventfd_read(loop->wake_fd, &count);
        TAILQ_CONCAT(&fresh, &loop->inbox, queue);
        bool some_cancelled = loop->some_cancelled, stopping = loop->stopping;
        loop->some_cancelled = false;
        pthread_mutex_unlock(&loop->mutex);
        while ((transfer = TAILQ_FIRST(&fresh))) {
                TAILQ_REMOVE(&fresh, transfer, queue);
                take_in(loop, transfer);
        }
        if (some_cancelled)
                drop_cancelled(loop);
        return !stopping;
}

/* For epoll_wait(): ms, -1: until something comes. */
static int time_left(const struct loop *loop)
{
        int64_t left = loop->deadline - now_ms();

        return loop->deadline < 0 ? -1 : left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* One round: waits for sockets, for word from the event loop, or for libcurl's time. False: the end has come. */
static bool loop_turn(struct loop *loop)
{
        struct epoll_event events[LOOP_EVENTS];
        int running = 0, n = epoll_wait(loop->epoll, events, LOOP_EVENTS, time_left(loop));
        bool woken = false;

        for (int i = 0; i < n; i++) {
                uint32_t seen = events[i].events;
                int action = (seen & EPOLLIN ? CURL_CSELECT_IN : 0) | (seen & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                             (seen & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
                if (events[i].data.fd == loop->wake_fd)
                        woken = true;
                else
                        loop_collect(loop, curl_multi_socket_action(loop->multi, events[i].data.fd, action, &running));
        }
        if (loop->deadline >= 0 && loop->deadline <= now_ms()) {
                loop->deadline = -1;
                loop_collect(loop, curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running));
        }
        return !woken || read_inbox(loop);
}

static void *loop_main(void *userdata)
{
        (void)pthread_setname_np(pthread_self(), "webhooks");
        while (loop_turn(userdata))
                ;
        return NULL;
}

/* ---- the calls from the event loop ------------------------------------------------------------------------------ */

static void wake(struct loop *loop)
{
        (void)eventfd_write(loop->wake_fd, 1);
}

DEFINE_CLEANUP(struct loop *, loop_free, loop)

int loop_new(struct returns *returns, struct loop **ret)
{
        struct epoll_event event = {.events = EPOLLIN};
        CLEANUP(loop_p) struct loop *loop = malloc(sizeof *loop);
        if (!loop)
                return -ENOMEM;
        *loop = (struct loop){.returns = returns, .deadline = -1, .epoll = -1};
        LIST_INIT(&loop->peers);
        TAILQ_INIT(&loop->inbox);
        TAILQ_INIT(&loop->running);
        pthread_mutex_init(&loop->mutex, NULL);
        loop->wake_fd = event.data.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        loop->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (loop->wake_fd < 0 || loop->epoll < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake_fd, &event) < 0)
                return -errno;
        loop->multi = curl_multi_init();
        if (!loop->multi || loop_options(loop) != CURLM_OK)
                return -ENOMEM;
        *ret = TAKE_PTR(loop);
        return 0;
}

struct loop *loop_free(struct loop *loop)
{
        if (!loop)
                return NULL;
        pthread_mutex_lock(&loop->mutex);
        loop->stopping = true;
        pthread_mutex_unlock(&loop->mutex);
        wake(loop);
        if (loop->started)
                (void)pthread_join(loop->thread, NULL);
        while (loop->n_handles > 0)
                curl_easy_cleanup(loop->handles[--loop->n_handles]);
        if (loop->multi)
                (void)curl_multi_cleanup(loop->multi);
        if (loop->epoll >= 0)
                (void)close(loop->epoll);
        if (loop->wake_fd >= 0)
                (void)close(loop->wake_fd);
        pthread_mutex_destroy(&loop->mutex);
        free(loop);
        return NULL;
}

int loop_submit(struct loop *loop, struct transfer *transfer)
{
        if (!loop->started) {
                int r = thread_start(&loop->thread, loop_main, loop);
                if (r < 0)
                        return r;
                loop->started = true;
        }
        pthread_mutex_lock(&loop->mutex);
        bool first = TAILQ_EMPTY(&loop->inbox);
        TAILQ_INSERT_TAIL(&loop->inbox, transfer, queue);
        pthread_mutex_unlock(&loop->mutex);
        if (first)
                wake(loop);
        return 0;
}

void loop_cancel(struct loop *loop, struct transfer *transfer)
{
        atomic_store_explicit(&transfer->cancelled, true, memory_order_relaxed);
        pthread_mutex_lock(&loop->mutex);
        loop->some_cancelled = true;
        pthread_mutex_unlock(&loop->mutex);
        wake(loop);
}
