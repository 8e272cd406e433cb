/* Lanes: one for each server and its settings, so that a slow server holds up nobody but its own queue. */
#include "transport/lane.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "transport/thread.h"

struct lane *lane_find(const struct lane_list *lanes, const char *name)
{
        struct lane *lane = LIST_FIRST(lanes);

        while (lane && strcmp(lane->name, name) != 0)
                lane = LIST_NEXT(lane, link);
        return lane;
}

static struct lane *lane_new(const char *name)
{
        struct lane *lane = calloc(1, sizeof *lane);
        if (!lane)
                return NULL;
        pthread_condattr_t attributes;
        pthread_condattr_init(&attributes);
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        pthread_cond_init(&lane->wake, &attributes);
        pthread_condattr_destroy(&attributes);
        TAILQ_INIT(&lane->waiting);
        if (copy_text(name, &lane->name) < 0) {
                pthread_cond_destroy(&lane->wake);
                free(lane);
                return NULL;
        }
        return lane;
}

int lane_enter(struct lane_list *lanes, struct transfer *transfer, struct lane **ret)
{
        struct lane *lane = lane_find(lanes, transfer->lane);

        if (!lane) {
                lane = lane_new(transfer->lane);
                if (!lane)
                        return -ENOMEM;
                LIST_INSERT_HEAD(lanes, lane, link);
        }
        lane->connections = transfer->connections;
        TAILQ_INSERT_TAIL(&lane->waiting, transfer, queue);
        lane->n_waiting++;
        transfer->waiting = true;
        *ret = lane;
        return 0;
}

void lane_leave(struct lane *lane, struct transfer *transfer)
{
        TAILQ_REMOVE(&lane->waiting, transfer, queue);
        lane->n_waiting--;
        transfer->waiting = false;
}

struct transfer *lane_next(struct lane *lane)
{
        struct transfer *transfer = TAILQ_FIRST(&lane->waiting);

        if (transfer)
                lane_leave(lane, transfer);
        return transfer;
}

void lane_return(struct lane *lane, struct transfer *transfer)
{
        TAILQ_INSERT_HEAD(&lane->waiting, transfer, queue);
        lane->n_waiting++;
        transfer->waiting = true;
}

static void lane_free(struct lane *lane)
{
        LIST_REMOVE(lane, link);
        pthread_cond_destroy(&lane->wake);
        free_secret(lane->name);
        free(lane);
}

void lane_drop(struct lane *lane)
{
        if (lane->busy == 0 && lane->n_waiting == 0 && !bearing_holds(&lane->bearing, now_ms()))
                lane_free(lane);
}

void lanes_free(struct lane_list *lanes)
{
        while (!LIST_EMPTY(lanes))
                lane_free(LIST_FIRST(lanes));
}
