/* Visits obligations by filter, in the order of a list. */
#include "store/obligation-list.h"

#include "store/listing.h"

#include <errno.h>
#include <string.h>

#define SELECT "SELECT o.id FROM obligation AS o JOIN occurrence AS c ON c.id = o.occurrence"
#define ORDER "o.due ASC NULLS LAST, c.plan, c.item, c.key, o.agency"
#define REVERSE "o.due DESC NULLS FIRST, c.plan DESC, c.item DESC, c.key DESC, o.agency DESC"

#define AS_PLANNED "o.due ASC NULLS LAST, o.occurrence, o.agency"

/* Pages of what is narrowed by plan alone, or not at all, are read in the order of the index and need no sort. Where a
 * filter leaves few, its own index is the shorter way; the "+" keeps SQLite from going by `due`.
 * https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_ */
#define SELECT_BY_DUE "SELECT o.id FROM obligation AS o CROSS JOIN occurrence AS c ON c.id = o.occurrence"
#define ORDER_DATED "o.due, o.occurrence, o.agency"
#define ORDER_UNDATED "o.occurrence, o.agency"

/* Where a page begins: behind the obligation at which the one before ended. One that is undated leaves nothing dated to
 * come, and one with a day everything undated: ids of occurrences begin at 1. */
#define AFTER "FROM obligation AS p WHERE p.id = ?)"
#define BEHIND_DATED "o.due, o.occurrence, o.agency) > (SELECT p.due, p.occurrence, p.agency " AFTER
#define BEHIND_UNDATED "o.occurrence, o.agency) > (SELECT iif(p.due IS NULL, p.occurrence, 0), p.agency " AFTER

enum part { PART_ALL, PART_DATED, PART_UNDATED };

static bool is_narrow(const struct obligation_filter *filter)
{
        return filter->item || filter->agency || filter->occurrence_id || filter->dateless || filter->set_aside ||
               filter->snoozed_from || filter->effective_before || filter->done_from || filter->done_to;
}

static const char *order_of(const struct obligation_filter *filter, enum part part)
{
        bool narrow = is_narrow(filter);
        switch (part) {
        case PART_DATED:
                return narrow ? "+" ORDER_DATED : ORDER_DATED;
        case PART_UNDATED:
                return narrow ? "+" ORDER_UNDATED : ORDER_UNDATED;
        case PART_ALL:
                break;
        }
        if (filter->as_planned)
                return narrow ? "+" AS_PLANNED : AS_PLANNED;
        return filter->reverse ? REVERSE : ORDER;
}

/* The conditions with a number in place of a value are those of the partial indexes. */
static int list(struct store *store, const struct obligation_filter *filter, enum part part, int64_t **ret,
                size_t *ret_n)
{
        bool by_due = filter->due_from || filter->due_to;
        bool by_done = filter->done_from || filter->done_to;
        bool near = filter->due_until || filter->done_since;
        bool dated = part == PART_DATED, undated = part == PART_UNDATED, goes_on = filter->after != 0;
        bool narrow = is_narrow(filter);
        const struct condition conditions[] = {
                {filter->plan, "c.plan = ?", .text = filter->plan},
                {filter->item, "c.item = ?", .text = filter->item},
                {filter->key, "c.key = ?", .text = filter->key},
                {filter->agency, "o.agency = ?", .text = filter->agency},
                {filter->occurrence_id, "o.occurrence = ?", .number = filter->occurrence_id},
                {.asked = filter->open_only, .sql = "o.status = 0"},
                {.asked = filter->set_aside, .sql = "o.status >= 2"},
                {.asked = filter->no_withdrawn, .sql = "o.status <> 3"},
                {.asked = filter->no_closed, .sql = "c.plan NOT IN (SELECT id FROM plan WHERE closed = 1)"},
                {by_due, "o.due >= ?", .number = filter->due_from},
                {by_due, "o.due <= ?", .number = filter->due_to},
                {by_done, "o.done_on >= ?", .number = filter->done_from},
                {by_done, "o.done_on <= ?", .number = filter->done_to},
                {.asked = near, .sql = "o.status <= 1 AND o.observance = 0"},
                {near, "(o.status = 1 OR o.dateless = 1 OR min(o.due, o.effective) <= ?)", .number = filter->due_until},
                {near, "(o.status = 0 OR o.done_on >= ?)", .number = filter->done_since},
                {.asked = filter->dateless, .sql = "o.dateless = 1"},
                {filter->effective_before, "o.overdue_after < ?", .number = filter->effective_before},
                {filter->snoozed_from, "o.snoozed_until >= ?", .number = filter->snoozed_from},
                {.asked = dated, .sql = narrow ? "+o.due IS NOT NULL" : "o.due IS NOT NULL"},
                {dated && goes_on, narrow ? "(+" BEHIND_DATED : "(" BEHIND_DATED, .number = filter->after},
                {.asked = undated, .sql = narrow ? "+o.due IS NULL" : "o.due IS NULL"},
                {undated && goes_on, narrow ? "(+" BEHIND_UNDATED : "(" BEHIND_UNDATED, .number = filter->after},
        };
        const struct listing listing = {
                .select = part == PART_ALL || narrow ? SELECT : SELECT_BY_DUE,
                .conditions = conditions,
                .n = ELEMENTS(conditions),
                .order = order_of(filter, part),
                .limit = filter->limit,
                .offset = filter->offset,
        };
        return listing_ids(store, &listing, ret, ret_n);
}

static int list_page(struct store *store, const struct obligation_filter *filter, int64_t **ret, size_t *ret_n)
{
        CLEANUP_FREE int64_t *dated = NULL, *undated = NULL;
        struct obligation_filter rest = *filter;
        size_t n_dated = 0, n_undated = 0;
        if (!filter->as_planned || filter->reverse || filter->offset || !filter->limit)
                return store_refuse(store, -EINVAL,
                                    "a page by cursor is of the plan's order, forward, and has a limit");
        int r = list(store, filter, PART_DATED, &dated, &n_dated);
        if (r < 0)
                return r;
        rest.limit -= n_dated;
        if (rest.limit > 0) {
                r = list(store, &rest, PART_UNDATED, &undated, &n_undated);
                if (r < 0)
                        return r;
        }
        int64_t *all = reallocarray(dated, n_dated + n_undated + 1, sizeof(*all));
        if (!all)
                return store_refuse(store, -ENOMEM, "out of memory");
        dated = NULL;
        if (n_undated > 0)
                memcpy(all + n_dated, undated, n_undated * sizeof(*all));
        *ret = all;
        *ret_n = n_dated + n_undated;
        return 0;
}

int store_each_obligation(struct store *store, const struct obligation_filter *filter, obligation_visitor visit,
                          void *userdata)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = filter->by_cursor ? list_page(store, filter, &ids, &n) : list(store, filter, PART_ALL, &ids, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                r = store_get_obligation(store, ids[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}
