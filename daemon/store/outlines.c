/* Outlines: of every obligation what its state and its dates follow from. */
#include "store/outlines.h"

#include "store/rows.h"

static int read_name(struct query *query, void *record)
{
        struct occurrence_name row = {.id = query_read_id(query, "occurrence")};
        query_read_ident(query, row.plan);
        query_read_ident(query, row.item);
        query_read_key(query, row.key);
        row.closed = query_read_flag(query);
        int r = query_check(query);
        if (r == 0)
                *(struct occurrence_name *)record = row;
        return r;
}

int store_name_occurrences(struct store *store, struct occurrence_name **ret, size_t *ret_n)
{
        static const char sql[] = "SELECT id, plan, item, key, plan IN (SELECT id FROM plan WHERE closed = 1)"
                                  " FROM occurrence ORDER BY id";
        static const struct row_type rows = {
                .size = sizeof(struct occurrence_name), .read = read_name, .clear = query_keep_row};
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_NAME_OCCURRENCES, sql);
        void *names = NULL;
        int r = query_fetch_all(&query, &rows, &names, ret_n);
        if (r == 0)
                *ret = names;
        return r;
}

static int read_outline(struct query *query, void *record)
{
        struct outline row = {.obligation = {.claimed = false}};
        struct obligation *obligation = &row.obligation;
        (void)query_read_id(query, "obligation");
        query_read_ident(query, row.agency);
        obligation->from = query_read_day(query);
        obligation->due = query_read_day(query);
        obligation->tentative = query_read_flag(query);
        obligation->observance = query_read_flag(query);
        obligation->shift = (enum shift)query_read_below(query, SHIFT_NONE + 1);
        obligation->lapses = query_read_flag(query);
        obligation->fixed = query_read_day(query);
        obligation->status = (enum obligation_status)query_read_below(query, OBLIGATION_STATUSES);
        obligation->done_on = query_read_day(query);
        obligation->snoozed_until = query_read_day(query);
        obligation->urged = query_read_day(query);
        obligation->known = query_read_moment(query);
        obligation->claimed = query_read_flag(query);
        int r = query_check(query);
        if (r == 0)
                *(struct outline *)record = row;
        return r;
}

/* Mostly nothing is claimed, and then it is not looked for. */
#define OUTLINE \
        "SELECT o.id, o.agency, o.from_day, o.due_day, o.tentative, o.observance, o.shift, o.lapses, o.fixed," \
        " o.status, o.done_on, o.snoozed_until, o.urged, o.known, EXISTS (SELECT 1 FROM claim WHERE state = 0)" \
        " AND EXISTS (SELECT 1 FROM claim AS k WHERE k.obligation = o.id AND k.state = 0)" \
        " FROM obligation AS o WHERE o.occurrence = ? AND o.status <> 3"

int store_outline(struct store *store, int64_t occurrence_id, const char *agency, struct outline **ret, size_t *ret_n)
{
        static const char all[] = OUTLINE " ORDER BY o.agency", one[] = OUTLINE " AND o.agency = ?";
        static const struct row_type rows = {
                .size = sizeof(struct outline), .read = read_outline, .clear = query_keep_row};
        CLEANUP_QUERY struct query query = agency ? query_cached(store, STATEMENT_OUTLINE_OF_AGENCY, one)
                                                  : query_cached(store, STATEMENT_OUTLINE, all);
        query_bind_integer(&query, occurrence_id);
        if (agency)
                query_bind_text(&query, agency);
        void *outlines = NULL;
        int r = query_fetch_all(&query, &rows, &outlines, ret_n);
        if (r == 0)
                *ret = outlines;
        return r;
}
