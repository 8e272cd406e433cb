/* Decisions of people: snooze, done, waive, dates, retries; each in one transaction with its audit event. */
#pragma once

#include "core/reference.h"
#include "runtime/engine.h"
#include "store/obligations.h"

#define DECISION_TEXT_MAX 1000 /* bytes of a reason or note: a long sentence, not a letter */

/* The person who decides, from the credentials of the bus. */
struct decider {
        const char *name; /* user name */
        int64_t uid;
};

/* Which obligations. */
struct decision_scope {
        struct reference item; /* with its plan */
        const char *agency;    /* NULL: all that owe it */
        bool all;              /* done, reopen, waive: all of several, said expressly */
        /* What is decided along with it, all of it or nothing; NULL: nothing. */
        const struct decision_scope *also;
};

/* Where it is not DECIDED, the result's text says what is wrong and what to do, in one line. The store has an outcome
 * of 1 of its own (there is none), so that these begin apart from it. */
enum decision_outcome {
        DECIDED = 0,
        DECISION_NOT_FOUND = 10, /* no such item, occurrence, agency, delivery */
        DECISION_REFUSED,        /* the rules do not allow it */
        DECISION_INVALID,        /* the arguments make no sense */
        DECISION_DAY_OFF,        /* the date is on a day off: it is to be asked whether that is meant */
};

struct decision_result {
        size_t n;                          /* obligations (deliveries) changed */
        struct obligation_record *changed; /* the obligations, as they are now; NULL for deliveries */
        size_t room;                       /* for so many */
        char *text;                        /* refused: why; else NULL */
};
void decision_result_clear(struct decision_result *result);

/* All return an enum decision_outcome or an error of the store. Nothing is changed unless it is DECIDED. */
int decide_snooze(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                  civil_day until, const char *reason, const char *asked_by, bool force, struct decision_result *ret);
int decide_unsnooze(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                    struct decision_result *ret);
/* quiet: nobody is sent a confirmation, here and below. */
int decide_done(struct engine *engine, const struct decider *decider, const struct decision_scope *scope, civil_day on,
                const char *note, bool quiet, struct decision_result *ret);
/* Puts right the day (CIVIL_NONE: it stays) or the note (NULL: it stays) of what is done. */
int decide_amend(struct engine *engine, const struct decider *decider, const struct decision_scope *scope, civil_day on,
                 const char *note, bool quiet, struct decision_result *ret);
/* This machine reminds from now on, of a state that was another one's. */
int decide_take_over(struct engine *engine, const struct decider *decider, const char *reason,
                     struct decision_result *ret);
/* One line of a list of what came in. */
struct record_entry {
        struct decision_scope scope; /* of one agency */
        civil_day on;
        const char *note; /* or NULL */
};
struct record {
        const struct record_entry *entries;
        size_t n;
        bool dry_run; /* nothing is kept; the result says what would be changed */
        bool quiet;   /* nobody is sent a confirmation */
        /* Told of each entry that cannot be. */
        void (*refused)(void *userdata, size_t i, const char *why);
        void *userdata;
};
/* Done, all of the list or, where an entry cannot be, nothing: DECISION_REFUSED. */
int decide_record(struct engine *engine, const struct decider *decider, const struct record *record,
                  struct decision_result *ret);
int decide_reopen(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                  const char *reason, struct decision_result *ret);
/* What is unclear is overdue from now on. */
int decide_urge(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                struct decision_result *ret);
int decide_waive(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                 const char *reason, struct decision_result *ret);
int decide_set_date(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                    civil_day day, const char *note, bool force, struct decision_result *ret);
int decide_clear_date(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                      struct decision_result *ret);
/* The plan closes on that day, in the place of the one that it or somebody named before; CIVIL_NONE: today. ret->n: the
 * obligations that are unfinished by that, or open again. */
int decide_close(struct engine *engine, const struct decider *decider, const char *plan, civil_day on,
                 const char *reason, struct decision_result *ret);
/* From now until the end of a day (CIVIL_NONE: until they are released) nothing is sent to these agencies; n 0: to
 * any. */
int decide_hold(struct engine *engine, const struct decider *decider, const char *const *agencies, size_t n,
                civil_day until, const char *reason, struct decision_result *ret);
int decide_release(struct engine *engine, const struct decider *decider, const char *const *agencies, size_t n,
                   struct decision_result *ret);
/* An agency's word on what it owes, by whom it came; claim->state is not looked at. text: the words, or NULL. */
int decide_claim(struct engine *engine, const struct decider *decider, const struct decision_scope *scope,
                 const struct claim *claim, const char *text, struct decision_result *ret);
/* Answers to such a word, by its number. Done on the day of the claim. */
int decide_confirm(struct engine *engine, const struct decider *decider, int64_t id, struct decision_result *ret);
int decide_reject(struct engine *engine, const struct decider *decider, int64_t id, const char *reason,
                  struct decision_result *ret);
/* until CIVIL_NONE: as was asked. */
int decide_grant(struct engine *engine, const struct decider *decider, int64_t id, civil_day until,
                 struct decision_result *ret);
/* id NULL: all that failed. */
int decide_retry(struct engine *engine, const struct decider *decider, const char *id, struct decision_result *ret);
int decide_drop(struct engine *engine, const struct decider *decider, const char *id, struct decision_result *ret);
/* Records that a delivery that failed or came too late was seen to; id NULL: all of them, and what came too late before
 * a delivery was made. */
int decide_acknowledge(struct engine *engine, const struct decider *decider, const char *id,
                       struct decision_result *ret);
/* A test message to every mailbox of an agency, or to a webhook; exactly one of the two is given. */
int decide_test(struct engine *engine, const struct decider *decider, const char *agency, const char *webhook,
                struct decision_result *ret);
/* One in the name of an agency, to another address than its own. */
int decide_test_to(struct engine *engine, const struct decider *decider, const char *agency, const char *address,
                   struct decision_result *ret);
