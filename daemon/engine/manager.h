/* The manager: owns settings, store, clock and outbox; start, tick, reload and shutdown. */
#pragma once

#include <systemd/sd-event.h>

#include "reminding/changes.h"
#include "runtime/engine.h"
#include "sending/transport.h"

struct manager;

struct manager_options {
        sd_event *event; /* NULL: the caller ticks by itself and nothing is on the wire (rehearsal) */
        struct transport transport;
        struct settings *settings; /* a reference is taken */
        const char *state_dir;     /* NULL: a scratch store in memory */
        const char *host; /* this machine, see core/custody.h; borrowed; NULL: whose the state is is not asked */
        struct journal journal;
        struct engine_observer observer;
        bool is_virtual;
        bool fresh;         /* a virtual one begins as at a first start; else as if it had run before */
        int64_t virtual_ms; /* where a virtual clock starts */
        bool of_excerpt;    /* the store is filled with a part of another: what it lacks is not to be made anew */
        /* Called within the steps that may take long, as store_on_progress() has it; NULL: nobody. */
        bool (*go_on)(void *userdata);
        uint64_t seed; /* of a virtual manager's random numbers; a real one asks the kernel */
};

/* Opens the store. On failure *ret_error holds the reason in words; the caller frees it. */
int manager_new(const struct manager_options *options, struct manager **ret, char **ret_error);
struct manager *manager_free(struct manager *manager);
/* Recovers what a crash left behind, brings the store in line with the plans and starts to remind; of a state that is
 * another machine's only says so. Once more after decide_take_over(). */
int manager_start(struct manager *manager);
/* The state is another machine's. */
bool manager_stands_by(const struct manager *manager);
/* Does everything that is due now: schedules, sends, records; then arms the timer for the next moment. Called by the
 * timer and by a rehearsal. 0 or an error of the store, which is a trouble until a tick can write again: it is tried
 * after a second, and then after up to MANAGER_RETRY_SECONDS. */
int manager_tick(struct manager *manager);
/* A tick after a decision was stored: messages that are about to leave are looked at again first. */
int manager_decided(struct manager *manager);
#define MANAGER_RETRY_SECONDS 10 /* once there is room on a full disk, reminders leave within that time */
/* A request found that the state cannot be read or written: whether it can is tried now, and if not it is a trouble. */
void manager_try_state(struct manager *manager);
/* For a question about the state: manager_try_state() unless that was done within MANAGER_SURE_MS or is a trouble
 * already. So monitoring learns of a full disk before a reminder has to wait for it. */
void manager_look_at_state(struct manager *manager);
#define MANAGER_SURE_MS 10000 /* it costs a wait for the disk, and some ask each second */
/* The next moment anything can happen by itself, UTC milliseconds; INT64_MAX: none. */
int64_t manager_wake(const struct manager *manager);
/* How long until then, ms. */
int64_t manager_until_wake(const struct manager *manager);
/* Forgets what is kept only to be quick, before a long rest. */
void manager_rest(struct manager *manager);
/* Puts a loaded configuration in force. On an error the old one goes on. `changes`, which may be NULL, holds what it
 * changed of the obligations. */
int manager_adopt(struct manager *manager, struct settings *settings, struct changes *changes);
/* What manager_adopt() would change of the obligations; the old configuration goes on, and nothing is written. */
int manager_try(struct manager *manager, struct settings *settings, struct changes *changes);
/* A reload was refused before or by manager_adopt(), which is a trouble until one is not. */
void manager_note_reload(struct manager *manager, bool refused);
/* What is in force; borrowed until the next manager_adopt(). */
const struct config *manager_config(const struct manager *manager);
/* What failed in words; borrowed until the next call. */
const char *manager_words(const struct manager *manager, int error);
/* Looks whether every moment that something is due at is where a tick looks for it; if not, mends it and does what was
 * missed. What fails is a trouble until another look does not. Between ticks. */
int manager_verify(struct manager *manager);
/* The clock was set, or the time zone's rules changed: everything is judged anew. */
int manager_clock_changed(struct manager *manager);
/* Starts no new messages; those on the wire may finish. */
void manager_stop(struct manager *manager);
/* Messages that are on the wire or not yet recorded. */
size_t manager_under_way(const struct manager *manager);

/* For what is written against the engine itself: views, decisions, the rehearsal. */
struct engine *manager_engine(struct manager *manager);

static inline void manager_free_p(struct manager **manager)
{
        manager_free(*manager);
}
