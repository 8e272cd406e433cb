/* The simulation: months of a random block in virtual time, with everything that happens to a daemon. */
#pragma once

#include <stdio.h>

#include "core/mail-token.h"
#include "deciding/decision.h"
#include "engine/manager.h"
#include "ramdisk.h"
#include "rules.h"
#include "store/counts.h"
#include "store/deliveries.h"

enum event_class {
        CLASS_TEMPORARY,
        CLASS_PERMANENT,
        CLASS_LOST,
        CLASS_DELAY,
        CLASS_DISK,
        CLASS_CRASH,
        CLASS_CLOCK,
        CLASS_EDIT,   /* of plans and agencies */
        CLASS_CONFIG, /* of policies, hours, zone, servers, addresses */
        CLASS_PEOPLE,
        CLASS_MAIL, /* that comes back */
        CLASSES
};
extern const char *const class_names[CLASSES];

enum { STREAM_BLOCK = CLASSES, STREAMS };

struct totals {
        long seeds, days, crashes, power_cuts, accepted, repeated; /* repeated: accepted more than once, on the wire at
                                                                      a crash or with the answer lost */
        long faults[CLASSES];
        long decisions, refused, promises, escalations, ticks, failures_told, foreseen;
};

/* ---- replay: everything that may happen has a class and a number in it, and can be left out ---- */
#define NUMBERS_MAX 4096
#define HITS_MAX 1024
struct replay {
        unsigned classes; /* a bit each */
        bool out[CLASSES][NUMBERS_MAX];
        bool no_item[ITEMS_MAX], no_agency[AGENCIES_MAX];
        bool tell;
        const char *templates; /* a folder of short ones; NULL: those that are installed */
};
/* What a run leaves for the process that started it, in memory that both share. */
struct outcome {
        struct totals totals;
        int n_hits[CLASSES], hits[CLASSES][HITS_MAX]; /* what took place */
        int items, agencies;                          /* that there ever were */
        char failure[400];
};

#define DELIVERY_TEXT 80

/* What the outside knows of a delivery. */
struct delivery_log {
        char id[DELIVERY_ID_SIZE];
        int accepts; /* how often a server took it */
        int excused; /* of them, those of which the program could not know */
        bool known;  /* recorded as sent */
        bool manual, refused;
        int failures, told; /* attempts that failed; of them in the journal */
        int64_t made_ms;
        char address[DELIVERY_TEXT];
        bool is_aside; /* a test, or a mail about another one: whether it comes back the contact is not told */
        int about;     /* the one duty of its agency that it tells of, counted from 1; 0: something else, or more */
        bool bounced;  /* what it brought was not told by it */
        bool bounce_told;
        enum { READ, UNREAD, UNREAD_PERHAPS } unread; /* that it came back; perhaps: a decision on it failed */
};
#define LOGS_MAX 8192 /* a power of two, and twice what any seed sends */

/* A mail that comes back: the mailbox keeps it until it is known to have been heard. */
struct returned {
        int number; /* by which it is known again */
        int kind;
        char id[DELIVERY_ID_SIZE]; /* what it is about */
        char from[DELIVERY_TEXT];
        civil_day written, until; /* CIVIL_NONE: it does not say when; the day that it asks for */
        enum naming { BY_REFERENCE, BY_TOKEN, BY_BOTH, BY_TWO, BY_NONE } named; /* two: which do not agree */
        char token[MAIL_TOKEN_SIZE];
        struct act act; /* what it does, if it is the agency's word */
        bool waits;
};

/* Where a notice is known to have arrived, by anybody but the program or by that, too. */
enum arrival { ARRIVED_NOWHERE, ARRIVED, ARRIVED_KNOWN };

/* A message on the wire. */
struct flight {
        transfer_done done;
        void *userdata;
        char id[DELIVERY_ID_SIZE];
        char address[DELIVERY_TEXT];
        uint64_t *says;     /* a number for each notice and address */
        uint64_t *arrivals; /* and for each notice, wherever it arrives */
        int n_says;
        enum event_class fate; /* CLASSES: it arrives */
        struct message *message;
        const char *server; /* NULL: the mail server; borrowed from the draft's settings */
        uint32_t connections;
        bool waits; /* for a connection */
        int64_t handed_ms, answer_ms;
        int64_t retry_after;
        struct flight *next;
};

/* A notice that reached an address, and by which delivery. */
struct said {
        uint64_t what;
        int log;
};

/* The last delivery of confirmations to somebody. */
struct confirmed {
        char id[DELIVERY_ID_SIZE], agency[ID_SIZE], address[DELIVERY_TEXT];
        int64_t made_ms;
        bool in_time; /* as its notices could leave: what goes on to another address is made later */
};

