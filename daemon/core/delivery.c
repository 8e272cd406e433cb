/* A delivery: one message to one address, with the notices that it carries. */
#include "core/delivery.h"

#include <errno.h>
#include <string.h>

static const char *const names[] = {
        [DELIVERY_QUEUED] = "queued", [DELIVERY_SENDING] = "sending",     [DELIVERY_SENT] = "sent",
        [DELIVERY_FAILED] = "failed", [DELIVERY_CANCELLED] = "cancelled",
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
