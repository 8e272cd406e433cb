/* Marks: what one column of a matrix shows of an obligation, on the terminal, on paper and in a digest. */
#pragma once

#include "core/obligation.h"

enum mark {
        MARK_NONE, /* it is not owed */
        MARK_DONE,
        MARK_LATE,
        MARK_OVERDUE,
        MARK_SNOOZED,
        MARK_COMING,
        MARK_UNDATED, /* or tentative: it has no day yet */
        MARK_WAIVED,
        MARK_UNFINISHED,
        MARK_CLAIMED, /* whatever its date: its agency says that it has finished, or asks for more time */
        MARK_UNCLEAR, /* or passed: nobody is urged to say more, and observances have no cell */
        MARK_COUNT
};

/* `claimed`: of one that is not settled. */
enum mark mark_of(enum obligation_state state, bool claimed);
/* One column of the terminal; "" for MARK_NONE. */
const char *mark_sign(enum mark mark);
