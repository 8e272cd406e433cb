/* The kinds of notices and messages, and their names in files, headers and payloads.
 * Depends on nothing.
 * Called by every folder. */
#pragma once

#include <stdbool.h>

/* In order of urgency: of several in one message the first names it. */
enum notice_kind {
        KIND_ESCALATION,
        KIND_OVERDUE,
        KIND_DUE,
        KIND_FIX_DATE,
        KIND_DATE_SET,
        KIND_ADVANCE,
        KIND_OBSERVANCE,
        KIND_SNOOZED,
        KIND_COMPLETED,
        KIND_DIGEST,
        KIND_FAILURE, /* a message could not be delivered: to the block's contact */
        KIND_TEST,
        KIND_COUNT
};

/* "overdue", "fix_date", … */
const char *kind_name(enum notice_kind kind);
/* 0, or -EINVAL. */
int kind_parse(const char *name, enum notice_kind *ret);
