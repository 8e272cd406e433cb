/* The store: what is owed, what was noticed, what is to be delivered, and who decided what; durable. */
#pragma once

#include "base/cleanup.h"
#include "core/channel.h"
#include "core/delivery.h"
#include "core/kind.h"
#include "core/notice.h"
#include "core/obligation.h"
#include "core/reference.h"

/* Errors of every function: 0 or a positive outcome where named; -ENOMEM; -ENOSPC (disk full: nothing of the open
 * transaction remains); -EROFS; -EIO; -EUCLEAN (the file is damaged); -ENOTRECOVERABLE (written by a newer version);
 * -EBUSY (another process holds the database), -EALREADY (another reminderd works in the folder); and for what only a
 * mistake of the caller asks for -EEXIST (unique, and there already), -ENOENT (a row that is not there is changed or
 * referred to), -EINVAL. store_error() has the words. */
struct store;

/* The positive outcomes; each function names those that it has. */
enum store_outcome {
        STORE_NONE = 1,  /* there is no such row, or none in a state for that */
        STORE_EXISTS,    /* there is one already, and nothing is written */
        STORE_OPEN,      /* a transaction or a read is open already */
        STORE_CHANGED,   /* it is not as it was, or not as it should be */
        STORE_MORE,      /* there is more to do */
        STORE_RESUMABLE, /* it was cancelled as a whole and can be taken up again */
};

#define STORE_FILE "reminderd.db"

/* Opens or makes DIR/reminderd.db: DIR is made with mode 0700 when missing and locked against a second daemon;
 * integrity is checked; an older schema is migrated after a copy of it was written beside it. dir NULL: a scratch
 * store in memory. On failure *ret_error holds the reason in words and what to do (NULL: no memory for them); the
 * caller frees it. Also -ELOOP (DIR or the file is a symbolic link), -EPERM (one of them belongs to another user),
 * -ENOENT (DIR's parent is missing), -ENOTDIR. A file that is refused is left as it is. */
int store_open(const char *dir, struct store **ret, char **ret_error);
struct store *store_close(struct store *store);
/* The words of the last failure; borrowed, valid until the next call. */
const char *store_error(const struct store *store);
/* Makes a consistent copy into another store (a scratch one, for a forecast). */
int store_copy(struct store *from, struct store *to);

/* Compares the indexes of next moments with their tables, by counts and sums: some hundred nanoseconds a row.
 * STORE_CHANGED: one disagreed and was made anew, see FACT_MENDED. */
int store_verify(struct store *store);
/* STORE_CHANGED: another program has written to the file since this was last asked, or since it was opened. */
int store_was_touched(struct store *store);
/* Bytes of SQLite's log that could not be moved into the file after the last commit, since another process has kept a
 * transaction open meanwhile. They are read once more at each start, and need room. */
int64_t store_held_back(const struct store *store);
/* Called every few ten milliseconds within long operations, from which no function of the store may be called; where it
 * answers false the operation fails with -EINTR. NULL: nobody. */
void store_on_progress(struct store *store, bool (*go_on)(void *userdata), void *userdata);

/* Forgets what it keeps only to be quick: pages read, which are read again when they are needed. */
void store_rest(struct store *store);

/* One transaction at a time; everything between is durable at commit or did not happen. A failed commit rolls
 * back (where it was the sync that failed and the process ends before the next commit, it may be there afterwards,
 * whole), and so does any commit after an operation in between failed: it returns that operation's error again, as
 * every operation until then does. store_rollback() does nothing without an open transaction: call it on every path
 * that fails. An operation outside a transaction is one by itself. */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
/* Of a variable that holds the store: a transaction that is open when its scope is left is rolled back. */
DEFINE_CLEANUP(struct store *, store_rollback, store_rollback)
#define CLEANUP_TRANSACTION CLEANUP(store_rollback_p)
/* What is read until store_end_read() is of one moment, and takes SQLite's lock once. It ends with any transaction that
 * begins. STORE_OPEN: a transaction is open or a read is, which is as good; there is nothing to end. */
