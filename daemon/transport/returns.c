/* Returns: transfers that are over, on their way from the threads that ran them to the event loop. */
#include "transport/returns.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct returns {
        sd_event_source *source;
        int wake_fd;
        void (*came)(void *userdata);
        void *userdata;
        pthread_mutex_t mutex; /* guards what follows */
        struct transfer_queue queue;
        bool woken;
};

static int on_wake(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        struct returns *returns = userdata;

        (void)source, (void)fd, (void)events;
        returns->came(returns->userdata);
        return 0;
}

DEFINE_CLEANUP(struct returns *, returns_free, returns)

int returns_new(sd_event *event, void (*came)(void *userdata), void *userdata, struct returns **ret)
{
        CLEANUP(returns_p) struct returns *returns = malloc(sizeof *returns);
        if (!returns)
                return -ENOMEM;
        *returns = (struct returns){.came = came, .userdata = userdata};
        TAILQ_INIT(&returns->queue);
        pthread_mutex_init(&returns->mutex, NULL);
        returns->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (returns->wake_fd < 0)
                return -errno;
        int r = sd_event_add_io(event, &returns->source, returns->wake_fd, EPOLLIN, on_wake, returns);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(returns);
        return 0;
}

struct returns *returns_free(struct returns *returns)
{
        struct transfer *transfer = NULL;

        if (!returns)
                return NULL;
        while ((transfer = TAILQ_FIRST(&returns->queue))) {
                TAILQ_REMOVE(&returns->queue, transfer, queue);
                transfer->kind->release(transfer);
        }
        sd_event_source_disable_unref(returns->source);
        if (returns->wake_fd >= 0)
                (void)close(returns->wake_fd);
        pthread_mutex_destroy(&returns->mutex);
        free(returns);
        return NULL;
}

void returns_put(struct returns *returns, struct transfer *transfer)
{
        pthread_mutex_lock(&returns->mutex);
        if (transfer)
                TAILQ_INSERT_TAIL(&returns->queue, transfer, queue);
        bool wake = !returns->woken;
        returns->woken = true;
        pthread_mutex_unlock(&returns->mutex);
        if (wake)
                (void)eventfd_write(returns->wake_fd, 1);
}

void returns_take(struct returns *returns, struct transfer_queue *ret)
{
        eventfd_t count = 0;

        pthread_mutex_lock(&returns->mutex);
        (void)eventfd_read(returns->wake_fd, &count);
        returns->woken = false;
        TAILQ_CONCAT(ret, &returns->queue, queue);
        pthread_mutex_unlock(&returns->mutex);
}
