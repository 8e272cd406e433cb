/* An office: six weeks of a block with all that a daemon does, in virtual time, whose store or memory may fail at any
 * moment. What must come out is always the same: each notice reaches each address once. */
#pragma once

#include "engine/manager.h"
#include "faults.h"

struct office;

struct office_options {
        const char *state; /* NULL: in memory */
        /* Called before and after each step that may fail; NULL: nobody. */
        void (*before)(void *self, const char *step, int64_t now_ms);
        void (*after)(void *self, const char *step, int r, int64_t now_ms);
        void *self;
};

struct office *office_new(struct faults *faults, const struct office_options *options);
/* The next thing that happens: a start, a tick, answers, a decision, an edited plan. What fails is tried again when the
 * program would. False: the six weeks are over. */
bool office_step(struct office *office);
/* The program ends in order, and its files are closed; the next step starts it again. */
void office_stop(struct office *office);
/* Somebody else looks on from here. */
void office_watch(struct office *office, void (*after)(void *self, const char *step, int r, int64_t now_ms),
                  void *self);
/* A number for all that was said: which notices reached which addresses, and in which words. */
uint64_t office_said(const struct office *office, bool words);
long office_messages(const struct office *office);
struct office *office_free(struct office *office);
