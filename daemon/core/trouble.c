/* Troubles: what keeps reminders from leaving, from when on it counts as one, and when it is said again. */
#include "core/trouble.h"

#include "base/cleanup.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

static const struct {
        const char *name;
        int64_t patience_ms;
} kinds[] = {
        [TROUBLE_STATE] = {"state", 0},
        /* A server that only restarts, or greylists, is through long before. */
        [TROUBLE_SERVER] = {"server", HOUR_MS},
        [TROUBLE_REFUSED] = {"refused", 0},
        /* A morning of thousands of reminders, and a machine that wakes up, are through before. */
        [TROUBLE_LATE] = {"late", 5 * MINUTE_MS},
        [TROUBLE_CLOCK] = {"clock", 0},
        [TROUBLE_CONFIG] = {"configuration", 0},
        [TROUBLE_STANDBY] = {"standby", 0},
};

/* After each time that it was said; the last one from then on: a line a day is read, one a minute is filtered out. */
static const int64_t intervals_ms[] = {MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS};

const char *trouble_name(enum trouble_kind kind)
{
        return kinds[kind].name;
}

bool trouble_counts(const struct trouble *trouble, int64_t now_ms)
{
        return now_ms >= trouble->since_ms && now_ms - trouble->since_ms >= kinds[trouble->kind].patience_ms;
}

bool trouble_is_due(const struct trouble *trouble, int64_t now_ms)
{
        uint32_t last = ELEMENTS(intervals_ms) - 1;

        if (trouble->said == 0)
                return trouble_counts(trouble, now_ms);
        return now_ms - trouble->said_ms >= intervals_ms[trouble->said - 1 < last ? trouble->said - 1 : last];
}
