/* Tests of what stands in a feed. */
#include "fixture.h"

#include "core/feed.h"

#define DUE 20000
#define TODAY 19990

static void test_standing(void **state)
{
        static const struct {
                struct obligation obligation;
                bool planned;
                civil_day revised;
                enum feed_standing standing;
        } table[] = {
                {{.due = DUE, .from = CIVIL_NONE, .fixed = CIVIL_NONE}, true, CIVIL_NONE, FEED_FIRM},
                {{.due = DUE, .from = DUE - 9, .fixed = CIVIL_NONE, .tentative = true},
                 true,
                 CIVIL_NONE,
                 FEED_TENTATIVE},
                {{.due = DUE, .from = DUE - 9, .fixed = DUE, .tentative = true}, true, TODAY, FEED_FIRM},
                {{.due = CIVIL_NONE, .from = CIVIL_NONE, .fixed = CIVIL_NONE}, true, TODAY, FEED_NOT},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_DONE, .done_on = TODAY},
                 true,
                 TODAY,
                 FEED_DONE},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_UNCLEAR}, true, CIVIL_NONE, FEED_FIRM},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_UNFINISHED}, true, TODAY, FEED_FIRM},
                /* its plan is put away */
                {{.due = DUE, .fixed = CIVIL_NONE}, false, CIVIL_NONE, FEED_NOT},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_DONE, .done_on = TODAY},
                 false,
                 TODAY,
                 FEED_NOT},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_WAIVED}, true, TODAY, FEED_CANCELLED},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_WITHDRAWN}, false, TODAY - 60, FEED_CANCELLED},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_WITHDRAWN}, false, TODAY - 61, FEED_NOT},
                {{.due = DUE, .fixed = CIVIL_NONE, .status = OBLIGATION_WITHDRAWN}, false, CIVIL_NONE, FEED_NOT},
                {{.due = CIVIL_NONE, .fixed = CIVIL_NONE, .status = OBLIGATION_WAIVED}, true, TODAY, FEED_NOT},
        };
        struct calendar *calendar = NULL;

        (void)state;
        assert_int_equal(calendar_new(&calendar), 0);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                enum feed_standing standing =
                        feed_standing(&table[i].obligation, calendar, table[i].planned, table[i].revised, TODAY);

                if (standing != table[i].standing)
                        fail_msg("row %zu: %d", i, standing);
        }
        calendar_free(calendar);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_standing)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
