/* Tests of flood: what is written, what is held, and that every line is told in the end. */
#include "fixture.h"

#include "base/flood.h"

#define MINUTE INT64_C(60000)

static void test_key(void **state)
{
        static const struct {
                unsigned event;
                const char *where, *words;
                bool same; /* as the one before */
        } table[] = {
                {1, "mail", "450 mailbox of dv1@so.example is busy, 3 minutes", false},
                {1, "mail", "450 mailbox of dv2@so.example is busy, 12 minutes", true},
                {1, "mail", "451 mailbox of dv2@so.example is busy, 12 minutes", false},
                {1, "webhook", "451 mailbox of dv2@so.example is busy, 12 minutes", false},
                {2, "webhook", "451 mailbox of dv2@so.example is busy, 12 minutes", false},
                {2, "webhook", "451  mailbox of  is busy, minutes ", true},
                {2, NULL, "no connection", false},
                {2, "", "no connection", true},
                {2, NULL, "no route", false},
                {2, NULL, NULL, false},
                {2, "", "", true},
        };
        uint64_t before = 0;

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                uint64_t key = flood_key(table[i].event, table[i].where, table[i].words);

                assert_int_not_equal(key, 0);
                if ((key == before) != table[i].same)
                        fail_msg("row %zu", i);
                before = key;
        }
}

/* One sort: so many lines at a moment; of them so many are written, and a rest is told first. */
static void test_one_sort(void **state)
{
        static const struct {
                int64_t at;
                uint64_t lines;
                uint64_t written, rest; /* of these lines; told before them */
                int64_t next;           /* afterwards */
        } table[] = {
                {0, FLOOD_FIRST, FLOOD_FIRST, 0, INT64_MAX}, /* few are no flood */
                {1 * MINUTE, 1, 0, 0, 5 * MINUTE},
                {2 * MINUTE, 311, 0, 0, 5 * MINUTE},
                {5 * MINUTE, 0, 0, 312, INT64_MAX},  /* by the timer */
                {6 * MINUTE, 7, 0, 0, 10 * MINUTE},  /* it goes on: counted at once */
                {11 * MINUTE, 1, 0, 7, 16 * MINUTE}, /* the timer was late */
                {16 * MINUTE, 0, 0, 1, INT64_MAX},
                {21 * MINUTE, 3, 3, 0, INT64_MAX}, /* a period without any: it was over */
                {22 * MINUTE, FLOOD_FIRST, FLOOD_FIRST - 3, 0, 26 * MINUTE},
                {3 * MINUTE, 2, 0, 3, 8 * MINUTE}, /* the clock was set back: told, and no wait for that time */
        };
        struct floods floods = {0};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct flood_step step = {0};
                uint64_t written = 0, rest = 0;

                if (table[i].lines == 0 && flood_due(&floods, table[i].at, false, &step))
                        rest += step.rest;
                for (uint64_t n = 0; n < table[i].lines; n++) {
                        step = flood_take(&floods, 7, table[i].at);
                        written += step.write;
                        rest += step.rest;
                }
                if (written != table[i].written || rest != table[i].rest || flood_next(&floods) != table[i].next)
                        fail_msg("row %zu: %llu written, rest %llu, next %lld", i, (unsigned long long)written,
                                 (unsigned long long)rest, (long long)flood_next(&floods));
        }
}

static void test_sorts_are_kept_apart_and_a_full_table_tells_the_oldest(void **state)
{
        struct floods floods = {0};
        struct flood_step step;

        (void)state;
        for (uint64_t key = 1; key <= FLOOD_SORTS; key++)
                for (unsigned n = 0; n < FLOOD_FIRST + key; n++) {
                        step = flood_take(&floods, key, (int64_t)key);
                        assert_int_equal(step.place, key - 1);
                        assert_int_equal(step.write, n < FLOOD_FIRST);
                }
        step = flood_take(&floods, 99, MINUTE);
        assert_true(step.write);
        assert_int_equal(step.place, 0);
        assert_int_equal(step.rest, 1);
        assert_int_equal(step.rest_ms, MINUTE - 1);
}

/* Whatever comes when: written and told add up to what came. */
static void test_every_line_is_told(void **state)
{
        struct floods floods = {0};
        struct flood_step step;
        uint64_t written = 0, told = 0, random = 1;
        int64_t now = 0;
        const uint64_t lines = 100000;

        (void)state;
        for (uint64_t n = 0; n < lines; n++) {
                random = random * UINT64_C(6364136223846793005) + 1442695040888963407U;
                now += (int64_t)(random >> 33) % 700;
                while (flood_next(&floods) <= now && flood_due(&floods, now, false, &step))
                        told += step.rest;
                /* Three sorts come all the time, others now and then, and do not all fit. */
                step = flood_take(&floods, 1 + (random >> 40) % ((random >> 60) > 0 ? 3 : FLOOD_SORTS + 4), now);
                written += step.write;
                told += step.rest;
        }
        while (flood_due(&floods, now, true, &step))
                told += step.rest;
        assert_int_equal(written + told, lines);
        assert_true(written < lines / 10);
        assert_int_equal(flood_next(&floods), INT64_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_key),
                cmocka_unit_test(test_one_sort),
                cmocka_unit_test(test_sorts_are_kept_apart_and_a_full_table_tells_the_oldest),
                cmocka_unit_test(test_every_line_is_told),
        };

        return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}
