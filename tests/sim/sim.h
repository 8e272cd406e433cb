/* The simulation: a year of a random block in virtual time, with everything that happens to a daemon.
 * Depends on block, rules, daemon/engine.
 * Its parts: sim.c the year, outside.c servers, crash.c, people.c decisions and edits, checker.c what must hold. */
#pragma once

#include <stdio.h>

#include "engine/decision.h"
#include "engine/manager.h"
#include "rules.h"

enum class {
        CLASS_TEMPORARY,
        CLASS_PERMANENT,
        CLASS_LOST,
        CLASS_DELAY,
        CLASS_CRASH,
        CLASS_CLOCK,
        CLASS_EDIT,
        CLASS_PEOPLE,
        CLASSES
};
extern const char *const class_names[CLASSES];

enum { STREAM_BLOCK = CLASSES, STREAMS };

struct totals {
        long seeds, days, crashes, accepted, repeated; /* repeated: accepted more than once, on the wire at a crash or
                                                          with the answer lost */
        long faults[CLASSES];
        long decisions, refused, promises, ticks;
};

#define DELIVERY_TEXT 80

/* What the outside knows of a delivery. */
struct parcel_log {
        char id[DELIVERY_ID_SIZE];
        int accepts; /* how often a server took it */
        int excused; /* of them, those of which the program could not know */
        bool known;  /* recorded as sent */
        bool manual, refused;
};

/* A message on the wire. */
struct flight {
        transfer_done done;
        void *userdata;
        char id[DELIVERY_ID_SIZE];
        char address[DELIVERY_TEXT];
        uint64_t *says; /* a number for each notice and address */
        int n_says;
        enum class fate; /* CLASSES: it arrives */
        int64_t answer_ms;
        struct flight *next;
};

/* A notice that reached an address, and by which delivery. */
struct said {
        uint64_t what;
        int parcel;
};

#define DUTIES_MAX 256

struct sim;

/* What a crash leaves of the state. Where there is none, the process dies and its files stay as they are; another one may
 * lose the power as well. */
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

struct sim {
        uint64_t seed;
        unsigned classes; /* a bit each */
        bool quiet;       /* no class at all: everything is sent at its moment, exactly once */
        struct chance streams[STREAMS];
        struct totals totals;

        struct block block;
        struct rules rules;
        struct duty duties[DUTIES_MAX];
        int n_duties;

        char folder[64];
        struct settings *settings;
        struct manager *manager;
        int64_t now, end;        /* UTC ms */
        bool dropped;            /* a person dropped a delivery: its notices are cancelled, the audit log says why */
        wall_time latest;        /* the latest moment the clock has shown */
        int64_t events[CLASSES]; /* when the next crash, jump, edit, decision comes */
        int at_once;             /* ticks at this instant */
        bool hooked;             /* the observer and the wrapped functions listen */

        struct flight *flights;
        struct parcel_log *parcels;
        int n_parcels, room_parcels;
        struct said *said;
        int n_said, room_said;
        int64_t outage_until;

        bool in_transaction;
        int commits;   /* durable ones since the last look */
        int countdown; /* to the boundary at which the process dies; 0: not armed */
        bool dead;     /* nothing that happens from here on is durable */
        int64_t set_point;
        wall_time unsynced_at; /* a sync at that moment was lost; WALL_NONE */

        const struct medium *medium; /* NULL: the process dies */

        FILE *story;
        char *story_text;
        size_t story_size;
};

static inline bool sim_has(const struct sim *sim, enum class class)
{
        return sim->classes >> class & 1;
}

static inline wall_time sim_wall(const struct sim *sim)
{
        return clock_wall(sim->now);
}

/* ---- sim.c ---- */
struct totals sim_run(uint64_t seed, unsigned classes, const struct medium *medium, bool tell);
/* One line of the story, with the moment. */
__attribute__((format(printf, 2, 3))) void sim_say(struct sim *sim, const char *format, ...);
/* Tells the story and ends the process with 1. */
__attribute__((format(printf, 2, 3), noreturn)) void sim_fail(struct sim *sim, const char *format, ...);
void sim_load(struct sim *sim);
void sim_open(struct sim *sim);
void sim_tick(struct sim *sim);

/* ---- outside.c ---- */
struct courier outside_courier(struct sim *sim);
int64_t outside_next(const struct sim *sim);
/* One answer that is due comes back. */
void outside_answer(struct sim *sim);
struct parcel_log *outside_parcel(struct sim *sim, const char *id);
/* The wires are cut: what was on them arrived or did not. */
void outside_cut(struct sim *sim);
void outside_finished(struct sim *sim, const struct delivery_record *delivery);

/* ---- crash.c ---- */
void crash_listen(struct sim *sim); /* NULL: nobody */
/* A point at which the process may die. */
void crash_boundary(struct sim *sim);
void crash_now(struct sim *sim);
/* The process is dead, whatever it still does. */
void crash_die(struct sim *sim);
void crash_event(struct sim *sim);

/* ---- people.c ---- */
void people_decide(struct sim *sim);
void people_edit(struct sim *sim);
/* Brings the duties in line with the block, as a sync does. */
void people_sync(struct sim *sim);

/* ---- checker.c ---- */
struct duty *checker_find(struct sim *sim, const char *item, const char *key, const char *agency);
void checker_leaving(struct sim *sim, const struct delivery_record *delivery, const struct letter *letter);
void checker_on_wire(struct sim *sim, const struct delivery_record *delivery, const struct notice_record *notices,
                     int n);
/* Everything that was due at this instant is through. */
void checker_settled(struct sim *sim);
/* The process died in a tick: what was to be promised may or may not have been. */
void checker_died(struct sim *sim);
void checker_states(struct sim *sim); /* the store knows what was decided */
void checker_end(struct sim *sim);
