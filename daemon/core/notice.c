/* A notice: one rung that fell due, or one event that somebody is told of. */
#include "core/notice.h"

#include <string.h>

static const char *const names[] = {
        [NOTICE_NEW] = "new",       [NOTICE_QUEUED] = "queued",       [NOTICE_SENT] = "sent",
        [NOTICE_FAILED] = "failed", [NOTICE_CANCELLED] = "cancelled", [NOTICE_SKIPPED] = "skipped",
};

const char *notice_state_name(enum notice_state state)
{
        return names[state];
}

#define NEW (1U << NOTICE_NEW)
#define QUEUED (1U << NOTICE_QUEUED)
#define SENT (1U << NOTICE_SENT)
#define FAILED (1U << NOTICE_FAILED)
#define CANCELLED (1U << NOTICE_CANCELLED)
#define SKIPPED (1U << NOTICE_SKIPPED)

/* What may come after each. */
static const unsigned after[NOTICE_STATES] = {
        [NOTICE_NEW] = QUEUED | CANCELLED | SKIPPED,
        [NOTICE_QUEUED] = SENT | FAILED | CANCELLED,
        [NOTICE_SENT] = 0,
        [NOTICE_FAILED] = QUEUED | SENT, /* retried, or to another address */
        [NOTICE_CANCELLED] = NEW | SENT, /* revived; or it was on the wire */
        [NOTICE_SKIPPED] = NEW,          /* revived */
};

bool notice_may_become(enum notice_state from, enum notice_state to)
{
        return after[from] >> to & 1;
}

bool notice_is_said(enum notice_state state, enum stop stop)
{
        return stop == STOP_NONE && state != NOTICE_CANCELLED && state != NOTICE_SKIPPED;
}

/* Whether the arrival of a delivery that carries it is its own. */
static bool arrives(enum notice_state state, enum stop stop)
{
        switch (state) {
        case NOTICE_QUEUED:
        case NOTICE_FAILED:
                return stop == STOP_NONE || stop == STOP_AFTER_ATTEMPT;
        case NOTICE_CANCELLED: /* unless it was left out when the message was composed */
                return stop == STOP_AFTER_ATTEMPT;
        default:
                return false;
        }
}

enum notice_state notice_settle(enum notice_state state, const struct carrier *carriers, size_t n)
{
        bool waits = false, failed = state == NOTICE_FAILED;

        if (state != NOTICE_QUEUED && state != NOTICE_FAILED && state != NOTICE_CANCELLED)
                return state;
        for (size_t i = 0; i < n; i++) {
                if (carriers[i].state == DELIVERY_SENT && arrives(state, carriers[i].stop))
                        return NOTICE_SENT;
                waits |= carriers[i].stop == STOP_NONE && delivery_may(carriers[i].state, STEP_FINISH);
                failed |= delivery_has_failed(carriers[i].state);
        }
        if (state == NOTICE_CANCELLED)
                return NOTICE_CANCELLED;
        return waits ? NOTICE_QUEUED : failed ? NOTICE_FAILED : NOTICE_CANCELLED;
}

enum notice_state notice_bounce(const struct carrier *carriers, size_t n)
{
        return notice_settle(NOTICE_FAILED, carriers, n);
}

static bool is_to_be_said_after_all(enum notice_state state, const char *reason, int64_t made_ms, int64_t now_ms)
{
        switch (state) {
        case NOTICE_CANCELLED:
                return !reason || strcmp(reason, NOTICE_DROPPED) != 0;
        case NOTICE_SKIPPED:
                return made_ms > now_ms;
        default:
                return false;
        }
}

bool notice_revives(enum notice_state state, const char *reason, int64_t made_ms, int64_t now_ms,
                    const struct carrier *carriers, size_t n)
{
        if (!is_to_be_said_after_all(state, reason, made_ms, now_ms))
                return false;
        for (size_t i = 0; i < n; i++)
                if (carriers[i].state == DELIVERY_SENDING)
                        return false;
        return true;
}

enum stop notice_stop_revived(const struct carrier *carrier)
{
        enum stop stop = stop_carried(carrier->stop, carrier->state);

        return stop == STOP_NONE ? STOP_FOR_GOOD : stop;
}

bool notice_goes_on(const struct carrier *carrier)
{
        if (!delivery_may(carrier->state, STEP_RESUME))
                return false;
        return carrier->stop == STOP_FOR_NOW || (carrier->stop == STOP_NONE && carrier->state == DELIVERY_CANCELLED);
}