/* The last digest of an agency. */
struct digested {
        char agency[ID_SIZE];
        uint64_t said; /* a number for all of it, without counters */
        civil_day week;
};

/* An escalation that was told of an occurrence and a date. */
struct raised {
        int leader;
        civil_day late_from;
        struct offset after;
        int reader;
        wall_time when;
        bool said;
};

#define DUTIES_MAX 320
#define RAISED_MAX 1024
#define DEPARTURES_MAX 8

struct sim;

/* What a crash leaves of the state. Where there is none, the files are in memory (ramdisk.h); another one watches real
 * files. */
struct medium {
        void (*begin)(struct sim *sim); /* the folder is there and empty */
        /* The program dies within some writes from now, in `sim->dead`. */
        void (*arm)(struct sim *sim);
        void (*keep)(struct sim *sim); /* it dies now: what stays is settled */
        void (*restore)(struct sim *sim);
        void (*committing)(struct sim *sim, struct store *store);
        bool (*committed)(struct sim *sim); /* whether that commit is there, even if the program died in it */
        void (*opened)(struct sim *sim);
        void *self;
};

#define EVERYBODY AGENCIES_MAX /* a hold of all agencies, where one of a single one has its index */

#define DOUBTED_MAX 8

/* A decision of somebody. */
struct decided {
        struct reference item;
        char agency[8]; /* "": of all */
        struct act act;
        wall_time at;
};

struct sim {
        uint64_t seed;
        const struct medium *medium; /* NULL: ramdisk.h */
        const struct replay *replay;
        struct outcome *outcome;
        bool quiet;                     /* no class at all: everything is sent at its moment, exactly once */
        struct chance streams[STREAMS]; /* of a class: for what is happening now */
        struct chance timing[CLASSES];  /* when the next one comes */
        int numbers[CLASSES];
        struct totals totals;

        struct block block;
        struct rules rules;
        struct duty *duties;
        int n_duties;
        struct duty *duties_before; /* while a sync is not known to be durable */
        int n_duties_before;
        bool sync_pending;
        struct confirmed confirmed[AGENCIES_MAX]; /* the last ones, a ring */
        int n_confirmed;
        struct digested digested[AGENCIES_MAX];
        struct hold holds[EVERYBODY + 1];  /* of each agency, and of all */
        bool hold_in_doubt[EVERYBODY + 1]; /* a decision on it failed, and may be found after a crash all the same */
        struct raised raised[RAISED_MAX];
        int n_raised;

        char folder[64];
        struct settings *settings;
        struct manager *manager;
        int64_t now, end;        /* UTC ms */
        int64_t events[CLASSES]; /* when the next crash, jump, edit, decision comes */
        int64_t look_ahead;      /* when next; INT64_MAX: never */
        int at_once;             /* ticks at this instant */
        bool hooked;             /* the observer and the wrapped functions listen */
        bool dropped;            /* a person dropped a delivery: its notices are cancelled, the audit log says why */
        bool in_trouble;         /* the last tick failed: the disk */
        struct decided decided;  /* the last one */
        struct decided
                doubted[DOUBTED_MAX]; /* that failed, and may be found after a crash all the same: until one succeeds */
        int n_doubted;
        bool closing_in_doubt; /* as these, of when a plan closes */

        struct flight *flights;
        int n_flights;
        struct delivery_log *logs;
        int n_logs, room_logs;
        int *log_of; /* hash of ids */
        struct said *said;
        uint64_t *happened; /* numbers of notices that have left for a place before, or have arrived anywhere */
        int64_t outage_until;
        int suspect; /* the agency whose addresses are looked at next; -1: of anybody, or something else */
        int64_t departures[DEPARTURES_MAX]; /* by mail, the last ones */
        int n_departures;
        struct returned returned; /* the last one */

        bool in_transaction;
        int countdown; /* to the boundary at which the process dies; 0: not armed */
        bool dead;     /* nothing that happens from here on is durable */
        int64_t set_point;
        long told[EVENT_COUNT];      /* lines of the journal */
        struct store_totals counted; /* at the last look: what is counted for ever does not fall */

        FILE *story;
        char *story_text;
        size_t story_size;
};

#define SAID_MAX 16384 /* a power of two */

static inline bool sim_has(const struct sim *sim, enum event_class which)
{
        return sim->replay->classes >> which & 1;
}

static inline wall_time sim_wall(const struct sim *sim)
{
        return clock_wall(sim->now);
}

static inline civil_day sim_today(const struct sim *sim)
{
        return wall_day(sim_wall(sim));
}

static inline struct store *sim_store(struct sim *sim)
{
        return manager_engine(sim->manager)->store;
}

