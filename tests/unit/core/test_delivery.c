/* Tests of a delivery: what may be done to it in which state, what stops it, how long it is tried. */
#include "fixture.h"

#include "core/delivery.h"

static void test_steps(void **state)
{
        static const struct {
                enum delivery_step step;
                const char *from; /* of "queued sending sent failed cancelled bounced" the first letters, - where it may
                                     not */
        } cases[] = {
                {STEP_CLAIM, "q-----"}, {STEP_RECOVER, "-s----"}, {STEP_FINISH, "qs----"}, {STEP_RETRY, "q--f-b"},
                {STEP_DROP, "q-----"},  {STEP_RESUME, "q---c-"},  {STEP_EMPTY, "q-----"},  {STEP_BOUNCE, "--s---"},
        };

        (void)state;
        assert_int_equal(ELEMENTS(cases), DELIVERY_STEPS);
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                for (int from = 0; from < DELIVERY_STATES; from++)
                        if (delivery_may((enum delivery_state)from, cases[i].step) != (cases[i].from[from] != '-'))
                                fail_msg("step %d from %s", (int)cases[i].step,
                                         delivery_state_name((enum delivery_state)from));
}

static void test_stops(void **state)
{
        static const struct {
                enum delivery_state delivery;
                enum stop stopped[STOPS]; /* by what it was before */
        } cases[] = {
                {DELIVERY_QUEUED, {STOP_FOR_NOW, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
                {DELIVERY_SENDING, {STOP_AFTER_ATTEMPT, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
                {DELIVERY_SENT, {STOP_NONE, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
                {DELIVERY_FAILED, {STOP_NONE, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
                {DELIVERY_CANCELLED, {STOP_FOR_NOW, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
                {DELIVERY_BOUNCED, {STOP_NONE, STOP_FOR_GOOD, STOP_AFTER_ATTEMPT, STOP_FOR_NOW}},
        };
        static const enum stop after[2][STOPS] = {
                {STOP_NONE, STOP_FOR_GOOD, STOP_FOR_NOW, STOP_FOR_NOW},  /* given back before it began */
                {STOP_NONE, STOP_FOR_GOOD, STOP_FOR_NOW, STOP_FOR_GOOD}, /* it may have arrived without it */
        };

        (void)state;
        assert_int_equal(ELEMENTS(cases), DELIVERY_STATES);
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                for (int stop = 0; stop < STOPS; stop++)
                        assert_int_equal(stop_carried((enum stop)stop, cases[i].delivery), cases[i].stopped[stop]);
        for (int attempted = 0; attempted < 2; attempted++)
                for (int stop = 0; stop < STOPS; stop++)
                        assert_int_equal(stop_after_attempt((enum stop)stop, attempted), after[attempted][stop]);
}

static void test_after_an_attempt(void **state)
{
        static const struct {
                enum delivery_state result;
                size_t n_notices, n_said;
                enum delivery_state expected;
        } cases[] = {
                {DELIVERY_QUEUED, 1, 1, DELIVERY_QUEUED},       {DELIVERY_QUEUED, 3, 1, DELIVERY_QUEUED},
                {DELIVERY_QUEUED, 1, 0, DELIVERY_CANCELLED},    {DELIVERY_QUEUED, 3, 0, DELIVERY_CANCELLED},
                {DELIVERY_QUEUED, 0, 0, DELIVERY_QUEUED}, /* a test */
                {DELIVERY_SENT, 1, 0, DELIVERY_SENT},           {DELIVERY_FAILED, 1, 0, DELIVERY_FAILED},
                {DELIVERY_CANCELLED, 1, 1, DELIVERY_CANCELLED},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++)
                assert_int_equal(delivery_after_attempt(cases[i].result, cases[i].n_notices, cases[i].n_said),
                                 cases[i].expected);
}

/* 2024: Tết is from 8 to 14 February, Thursday to Wednesday; the weekends beside it are days off as well. */
static void test_is_tried_on_days_that_count(void **state)
{
        static const struct {
                const char *made, *today;
                int32_t days_off; /* that do not count */
        } cases[] = {
                {"2024-03-04", "2024-03-04", 0}, {"2024-03-04", "2024-03-06", 0},
                {"2024-03-08", "2024-03-11", 2}, /* over a weekend */
                {"2024-03-08", "2024-03-10", 1}, /* the day itself counts, on whatever day it is asked */
                {"2024-03-09", "2024-03-11", 1}, /* and so does the day on which it was made */
                {"2024-02-07", "2024-02-15", 7},
        };
        const struct hours office = HOURS_DEFAULT, always = {0};
        CLEANUP(calendar_p) struct calendar *calendar = proclaimed_calendar();

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                civil_day made = day_of(cases[i].made), today = day_of(cases[i].today);
                int64_t passed = (int64_t)(today - made) * DAY_SECONDS * 1000 + 5;

                assert_int_equal(delivery_tried_ms(&office, calendar, made, today, passed),
                                 passed - INT64_C(1000) * DAY_SECONDS * cases[i].days_off);
                assert_int_equal(delivery_tried_ms(&always, calendar, made, today, passed), passed);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_steps),
                cmocka_unit_test(test_stops),
                cmocka_unit_test(test_after_an_attempt),
                cmocka_unit_test(test_is_tried_on_days_that_count),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
