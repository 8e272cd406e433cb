/* Tests of a notice: which state follows which, and what settles and revives it. */
#include "fixture.h"

#include "core/notice.h"

static void test_becomes(void **state)
{
        static const char *const after[] = {
                [NOTICE_NEW] = "-q--cs",    [NOTICE_QUEUED] = "--sfc-",    [NOTICE_SENT] = "------",
                [NOTICE_FAILED] = "-qs---", [NOTICE_CANCELLED] = "n-s---", [NOTICE_SKIPPED] = "n-----",
        };

        (void)state;
        assert_int_equal(ELEMENTS(after), NOTICE_STATES);
        for (int from = 0; from < NOTICE_STATES; from++)
                for (int to = 0; to < NOTICE_STATES; to++)
                        if (notice_may_become((enum notice_state)from, (enum notice_state)to) !=
                            (after[from][to] != '-'))
                                fail_msg("%s to %s", notice_state_name((enum notice_state)from),
                                         notice_state_name((enum notice_state)to));
}

static void test_is_said(void **state)
{
        (void)state;
        for (int from = 0; from < NOTICE_STATES; from++)
                for (int stop = 0; stop < STOPS; stop++)
                        assert_int_equal(notice_is_said((enum notice_state)from, (enum stop)stop),
                                         stop == STOP_NONE && from != NOTICE_CANCELLED && from != NOTICE_SKIPPED);
}

/* Carriers in letters: the state of the delivery, and + stopped for good, ~ after the attempt, - for now. */
static size_t read_carriers(const char *text, struct carrier carriers[static 4])
{
        static const char states[] = "qwsfcb"; /* queued, on the wire, sent, failed, cancelled, bounced */
        size_t n = 0;

        for (; *text; text++) {
                if (*text == '+')
                        carriers[n - 1].stop = STOP_FOR_GOOD;
                else if (*text == '-')
                        carriers[n - 1].stop = STOP_FOR_NOW;
                else if (*text == '~')
                        carriers[n - 1].stop = STOP_AFTER_ATTEMPT;
                else if (*text != ' ')
                        carriers[n++] =
                                (struct carrier){.state = (enum delivery_state)(strchr(states, *text) - states)};
        }
        return n;
}

static void test_settles(void **state)
{
        static const struct {
                enum notice_state notice;
                const char *carriers;
                enum notice_state expected;
        } cases[] = {
                {NOTICE_QUEUED, "s", NOTICE_SENT},
                {NOTICE_QUEUED, "q", NOTICE_QUEUED},
                {NOTICE_QUEUED, "w", NOTICE_QUEUED},
                {NOTICE_QUEUED, "f", NOTICE_FAILED},
                {NOTICE_QUEUED, "c", NOTICE_CANCELLED},
                /* sent before queued before failed before cancelled, in any order */
                {NOTICE_QUEUED, "c f q s", NOTICE_SENT},
                {NOTICE_QUEUED, "s q f c", NOTICE_SENT},
                {NOTICE_QUEUED, "c f q", NOTICE_QUEUED},
                {NOTICE_QUEUED, "q f c", NOTICE_QUEUED},
                {NOTICE_QUEUED, "c f", NOTICE_FAILED},
                {NOTICE_QUEUED, "f c", NOTICE_FAILED},
                {NOTICE_QUEUED, "c b", NOTICE_FAILED},
                {NOTICE_QUEUED, "b q", NOTICE_QUEUED},
                /* stopped: neither its arrival nor its waiting counts */
                {NOTICE_QUEUED, "s+", NOTICE_CANCELLED},
                {NOTICE_QUEUED, "s+ q", NOTICE_QUEUED},
                {NOTICE_QUEUED, "q+", NOTICE_CANCELLED},
                {NOTICE_QUEUED, "w~", NOTICE_CANCELLED},
                {NOTICE_QUEUED, "s~", NOTICE_SENT},
                {NOTICE_QUEUED, "f+", NOTICE_FAILED},
                {NOTICE_QUEUED, "s-", NOTICE_CANCELLED},
                {NOTICE_QUEUED, "q-", NOTICE_CANCELLED},
                /* retried */
                {NOTICE_FAILED, "q", NOTICE_QUEUED},
                {NOTICE_FAILED, "s", NOTICE_SENT},
                {NOTICE_FAILED, "f", NOTICE_FAILED},
                {NOTICE_FAILED, "c", NOTICE_FAILED},
                /* cancelled: only what was on the wire counts, if it arrived */
                {NOTICE_CANCELLED, "s~", NOTICE_SENT},
                {NOTICE_CANCELLED, "c s~", NOTICE_SENT},
                {NOTICE_CANCELLED, "s", NOTICE_CANCELLED}, /* left out when the message was composed */
                {NOTICE_CANCELLED, "s+", NOTICE_CANCELLED},
                {NOTICE_CANCELLED, "s-", NOTICE_CANCELLED},
                {NOTICE_CANCELLED, "w~", NOTICE_CANCELLED},
                {NOTICE_CANCELLED, "q", NOTICE_CANCELLED},
                {NOTICE_CANCELLED, "f~", NOTICE_CANCELLED},
                /* what no delivery has, or what is over, is not settled by one */
                {NOTICE_NEW, "s", NOTICE_NEW},
                {NOTICE_NEW, "c", NOTICE_NEW},
                {NOTICE_SENT, "f", NOTICE_SENT},
                {NOTICE_SENT, "q", NOTICE_SENT},
                {NOTICE_SKIPPED, "s", NOTICE_SKIPPED},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct carrier carriers[4];
                size_t n = read_carriers(cases[i].carriers, carriers);
                enum notice_state settled = notice_settle(cases[i].notice, carriers, n);

                if (settled != cases[i].expected)
                        fail_msg("%s by \"%s\": %s, not %s", notice_state_name(cases[i].notice), cases[i].carriers,
                                 notice_state_name(settled), notice_state_name(cases[i].expected));
        }
}

