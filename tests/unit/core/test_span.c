/* Tests of span: offsets between days, and durations. */
#include "fixture.h"

#include "core/span.h"

#include <errno.h>

static void test_offset_parse(void **state)
{
        static const struct {
                const char *text;
                int result;
                struct offset offset;
        } table[] = {
                {"0d", 0, {0}},
                {"30d", 0, {.days = 30}},
                {"2w", 0, {.days = 14}},
                {"1w 2d", 0, {.days = 9}},
                {"1w2d", 0, {.days = 9}},
                {"5wd", 0, {.workdays = 5}},
                {"5wd 1wd", 0, {.workdays = 6}},
                {"3660d", 0, {.days = 3660}},
                {"007d", 0, {.days = 7}},
                {"3661d", -ERANGE, {0}},
                {"3661wd", -ERANGE, {0}},
                {"3660d 1d", -ERANGE, {0}},
                {"99999999999999999999d", -ERANGE, {0}},
                {"523w", -ERANGE, {0}},
                {"1d 1wd", -EDOM, {0}},
                {"1wd 1w", -EDOM, {0}},
                {"0d 1wd", -EDOM, {0}},
                {"1h", -EDOM, {0}},
                {"1d 30min", -EDOM, {0}},
                {"60s", -EDOM, {0}},
                {"", -EINVAL, {0}},
                {"d", -EINVAL, {0}},
                {"30", -EINVAL, {0}},
                {"-1d", -EINVAL, {0}},
                {"+1d", -EINVAL, {0}},
                {"1 d", -EINVAL, {0}},
                {" 1d", -EINVAL, {0}},
                {"1D", -EINVAL, {0}},
                {"1days", -EINVAL, {0}},
                {"1d,2d", -EINVAL, {0}},
                {"1.5d", -EINVAL, {0}},
                {"1dw", -EINVAL, {0}},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct offset offset = {0};

                assert_int_equal(offset_parse(table[i].text, &offset), table[i].result);
                assert_int_equal(offset.days, table[i].offset.days);
                assert_int_equal(offset.workdays, table[i].offset.workdays);
        }
}

static void test_duration_parse(void **state)
{
        static const struct {
                const char *text;
                int result;
                int64_t seconds;
        } table[] = {
                {"20s", 0, 20},
                {"1min", 0, 60},
                {"4h", 0, 14400},
                {"5d", 0, 432000},
                {"1w", 0, 604800},
                {"1h 30min", 0, 5400},
                {"1h30min15s", 0, 5415},
                {"0s", 0, 0},
                {"0", 0, 0}, /* of whatever unit */
                {"00", -EINVAL, 0},
                {"1wd", -EDOM, 0},
                {"1h 1wd", -EDOM, 0},
                {"", -EINVAL, 0},
                {"1m", -EINVAL, 0},
                {"h", -EINVAL, 0},
                {"10", -EINVAL, 0},
                {"-1s", -EINVAL, 0},
                {"1h x", -EINVAL, 0},
                {"3661d", -ERANGE, 0},
                {"316224000s", 0, 316224000},
                {"316224001s", -ERANGE, 0},
                {"9223372036854775808s", -ERANGE, 0},
                {"316224000w", -ERANGE, 0},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                int64_t seconds = 0;

                assert_int_equal(duration_parse(table[i].text, &seconds), table[i].result);
                assert_int_equal(seconds, table[i].seconds);
        }
}

static void test_days(void **state)
{
        static const struct {
                const char *offset, *day, *before, *after, *text;
        } table[] = {
                {"7d", "2024-12-10", "2024-12-03", "2024-12-17", "7d"},
                {"2w", "2024-12-10", "2024-11-26", "2024-12-24", "14d"},
                {"0d", "2024-12-08", "2024-12-08", "2024-12-08", "0d"},
                {"3d", "2024-12-10", "2024-12-07", "2024-12-13", "3d"}, /* not moved off Saturday */
                {"2wd", "2024-12-10", "2024-12-06", "2024-12-12", "2wd"},
                {"1wd", "2024-12-08", "2024-12-06", "2024-12-09", "1wd"},
                {"1wd", "2024-02-08", "2024-02-07", "2024-02-15", "1wd"},
        };
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct offset offset;
                char text[OFFSET_TEXT_SIZE];

                assert_int_equal(offset_parse(table[i].offset, &offset), 0);
                assert_int_equal(offset_before(&offset, calendar, day_of(table[i].day)), day_of(table[i].before));
                assert_int_equal(offset_after(&offset, calendar, day_of(table[i].day)), day_of(table[i].after));
                assert_string_equal(offset_format(&offset, text), table[i].text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_offset_parse),
                cmocka_unit_test(test_duration_parse),
                cmocka_unit_test(test_days),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
