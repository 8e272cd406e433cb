/* Tests of season: how far a plan has come with what is owed. */
#include "ladder_fixture.h"

#include "core/season.h"

static void test_every_stage(void **state)
{
        const struct calendar *calendar = *state;
        static const struct {
                struct given given;
                int32_t year;
                const char *now;
                enum reference_stage stage;
        } table[] = {
                /* a report due at the end of its year, first reminded of 30 days before */
                {{&policy_report, .due = "2025-12-31"}, 2025, "2024-12-31 12:00", STAGE_AHEAD},
                {{&policy_report, .due = "2025-12-31"}, 2025, "2025-01-01 00:00", STAGE_YEAR},
                {{&policy_report, .due = "2025-12-31"}, 2025, "2025-12-01 07:59", STAGE_YEAR},
                {{&policy_report, .due = "2025-12-31"}, 2025, "2025-12-01 08:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-31"}, 2024, "2025-01-06 09:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-31"}, 2024, "2026-08-06 09:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-31", .status = OBLIGATION_UNCLEAR},
                 2024,
                 "2025-01-06 09:00",
                 STAGE_BEGUN},
                /* reminded of in the year before */
                {{&policy_report, .due = "2025-01-10"}, 2025, "2024-12-20 09:00", STAGE_BEGUN},
                /* nobody is reminded before the date */
                {{&policy_daily, .due = "2025-03-14"}, 2025, "2025-03-14 23:00", STAGE_YEAR},
                {{&policy_daily, .due = "2025-03-14"}, 2025, "2025-03-15 00:00", STAGE_BEGUN},
                /* a window, from its first day; a silent one does not hide that */
                {{&policy_daily, .from = "2025-05-05", .due = "2025-05-30"}, 2025, "2025-05-04 23:59", STAGE_YEAR},
                {{&policy_daily, .from = "2025-05-05", .due = "2025-05-30"}, 2025, "2025-05-05 00:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-31", .snoozed_until = "2025-01-10"},
                 2024,
                 "2025-01-06 09:00",
                 STAGE_BEGUN},
                /* what waits for a day, in its year */
                {{&policy_report, .due = NULL}, 2025, "2024-12-31 23:00", STAGE_AHEAD},
                {{&policy_report, .due = NULL}, 2025, "2025-01-01 00:00", STAGE_BEGUN},
                {{&policy_report, .from = "2025-10-01", .due = "2025-10-31", .tentative = true},
                 2025,
                 "2025-07-01 09:00",
                 STAGE_BEGUN},
                {{&policy_report, .from = "2025-10-01", .due = "2025-10-31", .tentative = true, .fixed = "2025-10-22"},
                 2025,
                 "2025-07-01 09:00",
                 STAGE_YEAR},
                /* settled: thought of until the end of the season, whenever it was due */
                {{&policy_report, .due = "2024-12-31", .status = OBLIGATION_DONE},
                 2024,
                 "2025-03-31 23:59",
                 STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-31", .status = OBLIGATION_DONE},
                 2024,
                 "2025-04-01 00:00",
                 STAGE_OVER},
                {{&policy_report, .due = "2025-12-31", .status = OBLIGATION_WAIVED},
                 2025,
                 "2025-01-06 09:00",
                 STAGE_BEGUN},
                {{&policy_report, .due = "2025-12-31", .status = OBLIGATION_WITHDRAWN},
                 2025,
                 "2025-12-30 09:00",
                 STAGE_OVER},
                /* an anniversary settles itself */
                {{&policy_report, .due = "2024-12-19", .observance = true}, 2024, "2024-12-19 09:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-19", .observance = true}, 2024, "2025-03-31 09:00", STAGE_BEGUN},
                {{&policy_report, .due = "2024-12-19", .observance = true}, 2024, "2025-04-01 09:00", STAGE_OVER},
        };

        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct ladder_rules rules = rules_of(table[i].given.policy, calendar);
                struct obligation obligation = make(&table[i].given);

                if (season_stage(&rules, &obligation, table[i].year, wall_of(table[i].now)) != table[i].stage)
                        fail_msg("row %zu: %s", i, table[i].now);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_stage)};

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
