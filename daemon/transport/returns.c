/* Returns: transfers that are over, on their way from the threads that ran them to the event loop. */
#include "transport/returns.h"

#include <errno.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct returns {
        sd_event_source *source;
        int bell;
        void (*came)(void *userdata);
        void *userdata;
        pthread_mutex_t mutex; /* guards what follows */
        struct transfer_queue queue;
        bool rung;
};

static int on_bell(sd_event_source *source, int fd, uint32_t events, void *userdata)
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
        returns->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (returns->bell < 0)
                return -errno;
        int r = sd_event_add_io(event, &returns->source, returns->bell, EPOLLIN, on_bell, returns);
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
        if (returns->bell >= 0)
                (void)close(returns->bell);
        pthread_mutex_destroy(&returns->mutex);
        free(returns);
        return NULL;
}

void returns_put(struct returns *returns, struct transfer *transfer)
{
        pthread_mutex_lock(&returns->mutex);
        if (transfer)
                TAILQ_INSERT_TAIL(&returns->queue, transfer, queue);
        bool ring = !returns->rung;
        returns->rung = true;
        pthread_mutex_unlock(&returns->mutex);
        if (ring)
                (void)eventfd_write(returns->bell, 1);
}

void returns_take(struct returns *returns, struct transfer_queue *ret)
{
        eventfd_t count = 0;

        pthread_mutex_lock(&returns->mutex);
        (void)eventfd_read(returns->bell, &count);
        returns->rung = false;
        TAILQ_CONCAT(ret, &returns->queue, queue);
        pthread_mutex_unlock(&returns->mutex);
}
