/* One run of an SQL statement: values are bound in order, columns read in order, the first failure sticks. */
#pragma once

#include "base/cleanup.h"
#include "core/channel.h"
#include "core/civil.h"
#include "core/delivery.h"
#include "core/obligation.h"
#include "core/reference.h"
#include "store/store.h"

#include <sqlite3.h>

/* One slot each in the store's cache; the SQL stands beside the function that runs it. States and statuses stand in it
 * as numbers, since SQLite takes a partial index only where its condition is written out; schema.c asserts them. */
enum statement {
        STATEMENT_BEGIN,
        STATEMENT_BEGIN_READ,
        STATEMENT_COMMIT,
        STATEMENT_ROLLBACK,
        STATEMENT_GET_FACT,
        STATEMENT_SET_FACT,
        STATEMENT_CLEAR_FACT,
        STATEMENT_FIND_PLAN,
        STATEMENT_PUT_PLAN,
        STATEMENT_ALL_PLANS,
        STATEMENT_FIND_OCCURRENCE,
        STATEMENT_GET_OCCURRENCE,
        STATEMENT_INSERT_OCCURRENCE,
        STATEMENT_UPDATE_OCCURRENCE,
        STATEMENT_DUE_OCCURRENCES,
        STATEMENT_UNSETTLE_OCCURRENCES,
        STATEMENT_FIND_OBLIGATION,
        STATEMENT_GET_OBLIGATION,
        STATEMENT_INSERT_OBLIGATION,
        STATEMENT_UPDATE_OBLIGATION_KEYS,
        STATEMENT_UPDATE_OBLIGATION,
        STATEMENT_ARM_OBLIGATION,
        STATEMENT_DUE_OBLIGATIONS,
        STATEMENT_UNSETTLE_OBLIGATIONS,
        STATEMENT_LAST_DUE,
        STATEMENT_OPEN_DATES,
        STATEMENT_NEXT_FIRE,
        STATEMENT_VERSION,
        STATEMENT_VERIFY_OCCURRENCES,
        STATEMENT_VERIFY_OBLIGATIONS,
        STATEMENT_LIVE_OCCURRENCES,
        STATEMENT_LIVE_OCCURRENCES_OF,
        STATEMENT_OPEN_OBLIGATIONS_OF,
        STATEMENT_WITHDRAW_OCCURRENCE,
        STATEMENT_WITHDRAW_OBLIGATION,
        STATEMENT_ADD_NOTICE,
        STATEMENT_SAME_NOTICE_OF_OBLIGATION,
        STATEMENT_SAME_NOTICE_OF_OCCURRENCE,
        STATEMENT_SAME_NOTICE_OF_AGENCY,
        STATEMENT_RENAME_NOTICE,
        STATEMENT_REVIVE_NOTICE,
        STATEMENT_GET_NOTICE,
        STATEMENT_PUT_NOTICE,
        STATEMENT_NEW_NOTICES,
        STATEMENT_PAUSED_SINCE,
        STATEMENT_LAST_SAID,
        STATEMENT_COUNT_NOTICES,
        STATEMENT_NOTICES_OF_OBLIGATION,
        STATEMENT_NOTICES_OF_OCCURRENCE,
        STATEMENT_NOTICES_OF_DELIVERY,
        STATEMENT_SAID_OF_OBLIGATION,
        STATEMENT_SAID_OF_OCCURRENCE,
        STATEMENT_SAID_BEFORE,
        STATEMENT_SAID_BEFORE_OF_OCCURRENCE,
        STATEMENT_CARRIED,
        STATEMENT_CARRIERS,
        STATEMENT_ADD_CARRIED,
        STATEMENT_STOP_CARRIED,
        STATEMENT_STOP_ALL_CARRIED,
        STATEMENT_CANCEL_EMPTY,
        STATEMENT_SETTLE_NOTICE,
        STATEMENT_ADD_DELIVERY,
        STATEMENT_GET_DELIVERY,
        STATEMENT_GET_DELIVERY_BY_ROW,
        STATEMENT_FIND_DELIVERY,
        STATEMENT_DUE_DELIVERIES,
        STATEMENT_DUE_MANUAL_DELIVERIES,
        STATEMENT_CLAIM_DELIVERIES,
        STATEMENT_CLAIM_MANUAL_DELIVERIES,
        STATEMENT_FINISH_DELIVERY,
        STATEMENT_NOTE_FAILURE,
        STATEMENT_LAST_FAILURE,
        STATEMENT_FIRST_BOUNCE,
        STATEMENT_BOUNCE_DELIVERY,
        STATEMENT_REMARK_DELIVERY,
        STATEMENT_FORGET_LAST_SENT,
        STATEMENT_SILENCE_RECOVERED,
        STATEMENT_RECOVER_DELIVERIES,
        STATEMENT_NEXT_ATTEMPT,
        STATEMENT_NEXT_MANUAL_ATTEMPT,
        STATEMENT_SHIFT_ATTEMPTS,
        STATEMENT_QUEUE_AGAIN,
        STATEMENT_DROP_DELIVERY,
        STATEMENT_FIND_CARRIER,
        STATEMENT_THREAD_ROOT,
        STATEMENT_COUNT_OBLIGATIONS,
        STATEMENT_COUNT_SNOOZED,
        STATEMENT_OLDEST_QUEUED,
        STATEMENT_READ_TALLY,
        STATEMENT_WRITE_TALLY,
        STATEMENT_WRITE_MADE,
        STATEMENT_PUT_ENTRY,
        STATEMENT_DROP_ENTRY,
        STATEMENT_GET_ENTRY,
        STATEMENT_ADD_UNREAD,
        STATEMENT_FORGET_UNREAD,
        STATEMENT_ACKNOWLEDGE,
        STATEMENT_ACKNOWLEDGE_ALL,
        STATEMENT_COUNT_UNREAD,
        STATEMENT_PUT_HOLD,
        STATEMENT_END_HOLD,
        STATEMENT_REARM_OCCURRENCES,
        STATEMENT_FIND_HOLD,
        STATEMENT_LIST_HOLDS,
        STATEMENT_DELIVERY_HELD,
        STATEMENT_ADD_CLAIM,
        STATEMENT_GET_CLAIM,
        STATEMENT_FIND_OPEN_CLAIM,
        STATEMENT_ANSWER_CLAIM,
        STATEMENT_OVERTAKE_CLAIM,
        STATEMENT_COUNT_CLAIMS,
        STATEMENT_TALLY_RECOVERED,
        STATEMENT_FIND_HEARD,
        STATEMENT_ADD_HEARD,
        STATEMENT_FORGET_HEARD,
        STATEMENT_GET_REVISION,
        STATEMENT_REVISE,
        STATEMENT_STAMP_REVISIONS,
        STATEMENT_ADD_AUDIT,
        STATEMENT_GET_AUDIT,
        STATEMENT_NAME_OCCURRENCES,
        STATEMENT_OUTLINE,
        STATEMENT_OUTLINE_OF_AGENCY,
        STATEMENTS
};

