/* What the parts of tests/faults share: a case is a seed in a process of its own, and counts what it did. */
#pragma once

#include "../sim/chance.h"
#include "base/cleanup.h"
#include "store/store.h"

#define TALLY_CALLS 11 /* DISK_CALLS */

/* Summed over all cases. Longs only: they are added as an array. */
struct counted {
        long losses;   /* of power */
        long commits;  /* acknowledged, and there after every loss */
        long halves;   /* in flight at a loss: kept, or not */
        long kept;     /* of them */
        long detected; /* losses of a lying disk that were noticed */
        long faults[TALLY_CALLS];
        long refused;   /* operations that a fault made fail */
        long memory;    /* allocations that failed */
        long leaving;   /* messages that left an engine under faults */
        long damaged;   /* databases */
        long untouched; /* of them, refused as they were */
        long mended;    /* said so, and all that is owed was said */
        long whole;     /* nothing was amiss */
        long told;      /* something else was said, and somebody told */
        long repeated;  /* of them, with the id they had: on the wire when the power went */
};

struct faults {
        uint64_t seed;
        bool brief; /* a part of it, for scripts/test */
        struct chance chance;
        struct counted counted;
        char folder[64]; /* of this case, on a memory file system where there is one */
};

/* Says what is wrong and ends the case. */
__attribute__((format(printf, 2, 3), noreturn)) void faults_fail(const struct faults *faults, const char *format, ...);

void faults_make_folder(const char *path);
/* Removes all that is in the case's folder. */
void faults_empty(const struct faults *faults);

/* ---- store-work.c: what a daemon asks of a store ---- */

struct work {
        struct faults *faults;
        struct store *store;
        int64_t now_ms;
        uint64_t acked, next; /* digests: of the last commit that was acknowledged; of the one in flight */
        bool in_flight;
        long commits;
};

/* Of all rows of all tables but delivery_tally, which is written in the commit. */
uint64_t work_digest(const struct faults *faults, struct store *store);
/* One transaction of a random kind. 0, or the store's error after a rollback. */
int work_step(struct work *work);
/* integrity_check, foreign_key_check, and that the tally counts what is there. */
void work_assert_sound(const struct faults *faults, struct store *store);
/* Makes checkpoints and cache spills as frequent as in a large database. */
void work_hurry(struct faults *faults, struct store *store);
/* As store_open(), and fails the case with the store's words. */
struct store *work_open(struct faults *faults);

/* A database of version 1 with 300 deliveries; `crashed`: they stand in its log. */
void power_make_old(const struct faults *faults, bool crashed);
struct disk_fault;
/* The kind of call that fails in this seed, and how; all kinds within 38 seeds. */
struct disk_fault faults_answer(uint64_t seed);
#define FAULTS_ANSWERS 38

/* ---- the cases ---- */

void power_store(struct faults *faults);
void power_lying(struct faults *faults); /* must notice */
void power_migration(struct faults *faults);
void power_backup(struct faults *faults);
void power_engine(struct faults *faults);
void errors_store(struct faults *faults);
void errors_open(struct faults *faults);
void errors_backup(struct faults *faults);
void errors_engine(struct faults *faults);
void damage_bits(struct faults *faults);
void damage_pages(struct faults *faults);
void damage_indexes(struct faults *faults);
void damage_values(struct faults *faults);
void damage_derived(struct faults *faults);
void memory_engine(struct faults *faults);
void memory_config(struct faults *faults);
void memory_crypto(struct faults *faults);
void memory_bus(struct faults *faults);
