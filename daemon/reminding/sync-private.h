/* What the files of a sync share. */
#pragma once

#include "reminding/sync.h"
#include "store/occurrences.h"

struct sync {
        struct engine *engine;
        const struct plan *plan;
        const struct item *item;
        wall_time now;
        enum sync_depth depth;
        bool closed;              /* the plan is */
        const struct venue *left; /* where the item was before, if it has another venue now; NULL: it has not */
        struct changes *changes;  /* NULL: nobody asks */
        struct sync_counts counts;
};

/* ---- one obligation: made, or changed as the plan was ---- */

struct change sync_change_of(const struct sync *sync, enum change_kind kind, const struct obligation_record *before,
                             const struct obligation_record *after);
struct obligation sync_planned_obligation(const struct item *item, const struct occurrence *occurrence);
civil_day sync_planned_fix_by(const struct item *item, const struct occurrence *occurrence);
/* What the plan says to one agency of an occurrence; of an item that is counted from another, once that is synced. */
int sync_planned_for(const struct sync *sync, const struct occurrence *occurrence, size_t agency,
                     struct obligation *ret);
/* What every agency owes that did not owe it before; the title is the occurrence's. */
struct obligation_record sync_new_obligation(const struct sync *sync, const struct occurrence_record *occurrence);
int sync_add_obligation(struct sync *sync, const struct obligation_record *template, const char *agency);
int sync_update_obligation(struct sync *sync, const struct occurrence_record *occurrence,
                           struct obligation_record *record);
int sync_agency(struct sync *sync, const struct occurrence_record *occurrence, const struct obligation_record *template,
                const char *agency);

/* ---- who passed to another agency ---- */

int sync_audit_passage(const struct sync *sync, const struct obligation_record *record, const char *verb,
                       const char *agency, const char *other);
/* What an agency that is named, or the last of those that it passed to before, owes or did of an occurrence. The heir
 * is not looked at. STORE_NONE: nobody ever owed it. */
int sync_find_predecessor(const struct sync *sync, int64_t occurrence, size_t named, size_t heir,
                          struct obligation_record *ret);
/* Of a closed plan nothing is handed on. */
bool sync_is_settled(const struct obligation_record *record);
/* The item names an agency that has passed to another one, which it does not name: that one owes what is not settled.
 */
int sync_heir(struct sync *sync, const struct occurrence_record *occurrence, const struct obligation_record *template,
              size_t named, size_t heir);

/* ---- how what the store has compares with the plans ---- */

/* How what the store has of an item compares with what follows from the plans. */
enum comparison { COMPARED_SAME = 0, COMPARED_AWAY, COMPARED_WRONG };
/* The occurrence, and what each agency owes of it. */
int sync_compare_occurrence(const struct sync *sync, const struct occurrence *occurrence, const size_t *agencies,
                            size_t n_agencies);
