/* Damage of the database under a running engine and between two starts: what is due is sent nevertheless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/cleanup.h"
#include "play.h"
#include "reminding/sync.h"
#include "store/occurrences.h"

#define REPORT "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"members\"]; }"
#define ALL_OWED \
        "06-13 08:00 due a bao-cao\n06-13 08:00 due b bao-cao\n06-13 08:00 due c bao-cao\n" \
        "06-14 08:00 due a bao-cao\n06-14 08:00 due b bao-cao\n06-14 08:00 due c bao-cao\n"

/* As a bit that tips: the table changes, and the index does not. */
static void change_behind(struct play *play, const char *index, const char *change)
{
        sqlite3 *db = NULL;
        char path[200], sql[600];

        snprintf(path, sizeof(path), "%s/state/" STORE_FILE, play_folder(play));
        snprintf(sql, sizeof(sql),
                 "PRAGMA writable_schema = ON;"
                 "CREATE TEMP TABLE kept AS SELECT * FROM main.sqlite_schema WHERE name = '%s';"
                 "DELETE FROM main.sqlite_schema WHERE name = '%s';"
                 "PRAGMA writable_schema = RESET; %s; PRAGMA writable_schema = ON;"
                 "INSERT INTO main.sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET;",
                 index, index, change);
        assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The next moments of two of three, in the table and in the index, a hundred days later than they are. */
static const struct {
        const char *index, *change;
} cases[] = {
        {"obligation_fire", "UPDATE obligation SET next_fire = next_fire + 8640000 WHERE id < 3"},
        {"obligation_fire", "UPDATE obligation SET next_fire = NULL"},
        {"occurrence_fire", "UPDATE occurrence SET next_fire = 7"},
};

static void assert_no_mark(struct play *play)
{
        char *mended = NULL;

        assert_int_equal(store_get_fact(play_engine(play)->store, FACT_MENDED, &mended), STORE_NONE);
}

static void a_restart_finds_what_is_due(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct play *play = play_new("2024-06-10", REPORT, "", false);

                change_behind(play, cases[i].index, cases[i].change);
                play_restart(play, "2024-06-11");
                assert_no_mark(play);
                play_until(play, "2024-06-14 12:00");
                assert_sent(play, ALL_OWED);
                play_free(play);
        }
}

static void a_running_engine_finds_what_is_due(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct play *play = play_new("2024-06-10", REPORT, "", false);

                change_behind(play, cases[i].index, cases[i].change);
                play_until(play, "2024-06-12");
                assert_int_equal(manager_verify(play_manager(play)), 0);
                assert_no_mark(play);
                play_until(play, "2024-06-14 12:00");
                assert_sent(play, ALL_OWED);
                play_free(play);
        }
}

static void a_reload_finds_what_is_due(void **state)
{
        struct play *play = play_new("2024-06-10", REPORT, "", false);

        (void)state;
        change_behind(play, cases[0].index, cases[0].change);
        assert_int_equal(play_edit(play, REPORT), 0);
        play_until(play, "2024-06-14 12:00");
        assert_sent(play, ALL_OWED);
        play_free(play);
}

/* What an occurrence was told by the plan, changed in the file: the plan knows. */
static void a_start_asks_the_plan(void **state)
{
        struct play *play = play_new("2024-06-10", REPORT, "", false);
        struct occurrence_record CLEANUP(occurrence_record_clear) record = {0};

        (void)state;
        change_behind(play, "none", "UPDATE occurrence SET title = 'Bao cao', due_day = due_day + 1");
        play_restart(play, "2024-06-11");
        assert_int_equal(store_get_occurrence(play_engine(play)->store, 1, &record), 0);
        assert_string_equal(record.title, "Báo cáo");
        assert_int_equal(record.planned.due, day_of("2024-06-14"));
        play_until(play, "2024-06-14 12:00");
        assert_sent(play, ALL_OWED);
        play_free(play);
}

