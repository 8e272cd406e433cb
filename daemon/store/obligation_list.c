/* Visits obligations by filter, in the order of a list.
 * Depends on listing.h.
 * Called by engine (escalations, digests) and, for views, by control. */
#include "store/listing.h"

#define SELECT "SELECT o.id FROM obligation AS o JOIN occurrence AS c ON c.id = o.occurrence"
#define ORDER "o.due ASC NULLS LAST, c.plan, c.item, c.key, o.agency"
#define REVERSE "o.due DESC NULLS FIRST, c.plan DESC, c.item DESC, c.key DESC, o.agency DESC"

/* The conditions with a number in place of a value are those of the partial indexes. */
static int list(struct store *store, const struct obligation_filter *filter, int64_t **ret, size_t *ret_n)
{
        bool by_due = filter->due_from || filter->due_to;
        bool by_done = filter->done_from || filter->done_to;
        const struct condition conditions[] = {
                {filter->plan, "c.plan = ?", .text = filter->plan},
                {filter->item, "c.item = ?", .text = filter->item},
                {filter->key, "c.key = ?", .text = filter->key},
                {filter->agency, "o.agency = ?", .text = filter->agency},
                {filter->occurrence_id, "o.occurrence = ?", .number = filter->occurrence_id},
                {.asked = filter->open_only, .sql = "o.status = 0"},
                {.asked = filter->no_withdrawn, .sql = "o.status <> 3"},
                {by_due, "o.due >= ?", .number = filter->due_from},
                {by_due, "o.due <= ?", .number = filter->due_to},
                {by_done, "o.done_on >= ?", .number = filter->done_from},
                {by_done, "o.done_on <= ?", .number = filter->done_to},
                {.asked = filter->dateless, .sql = "o.dateless = 1"},
                {filter->effective_before, "o.overdue_after < ?", .number = filter->effective_before},
        };
        const struct listing listing = {
                .select = SELECT,
                .conditions = conditions,
                .n = ELEMENTS(conditions),
                .order = filter->reverse ? REVERSE : ORDER,
                .limit = filter->limit,
                .offset = filter->offset,
        };
        return listing_ids(store, &listing, ret, ret_n);
}

int store_each_obligation(struct store *store, const struct obligation_filter *filter, obligation_visitor visit,
                          void *userdata)
{
        CLEANUP_FREE int64_t *ids = NULL;
        size_t n = 0;
        int r = list(store, filter, &ids, &n);
        for (size_t i = 0; r == 0 && i < n; i++) {
                CLEANUP(obligation_record_clear) struct obligation_record record = {0};
                r = store_get_obligation(store, ids[i], &record);
                if (r == 0)
                        r = visit(userdata, &record);
        }
        return r;
}
