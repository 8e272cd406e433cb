/* Lists of obligations by filter. */
#pragma once

#include "store/obligations.h"

/* Which obligations to visit; a zeroed filter means all, in (due, plan, item, key, agency) order, the undated last. */
struct obligation_filter {
        const char *plan, *item, *key, *agency; /* NULL: any */
        int64_t occurrence_id;                  /* 0: any */
        bool open_only;                         /* status open, observances too */
        bool no_withdrawn;
        bool no_closed;                  /* only of plans that are not closed */
        civil_day due_from, due_to;      /* effective nominal day (fixed or due) in [from, to]; both 0: any */
        civil_day done_from, done_to;    /* both 0: any */
        civil_day due_until, done_since; /* only what is open and has no day or one up to the first, and what was done
                                            from the second on; observances are not among it; both 0: any */
        bool dateless;                   /* only tentative or undated */
        civil_day effective_before;      /* only what is overdue on that day, as store_count() has it; 0: any */
        civil_day snoozed_from;          /* only what has a snooze that ends on that day or later; 0: any */
        bool set_aside;                  /* only waived, withdrawn, unclear or unfinished */
        bool as_planned;      /* within a day in the order in which the plans first had them, then by agency */
        bool reverse;         /* the other way round, the undated first; not with as_planned */
        size_t limit, offset; /* 0: no limit */
        bool by_cursor;       /* as_planned in pages of `limit`, each as cheap as the first: `after`, no offset */
        int64_t after;        /* the obligation at which the page before ended; 0: the first page */
};

typedef int (*obligation_visitor)(void *userdata, const struct obligation_record *record);
int store_each_obligation(struct store *store, const struct obligation_filter *filter, obligation_visitor visit,
                          void *userdata);
