/* Tests of trouble: from when on it counts, and when it is said. */
#include "fixture.h"

#include "core/trouble.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SINCE (20000 * DAY)

static void test_counts(void **state)
{
        static const struct {
                enum trouble_kind kind;
                int64_t lasted;
                bool counts;
        } table[] = {
                {TROUBLE_STATE, 0, true},
                {TROUBLE_STATE, -1, false}, /* it begins later */
                {TROUBLE_CLOCK, 0, true},
                {TROUBLE_CONFIG, 0, true},
                {TROUBLE_SERVER, 0, false},
                {TROUBLE_SERVER, HOUR - 1, false},
                {TROUBLE_SERVER, HOUR, true},
                {TROUBLE_SERVER, 100 * DAY, true},
                {TROUBLE_REFUSED, 0, true},
                {TROUBLE_LATE, -30 * DAY, false},
                {TROUBLE_LATE, 5 * MINUTE - 1, false},
                {TROUBLE_LATE, 5 * MINUTE, true},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct trouble trouble = {.kind = table[i].kind, .since_ms = SINCE};

                if (trouble_counts(&trouble, SINCE + table[i].lasted) != table[i].counts ||
                    trouble_is_due(&trouble, SINCE + table[i].lasted) != table[i].counts)
                        fail_msg("row %zu", i);
        }
}

/* When it is said, by whoever asks each second. */
static void test_said_at_growing_intervals(void **state)
{
        static const struct {
                enum trouble_kind kind;
                int64_t at[8]; /* after its beginning */
        } table[] = {
                {TROUBLE_STATE,
                 {0, MINUTE, 11 * MINUTE, 71 * MINUTE, 7 * HOUR + 11 * MINUTE, DAY + 7 * HOUR + 11 * MINUTE,
                  2 * DAY + 7 * HOUR + 11 * MINUTE, 3 * DAY + 7 * HOUR + 11 * MINUTE}},
                {TROUBLE_SERVER,
                 {HOUR, 61 * MINUTE, 71 * MINUTE, 131 * MINUTE, 8 * HOUR + 11 * MINUTE, DAY + 8 * HOUR + 11 * MINUTE,
                  2 * DAY + 8 * HOUR + 11 * MINUTE, 3 * DAY + 8 * HOUR + 11 * MINUTE}},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct trouble trouble = {.kind = table[i].kind, .since_ms = SINCE};

                for (int64_t at = 0; trouble.said < ELEMENTS(table[i].at); at += SECOND) {
                        if (!trouble_is_due(&trouble, SINCE + at))
                                continue;
                        assert_int_equal(at, table[i].at[trouble.said]);
                        trouble.said++;
                        trouble.said_ms = SINCE + at;
                }
        }
}

static void test_names(void **state)
{
        (void)state;
        for (int kind = 0; kind < TROUBLE_KINDS; kind++)
                for (int other = 0; other < kind; other++)
                        assert_string_not_equal(trouble_name((enum trouble_kind)kind),
                                                trouble_name((enum trouble_kind)other));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_counts),
                cmocka_unit_test(test_said_at_growing_intervals),
                cmocka_unit_test(test_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