/* Values of a sound database that no plan leads to, as somebody at a shell would leave them: no index tells of them. */
static const char *const forged[] = {
        "UPDATE obligation SET next_fire = 3000000000 WHERE id = 2",
        "UPDATE obligation SET next_fire = NULL",
        "UPDATE obligation SET effective = 7 WHERE id = 1",
        "UPDATE obligation SET effective = effective + 300",
        "UPDATE obligation SET due_day = 7, due = 7, effective = 7, next_fire = NULL WHERE id = 2",
        "UPDATE obligation SET tentative = 1, next_fire = NULL WHERE id = 3",
        "UPDATE obligation SET observance = 1, next_fire = NULL",
        "UPDATE obligation SET shift = 2, next_fire = next_fire + 86400",
        "UPDATE obligation SET status = 3, next_fire = NULL WHERE id = 2",
        "UPDATE obligation SET agency = 'd' WHERE id = 2",
        "DELETE FROM obligation WHERE id = 2",
        "DELETE FROM obligation",
};

static void forge(struct play *play, const char *change)
{
        change_behind(play, "none", change);
}

/* Nobody is left out. Besides, who was told a forged day is told the right one. */
static void assert_all_sent(struct play *play, const char *until, const char *const *owed, size_t n)
{
        play_until(play, until);

        const char *sent = play_sent(play);

        for (size_t i = 0; i < n; i++)
                if (!strstr(sent, owed[i]))
                        fail_msg("%s is not in\n%s", owed[i], sent);
}

static void assert_all_told(struct play *play)
{
        static const char *const owed[] = {"06-13 08:00 due a bao-cao", "06-13 08:00 due b bao-cao",
                                           "06-13 08:00 due c bao-cao", "06-14 08:00 due a bao-cao",
                                           "06-14 08:00 due b bao-cao", "06-14 08:00 due c bao-cao"};

        assert_all_sent(play, "2024-06-14 12:00", owed, ELEMENTS(owed));
}

static void a_start_finds_what_was_forged(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(forged); i++) {
                struct play *play = play_new("2024-06-10", REPORT, "", false);

                forge(play, forged[i]);
                play_restart(play, "2024-06-11");
                assert_all_told(play);
                play_free(play);
        }
}

static void a_running_engine_finds_what_is_forged(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(forged); i++) {
                struct play *play = play_new("2024-06-10", REPORT, "", false);

                forge(play, forged[i]);
                play_until(play, "2024-06-12");
                assert_int_equal(manager_verify(play_manager(play)), 0);
                assert_all_told(play);
                play_free(play);
        }
}

static struct present_trouble *in_trouble(struct play *play)
{
        return troubles_find(&play_engine(play)->troubles, TROUBLE_STATE, "");
}

/* What somebody left there cannot be compared just now: it is a trouble, and is not forgotten. */
static void a_comparison_that_fails_is_a_trouble_until_one_does_not(void **state)
{
        static const char *const in_the_way[] = {"BEGIN IMMEDIATE", "UPDATE obligation SET fixed = 7 WHERE id = 1"};
        static const char *const cleared[] = {"ROLLBACK", "UPDATE obligation SET fixed = NULL WHERE id = 1"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(in_the_way); i++) {
                struct play *play = play_new("2024-06-10", REPORT, "", false);
                sqlite3 *db = NULL;
                char path[200];

                forge(play, "UPDATE obligation SET next_fire = NULL");
                snprintf(path, sizeof(path), "%s/state/" STORE_FILE, play_folder(play));
                assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
                assert_int_equal(sqlite3_exec(db, in_the_way[i], NULL, NULL, NULL), SQLITE_OK);
                assert_true(manager_verify(play_manager(play)) < 0);
                assert_true(manager_verify(play_manager(play)) < 0);
                assert_non_null(in_trouble(play));
                assert_int_equal(sqlite3_exec(db, cleared[i], NULL, NULL, NULL), SQLITE_OK);
                assert_int_equal(manager_tick(play_manager(play)), 0);
                assert_non_null(in_trouble(play)); /* it can be written, and what is due is not known */
                assert_int_equal(manager_verify(play_manager(play)), 0);
                assert_null(in_trouble(play));
                assert_int_equal(sqlite3_close(db), SQLITE_OK);
                assert_all_told(play);
                play_free(play);
        }
}

#define INSPECTION \
        "{ id = \"kiem-tra\"; title = \"Kiểm tra\"; window = [\"2024-06-18\", \"2024-06-26\"]; tentative = true;" \
        " fix_by = \"2024-06-17\"; for = [\"members\"]; policy = \"inspection\"; }"

