/* What the files of the manager share. */
#pragma once

#include "engine/manager.h"
#include "reminding/sync.h"
#include "sending/outbox.h"

struct manager {
        struct engine engine;
        struct outbox *outbox;
        sd_event_source *timer;
        int64_t wake;
        int64_t set_point; /* clock_set_point() when last looked at */
        bool of_excerpt;
        bool running;
        bool in_tick;
        uint32_t failures;             /* of the store, in a row: the state is in doubt until something was written */
        int64_t tried_ms;              /* when it was last tried on request whether the state can be written */
        int64_t seen_ms;               /* while the clock is behind: the moment that it has already shown */
        int64_t unfollowed;            /* by how much the clock was set and the store does not know it yet, ms */
        bool unsettled;                /* rungs may be settled beyond what the clock now shows */
        int64_t held_back;             /* bytes of the store's log, when it was last told of; 0: it can be emptied */
        bool (*go_on)(void *userdata); /* see struct manager_options */
        bool moved;                    /* agencies may have other addresses than those of the queue */
        bool touched;  /* another program has written, and what it left was not compared with the plans yet */
        bool in_doubt; /* a comparison failed: a trouble until one does not */
};

/* What a tick shows of the troubles that it can see the end of, and the journal's word on all. */
void manager_judge_troubles(struct manager *manager);

/* A clock that stands before the last recorded time is a trouble. */
void manager_report_clock(struct manager *manager);
/* The clock may have been set back while nobody watched. */
int manager_start_clock(struct manager *manager);
/* Part of a tick, so that it is tried again where the store cannot be written just now. */
int manager_follow_clock(struct manager *manager);
/* The wall clock may show less than what was settled already: it was set back, or the zone is another one. */
int manager_unsettle(struct engine *engine);

int manager_synchronise(struct manager *manager, enum sync_depth depth, struct changes *changes);
/* On the day on which an agency passes to another one, where the clock is set back before it, and after a decision on
 * what another item is counted from. */
int manager_follow_plans(struct manager *manager);
enum mend_outcome { MEND_NOTHING = 0, MENDED };
/* Looks whether what is due stands where a tick looks for it, and whether anything changed behind the program's back;
 * brings it in line again if so. An enum mend_outcome or an error. */
int manager_mend(struct manager *manager, struct changes *changes);