int store_begin_read(struct store *store);
void store_end_read(struct store *store);

/* ---- small facts: fingerprints of the last sync, time last recorded, last digest ---- */
/* *ret is allocated. STORE_NONE: not set. A value of NULL unsets. */
int store_get_fact(struct store *store, const char *name, char **ret);
int store_set_fact(struct store *store, const char *name, const char *value);
/* Set by the store where it found indexes that disagreed with their tables and made them anew: their names. Unset by
 * whoever has worked out anew what follows from the plans, since it may be the table that was wrong. */
#define FACT_MENDED "mended"

/* ---- plans ---- */
struct plan_record {
        char id[ID_SIZE];
        char *title;
        struct plan_term term; /* but for put_away, which the store does not know */
        bool closed;           /* its obligations are closed */
};

void plan_record_clear(struct plan_record *record);
/* STORE_NONE. */
int store_find_plan(struct store *store, const char *id, struct plan_record *ret);
int store_put_plan(struct store *store, const struct plan_record *record);
/* All of them, by year; the caller frees *ret with store_free_plans(). */
int store_all_plans(struct store *store, struct plan_record **ret, size_t *ret_n);
void store_free_plans(struct plan_record *plans, size_t n);

/* ---- occurrences and obligations ---- */
#define FIRE_AT_ONCE 0 /* as next_fire: at the next tick, even if the clock is set back before it */

struct occurrence_record {
        int64_t id;
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];        /* "" unless the item repeats */
        char *title;               /* kept for what is withdrawn */
        struct obligation planned; /* from, due, tentative, observance, shift, lapses; the rest unused */
        civil_day fix_by;
        bool withdrawn;
        wall_time handled;   /* fix and escalation rungs up to here are settled */
        wall_time next_fire; /* WALL_NEVER: none */
};

struct obligation_record {
        int64_t id, occurrence_id;
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];
        char agency[ID_SIZE];
        char *title;
        struct obligation obligation;
        civil_day due;                    /* the nominal day in force, fixed or planned; CIVIL_NONE: undated */
        civil_day effective;              /* after the shift, see obligation_dates(); CIVIL_NONE: undated */
        wall_time handled;                /* rungs up to here are settled */
        wall_time next_fire;              /* WALL_NEVER: none */
        char *snoozed_by, *snooze_reason; /* NULL unless snoozed */
        char *done_by, *note;             /* of done, waived; or NULL */
};

void occurrence_record_clear(struct occurrence_record *record);
void obligation_record_clear(struct obligation_record *record);

/* A plan's occurrence by its name. This, and what finds or gets another row: STORE_NONE. */
int store_find_occurrence(struct store *store, const char *plan, const char *item, const char *key,
                          struct occurrence_record *ret);
int store_get_occurrence(struct store *store, int64_t id, struct occurrence_record *ret);
/* Inserts (id 0; *record.id is set) or updates every field of it. */
int store_put_occurrence(struct store *store, struct occurrence_record *record);
int store_find_obligation(struct store *store, int64_t occurrence_id, const char *agency,
                          struct obligation_record *ret);
int store_get_obligation(struct store *store, int64_t id, struct obligation_record *ret);
/* plan, item, key and title are those of the occurrence and are not written here; due and effective come from the
 * caller, since the store knows no calendar. */
int store_put_obligation(struct store *store, struct obligation_record *record);
/* Only until when its rungs are settled, and when the next one fires (WALL_NEVER: none): what every tick writes. */
int store_arm_obligation(struct store *store, int64_t id, wall_time handled, wall_time next_fire);

/* During a sync everything still in the plans is marked. Marks are cheap (a bit each) and live only for the sync;
 * a sync that fails is given up by beginning another. */
int store_begin_sync(struct store *store);
int store_mark_occurrence(struct store *store, int64_t id);
int store_mark_obligation(struct store *store, int64_t id);
/* Marks an item's occurrences with all that is owed of them, which is not looked at, if there are n of them that are
 * not withdrawn. STORE_CHANGED: there are not. */
