/* Marks: what one column of a matrix shows of an obligation. */
#include "core/mark.h"

enum mark mark_of(enum obligation_state state, bool claimed)
{
        static const enum mark marks[STATE_COUNT + 1] = {
                [STATE_DONE] = MARK_DONE,
                [STATE_LATE] = MARK_LATE,
                [STATE_OVERDUE] = MARK_OVERDUE,
                [STATE_SNOOZED] = MARK_SNOOZED,
                [STATE_PENDING] = MARK_COMING,
                [STATE_TENTATIVE] = MARK_UNDATED,
                [STATE_UNDATED] = MARK_UNDATED,
                [STATE_WAIVED] = MARK_WAIVED,
                [STATE_UNCLEAR] = MARK_UNCLEAR,
                [STATE_WITHDRAWN] = MARK_NONE,
                [STATE_PASSED] = MARK_UNCLEAR,
                [STATE_COUNT] = MARK_NONE,
                [STATE_UNFINISHED] = MARK_UNFINISHED,
        };

        return claimed ? MARK_CLAIMED : marks[state];
}

const char *mark_sign(enum mark mark)
{
        static const char *const signs[MARK_COUNT] = {
                [MARK_NONE] = "",     [MARK_DONE] = "✓",       [MARK_LATE] = "±",    [MARK_OVERDUE] = "✗",
                [MARK_SNOOZED] = "z", [MARK_COMING] = "·",     [MARK_UNDATED] = "?", [MARK_WAIVED] = "–",
                [MARK_UNCLEAR] = "…", [MARK_UNFINISHED] = "■", [MARK_CLAIMED] = "»",
        };

        return signs[mark];
}