/* Of how many items a look at the rows finds something else than follows from the plans. */
static size_t wrong_items(struct play *play)
{
        struct sync_counts counts;

        assert_int_equal(sync_run(play_engine(play), SYNC_ROWS, NULL, &counts), 0);
        return counts.mended;
}

/* Of what concerns all agencies of an occurrence: who is asked for a day, and who is told that something is late. */
static const char *const forged_rungs[] = {
        "UPDATE occurrence SET next_fire = next_fire + 8640000",
        "UPDATE occurrence SET next_fire = NULL",
        "UPDATE occurrence SET next_fire = next_fire + 1 WHERE item = 'bao-cao'",
        "UPDATE occurrence SET next_fire = NULL WHERE item = 'kiem-tra'",
        "UPDATE occurrence SET fix_by = fix_by + 7",
        "UPDATE occurrence SET due_day = due_day - 300, next_fire = NULL",
        "UPDATE occurrence SET withdrawn = 1, next_fire = NULL",
};

static void assert_all_asked(struct play *play)
{
        static const char *const owed[] = {"06-17 08:00 fix_date a kiem-tra", "06-21 08:00 fix_date a kiem-tra",
                                           "06-19 08:00 escalation a bao-cao", "06-21 08:00 escalation d bao-cao"};

        assert_all_sent(play, "2024-06-21 12:00", owed, ELEMENTS(owed));
}

static void a_start_finds_forged_rungs(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(forged_rungs); i++) {
                struct play *play = play_new("2024-06-10", REPORT ", " INSPECTION, "", false);

                forge(play, forged_rungs[i]);
                play_restart(play, "2024-06-11");
                assert_int_equal(wrong_items(play), 0);
                assert_all_asked(play);
                play_free(play);
        }
}

static void a_running_engine_finds_forged_rungs(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTS(forged_rungs); i++) {
                struct play *play = play_new("2024-06-10", REPORT ", " INSPECTION, "", false);

                forge(play, forged_rungs[i]);
                play_until(play, "2024-06-12");
                assert_int_equal(manager_verify(play_manager(play)), 0);
                assert_all_asked(play);
                play_free(play);
        }
}

/* One of its agencies has a day, the others wait for one. */
#define OWN_DAY \
        "{ id = \"khao-sat\"; title = \"Khảo sát\"; window = [\"2024-06-12\", \"2024-06-14\"]; tentative = true;" \
        " fix_by = \"2024-06-10\"; for = [\"b\", \"c\"]; dates = ( { agency = \"c\"; due = \"2024-08-30\"; } ); }"

static void a_sound_state_is_not_taken_for_damage(void **state)
{
        struct play *play = play_new("2024-06-10", REPORT ", " INSPECTION ", " OWN_DAY, "", false);
        struct decision_scope scope = {.item = {.plan = "p", .item = "bao-cao"}, .agency = "c"};
        char moment[64];

        (void)state;
        for (int day = 10; day <= 30; day++) {
                struct decision_result result = {0};

                (void)snprintf(moment, sizeof(moment), "2024-06-%02d 12:00", day);
                play_until(play, moment);
                if (day == 17)
                        assert_int_equal(decide_snooze(play_engine(play), &clerk, &scope, day_of("2024-06-21"), "vướng",
                                                       NULL, false, &result),
                                         DECIDED);
                decision_result_clear(&result);
                assert_int_equal(wrong_items(play), 0);
        }
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_restart_finds_what_is_due),
                cmocka_unit_test(a_running_engine_finds_what_is_due),
                cmocka_unit_test(a_reload_finds_what_is_due),
                cmocka_unit_test(a_start_asks_the_plan),
                cmocka_unit_test(a_start_finds_what_was_forged),
                cmocka_unit_test(a_running_engine_finds_what_is_forged),
                cmocka_unit_test(a_comparison_that_fails_is_a_trouble_until_one_does_not),
                cmocka_unit_test(a_start_finds_forged_rungs),
                cmocka_unit_test(a_running_engine_finds_forged_rungs),
                cmocka_unit_test(a_sound_state_is_not_taken_for_damage),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