int store_keep_item(struct store *store, const char *plan, const char *item, size_t n);
/* Which obligations to visit; a zeroed filter means all, in (due, plan, item, key, agency) order, the undated last. */
struct obligation_filter {
        const char *plan, *item, *key, *agency; /* NULL: any */
        int64_t occurrence_id;                  /* 0: any */
        bool open_only;                         /* status open, observances too */
        bool no_withdrawn;
        bool no_closed;               /* only of plans that are not closed */
        civil_day due_from, due_to;   /* effective nominal day (fixed or due) in [from, to]; both 0: any */
        civil_day done_from, done_to; /* both 0: any */
        bool dateless;                /* only tentative or undated */
        civil_day effective_before;   /* only what is overdue on that day, as store_count() has it; 0: any */
        civil_day snoozed_from;       /* only what has a snooze that ends on that day or later; 0: any */
        bool set_aside;               /* only waived, withdrawn, unclear or unfinished */
        bool as_planned;              /* within a day in the order in which the plans first had them, then by agency */
        bool reverse;                 /* the other way round, the undated first; not with as_planned */
        size_t limit, offset;         /* 0: no limit */
        bool by_cursor; /* as_planned in pages of `limit`, each as cheap as the first: `after`, no offset */
        int64_t after;  /* the obligation at which the page before ended; 0: the first page */
};

/* The callback gets a borrowed record; a non-zero return ends the visit and is returned. Which records are visited is
 * fixed when the visit begins, each is read when its turn comes: a visitor, of this and of every store_each_…, may call
 * any function of the store and change what it visits. */
typedef int (*obligation_visitor)(void *userdata, const struct obligation_record *record);
int store_each_obligation(struct store *store, const struct obligation_filter *filter, obligation_visitor visit,
                          void *userdata);
/* Withdraws what was not marked since store_begin_sync() and is not yet withdrawn: open obligations become withdrawn,
 * their queue is cancelled, and then each is visited (visit NULL: not), as it was before. Decided ones
 * (done, waived) keep their status. *ret_n: how many obligations. -EINVAL without store_begin_sync(). */
int store_finish_sync(struct store *store, obligation_visitor visit, void *userdata, size_t *ret_n);

/* ---- what is due ---- */
/* Occurrences whose next_fire has come, at most n. Returns how many were written to records, or an error. */
int store_due_occurrences(struct store *store, wall_time now, struct occurrence_record *records, size_t n);
/* Obligations whose next_fire has come, but for those of agencies that are held, at most n, in (next_fire, agency, id)
 * order. */
int store_due_obligations(struct store *store, wall_time now, struct obligation_record *records, size_t n);
/* The dates of what is open of an occurrence (observances not among them), each once however many agencies share them,
 * in the order of `effective`; the caller frees *ret. */
struct open_dates {
        struct obligation obligation; /* from, due, tentative, shift, fixed and urged; the rest unused */
        civil_day effective;
};
int store_open_dates(struct store *store, int64_t occurrence_id, struct open_dates **ret, size_t *ret_n);
/* The latest moment that has come of those obligations; WALL_NEVER: none has. */
int store_last_due(struct store *store, wall_time now, wall_time *ret);
/* The earliest next_fire of both, but for those of agencies that are held; WALL_NEVER. */
int store_next_fire(struct store *store, wall_time *ret);
/* The clock was set back to `now`: what was settled at a moment that is still to come is settled no more, and is judged
 * anew. What was said stays said, since its notice is there. */
int store_rewind_handled(struct store *store, wall_time now);

/* ---- notices ---- */
struct notice_record {
        int64_t id;
        int64_t occurrence_id; /* 0 for a digest, a test, a failure */
        int64_t obligation_id; /* 0 where it is of the occurrence */
        char agency[ID_SIZE];  /* who is told; "" is the block's contact */
        char rung[64];         /* unique within (obligation) or (occurrence, agency) or (agency) for ever */
        enum notice_kind kind;
        enum notice_state state;
        char *detail;      /* why skipped or cancelled; for date_set the old date; for failure the delivery */
        wall_time rung_at; /* the moment of the rung */
        int64_t made_ms;   /* UTC milliseconds */
};

