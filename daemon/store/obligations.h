/* Obligations: one occurrence for one agency, with what was decided of it. */
#pragma once

#include "core/obligation.h"
#include "core/reference.h"
#include "store/store.h"

struct obligation_record {
        int64_t id, occurrence_id;
        char plan[ID_SIZE], item[ID_SIZE];
        char key[KEY_SIZE];
        char agency[ID_SIZE];
        char *title;
        struct obligation obligation;
        civil_day due;                    /* the nominal day in force, fixed or planned; CIVIL_NONE: undated */
        civil_day effective;              /* after the shift, see obligation_dates(); CIVIL_NONE: undated */
        wall_time handled;                /* rungs up to here are settled */
        wall_time next_fire;              /* WALL_NEVER: none */
        char *snoozed_by, *snooze_reason; /* NULL unless snoozed */
        char *done_by, *note;             /* of done, waived; or NULL */
};

void obligation_record_clear(struct obligation_record *record);

/* What finds or gets a row: STORE_NONE. */
int store_find_obligation(struct store *store, int64_t occurrence_id, const char *agency,
                          struct obligation_record *ret);
int store_get_obligation(struct store *store, int64_t id, struct obligation_record *ret);
/* plan, item, key and title are those of the occurrence and are not written here; due and effective come from the
 * caller, since the store knows no calendar. */
int store_put_obligation(struct store *store, struct obligation_record *record);
/* Only until when its rungs are settled, and when the next one fires (WALL_NEVER: none): what every tick writes. */
int store_arm_obligation(struct store *store, int64_t id, wall_time handled, wall_time next_fire);
/* Obligations whose next_fire has come, but for those of agencies that are held, at most n, in (next_fire, agency, id)
 * order. */
int store_due_obligations(struct store *store, wall_time now, struct obligation_record *records, size_t n);
/* The dates of what is open of an occurrence (observances not among them), each once however many agencies share them,
 * in the order of `effective`; the caller frees *ret. */
struct open_dates {
        struct obligation obligation; /* from, due, tentative, shift, fixed and urged; the rest unused */
        civil_day effective;
};
int store_open_dates(struct store *store, int64_t occurrence_id, struct open_dates **ret, size_t *ret_n);
/* The latest moment that has come of those obligations; WALL_NEVER: none has. */
int store_last_due(struct store *store, wall_time now, wall_time *ret);
/* The earliest next_fire of both, but for those of agencies that are held; WALL_NEVER. */
int store_next_fire(struct store *store, wall_time *ret);
/* The clock was set back to `now`: what was settled at a moment that is still to come is settled no more, and is judged
 * anew. What was said stays said, since its notice is there. */
int store_rewind_handled(struct store *store, wall_time now);
