/* Loop: libcurl's multi interface on an sd-event loop, for the protocols in which it never waits.
 * Depends on libcurl, sd-event, lane.
 * Called by transfer. */
#include "delivery/loop.h"

#include <errno.h>
#include <sys/epoll.h>

#include "delivery/lane.h"

#define LOOP_HANDLES_KEPT 16      /* easy handles kept for the next transfer: a burst's worth, some 10 KiB each */
#define LOOP_CONNECTIONS_KEPT 64L /* idle connections kept open, of all servers together */
#define LOOP_TIMER_ACCURACY 1000  /* us: sd-event's own 250 ms would delay every start by as much */

struct loop {
        sd_event *event;
        CURLM *multi;
        sd_event_source *timer;
        struct lane_list lanes;
        struct transfer_queue running;
        CURL *handles[LOOP_HANDLES_KEPT];
        size_t n_handles;
};

static void lane_fill(struct loop *loop, struct lane *lane);

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

/* Takes a transfer that runs out of libcurl and judges it. */
static void transfer_stop(struct loop *loop, struct transfer *transfer, CURLcode code)
{
        CURL *easy = TAKE_PTR(transfer->easy);

        TAILQ_REMOVE(&loop->running, transfer, queue);
        (void)curl_multi_remove_handle(loop->multi, easy);
        transfer_judge(transfer, easy, code);
        handle_put(loop, easy);
        struct lane *lane = lane_find(&loop->lanes, transfer->lane);
        lane->busy--;
        lane_fill(loop, lane);
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
                transfer_finish(transfer);
        }
        if (state == CURLM_OK)
                return;
        while ((transfer = TAILQ_FIRST(&loop->running))) {
                transfer_stop(loop, transfer, CURLE_OUT_OF_MEMORY);
                transfer_finish(transfer);
        }
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct loop *loop = userdata;
        int action = (events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                     (events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        int running = 0;

        (void)source;
        loop_collect(loop, curl_multi_socket_action(loop->multi, fd, action, &running));
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct loop *loop = userdata;
        int running = 0;

        (void)source;
        (void)usec;
        loop_collect(loop, curl_multi_socket_action(loop->multi, CURL_SOCKET_TIMEOUT, 0, &running));
        return 0;
}

/* libcurl says what it waits for on a socket. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data)
{
        struct loop *loop = userdata;
        sd_event_source *source = socket_data;

        (void)easy;
        if (what == CURL_POLL_REMOVE) {
                sd_event_source_disable_unref(source);
                return 0;
        }
        uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
        if (source)
                return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
        if (sd_event_add_io(loop->event, &source, fd, events, on_io, loop) < 0)
                return -1;
        if (curl_multi_assign(loop->multi, fd, source) != CURLM_OK) {
                sd_event_source_disable_unref(source);
                return -1;
        }
        return 0;
}

/* libcurl says when it wants to be called; it must not be called from here. */
static int on_timeout(CURLM *multi, long milliseconds, void *userdata)
{
        struct loop *loop = userdata;

        (void)multi;
        if (milliseconds < 0)
                return sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
        if (sd_event_source_set_time_relative(loop->timer, (uint64_t)milliseconds * 1000) < 0 ||
            sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT) < 0)
                return -1;
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

DEFINE_CLEANUP(struct loop *, loop_free, loop)

int loop_new(sd_event *event, struct loop **ret)
{
        CLEANUP(loop_p) struct loop *loop = calloc(1, sizeof *loop);
        if (!loop)
                return -ENOMEM;
        LIST_INIT(&loop->lanes);
        TAILQ_INIT(&loop->running);
        loop->event = sd_event_ref(event);
        loop->multi = curl_multi_init();
        if (!loop->multi || loop_options(loop) != CURLM_OK)
                return -ENOMEM;
        int r = sd_event_add_time(event, &loop->timer, CLOCK_MONOTONIC, UINT64_MAX, LOOP_TIMER_ACCURACY, on_timer,
                                  loop);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(loop);
        return 0;
}

struct loop *loop_free(struct loop *loop)
{
        if (!loop)
                return NULL;
        while (loop->n_handles > 0)
                curl_easy_cleanup(loop->handles[--loop->n_handles]);
        if (loop->multi)
                (void)curl_multi_cleanup(loop->multi);
        sd_event_source_disable_unref(loop->timer);
        sd_event_unref(loop->event);
        free(loop);
        return NULL;
}

/* Hands a transfer to libcurl, which first looks at it when the timer fires. */
static CURLcode transfer_run(struct loop *loop, struct transfer *transfer)
{
        CURL *easy = handle_get(loop);
        if (!easy)
                return CURLE_OUT_OF_MEMORY;
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

/* Lets those that wait run while there is room; drops a lane that has become empty. */
static void lane_fill(struct loop *loop, struct lane *lane)
{
        struct transfer *transfer = NULL;

        while (lane->busy < lane->connections && (transfer = lane_next(lane))) {
                if (transfer_run(loop, transfer) == CURLE_OK)
                        lane->busy++;
                else
                        transfer_finish(transfer);
        }
        lane_drop(lane);
}

int loop_submit(struct loop *loop, struct transfer *transfer)
{
        struct lane *lane = NULL;
        int r = lane_enter(&loop->lanes, transfer, &lane);

        if (r < 0)
                return r;
        lane_fill(loop, lane);
        return 0;
}

void loop_cancel(struct loop *loop, struct transfer *transfer)
{
        if (transfer->easy) {
                transfer_stop(loop, transfer, CURLE_ABORTED_BY_CALLBACK);
                return;
        }
        struct lane *lane = lane_find(&loop->lanes, transfer->lane);
        lane_leave(lane, transfer);
        lane_drop(lane);
}