/* One bit for each id; ids are dense, for no row is ever deleted. */
struct marks {
        uint64_t *words;
        size_t n;
};

/* Deliveries that came into a state, less those that left it, and when the last one came. */
struct tally {
        int64_t n;
        int64_t total; /* see schema_15 */
        int64_t last_ms;
};

/* Obligations made that take the same course; n 0: none. */
struct made {
        enum course course;
        civil_day day; /* as obligation_course() has it */
        int64_t n;
};

#define ERROR_SIZE 1024 /* a sentence with a path; a longer one is cut */

struct store {
        sqlite3 *db;
        int lock; /* of the state folder, held while the store is open; -1: a scratch store */
        sqlite3_stmt *statements[STATEMENTS];
        bool in_transaction;
        int failure; /* what broke the open transaction, which can then only be rolled back; 0: nothing */
        bool syncing;
        struct marks occurrences, kept, obligations;        /* kept: with all their obligations */
        struct tally tally[CHANNEL_KINDS][DELIVERY_STATES]; /* what the open transaction moved */
        struct made made;                                   /* what it made and obligation_tally does not have yet */
        int64_t held_back;                                  /* bytes, see store_held_back() */
        int64_t version;                                    /* of the file, see store_was_touched() */
        bool (*go_on)(void *userdata);                      /* see store_on_progress() */
        void *go_on_userdata;
        char error[ERROR_SIZE];
};

/* What every start and every operation says that finds the file damaged; more stands in brackets behind it. */
#define DAMAGED "the database is damaged; put back a copy of it, as reminderd(8) tells"

/* The store's error for one of the system; `otherwise` where there is none of its own. */
int errno_of_io(int system_errno, int otherwise);
/* Keeps the words for store_error() and returns `error`, a negative errno. */
__attribute__((format(printf, 3, 4))) int store_refuse(struct store *store, int error, const char *format, ...);
/* Keeps the words for a failure that SQLite reports on store->db, and returns it; the open transaction is broken by it.
 */
int store_fail(struct store *store, int code);
/* SQLite's own words, which may quote a damaged file: one line of plain ASCII, in place. Returns them. */
char *query_plain(char *words);
/* Keeps the usual words for an error of the system, a lack of memory above all, and returns it. */
int store_lack(struct store *store, int error);
/* Keeps the words for a row that was to be changed and is not there, and returns -ENOENT. */
int store_missing(struct store *store, const char *what, int64_t id);

