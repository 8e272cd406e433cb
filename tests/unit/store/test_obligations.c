/* Occurrences and obligations: every field there and back, and what is refused. */
#include "fixture.h"

static void test_occurrence_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        char title[] = "Kiểm tra công tác thi đua, khen thưởng";
        const struct occurrence_record cases[] = {
                {.plan = "tdkt-2024",
                 .item = "kiem-tra",
                 .key = "",
                 .title = title,
                 .planned = {.from = 19997, .due = 20027, .tentative = true, .shift = SHIFT_PREVIOUS, .lapses = true},
                 .fix_by = 19986,
                 .withdrawn = false,
                 .handled = WALL_NONE,
                 .next_fire = wall_at(19990, 8 * 3600)},
                {.plan = "tdkt-2024",
                 .item = "bao-cao-thang",
                 .key = "2024-12-25",
                 .title = title,
                 .planned = {.from = CIVIL_NONE, .due = CIVIL_NONE, .observance = true, .shift = SHIFT_NONE},
                 .fix_by = CIVIL_NONE,
                 .withdrawn = true,
                 .handled = 5,
                 .next_fire = WALL_NEVER},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct occurrence_record written = cases[i];
                OK(store, store_put_occurrence(store, &written));
                assert_true(written.id > 0);
                OK(store, store_put_occurrence(store, &written)); /* as it is */
                for (int by_name = 0; by_name < 2; by_name++) {
                        CLEANUP(occurrence_record_clear) struct occurrence_record got = {0};
                        OK(store, by_name ? store_find_occurrence(store, written.plan, written.item, written.key, &got)
                                          : store_get_occurrence(store, written.id, &got));
                        assert_int_equal(got.id, written.id);
                        assert_string_equal(got.plan, written.plan);
                        assert_string_equal(got.item, written.item);
                        assert_string_equal(got.key, written.key);
                        assert_string_equal(got.title, title);
                        assert_int_equal(got.planned.from, written.planned.from);
                        assert_int_equal(got.planned.due, written.planned.due);
                        assert_int_equal(got.planned.tentative, written.planned.tentative);
                        assert_int_equal(got.planned.observance, written.planned.observance);
                        assert_int_equal(got.planned.shift, written.planned.shift);
                        assert_int_equal(got.planned.lapses, written.planned.lapses);
                        assert_int_equal(got.planned.fixed, CIVIL_NONE);
                        assert_int_equal(got.fix_by, written.fix_by);
                        assert_int_equal(got.withdrawn, written.withdrawn);
                        assert_true(got.handled == written.handled);
                        assert_true(got.next_fire == written.next_fire);
                }
        }
        struct occurrence_record none = {.id = 77};
        assert_int_equal(store_find_occurrence(store, "tdkt-2024", "kiem-tra", "2024-01-01", &none), STORE_NONE);
        assert_int_equal(none.id, 77);
        none = cases[0];
        none.id = 4711;
        (void)snprintf(none.item, sizeof(none.item), "khac");
        assert_int_equal(store_put_occurrence(store, &none), -ENOENT);
}

static void assert_text(const char *got, const char *expected)
{
        if (expected)
                assert_string_equal(got, expected);
        else
                assert_null(got);
}

static void assert_same(const struct obligation_record *got, const struct obligation_record *expected)
{
        assert_int_equal(got->id, expected->id);
        assert_int_equal(got->occurrence_id, expected->occurrence_id);
        assert_string_equal(got->agency, expected->agency);
        assert_int_equal(got->obligation.from, expected->obligation.from);
        assert_int_equal(got->obligation.due, expected->obligation.due);
        assert_int_equal(got->obligation.tentative, expected->obligation.tentative);
        assert_int_equal(got->obligation.observance, expected->obligation.observance);
        assert_int_equal(got->obligation.shift, expected->obligation.shift);
        assert_int_equal(got->obligation.lapses, expected->obligation.lapses);
        assert_int_equal(got->obligation.fixed, expected->obligation.fixed);
        assert_int_equal(got->obligation.status, expected->obligation.status);
        assert_int_equal(got->obligation.done_on, expected->obligation.done_on);
        assert_int_equal(got->obligation.snoozed_until, expected->obligation.snoozed_until);
        assert_int_equal(got->due, expected->due);
        assert_int_equal(got->effective, expected->effective);
        assert_true(got->obligation.known == expected->obligation.known);
        assert_true(got->handled == expected->handled);
        assert_true(got->next_fire == expected->next_fire);
        assert_text(got->snoozed_by, expected->snoozed_by);
        assert_text(got->snooze_reason, expected->snooze_reason);
        assert_text(got->done_by, expected->done_by);
        assert_text(got->note, expected->note);
}

