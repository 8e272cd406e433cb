/* A notice: one rung that fell due, or one event that somebody is told of. */
#include "core/notice.h"

static const char *const names[] = {
        [NOTICE_NEW] = "new",       [NOTICE_QUEUED] = "queued",       [NOTICE_SENT] = "sent",
        [NOTICE_FAILED] = "failed", [NOTICE_CANCELLED] = "cancelled", [NOTICE_SKIPPED] = "skipped",
};

const char *notice_state_name(enum notice_state state)
{
        return names[state];
}