void notice_record_clear(struct notice_record *record);
/* 0 and record->id set; or STORE_EXISTS. */
int store_add_notice(struct store *store, struct notice_record *record);
/* Of an occurrence itself: the notice with the rung and the agency of `record` gets another rung's name, if there is
 * such a notice and none has that name. */
int store_rename_notice(struct store *store, const struct notice_record *record, const char *rung);
/* Notices of these kinds wait for more of their agency: one that was made after the one moment and not after the other,
 * UTC milliseconds, keeps them all. */
struct notice_pause {
        int64_t kinds; /* a bit each */
        int64_t after_ms, until_ms;
};
/* Notices of state NEW of the agencies that sort from `first` on and before `end`, agency by agency and the most urgent
 * kind first, at most n, without those that wait or whose agency is
 * held; the block's contact sorts as "". Returns how many. */
int store_new_notices(struct store *store, const char *first, const char *end, const struct notice_pause *pause,
                      struct notice_record *records, size_t n);
/* The moment at which the last notice of the agency was made whose notices wait the least longer; or STORE_NONE. */
int store_paused_since(struct store *store, const struct notice_pause *pause, int64_t *ret_ms);
/* The last notice, by its rung, of an agency itself that was sent or may still arrive; of the rungs that sort from
 * `first` on and before `end`. 0 or STORE_NONE. */
int store_last_said(struct store *store, const char *agency, const char *first, const char *end,
                    struct notice_record *ret);
int store_get_notice(struct store *store, int64_t id, struct notice_record *ret);
int store_set_notice(struct store *store, int64_t id, enum notice_state state, const char *detail);
/* Cancels what is new or queued of an obligation (where obligation_id is 0: of the occurrence itself, not of its
 * obligations), only of that kind unless kind is KIND_COUNT; deliveries left with nothing to say are cancelled. What
 * one address has and another still waits for stays sent, and does not go to the other. What is on the wire is sent if
 * it arrives, and is not tried again if not. */
int store_cancel_notices(struct store *store, int64_t occurrence_id, int64_t obligation_id, enum notice_kind kind,
                         const char *reason);
/* A newer reminder is to be said: those of rungs before that moment that have not arrived yet are cancelled for that
 * reason. Of an obligation, or where obligation_id is 0 of the occurrence itself: what asks for a date. */
int store_supersede(struct store *store, int64_t occurrence_id, int64_t obligation_id, wall_time before,
                    const char *reason);
/* Reminders (advance, due, overdue) sent for an obligation, of them overdue ones, and the day of the last (UTC ms, 0).
 */
struct notice_counts {
        int32_t reminders, overdue;
        int64_t last_ms;
};
int store_count_notices(struct store *store, int64_t obligation_id, struct notice_counts *ret);
typedef int (*notice_visitor)(void *userdata, const struct notice_record *record);
/* Of an obligation, or where obligation_id is 0 of the occurrence itself; in the order in which they were made. */
int store_each_notice(struct store *store, int64_t occurrence_id, int64_t obligation_id, notice_visitor visit,
                      void *userdata);

/* What was sent since that moment, went to a mailbox of one's own: notices of rungs are cancelled and their ladders
 * judged anew from there on, as after a downtime; those of decisions are new again. */
int store_end_trial(struct store *store, int64_t since_ms, wall_time since);

/* ---- deliveries ---- */
/* The seconds since 2020-01-01 UTC fit 32 bits until 2088; from 2083 on a delivery only counts on from the one before.
 */
#define SEQUENCE_EPOCH 1577836800
#define SEQUENCE_LATEST 2000000000
#define DELIVERY_ID_SIZE 33 /* 128 bits in hex */

