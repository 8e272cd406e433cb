/* The end of a trial: what only a mailbox of one's own got was not sent. */
#include "store/trial.h"

#include "core/kind.h"
#include "store/rows.h"

#define SENT_MEANWHILE "n.state = 2 AND n.sent_ms >= ?1 AND n.occurrence IS NOT NULL"

static int run(struct store *store, const char *sql, int64_t since_ms, int64_t other)
{
        CLEANUP_QUERY struct query query = query_prepared(store, sql);
        query_bind_integer(&query, since_ms);
        query_bind_integer(&query, other);
        return query_do(&query);
}

static int64_t kinds_that_tell_events(void)
{
        int64_t kinds = 0;
        for (int kind = 0; kind < KIND_COUNT; kind++)
                if (kind_tells_event((enum notice_kind)kind))
                        kinds |= INT64_C(1) << kind;
        return kinds;
}

static int forget_carriers(struct store *store, int64_t since_ms)
{
        CLEANUP_QUERY struct query query = query_prepared(
                store, "DELETE FROM carried WHERE notice IN (SELECT n.id FROM notice AS n WHERE " SENT_MEANWHILE ")");
        query_bind_integer(&query, since_ms);
        return query_do(&query);
}

/* A rung that is judged anew brings a cancelled notice back, and it may have come long before it was said; nothing
 * makes a notice of an event again. */
int store_end_trial(struct store *store, int64_t since_ms, wall_time since)
{
#define UNSETTLE(of) \
        " SET handled = min(handled, ?2 - 1, coalesce((SELECT min(n.rung_at) - 1 FROM notice AS n WHERE " of \
        " AND " SENT_MEANWHILE "), handled)), next_fire = 0 WHERE "
        static const char obligations[] = "UPDATE obligation AS o" UNSETTLE("n.obligation = o.id") "o.status = 0";
        static const char occurrences[] =
                "UPDATE occurrence AS o" UNSETTLE("n.occurrence = o.id AND n.obligation IS NULL") "o.withdrawn = 0";
        static const char unsay[] = "UPDATE notice AS n SET state = iif(?2 >> kind & 1, 0, 4),"
                                    " detail = iif(?2 >> kind & 1, detail, 'trial') WHERE " SENT_MEANWHILE;
        CLEANUP_UNIT struct unit unit = {0};
        int r = unit_begin(store, &unit);
        if (r >= 0)
                r = run(store, obligations, since_ms, since);
        if (r >= 0)
                r = run(store, occurrences, since_ms, since);
        if (r >= 0)
                r = forget_carriers(store, since_ms);
        if (r >= 0)
                r = run(store, unsay, since_ms, kinds_that_tell_events());
        return r < 0 ? r : unit_commit(&unit);
}