/* ---- sim.c ---- */
void sim_run(uint64_t seed, const struct replay *replay, const struct medium *medium, struct outcome *outcome);
/* One line of the story, with the moment. */
__attribute__((format(printf, 2, 3))) void sim_say(struct sim *sim, const char *format, ...);
/* Tells the story and ends the process with 1. */
__attribute__((format(printf, 2, 3), noreturn)) void sim_fail(struct sim *sim, const char *format, ...);
/* Whether the event of a class with this number takes place; it is counted. */
bool sim_happens(struct sim *sim, enum event_class which, int number);
void sim_load(struct sim *sim);
void sim_open(struct sim *sim);
void sim_tick(struct sim *sim);
/* The tick after a decision, or the end if the process died of it. */
void sim_decided(struct sim *sim);
/* Puts the clock right or wrong, and everything outside with it. */
void sim_set_clock(struct sim *sim, int64_t by);

/* ---- outside.c ---- */
struct transport outside_transport(struct sim *sim);
int64_t outside_next(const struct sim *sim);
/* One answer that is due comes back. */
void outside_answer(struct sim *sim);
/* Whether a notice was ever in a message that a server took and that did not come back. */
enum arrival outside_arrived(const struct sim *sim, const struct notice_record *notice);
struct delivery_log *outside_log(struct sim *sim, const char *id);
/* The wires are cut: what was on them arrived or did not. */
void outside_cut(struct sim *sim);
void outside_finished(struct sim *sim, const struct delivery_record *delivery);

/* ---- crash.c ---- */
void crash_listen(struct sim *sim); /* NULL: nobody */
/* A point at which the process may die. */
void crash_boundary(struct sim *sim);
void crash_touch(void);
void crash_now(struct sim *sim);
/* The process is dead, whatever it still does. */
void crash_die(struct sim *sim);
void crash_event(struct sim *sim);

/* ---- people.c ---- */
void people_decide(struct sim *sim);
/* After a crash: whether the decision that was being made is in the store. */
void people_reconcile(struct sim *sim);

/* ---- accepted.c ---- */
/* Before a tick: what it is to accept. */
void accepted_look(struct sim *sim);
/* After it: the store has that; if it failed, it may. */
void accepted_settle(struct sim *sim, bool failed);
/* When something more is to be accepted; WALL_NEVER. */
wall_time accepted_next(const struct sim *sim);
/* The store has what an agency says, as it said it. */
void accepted_check(struct sim *sim, const struct duty *duty);

/* ---- returns.c ---- */
void returns_happen(struct sim *sim);
/* After a crash: whether the mail that was being heard is in the store. */
void returns_reconcile(struct sim *sim);

/* ---- held.c ---- */
/* Whether nothing is sent to an agency just now; false for the contact. */
bool held_agency(const struct sim *sim, int agency);
bool held_id(const struct sim *sim, const char *agency);
/* The last day of that; CIVIL_LAST_DAY: no end is known. CIVIL_NONE: it is not held. */
civil_day held_until(const struct sim *sim, int agency);
void held_decide(struct sim *sim);
/* Those whose day is over are no more, or go with the next tick in the hours. */
void held_look(struct sim *sim);
/* The store has what was decided, or may have it: after a crash, and before the clock is set, it is asked. */
void held_reconcile(struct sim *sim, bool restarted);

/* ---- edits.c ---- */
void edits_plan(struct sim *sim);
void edits_config(struct sim *sim);
/* Brings the duties in line with the block, as a sync does. */
void edits_sync(struct sim *sim);
/* Closes the plans whose day has come. */
void edits_close(struct sim *sim);

/* ---- checker.c ---- */
struct duty *checker_find(struct sim *sim, const char *item, const char *key, const char *agency);
void checker_look_up(struct sim *sim, struct duty *duty);
/* Which of an agency's places an address is: its first mailbox, its second, a hook. */
int checker_place(const char *address);
/* Whether an address is one of an agency's mailboxes as they are now. */
bool checker_is_mailbox(const struct sim *sim, const char *agency, const char *address);
void checker_leaving(struct sim *sim, const struct delivery_record *delivery, const struct letter *letter);
void checker_on_wire(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notices,
                     const bool *firsts, int n);
/* Everything that was due at this instant is through. */
void checker_settled(struct sim *sim);
/* The clock shows an earlier time than it did. */
void checker_unsettle(struct sim *sim);
/* After a crash, or a tick that failed half-way: what was to be promised may or may not have been. */
void checker_reconcile(struct sim *sim, bool restarted);
void checker_states(struct sim *sim); /* the store knows what was decided */
void checker_end(struct sim *sim);

/* ---- ahead.c ---- */
extern const struct medium ahead_medium; /* of a seed that looks ahead */
void ahead_look(struct sim *sim);

/* ---- witness.c ---- */
void witness_listen(struct sim *sim);
