/* A flood of equal lines: the first are written, the others counted, and what was counted is told. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOOD_FIRST 20                           /* lines of a sort in one period that are written as they are */
#define FLOOD_PERIOD_MS (INT64_C(5) * 60 * 1000) /* and how long that is */
#define FLOOD_SORTS 16 /* kept apart at once; beyond that the one that began first is told early and forgotten */

/* Lines of one sort. */
struct flood {
        uint64_t key; /* 0: a free place */
        int64_t since_ms;
        uint32_t written; /* since then */
        uint64_t held;    /* since then, not written */
};

struct floods {
        struct flood sorts[FLOOD_SORTS];
};

struct flood_step {
        size_t place;    /* in sorts */
        uint64_t rest;   /* so many were held at that place, and are to be told first; 0: none */
        int64_t rest_ms; /* in so long a time */
        bool write;      /* the line itself is to be written, not counted */
};

/* Two lines are of one sort when the event, the place and the words agree; of the words those with a digit in them (but
 * for the first, which may be a server's code) or an @ do not count: they name what differs. Never 0. */
uint64_t flood_key(unsigned event, const char *where, const char *words);
/* What becomes of a line. A clock that was set back ends the period. */
struct flood_step flood_take(struct floods *floods, uint64_t key, int64_t now_ms);
/* When a rest is due to be told; INT64_MAX: nothing is held. */
int64_t flood_next(const struct floods *floods);
/* One rest that is due, or with `all` (the program ends) any; false: none. */
bool flood_due(struct floods *floods, int64_t now_ms, bool all, struct flood_step *ret);
