/* What the parts of the engine share: the settings in force, the store, the clock, the journal. */
#pragma once

#include "runtime/clock.h"
#include "runtime/journal.h"
#include "runtime/settings.h"
#include "runtime/troubles.h"
#include "store/deliveries.h"
#include "store/obligations.h"

/* Who wants to know what happened: the bus, a rehearsal's printer. Any may be NULL. */
struct engine_observer {
        /* A message was composed and leaves for the first time. */
        void (*leaving)(void *self, const struct delivery_record *delivery, const struct letter *letter,
                        const char *subject);
        /* An attempt is over; delivery->state says how. */
        void (*finished)(void *self, const struct delivery_record *delivery, const char *answer);
        /* An obligation changed by a decision or an edited plan. */
        void (*changed)(void *self, const struct obligation_record *obligation);
        void *self;
};

#define ENGINE_OBSERVERS 2 /* the bus, and a rehearsal's printer */

struct engine {
        struct settings *settings;
        struct store *store;
        struct clock clock;
        struct journal journal;
        struct troubles troubles;
        struct engine_observer observers[ENGINE_OBSERVERS]; /* zeroed ones are free */
        uint64_t random;                                    /* state of the generator */
        /* Obligations that are there at the start are taken to have been known and watched up to here: a rehearsal
         * starts at its first day (daemon/doc/formats.md section 1). WALL_NONE: it is a first start. */
        wall_time watched_since;
        const char *host; /* this machine, see core/custody.h; borrowed; NULL: a state that is nobody's (rehearsal) */
        bool stands_by;   /* the state is another machine's: nothing is sent and nothing decided */
        uint64_t hold_changes; /* how often somebody was held, or no longer */
        bool superseded;       /* what waits to leave may say what has given way to something newer in this tick */
        int64_t failures_due;  /* when collected failure notices leave, UTC ms; 0: there are none */
};

static inline const struct config *engine_config(const struct engine *engine)
{
        return settings_config(engine->settings);
}

/* Adds an observer (there is room for ENGINE_OBSERVERS); takes out the one with that self. */
void engine_observe(struct engine *engine, const struct engine_observer *observer);
void engine_unobserve(struct engine *engine, const void *self);
/* Whether anybody wants to be told what leaves. */
bool engine_is_watched(const struct engine *engine);
void engine_tell_leaving(const struct engine *engine, const struct delivery_record *delivery,
                         const struct letter *letter, const char *subject);
void engine_tell_finished(const struct engine *engine, const struct delivery_record *delivery, const char *answer);
void engine_tell_changed(const struct engine *engine, const struct obligation_record *obligation);

/* 64 random bits: splitmix64 over the seed that manager drew from the kernel, or a rehearsal fixed. */
uint64_t engine_random(struct engine *engine);
/* A new delivery id: 48 bits of the moment and 80 random ones, as in a UUID of version 7 (RFC 9562), so that the ids of
 * a batch stand together in the index of ids. */
void engine_new_id(struct engine *engine, char ret[static DELIVERY_ID_SIZE]);

/* The rules by which an item's ladder is built. */
struct ladder_rules engine_rules(const struct engine *engine, const struct item *item);
/* When digests leave. */
struct digest_rules engine_digest_rules(const struct engine *engine);
/* Fills in the dates in force that the store keeps beside an obligation, and when its ladder next needs a look,
 * given what is settled already. */
void engine_arm(const struct engine *engine, const struct item *item, struct obligation_record *record);
/* Whether the plans have it: what was finished keeps its status when it leaves them, and must not come to life there.
 */
int engine_is_planned(struct engine *engine, const struct obligation_record *record, bool *ret);
/* The first instant not before `at_ms` that is inside the hours, UTC milliseconds; INT64_MAX stays so. */
int64_t engine_when_open(const struct engine *engine, int64_t at_ms);
bool engine_is_open(const struct engine *engine, int64_t at_ms);
/* Until when what is gathered now may leave as it is, UTC milliseconds: what a message says goes by the day, and it has
 * to leave within the hours unless `any_hour`. INT64_MAX with a virtual clock, which stands still meanwhile. */
int64_t engine_holds_until(const struct engine *engine, int64_t now_ms, bool any_hour);
/* Makes an occurrence's escalations and date reminders be judged anew at the next tick. */
int engine_rearm_occurrence(struct engine *engine, int64_t occurrence);

/* In the store: what the obligations follow. Unset where something was decided from which the day of another item
 * follows, so that the next tick brings it in line. */
#define FACT_SYNCED "synced"

/* ladder_catch_up_floor(), as things stand now. */
wall_time engine_catch_up_floor(const struct engine *engine, wall_time handled);

/* What failed, in the store's words where it was the store. Borrowed until the store's next call. */
const char *engine_words(const struct engine *engine, int error);
/* Logs a failure of the store once with its words; returns the error it was given. */
int engine_store_trouble(const struct engine *engine, int error, const char *doing);
