/* What is overdue is found by a column, and how many are in which state is counted by a trigger: both must say what
 * core says, whatever the obligation. */
#include "fixture.h"
#include "store/obligation-list.h"

DEFINE_CLEANUP(struct calendar *, calendar_free, calendar)

#define FIXED_DAY (DUE_DAY + 5)

/* Every status, bound or not, tentative or not, fixed or not, dated or not, lapsing or not, late or snoozed or not. */
#define COMBINATIONS (OBLIGATION_STATUSES * 2 * 2 * 2 * 2 * 2 * 2)

static struct obligation combine(unsigned i)
{
        struct obligation obligation = fixture_dated;

        obligation.shift = SHIFT_NONE;
        obligation.status = (enum obligation_status)(i % OBLIGATION_STATUSES);
        i /= OBLIGATION_STATUSES;
        obligation.observance = i % 2;
        obligation.tentative = i / 2 % 2;
        if (i / 4 % 2)
                obligation.fixed = FIXED_DAY;
        if (i / 8 % 2)
                obligation.due = CIVIL_NONE;
        else if (obligation.tentative)
                obligation.from = DUE_DAY - 20;
        obligation.lapses = i / 16 % 2;
        if (obligation.status == OBLIGATION_DONE)
                obligation.done_on = DUE_DAY + (i / 32 % 2);
        else if (i / 32 % 2)
                obligation.snoozed_until = DUE_DAY + 1;
        return obligation;
}

struct found {
        bool at[COMBINATIONS + 1]; /* by id, from 1 */
        int64_t n;
};

static int note_found(void *userdata, const struct obligation_record *record)
{
        struct found *found = userdata;

        found->at[record->id] = true;
        found->n++;
        return 0;
}

/* The row with the id i + 1 is combination (i + moved). */
static void assert_as_core_says(struct store *store, const struct calendar *calendar, unsigned moved)
{
        for (civil_day today = DUE_DAY - 1; today <= FIXED_DAY + 1; today++) {
                const struct obligation_filter past = {.effective_before = today};
                struct store_totals totals;
                struct store_counts counts;
                struct found found = {0};
                int64_t n_open = 0, states[STATE_COUNT] = {0};

                OK(store, store_each_obligation(store, &past, note_found, &found));
                for (unsigned i = 0; i < COMBINATIONS; i++) {
                        struct obligation obligation = combine((i + moved) % COMBINATIONS);
                        civil_day effective = obligation_dates(&obligation, calendar).effective;
                        civil_day after = obligation_overdue_after(&obligation, effective);

                        states[obligation_state(&obligation, calendar, today)]++;
                        if (found.at[i + 1] != (after != CIVIL_NONE && after < today))
                                fail_msg("combination %u on day %d", (i + moved) % COMBINATIONS, today - DUE_DAY);
                        n_open += obligation_is_open(&obligation);
                }
                OK(store, store_count(store, today, &counts));
                assert_int_equal(counts.overdue, found.n);
                assert_int_equal(counts.obligations_open, n_open);
                OK(store, store_total(store, today, &totals));
                assert_memory_equal(totals.obligations, states, sizeof(states));
                assert_int_equal(store_recount(store), 0);
        }
}

static void put(struct store *store, int64_t id, int64_t occurrence, unsigned i, unsigned combination)
{
        struct obligation_record record = {
                .id = id, .occurrence_id = occurrence, .obligation = combine(combination), .next_fire = WALL_NEVER};

        snprintf(record.agency, sizeof(record.agency), "a%u", i);
        fixture_days(&record);
        OK(store, store_put_obligation(store, &record));
        assert_int_equal(record.id, i + 1);
}

static void test_overdue_as_core_says(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        CLEANUP(calendar_p) struct calendar *calendar = NULL;
        int64_t occurrence = fixture_occurrence(store, "p24", "nop", "");

        assert_int_equal(calendar_new(&calendar), 0);
        for (unsigned i = 0; i < COMBINATIONS; i++)
                put(store, 0, occurrence, i, i);
        assert_as_core_says(store, calendar, 0);
        /* And when each becomes another one. */
        for (unsigned moved = 1; moved < COMBINATIONS; moved += 6) {
                for (unsigned i = 0; i < COMBINATIONS; i++)
                        put(store, i + 1, occurrence, i, (i + moved) % COMBINATIONS);
                assert_as_core_says(store, calendar, moved);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_overdue_as_core_says, fixture_scratch, fixture_end),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
