/* What the files of this folder share about rows: how they are read, and what one table's change does to another. */
#pragma once

#include "store/query.h"

/* The columns of a row, in the order in which the row_type reads them; of an occurrence behind its id. */
#define OCCURRENCE_FIELDS \
        "plan, item, key, title, from_day, due_day, tentative, observance, shift, fix_by, withdrawn, handled, " \
        "next_fire"
extern const struct row_type occurrence_rows;
#define OBLIGATION_COLUMNS \
        "o.id, c.plan, c.item, c.key, c.title," \
        " o.occurrence, o.agency, o.tentative, o.observance, o.fixed, o.status, o.done_on," \
        " o.snoozed_until, o.due, o.effective, o.from_day, o.due_day, o.shift, o.known, o.handled," \
        " o.next_fire, o.snoozed_by, o.snooze_reason, o.done_by, o.note"
#define OBLIGATION_TABLES "obligation AS o JOIN occurrence AS c ON c.id = o.occurrence"
extern const struct row_type obligation_rows;
#define NOTICE_COLUMNS \
        "n.id, n.occurrence, n.obligation, n.agency, n.rung, n.kind, n.state, n.detail, n.rung_at, n.made_ms"
extern const struct row_type notice_rows;
#define DELIVERY_COLUMNS \
        "seq, id, server, agency, address, kind, state, manual, attempts, made_ms, next_ms, finished_ms, answer, " \
        "subject, sequence"
extern const struct row_type delivery_rows;
#define AUDIT_COLUMNS "id, at_ms, who, uid, verb, plan, item, key, agency, detail"
extern const struct row_type audit_rows;
/* Written so that SQLite goes by the index of what is queued, or of what is neither that nor sent. */
#define DELIVERY_WAITS "state = 0 AND server > ''"
#define DELIVERY_APART "state <> 0 AND state <> 2"

/* Judges the notices that a delivery carries, which has come into that state, by what became of all deliveries that
 * carry them. */
int notices_settle(struct store *store, int64_t delivery, enum delivery_state state, int64_t now_ms);
/* Those of a delivery that are cancelled and have no reason get this one. What was dropped stays so: it is not said
 * again when its rung is judged anew. */
#define DROPPED "dropped by hand"
int notices_give_reason(struct store *store, int64_t delivery, const char *reason);
/* Cancels a queued delivery that has nothing left to say. */
int delivery_cancel_if_empty(struct store *store, int64_t delivery, int64_t now_ms);

/* A delivery failed, and nobody has acknowledged that; and once it is tried again. */
int unread_add(struct store *store, int64_t delivery, int64_t now_ms);
int unread_forget(struct store *store, int64_t delivery);
/* How many are a failure of a delivery, and how many a notice that came too late. */
int unread_count(struct store *store, int64_t *ret_failed, int64_t *ret_late);

/* n deliveries went from one state to another, inside a transaction; at_ms: when they were finished, 0: they are not.
 */
#define TALLY_NOWHERE (-1) /* the state of what is only being made */
void tally_move(struct store *store, int from, enum delivery_state to, int64_t n, int64_t at_ms);
/* Into the database, before the commit; and what to do after it, and after a rollback. */
int tally_write(struct store *store);
void tally_forget(struct store *store);
/* One more obligation that is owed, inside a transaction, and the day after which it is overdue; and before anything
 * else looks at their count or changes it. */
int owed_add(struct store *store, civil_day day);
int owed_write(struct store *store);
int tally_read(struct store *store, struct tally ret[static DELIVERY_STATES]);
