/* The kinds of notices and messages, and their names in files, headers and payloads. */
#pragma once

#include "core/civil.h"

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
        KIND_DATE_CLEARED, /* a day that people were told no longer holds, and no other is set yet */
        KIND_WAIVED,
        KIND_WITHDRAWN, /* no longer in the plan */
        KIND_REOPENED,
        KIND_CLAIMED,          /* to the head: an agency says that it has finished, or asks for more time */
        KIND_REQUEST_ANSWERED, /* to that agency: it got more time, or its word was rejected */
        KIND_ASSIST,           /* to those who help: what others owe, and what changed of it */
        KIND_BOUNCED,          /* a message came back as undeliverable: to the block's contact */
        KIND_COUNT
};

/* Reminds an agency of what it owes: a snooze silences these. */
bool kind_reminds(enum notice_kind kind);
/* Comes from the ladder of an obligation: reminds of what is owed, or announces an anniversary. These are counted, and
 * one that has not left gives way to the next. */
bool kind_is_on_ladder(enum notice_kind kind);
/* Says to whom it concerns that a person snoozed or finished something. Sent only where confirmations are wanted. */
bool kind_confirms(enum notice_kind kind);
/* Says that a date was set, changed or cleared. */
bool kind_tells_date(enum notice_kind kind);
/* Says that something which was told before holds no more: a message of these has nothing else in it. */
bool kind_takes_back(enum notice_kind kind);
/* One of the three above: somebody decided, or an edited plan did. */
bool kind_tells_decision(enum notice_kind kind);
/* Tells its readers something about what others owe. */
bool kind_reports(enum notice_kind kind);
/* Tells of what happened, which no ladder says again: a decision, an agency's word, what is to be helped with. It waits
 * for a while for more of its sort: a wrong decision can be taken back, a claim be answered. */
bool kind_tells_event(enum notice_kind kind);
/* Tells the block's contact of messages that did not arrive. */
bool kind_tells_failure(enum notice_kind kind);
/* Says that nothing is owed any more. */
bool kind_ends_debt(enum notice_kind kind);
/* After it a calendar has nothing to show of the obligation. */
bool kind_ends_entry(enum notice_kind kind);
/* Speaks of the day of an obligation, which a calendar can show. */
bool kind_names_day(enum notice_kind kind);

/* How urgent something said in a message is: by its kind, then by its day. */
struct urgency {
        enum notice_kind kind;
        civil_day day;
};

/* Below 0 where the first is the more urgent. */
int urgency_compare(const struct urgency *a, const struct urgency *b);

/* "overdue", "fix_date", … */
const char *kind_name(enum notice_kind kind);
/* 0, or -EINVAL. */
int kind_parse(const char *name, enum notice_kind *ret);