struct query {
        struct store *store;
        sqlite3_stmt *statement;
        bool owned; /* not of the cache */
        int bound, read;
        const char *table; /* of the row that is being read, and its id: for the words about an impossible value */
        int64_t row;
        int error; /* the first failure, a negative errno; everything after it does nothing */
};

/* From the cache, preparing it on first use. No query may be alive while a visitor runs: a visitor may call any
 * function of the store, that same one too. */
struct query query_cached(struct store *store, enum statement which, const char *sql);
/* Empties the cache, without which no connection closes. */
void query_forget(struct store *store);
/* For SQL put together at run time (of constants; values are bound in that too), and for pragmas. */
struct query query_prepared(struct store *store, const char *sql);
void query_end(struct query *query);
/* Makes it ready to be bound and run once more. */
void query_rewind(struct query *query);
#define CLEANUP_QUERY CLEANUP(query_end)

void query_bind_integer(struct query *query, int64_t value);
/* NULL where value is `none`. */
void query_bind_unless(struct query *query, int64_t value, int64_t none);
void query_bind_day(struct query *query, civil_day day);
/* Borrowed until query_end(); NULL is bound as such. */
void query_bind_text(struct query *query, const char *text);

enum query_outcome { QUERY_END = 0, QUERY_ROW };
/* QUERY_ROW: one is there to be read; QUERY_END: no more; or an error. */
int query_step(struct query *query);
/* Runs a statement without rows. Returns how many rows it changed (its triggers' not among them), or an error. */
int64_t query_run(struct query *query);
/* Runs it and hides the number: 0 or an error. */
int query_do(struct query *query);
/* A value of the row being read that cannot be: the first one counts. `what` goes on after the column's name. */
void query_damaged(struct query *query, const char *column, const char *what);
/* 0, or what went wrong while the columns of a row were read: -ENOMEM, -EUCLEAN. */
int query_check(const struct query *query);

/* Each of these reads one column and checks that the program can have written it. A number out of its range, or
 * something other than a text where one belongs, is damage; the words name table, row and column. */
int64_t query_read_integer(struct query *query);
/* The id with which a row of that table begins. */
int64_t query_read_id(struct query *query, const char *table);
int64_t query_read_or(struct query *query, int64_t none);
civil_day query_read_day(struct query *query);
/* A moment of the wall clock, WALL_NONE among them; and one that may be missing, which is WALL_NEVER. */
wall_time query_read_moment(struct query *query);
wall_time query_read_next(struct query *query);
/* An instant, UTC milliseconds; and one that may be missing. */
int64_t query_read_ms(struct query *query);
int64_t query_read_ms_or(struct query *query, int64_t none);
/* A number in 0..limit-1: an enum, a flag. */
unsigned query_read_below(struct query *query, unsigned limit);
uint32_t query_read_count(struct query *query);
int64_t query_read_sum(struct query *query); /* of counts: not negative */
bool query_read_flag(struct query *query);
/* Allocated, or NULL. */
char *query_read_text(struct query *query);
/* Copied; what does not fit is damage. */
void query_read_name(struct query *query, size_t size, char *buffer);
/* An id of the configuration, see id_valid(); and one that may be "". */
void query_read_ident(struct query *query, char buffer[static ID_SIZE]);
void query_read_ident_or_none(struct query *query, char buffer[static ID_SIZE]);
/* As channel_format() writes it. */
void query_read_channel(struct query *query, struct channel *ret);
/* A date in writing, or "". */
void query_read_key(struct query *query, char buffer[static KEY_SIZE]);

/* How rows become records. read() leaves *record untouched on failure. */
struct row_type {
        size_t size;
        int (*read)(struct query *query, void *record);
        void (*clear)(void *record);
};

/* As clear() of records that own nothing. */
void query_keep_row(void *record);
/* Fills records with rows, at most n. Returns how many, or an error, nothing then being left in records. */
int query_fetch(struct query *query, const struct row_type *type, void *records, size_t n);
/* One row: 0, STORE_NONE, or an error. */
int query_fetch_one(struct query *query, const struct row_type *type, void *record);
/* All rows; the caller frees *ret, and clears its records. 0 or an error. */
int query_fetch_all(struct query *query, const struct row_type *type, void **ret, size_t *ret_n);
/* The first column of all rows; the caller frees *ret. 0 or an error. */
int query_fetch_ids(struct query *query, int64_t **ret, size_t *ret_n);

/* Several statements that belong together are a transaction of their own where the caller has none open. */
struct unit {
        struct store *store; /* NULL: not ours to end */
};
int unit_begin(struct store *store, struct unit *ret);
int unit_commit(struct unit *unit);
void unit_end(struct unit *unit);
#define CLEANUP_UNIT CLEANUP(unit_end)
