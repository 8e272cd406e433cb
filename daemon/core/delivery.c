/* A delivery: one message to one address, with the notices that it carries. */
#include "core/delivery.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
        [DELIVERY_QUEUED] = "queued", [DELIVERY_SENDING] = "sending",     [DELIVERY_SENT] = "sent",
        [DELIVERY_FAILED] = "failed", [DELIVERY_CANCELLED] = "cancelled", [DELIVERY_BOUNCED] = "bounced",
};

const char *delivery_state_name(enum delivery_state state)
{
        return names[state];
}

int delivery_state_parse(const char *name, enum delivery_state *ret)
{
        for (int state = 0; state < DELIVERY_STATES; state++)
                if (strcmp(names[state], name) == 0) {
                        *ret = (enum delivery_state)state;
                        return 0;
                }
        return -EINVAL;
}

bool delivery_has_failed(enum delivery_state state)
{
        return state == DELIVERY_FAILED || state == DELIVERY_BOUNCED;
}

#define QUEUED (1U << DELIVERY_QUEUED)
#define SENDING (1U << DELIVERY_SENDING)
#define SENT (1U << DELIVERY_SENT)
#define FAILED (1U << DELIVERY_FAILED)
#define CANCELLED (1U << DELIVERY_CANCELLED)
#define BOUNCED (1U << DELIVERY_BOUNCED)

/* From which states. What was sent stays sent unless it comes back; what is on the wire cannot be called back, only be
 * waited for. */
static const unsigned steps[DELIVERY_STEPS] = {
        [STEP_CLAIM] = QUEUED,
        [STEP_RECOVER] = SENDING,
        [STEP_FINISH] = SENDING | QUEUED,
        [STEP_RETRY] = QUEUED | FAILED | BOUNCED,
        [STEP_DROP] = QUEUED,
        [STEP_RESUME] = QUEUED | CANCELLED,
        [STEP_EMPTY] = QUEUED,
        [STEP_BOUNCE] = SENT,
};

bool delivery_may(enum delivery_state state, enum delivery_step step)
{
        return steps[step] >> state & 1;
}

bool delivery_is_over(enum delivery_state state)
{
        return !delivery_may(state, STEP_FINISH);
}

enum stop stop_carried(enum stop stop, enum delivery_state state)
{
        if (stop != STOP_NONE)
                return stop;
        switch (state) {
        case DELIVERY_QUEUED:
        case DELIVERY_CANCELLED:
                return STOP_FOR_NOW;
        case DELIVERY_SENDING:
                return STOP_AFTER_ATTEMPT;
        default:
                return STOP_NONE;
        }
}

enum stop stop_after_attempt(enum stop stop, bool attempted)
{
        switch (stop) {
        case STOP_AFTER_ATTEMPT:
                return STOP_FOR_NOW;
        case STOP_FOR_NOW:
                return attempted ? STOP_FOR_GOOD : STOP_FOR_NOW;
        default:
                return stop;
        }
}

enum delivery_state delivery_after_attempt(enum delivery_state result, size_t n_notices, size_t n_said)
{
        return result == DELIVERY_QUEUED && n_notices > 0 && n_said == 0 ? DELIVERY_CANCELLED : result;
}

int64_t delivery_tried_ms(const struct hours *hours, const struct calendar *calendar, civil_day made, civil_day today,
                          int64_t passed_ms)
{
        if (hours_are_always_open(hours))
                return passed_ms;
        for (civil_day day = made + 1; day < today; day++)
                if (!calendar_is_working(calendar, day))
                        passed_ms -= INT64_C(1000) * DAY_SECONDS;
        return passed_ms;
}
