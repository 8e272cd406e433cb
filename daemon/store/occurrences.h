/* Occurrences, as the plans have them. */
#pragma once

#include "core/obligation.h"
#include "core/reference.h"
#include "store/store.h"

#define FIRE_AT_ONCE 0 /* as next_fire: at the next tick, even if the clock is set back before it */

struct occurrence_record {
        int64_t id;
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];        /* "" unless the item has several */
        char *title;               /* kept for what is withdrawn */
        struct obligation planned; /* from, due, tentative, observance, shift, lapses; the rest unused */
        civil_day fix_by;
        bool withdrawn;
        wall_time handled;   /* fix and escalation rungs up to here are settled */
        wall_time next_fire; /* WALL_NEVER: none */
};

void occurrence_record_clear(struct occurrence_record *record);

/* A plan's occurrence by its name. This, and what finds or gets another row: STORE_NONE. */
int store_find_occurrence(struct store *store, const char *plan, const char *item, const char *key,
                          struct occurrence_record *ret);
int store_get_occurrence(struct store *store, int64_t id, struct occurrence_record *ret);
/* Inserts (id 0; *record.id is set) or updates every field of it. */
int store_put_occurrence(struct store *store, struct occurrence_record *record);
/* Occurrences whose next_fire has come, at most n. Returns how many were written to records, or an error. */
int store_due_occurrences(struct store *store, wall_time now, struct occurrence_record *records, size_t n);