/* One row goes through all these lives, so that every field is seen to change. */
static void test_obligation_there_and_back(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "tdkt-2024", "kiem-tra", "2024-10-15");
        char who[] = "vanthu", why[] = "chờ văn bản của tỉnh", note[] = "đã gửi bản giấy";
        const struct obligation_record lives[] = {
                {.obligation = {.from = 19997,
                                .due = 20027,
                                .tentative = true,
                                .fixed = CIVIL_NONE,
                                .done_on = CIVIL_NONE,
                                .snoozed_until = CIVIL_NONE,
                                .urged = CIVIL_NONE,
                                .known = WALL_NONE},
                 .due = 20027,
                 .effective = 20028,
                 .handled = WALL_NONE,
                 .next_fire = 12345},
                {.obligation = {.from = CIVIL_NONE,
                                .due = 20027,
                                .observance = true,
                                .shift = SHIFT_NONE,
                                .lapses = true,
                                .fixed = 20020,
                                .done_on = CIVIL_NONE,
                                .snoozed_until = 20015,
                                .urged = CIVIL_NONE,
                                .known = 12000},
                 .due = 20020,
                 .effective = 20020,
                 .handled = 12345,
                 .next_fire = 67890,
                 .snoozed_by = who,
                 .snooze_reason = why},
                {.obligation = {.from = CIVIL_NONE,
                                .due = CIVIL_NONE,
                                .shift = SHIFT_PREVIOUS,
                                .fixed = CIVIL_NONE,
                                .status = OBLIGATION_DONE,
                                .done_on = 20010,
                                .snoozed_until = CIVIL_NONE,
                                .urged = 20030,
                                .known = 12000},
                 .due = CIVIL_NONE,
                 .effective = CIVIL_NONE,
                 .handled = 12345,
                 .next_fire = WALL_NEVER,
                 .done_by = who,
                 .note = note},
        };
        int64_t id = 0;
        for (size_t i = 0; i < ELEMENTS(lives); i++) {
                struct obligation_record written = lives[i];
                written.id = id;
                written.occurrence_id = occurrence;
                (void)snprintf(written.agency, sizeof(written.agency), "vp-ubnd");
                OK(store, store_put_obligation(store, &written));
                id = written.id;
                CLEANUP(obligation_record_clear) struct obligation_record got = {0}, found = {0};
                OK(store, store_get_obligation(store, id, &got));
                assert_same(&got, &written);
                OK(store, store_find_obligation(store, occurrence, "vp-ubnd", &found));
                assert_same(&found, &written);
                assert_string_equal(got.plan, "tdkt-2024");
                assert_string_equal(got.item, "kiem-tra");
                assert_string_equal(got.key, "2024-10-15");
                assert_string_equal(got.title, "Báo cáo tổng kết");
        }
        assert_int_equal(id, 1);
}

static void test_refuses_wrong_obligations(void **state)
{
        struct store *store = ((struct fixture *)*state)->store;
        int64_t occurrence = fixture_occurrence(store, "p", "one", "");
        fixture_obligation(store, occurrence, "so-1", &fixture_dated, 1);
        const struct {
                const char *what, *agency;
                int64_t id, occurrence;
                int error;
        } cases[] = {
                {"a second one", "so-1", 0, occurrence, -EEXIST},
                {"of no occurrence", "so-2", 0, 4711, -ENOENT},
                {"one that is not there", "so-2", 4711, occurrence, -ENOENT},
        };
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct obligation_record record = {
                        .id = cases[i].id, .occurrence_id = cases[i].occurrence, .obligation = fixture_dated};
                (void)snprintf(record.agency, sizeof(record.agency), "%s", cases[i].agency);
                if (store_put_obligation(store, &record) != cases[i].error)
                        fail_msg("%s: %s", cases[i].what, store_error(store));
        }
        struct obligation_record none = {.id = 77};
        assert_int_equal(store_get_obligation(store, 4711, &none), STORE_NONE);
        assert_int_equal(store_find_obligation(store, occurrence, "so-9", &none), STORE_NONE);
        assert_int_equal(none.id, 77);
}

/* Values that pass the file's check and are none of ours: bounded when they are read. */

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_scratch, fixture_end)
        const struct CMUnitTest tests[] = {
                TEST(test_occurrence_there_and_back),
                TEST(test_obligation_there_and_back),
                TEST(test_refuses_wrong_obligations),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
