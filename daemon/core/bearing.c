/* What a mail server was found to bear: connections, messages in one, and us at all. */
#include "core/bearing.h"

uint32_t bearing_room(struct bearing *bearing, uint32_t most, int64_t now_ms)
{
        if (bearing->connections > 0 && now_ms >= bearing->until_ms) {
                bearing->connections++;
                bearing->until_ms = now_ms + BEARING_MS;
        }
        if (bearing->connections >= most)
                bearing->connections = 0;
        return bearing->connections > 0 ? bearing->connections : most;
}

bool bearing_learn_connections(struct bearing *bearing, uint32_t busy, int64_t now_ms)
{
        if (busy <= 1)
                return false;
        bearing->connections = busy - 1;
        bearing->until_ms = now_ms + BEARING_MS;
        return true;
}

void bearing_learn_messages(struct bearing *bearing, uint32_t messages, int64_t now_ms)
{
        bearing->messages = messages;
        bearing->until_ms = now_ms + BEARING_MS;
}

bool bearing_is_full(const struct bearing *bearing, uint32_t messages, int64_t now_ms)
{
        return bearing->messages > 0 && messages >= bearing->messages && now_ms < bearing->until_ms;
}

void bearing_refused(struct bearing *bearing, int64_t now_ms)
{
        int64_t pause = BEARING_CLOSED_FIRST_MS;

        for (uint32_t i = 0; i < bearing->refusals && pause < BEARING_CLOSED_MAX_MS; i++)
                pause *= 2;
        if (pause < BEARING_CLOSED_MAX_MS)
                bearing->refusals++;
        else
                pause = BEARING_CLOSED_MAX_MS;
        bearing->closed_until_ms = now_ms + pause;
}

void bearing_accepted(struct bearing *bearing)
{
        bearing->refusals = 0;
        bearing->closed_until_ms = 0;
}

bool bearing_is_closed(const struct bearing *bearing, int64_t now_ms)
{
        return now_ms < bearing->closed_until_ms;
}

bool bearing_holds(const struct bearing *bearing, int64_t now_ms)
{
        return now_ms < bearing->until_ms || (bearing->refusals > 0 && now_ms < bearing->closed_until_ms + BEARING_MS);
}
