/* What status and metrics count, from tallies: of deliveries, and of obligations, which triggers keep (schema.c). */
#include "store/counts.h"

#include "store/rows.h"

/* Obligations of one course, and whether the day until which they are pending is over. */
typedef void course_visitor(void *userdata, enum course course, civil_day day, bool is_over, int64_t n);

static int each_course(struct store *store, civil_day today, course_visitor *visit, void *userdata)
{
        int r = made_write(store);
        if (r < 0)
                return r;
        CLEANUP_QUERY struct query query = query_cached(
                store, STATEMENT_COUNT_OBLIGATIONS, "SELECT course, nullif(day, " NO_DAY "), n FROM obligation_tally");
        while ((r = query_step(&query)) > 0) {
                enum course course = (enum course)query_read_below(&query, COURSES);
                civil_day day = query_read_day(&query);
                int64_t n = query_read_sum(&query);
                if (query_check(&query) >= 0)
                        visit(userdata, course, day, day < today, n);
        }
        return r < 0 ? r : query_check(&query);
}

static void add_count(void *userdata, enum course course, civil_day day, bool is_over, int64_t n)
{
        struct store_counts *counts = userdata;
        if (course_is_open(course))
                counts->obligations_open += n;
        if (course_state(course, day, is_over) == STATE_OVERDUE)
                counts->overdue += n;
        if (course == COURSE_UNCLEAR)
                counts->unclear += n;
}

static int count_claims(struct store *store, int64_t ret[static CLAIM_STATES])
{
        CLEANUP_QUERY struct query query =
                query_cached(store, STATEMENT_COUNT_CLAIMS, "SELECT state, count(*) FROM claim GROUP BY state");
        int r;
        while ((r = query_step(&query)) > 0) {
                unsigned state = query_read_below(&query, CLAIM_STATES);
                ret[state] = query_read_sum(&query);
        }
        return r < 0 ? r : query_check(&query);
}

static int count_deliveries(struct store *store, struct store_counts *counts)
{
        struct tally tally[CHANNEL_KINDS][DELIVERY_STATES];
        int r = tally_read(store, tally);
        if (r < 0)
                return r;
        for (unsigned channel = 0; channel < CHANNEL_KINDS; channel++) {
                counts->queued += tally[channel][DELIVERY_QUEUED].n;
                counts->sending += tally[channel][DELIVERY_SENDING].n;
                counts->sent += tally[channel][DELIVERY_SENT].n;
                if (tally[channel][DELIVERY_SENT].last_ms > counts->last_sent_ms)
                        counts->last_sent_ms = tally[channel][DELIVERY_SENT].last_ms;
        }
        return unread_count(store, &counts->failed, &counts->bounced, &counts->too_late);
}

int store_count(struct store *store, civil_day today, struct store_counts *ret)
{
        struct store_counts counts = {0};
        int64_t claims[CLAIM_STATES] = {0};
        int r = each_course(store, today, add_count, &counts);
        if (r >= 0)
                r = count_claims(store, claims);
        if (r >= 0)
                r = count_deliveries(store, &counts);
        if (r < 0)
                return r;
        counts.claims = claims[CLAIM_OPEN];
        *ret = counts;
        return 0;
}

/* ---- totals ---- */

static void add_total(void *userdata, enum course course, civil_day day, bool is_over, int64_t n)
{
        int64_t *obligations = userdata;
        obligations[course_state(course, day, is_over)] += n;
}

/* A snooze lasts days: those in force are found by its index. The day is over that a snooze outlasts, or it is not. */
static int move_snoozed(struct store *store, civil_day today, int64_t obligations[static STATE_COUNT])
{
        static const char sql[] = "SELECT course, course_day < ?1, count(*) FROM obligation"
                                  " WHERE snoozed_until IS NOT NULL AND snoozed_until >= ?1 AND status = 0"
                                  " GROUP BY 1, 2";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_COUNT_SNOOZED, sql);
        query_bind_day(&query, today);
        int r;
        while ((r = query_step(&query)) > 0) {
                enum course course = (enum course)query_read_below(&query, COURSES);
                bool is_over = query_read_flag(&query);
                int64_t n = query_read_sum(&query);
                if (!course_may_be_snoozed(course))
                        continue;
                obligations[course_state(course, CIVIL_NONE, is_over)] -= n;
                obligations[STATE_SNOOZED] += n;
        }
        return r < 0 ? r : query_check(&query);
}

static int total_obligations(struct store *store, civil_day today, int64_t obligations[static STATE_COUNT])
{
        int r = each_course(store, today, add_total, obligations);
        return r < 0 ? r : move_snoozed(store, today, obligations);
}

static int total_channels(struct store *store, struct channel_totals channels[static CHANNEL_KINDS])
{
        struct tally tally[CHANNEL_KINDS][DELIVERY_STATES];
        int r = tally_read(store, tally);
        for (unsigned channel = 0; r >= 0 && channel < CHANNEL_KINDS; channel++) {
                const struct tally *of = tally[channel];
                channels[channel] = (struct channel_totals){
                        .waiting = of[DELIVERY_QUEUED].n + of[DELIVERY_SENDING].n,
                        .attempts = of[DELIVERY_SENDING].total,
                        .last_sent_ms = of[DELIVERY_SENT].last_ms,
                };
                for (unsigned state = 0; state < DELIVERY_STATES; state++)
                        if (delivery_is_over((enum delivery_state)state))
                                channels[channel].finished[state] = of[state].total;
        }
        return r;
}

static int find_oldest(struct store *store, int64_t *ret_ms)
{
        static const char sql[] = "SELECT min(made_ms) FROM (SELECT made_ms FROM delivery WHERE " DELIVERY_IN_QUEUE
                                  " UNION ALL SELECT made_ms FROM delivery WHERE " DELIVERY_IS_RARE " AND state = 1)";
        CLEANUP_QUERY struct query query = query_cached(store, STATEMENT_OLDEST_QUEUED, sql);
        int r = query_step(&query);
        if (r < 0)
                return r;
        *ret_ms = query_read_ms_or(&query, 0);
        return query_check(&query);
}

int store_total(struct store *store, civil_day today, struct store_totals *ret)
{
        struct store_totals totals = {0};
        int r = total_obligations(store, today, totals.obligations);
        if (r >= 0)
                r = count_claims(store, totals.claims);
        if (r >= 0)
                r = total_channels(store, totals.channels);
        if (r >= 0)
                r = find_oldest(store, &totals.oldest_made_ms);
        if (r >= 0)
                r = unread_count(store, &totals.failed, &totals.bounced, &totals.too_late);
        if (r >= 0)
                *ret = totals;
        return r;
}
