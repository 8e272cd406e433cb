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
        MARK_UNCLEAR, /* or passed: nobody is urged to say more, and observances have no cell */
        MARK_COUNT
};

enum mark mark_of_state(enum obligation_state state);
/* One column of the terminal; "" for MARK_NONE. */
const char *mark_sign(enum mark mark);