struct delivery_record {
        int64_t number;            /* the store's, in the order in which they were made; 0 until it is written */
        char id[DELIVERY_ID_SIZE]; /* Message-ID and webhook-id, the same on every attempt */
        struct channel channel;
        char agency[ID_SIZE];
        char *address; /* mailbox, or the webhook's id */
        enum notice_kind kind;
        enum delivery_state state;
        bool manual;      /* a test or a manual retry: hours do not hold it */
        bool elsewhere;   /* a test to an address that was given with it, and need not be the agency's */
        int32_t sequence; /* higher than of every delivery made before it; the store's */
        uint32_t attempts;
        int64_t made_ms;     /* UTC milliseconds, as all below */
        int64_t next_ms;     /* next attempt while queued */
        int64_t finished_ms; /* 0 until sent or failed; 0 also where it was cancelled with all its notices */
        char *answer;        /* the server's last words, or NULL */
        char *subject;       /* of the last attempt, or NULL */
};

void delivery_record_clear(struct delivery_record *record);
/* Writes a queued delivery that carries these notices, which become queued. */
int store_add_delivery(struct store *store, const struct delivery_record *record, const int64_t *notices, size_t n);
/* Claims up to n deliveries of one channel whose time has come and which no hold stops, oldest first: they become
 * sending, attempts is one more. manual_only: outside hours. Returns how many. Commit before the network is touched. */
int store_claim_deliveries(struct store *store, const struct channel *channel, int64_t now_ms, bool manual_only,
                           struct delivery_record *records, size_t n);
/* Notices that a delivery carries and that are neither cancelled nor skipped, in the order in which they were made; at
 * most n. Returns how many. */
int store_delivery_notices(struct store *store, int64_t delivery, struct notice_record *records, size_t n);
/* What became of an attempt. state QUEUED: next_ms says when again; it is CANCELLED instead where all that it carries
 * was cancelled in the meantime. SENT, FAILED and CANCELLED settle its notices:
 * sent when any delivery of a notice was sent; failed when all failed; of what is cancelled, answer is the reason. */
struct delivery_result {
        int64_t delivery; /* its number */
        enum delivery_state state;
        int64_t next_ms;
        int64_t now_ms;
        const char *answer;           /* or NULL: of what is queued again, not attempted; the one before stays */
        const char *subject;          /* or NULL: keep */
        const enum notice_kind *kind; /* as it was sent, which the day tells; or NULL: keep */
};
int store_finish_delivery(struct store *store, const struct delivery_result *result);
/* After a crash: what was sending is queued again for now, its id kept. Returns how many, or an error. */
int store_recover_deliveries(struct store *store, int64_t now_ms);
/* The earliest next attempt of a channel that no hold stops; INT64_MAX: none. */
int store_next_attempt(struct store *store, const struct channel *channel, bool manual_only, int64_t *ret_ms);
/* The wall clock was set: what is unfinished moves with it, so that a backoff and the time until it is given up keep
 * their lengths; but no attempt later than latest_ms unless it was so before: a clock that was far wrong moves nothing
 * out of reach; and nothing to before the first day that the program knows. */
int store_shift_attempts(struct store *store, int64_t by_ms, int64_t latest_ms);
int store_get_delivery(struct store *store, const char *id, struct delivery_record *ret);
/* By hand: a queued or failed one is due now, outside hours too; a queued one is dropped. STORE_NONE. */
int store_retry_delivery(struct store *store, const char *id, int64_t now_ms);
int store_drop_delivery(struct store *store, const char *id, int64_t now_ms);
/* How a notice stands with an address, but for the delivery `except` (0: none): 0: a delivery has it, or it was kept
 * from there; STORE_NONE: none ever had it; STORE_RESUMABLE: the one that had it, *ret_id. */
int store_find_carrier(struct store *store, int64_t notice, const struct channel *channel, const char *address,
                       int64_t except, char ret_id[static DELIVERY_ID_SIZE]);
/* Takes up a cancelled one again, due now, with its id. STORE_NONE. */
int store_resume_delivery(struct store *store, const char *id, int64_t now_ms);
/* The last attempt that failed, for a while or for good: the delivery as it is now, but for `answer`, which has the
 * words of then. STORE_NONE. */
