/* What the files of this folder share about rows: how they are read, and what one table's change does to another. */
#pragma once

#include "core/notice.h"
#include "store/query.h"

/* The columns of a row, in the order in which the row_type reads them; of an occurrence behind its id. */
#define OCCURRENCE_FIELDS \
        "plan, item, key, title, from_day, due_day, tentative, observance, shift, lapses, fix_by, withdrawn, " \
        "handled, next_fire"
extern const struct row_type occurrence_rows;
#define OBLIGATION_COLUMNS \
        "o.id, c.plan, c.item, c.key, c.title," \
        " o.occurrence, o.agency, o.tentative, o.observance, o.lapses, o.fixed, o.status, o.done_on," \
        " o.snoozed_until, o.due, o.effective, o.from_day, o.due_day, o.shift, o.urged, o.known, o.handled," \
        " o.next_fire, o.snoozed_by, o.snooze_reason, o.done_by, o.note," \
        " EXISTS (SELECT 1 FROM claim AS k WHERE k.obligation = o.id AND k.state = 0)"
#define OBLIGATION_TABLES "obligation AS o JOIN occurrence AS c ON c.id = o.occurrence"
extern const struct row_type obligation_rows;
#define NOTICE_COLUMNS \
        "n.id, n.occurrence, n.obligation, n.agency, n.rung, n.kind, n.state, n.detail, n.rung_at, n.made_ms"
extern const struct row_type notice_rows;
#define DELIVERY_COLUMNS \
        "seq, id, server, agency, address, kind, state, manual, attempts, made_ms, next_ms, finished_ms, answer, " \
        "subject, elsewhere"
extern const struct row_type delivery_rows;
#define AUDIT_COLUMNS "id, at_ms, who, uid, verb, plan, item, key, agency, detail"
extern const struct row_type audit_rows;
#define CLAIM_COLUMNS \
        "k.id, k.obligation, c.plan, c.item, c.key, o.agency, k.on_day, k.until_day, k.channel, k.state, k.by, " \
        "k.text," \
        " k.made_ms, k.answered_ms, k.answered_by, k.answer"
#define CLAIM_TABLES \
        "claim AS k CROSS JOIN obligation AS o ON o.id = k.obligation CROSS JOIN occurrence AS c ON c.id = " \
        "o.occurrence"
extern const struct row_type claim_rows;
#define REVISION_COLUMNS "obligation, number, at_ms"
extern const struct row_type revision_rows;
/* Written so that SQLite goes by the index of what is queued, or by that of the few that are neither queued nor sent.
 */
#define DELIVERY_IN_QUEUE "state = 0 AND server > ''"
#define DELIVERY_IS_RARE "state <> 0 AND state <> 2"

#define HOLD_COLUMNS "agency, until, since_ms, by, reason"
extern const struct row_type hold_rows;
/* Of a row h of hold: the block's contact, whose agency is "", is never held. */
#define HOLD_COVERS(agency) agency " <> '' AND h.agency IN ('', " agency ")"
#define IS_HELD(agency) "EXISTS (SELECT 1 FROM hold AS h WHERE " HOLD_COVERS(agency) ")"
/* Of a row of delivery: it says something to an agency that is held. A test says nothing to any. */
#define DELIVERY_IS_HELD \
        "EXISTS (SELECT 1 FROM hold) AND EXISTS (SELECT 1 FROM carried AS c CROSS JOIN notice AS n ON n.id = c.notice" \
        " CROSS JOIN hold AS h WHERE c.delivery = delivery.seq AND " HOLD_COVERS("n.agency") ")"

#define NO_DAY "-2147483648" /* where a key holds a day that there may not be */
_Static_assert(CIVIL_NONE + 1 == -2147483647, "NO_DAY is CIVIL_NONE");

/* The states in which a notice is still to be said, a bit each. */
int64_t notice_states_said(void);
/* A notice comes into a state where it may, with a new detail unless that is NULL; elsewhere it stays as it is. */
int notice_put(struct store *store, int64_t id, enum notice_state state, const char *detail);

/* A notice as a delivery carries it. */
struct carried {
        int64_t notice;
        enum notice_state state;
        enum stop stop;
};
/* The notices of a delivery, and the deliveries of a notice; the caller frees *ret. */
int carried_list(struct store *store, int64_t delivery, struct carried **ret, size_t *ret_n);
extern const struct row_type carrier_rows; /* SELECT d.seq, d.state, c.stop */
int carrier_list(struct store *store, int64_t notice, struct carrier **ret, size_t *ret_n);
/* How many of them are still to be said. */
size_t carried_said(const struct carried *carried, size_t n);
/* A delivery carries one more notice, which is queued by that. */
int carried_add(struct store *store, int64_t delivery, int64_t notice);
/* The delivery that carries these has come into that state: they are judged by all that carry them. A notice that is
 * cancelled by it gets the reason as its detail, unless it has one. */
int carried_settle(struct store *store, const struct carried *carried, size_t n, enum delivery_state state,
                   int64_t now_ms, const char *reason);
/* The delivery that carries these has bounced. */
int carried_bounce(struct store *store, const struct carried *carried, size_t n);
/* An attempt of the delivery is over and did not arrive, or (not `attempted`) it was given back before it began. */
int carried_after_attempt(struct store *store, int64_t delivery, bool attempted, struct carried *carried, size_t n);
/* Stops a delivery: it is to say nothing of what it carries. */
int carried_stop_all(struct store *store, int64_t delivery);
/* A notice is to be said no more by those that carry it; those that have nothing left to say are cancelled. */
int carrier_stop(struct store *store, int64_t notice);
/* A notice is new once more: what carried it before says it no more by itself. */
int carrier_forget(struct store *store, int64_t notice, const struct carrier *carriers, size_t n);
/* A delivery says a notice again that it said before. */
int carried_go_on(struct store *store, int64_t delivery, int64_t notice);

/* unread_add() notes that a delivery failed, until somebody acknowledges it; unread_forget() is for one that is tried
 * again. */
int unread_add(struct store *store, int64_t delivery, int64_t now_ms);
int unread_forget(struct store *store, int64_t delivery);
/* How many are a delivery that failed, one that bounced, and a notice that came too late. */
int unread_count(struct store *store, int64_t *ret_failed, int64_t *ret_bounced, int64_t *ret_late);

/* Records that n deliveries changed their state, inside a transaction only. at_ms: when they were finished; 0 while
 * they are not. */
#define TALLY_NOWHERE (-1) /* the state of what is only being made */
void tally_move(struct store *store, enum channel_kind channel, int from, enum delivery_state to, int64_t n,
                int64_t at_ms);
/* And that n attempts were made. */
void tally_attempts(struct store *store, enum channel_kind channel, int64_t n);
/* A delivery leaves the states of what was sent: when the last one was sent is to be known without it. Before it does.
 */
int tally_forget_last(struct store *store, int64_t delivery);
/* tally_write() puts what was counted into the database, before the commit; tally_forget() follows the commit, and a
 * rollback. */
int tally_write(struct store *store);
void tally_forget(struct store *store);
/* made_add() counts a new obligation, inside a transaction; made_write() writes what was counted: call it before
 * anything reads or updates obligation_tally. */
int made_add(struct store *store, enum course course, civil_day day);
int made_write(struct store *store);
int tally_read(struct store *store, struct tally ret[static CHANNEL_KINDS][DELIVERY_STATES]);