/* One that was sent, and of which a delivery bounced. */
static void test_bounces(void **state)
{
        static const struct {
                const char *carriers;
                enum notice_state expected;
        } cases[] = {
                {"b", NOTICE_FAILED},    {"b s", NOTICE_SENT},    {"s b", NOTICE_SENT},
                {"b q", NOTICE_QUEUED},  {"b b", NOTICE_FAILED},  {"b c f", NOTICE_FAILED},
                {"b q+", NOTICE_FAILED}, {"b s+", NOTICE_FAILED}, {"b s~", NOTICE_SENT},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct carrier carriers[4];
                size_t n = read_carriers(cases[i].carriers, carriers);
                enum notice_state became = notice_bounce(carriers, n);

                if (became != cases[i].expected)
                        fail_msg("\"%s\": %s", cases[i].carriers, notice_state_name(became));
        }
}

/* Whatever carries it, it goes only where it may; and the arrival of one decides, whatever became of the others. */
static void test_settles_within_the_table(void **state)
{
        const int stops = STOPS, ways = DELIVERY_STATES * stops;

        (void)state;
        for (int from = 0; from < NOTICE_STATES; from++)
                for (int k = 0; k < ways * ways; k++) {
                        int first = k % ways, second = k / ways;
                        const struct carrier carriers[] = {
                                {0, (enum delivery_state)(first / stops), (enum stop)(first % stops)},
                                {0, (enum delivery_state)(second / stops), (enum stop)(second % stops)},
                        };
                        enum notice_state was = (enum notice_state)from, to = notice_settle(was, carriers, 2);
                        bool arrived = false;

                        assert_true(to == was || notice_may_become(was, to));
                        for (int i = 0; i < 2; i++)
                                arrived |= notice_settle(was, &carriers[i], 1) == NOTICE_SENT;
                        assert_int_equal(arrived, to == NOTICE_SENT);
                }
}

static void test_revives(void **state)
{
        static const struct {
                enum notice_state notice;
                const char *reason;
                int64_t made_ms; /* it is 100 */
                const char *carriers;
                bool expected;
        } cases[] = {
                {NOTICE_CANCELLED, "done", 50, "", true},
                {NOTICE_CANCELLED, NULL, 50, "", true},
                {NOTICE_CANCELLED, "done", 150, "", true},
                {NOTICE_CANCELLED, "done", 50, "c", true},
                {NOTICE_CANCELLED, "done", 50, "f s q+", true},
                {NOTICE_CANCELLED, "done", 50, "c w~", false}, /* it may arrive */
                {NOTICE_CANCELLED, "done", 50, "w", false},
                {NOTICE_CANCELLED, NOTICE_DROPPED, 50, "c", false},
                {NOTICE_SKIPPED, "too old", 150, "", true}, /* by a clock that ran ahead */
                {NOTICE_SKIPPED, "too old", 100, "", false},
                {NOTICE_SKIPPED, "too old", 50, "", false},
                {NOTICE_NEW, NULL, 150, "", false},
                {NOTICE_QUEUED, NULL, 150, "q", false},
                {NOTICE_SENT, NULL, 150, "s", false},
                {NOTICE_FAILED, NULL, 150, "f", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct carrier carriers[4];
                size_t n = read_carriers(cases[i].carriers, carriers);

                if (notice_revives(cases[i].notice, cases[i].reason, cases[i].made_ms, 100, carriers, n) !=
                    cases[i].expected)
                        fail_msg("case %zu: %s by \"%s\"", i, notice_state_name(cases[i].notice), cases[i].carriers);
                assert_true(!cases[i].expected || notice_may_become(cases[i].notice, NOTICE_NEW));
        }
}

/* A notice that is new once more, in a delivery that carried it: how it stands there, and whether it goes on in it. */
static void test_goes_on(void **state)
{
        static const struct {
                const char *carrier, *revived;
                bool expected;
        } cases[] = {
                {"c", "c-", true}, /* as a whole: no longer an address, nothing left to say */
                {"c-", "c-", true},  {"q-", "q-", true},
                {"q+", "q+", false}, /* an attempt without it may have arrived */
                {"c+", "c+", false}, /* that, or a person dropped it */
                {"s", "s+", false},  /* left out when it was composed */
                {"s+", "s+", false}, {"s-", "s-", false},
                {"f", "f+", false}, /* tried again by hand alone */
                {"f-", "f-", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct carrier was[4], revived[4];

                assert_int_equal(read_carriers(cases[i].carrier, was), read_carriers(cases[i].revived, revived));
                assert_int_equal(notice_stop_revived(was), revived->stop);
                if (notice_goes_on(revived) != cases[i].expected)
                        fail_msg("%s", cases[i].carrier);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_becomes),
                cmocka_unit_test(test_is_said),
                cmocka_unit_test(test_settles),
                cmocka_unit_test(test_bounces),
                cmocka_unit_test(test_settles_within_the_table),
                cmocka_unit_test(test_revives),
                cmocka_unit_test(test_goes_on),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
