/* Transfers: what is under way, by either of two ways, and the way back to the caller. */
#include "transport/transfer.h"

#include <errno.h>
#include <signal.h>

#include "transport/crypto.h"
#include "transport/loop.h"
#include "transport/returns.h"
#include "transport/workers.h"

struct transfers {
        struct loop *loop;
        struct workers *workers;
        struct returns *returns;
        struct transfer_list all; /* but the cancelled */
        size_t n_all;
        struct transfer_queue finished; /* returned; their callbacks are due */
        bool calling, freed;            /* in a callback, which may free all this */
};

int transfer_start(struct transfers *transfers, struct transfer *transfer, transfer_done done, void *userdata)
{
        transfer->owner = transfers;
        transfer->done = done;
        transfer->userdata = userdata;
        LIST_INSERT_HEAD(&transfers->all, transfer, link);
        transfers->n_all++;
        int r = transfer->kind->attempt ? workers_submit(transfers->workers, transfer)
                                        : loop_submit(transfers->loop, transfer);
        if (r < 0) {
                LIST_REMOVE(transfer, link);
                transfers->n_all--;
        }
        return r;
}

static void transfer_forget(struct transfer *transfer)
{
        LIST_REMOVE(transfer, link);
        transfer->owner->n_all--;
}

static void sort_returned(struct transfers *transfers)
{
        struct transfer_queue returned = TAILQ_HEAD_INITIALIZER(returned);
        struct transfer *transfer = NULL;

        returns_take(transfers->returns, &returned);
        while ((transfer = TAILQ_FIRST(&returned))) {
                TAILQ_REMOVE(&returned, transfer, queue);
                if (atomic_load_explicit(&transfer->cancelled, memory_order_relaxed)) {
                        transfer->kind->release(transfer);
                        continue;
                }
                transfer->returned = true;
                TAILQ_INSERT_TAIL(&transfers->finished, transfer, queue);
        }
}

static void finish(struct transfers *transfers, struct transfer *transfer)
{
        TAILQ_REMOVE(&transfers->finished, transfer, queue);
        transfer_forget(transfer);
        transfer->owner = NULL;
        transfer->done(transfer->userdata, &transfer->result);
        transfer->kind->release(transfer);
}

/* A callback may start, cancel and even free all others. */
static void on_returned(void *userdata)
{
        struct transfers *transfers = userdata;

        sort_returned(transfers);
        workers_reap(transfers->workers);
        transfers->calling = true;
        while (!TAILQ_EMPTY(&transfers->finished))
                finish(transfers, TAILQ_FIRST(&transfers->finished));
        transfers->calling = false;
        if (transfers->freed)
                free(transfers);
}

void transfer_cancel(struct transfer *transfer)
{
        struct transfers *transfers = transfer->owner;

        if (!transfers) /* from within its own callback: it is over */
                return;
        transfer_forget(transfer);
        if (transfer->returned)
                TAILQ_REMOVE(&transfers->finished, transfer, queue);
        else if (!transfer->kind->attempt) {
                loop_cancel(transfers->loop, transfer);
                return;
        } else if (!workers_cancel(transfers->workers, transfer))
                return;
        transfer->kind->release(transfer);
}

size_t transfers_under_way(const struct transfers *transfers)
{
        return transfers->n_all;
}

/* OpenSSL writes to sockets without MSG_NOSIGNAL, and with CURLOPT_NOSIGNAL libcurl leaves SIGPIPE as it is. */
static void ignore_sigpipe(void)
{
        struct sigaction action;

        if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
                (void)signal(SIGPIPE, SIG_IGN);
}

DEFINE_CLEANUP(struct transfers *, transfers_free, transfers)

int transfers_new(sd_event *event, struct transfers **ret)
{
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        CLEANUP(transfers_p) struct transfers *transfers = crypto_start() == 0 ? calloc(1, sizeof *transfers) : NULL;
        if (!transfers) {
                curl_global_cleanup();
                return -ENOMEM;
        }
        ignore_sigpipe();
        LIST_INIT(&transfers->all);
        TAILQ_INIT(&transfers->finished);
        int r = returns_new(event, on_returned, transfers, &transfers->returns);
        if (r < 0)
                return r;
        r = loop_new(transfers->returns, &transfers->loop);
        if (r < 0)
                return r;
        r = workers_new(transfers->returns, &transfers->workers);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(transfers);
        return 0;
}

struct transfers *transfers_free(struct transfers *transfers)
{
        if (!transfers)
                return NULL;
        while (!LIST_EMPTY(&transfers->all))
                transfer_cancel(LIST_FIRST(&transfers->all));
        workers_free(transfers->workers);
        loop_free(transfers->loop);
        returns_free(transfers->returns);
        if (transfers->calling)
                transfers->freed = true;
        else
                free(transfers);
        curl_global_cleanup();
        return NULL;
}
