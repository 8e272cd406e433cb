/* The kinds of notices and messages, and their names in files, headers and payloads. */
#pragma once

#include <stdbool.h>

/* In order of urgency: of several in one message the first names it. They are stored as numbers: those that came later
 * stand at the end. */
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
        KIND_DATE_CLEARED, /* a day that was told counts no more, and there is none yet in its place */
        KIND_WAIVED,
        KIND_WITHDRAWN, /* no longer in the plan */
        KIND_REOPENED,
        KIND_COUNT
};

/* Says that something which was told before holds no more: a message of these has nothing else in it. */
static inline bool kind_takes_back(enum notice_kind kind)
{
        return kind >= KIND_DATE_CLEARED && kind <= KIND_REOPENED;
}

/* After it a calendar has nothing to show of the obligation. */
static inline bool kind_ends_entry(enum notice_kind kind)
{
        return kind == KIND_COMPLETED || (kind_takes_back(kind) && kind != KIND_REOPENED);
}

/* "overdue", "fix_date", … */
const char *kind_name(enum notice_kind kind);
/* 0, or -EINVAL. */
int kind_parse(const char *name, enum notice_kind *ret);