int store_last_failure(struct store *store, struct delivery_record *ret, int64_t *ret_ms);
/* The first delivery about an obligation that reached an address, whose id heads the thread. STORE_NONE. */
int store_thread_root(struct store *store, int64_t obligation_id, const char *address,
                      char ret_id[static DELIVERY_ID_SIZE]);
/* What stands in the calendar of an address: a day of an obligation was sent to it, or taken back (CIVIL_NONE). */
int store_put_entry(struct store *store, int64_t obligation_id, const char *address, civil_day day);
/* *ret is CIVIL_NONE where it has no entry. */
int store_get_entry(struct store *store, int64_t obligation_id, const char *address, civil_day *ret);
struct delivery_filter {
        int state;                            /* an enum delivery_state, -1: any */
        const char *agency;                   /* NULL: any */
        int64_t obligation_id, occurrence_id; /* 0: any; of an occurrence also what is of its obligations */
        size_t limit, offset;
};
typedef int (*delivery_visitor)(void *userdata, const struct delivery_record *record);
/* Newest first. */
int store_each_delivery(struct store *store, const struct delivery_filter *filter, delivery_visitor visit,
                        void *userdata);

/* ---- what nobody has acknowledged ---- */
/* A notice that came too late, by a delivery that is not sent any more, or before any was made (0). A delivery that
 * fails needs no call. */
int store_add_late(struct store *store, int64_t notice, int64_t delivery, int64_t now_ms);
/* Of one delivery, or with NULL everything. Returns how many, or an error. */
int store_acknowledge(struct store *store, const char *id);

/* ---- holds, see core/hold.h ---- */
struct hold_record {
        char agency[ID_SIZE]; /* "": all of them */
        civil_day until;      /* the last day; CIVIL_NONE: until it is released */
        int64_t since_ms;
        char *by, *reason;
};
void hold_record_clear(struct hold_record *record);
/* In place of one that the agency has. From here on what it owes is not due, and nothing that says anything to it is
 * claimed or dispatched. */
int store_put_hold(struct store *store, const struct hold_record *record);
/* Occurrences are judged anew at the next tick: some of their readers were passed by. STORE_NONE: there is no such
 * hold. */
int store_end_hold(struct store *store, const char *agency);
/* The one that covers an agency: its own before that of all. STORE_NONE. */
int store_find_hold(struct store *store, const char *agency, struct hold_record *ret);
/* That of all first. The caller clears each and frees *ret. */
int store_list_holds(struct store *store, struct hold_record **ret, size_t *ret_n);
/* 1: it says something to an agency that is held; 0: it does not. */
int store_is_delivery_held(struct store *store, int64_t delivery);

/* ---- counts, for status ---- */
struct store_counts {
        int64_t obligations_open; /* observances not among them */
        int64_t unclear;
        int64_t overdue; /* of them, obligation_overdue_after() a day before today */
        int64_t queued, sending, sent;
        int64_t failed, too_late; /* and not acknowledged: deliveries, and notices */
        int64_t last_sent_ms;     /* 0: never */
};
int store_count(struct store *store, civil_day today, struct store_counts *ret);
/* Compares what is counted for store_count() with what is there. STORE_CHANGED: it was wrong, and was counted anew. */
int store_recount(struct store *store);

/* ---- audit ---- */
struct audit_record {
        int64_t id;
        int64_t at_ms;
        char *who;   /* user name of the caller, or "reminderd" */
        int64_t uid; /* -1: the program itself */
        char *verb;  /* "snooze", "snooze refused", "done", … */
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];
        char agency[ID_SIZE];
        char *detail; /* a sentence: until when, why */
};
void audit_record_clear(struct audit_record *record);
int store_add_audit(struct store *store, const struct audit_record *record);
struct audit_filter {
        const char *plan, *item, *key, *agency; /* NULL: any */
        int64_t since_ms;
        size_t limit, offset;
};
typedef int (*audit_visitor)(void *userdata, const struct audit_record *record);
/* In time order. */
int store_each_audit(struct store *store, const struct audit_filter *filter, audit_visitor visit, void *userdata);
