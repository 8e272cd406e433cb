/* What keeps reminders from leaving, as the engine knows it: begun, said again and over, in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "stories.h"

#define TRYING "retry = { first = \"1min\"; max = \"10min\"; give_up = \"30d\"; };\n"
#define HOUR_MS INT64_C(3600000)

static struct present_trouble *find(struct play *play, enum trouble_kind kind, const char *server)
{
        return troubles_find(&play_engine(play)->troubles, kind, server);
}

/* How many of them count. */
static size_t count(struct play *play)
{
        const struct engine *engine = play_engine(play);
        size_t n = 0;

        for (size_t at = 0; troubles_next(&engine->troubles, clock_now(&engine->clock), &at);)
                n++;
        return n;
}

/* Ticks at each wake-up until so long has passed, whatever comes of it; returns how often. */
static unsigned tick_for(struct play *play, int64_t ms)
{
        struct engine *engine = play_engine(play);
        int64_t end = clock_now(&engine->clock) + ms;
        unsigned n = 0;

        for (; manager_wake(play_manager(play)) <= end; n++) {
                clock_advance(&engine->clock, manager_wake(play_manager(play)));
                (void)manager_tick(play_manager(play));
        }
        clock_advance(&engine->clock, end);
        return n;
}

/* Another program holds the database until it is closed. */
static sqlite3 *hold(const struct play *play)
{
        sqlite3 *database = NULL;
        char path[200];

        snprintf(path, sizeof(path), "%s/state/" STORE_FILE, play_folder(play));
        assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
        assert_int_equal(sqlite3_exec(database, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
        return database;
}

static void a_state_that_cannot_be_written(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct engine *engine = play_engine(play);
        const struct present_trouble *present;
        uint64_t changes;
        sqlite3 *holder;
        unsigned ticks;

        (void)state;
        play_until(play, "2024-06-07 07:59");
        assert_int_equal(count(play), 0);
        changes = engine->troubles.changes;
        holder = hold(play);
        tick_for(play, HOUR_MS / 60);
        present = find(play, TROUBLE_STATE, "");
        assert_non_null(present);
        assert_int_equal(present->trouble.said, 1);
        assert_int_equal(engine->troubles.changes, changes + 1);
        ticks = tick_for(play, 3 * HOUR_MS);
        assert_in_range(ticks, 3 * 360, 3 * 360 + 10); /* each ten seconds */
        assert_int_equal(count(play), 1);
        assert_int_equal(present->trouble.said, 4);
        assert_int_equal(engine->troubles.changes, changes + 1);

        sqlite3_close(holder);
        tick_for(play, 10000);
        assert_null(find(play, TROUBLE_STATE, ""));
        assert_int_equal(engine->troubles.changes, changes + 2);
        assert_int_equal(count(play), 0);
        play_until(play, "2024-06-07 12:00");
        assert_sent(play, "06-07 11:00 advance c bao-cao\n");
        play_free(play);
}

static bool last_time_is(const struct engine *engine, const char *expected)
{
        char *text = NULL;
        bool is;

        assert_int_equal(store_get_fact(engine->store, "last-time", &text), 0);
        is = strcmp(text, expected) == 0;
        free(text);
        return is;
}

/* With nothing to do a tick writes all the same, once somebody has seen that it may not be possible. */
static void a_request_that_failed(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct engine *engine = play_engine(play);

        (void)state;
        play_until(play, "2024-06-05 12:00");
        assert_int_equal(store_set_fact(engine->store, "last-time", "1"), 0);
        assert_int_equal(manager_tick(play_manager(play)), 0);
        assert_true(last_time_is(engine, "1"));
        manager_try_state(play_manager(play));
        assert_false(last_time_is(engine, "1"));
        assert_null(find(play, TROUBLE_STATE, ""));

        /* To ask how things are does so too, but not each time. */
        assert_int_equal(store_set_fact(engine->store, "last-time", "1"), 0);
        manager_look_at_state(play_manager(play));
        assert_true(last_time_is(engine, "1"));
        clock_advance(&engine->clock, clock_now(&engine->clock) + MANAGER_SURE_MS);
        manager_look_at_state(play_manager(play));
        assert_false(last_time_is(engine, "1"));
        play_free(play);
}

static void a_server_that_takes_nothing(void **state)
{
        static const struct {
                const char *until;
                bool entered, counts;
                uint32_t said;
        } table[] = {
                {"2024-06-07 07:59", false, false, 0}, {"2024-06-07 08:00", true, false, 0},
                {"2024-06-07 08:59", true, false, 0},  {"2024-06-07 09:15", true, true, 1},
                {"2024-06-07 12:00", true, true, 4},
        };
        struct play *play = play_new("2024-06-01", REPORT, TRYING, false);

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 0);
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                const struct present_trouble *present;

                play_until(play, table[i].until);
                present = find(play, TROUBLE_SERVER, "mail");
                if (!present != !table[i].entered || count(play) != table[i].counts ||
                    (present && present->trouble.said != table[i].said))
                        fail_msg("row %zu: %s, %zu count, said %u", i, present ? "entered" : "not entered", count(play),
                                 present ? present->trouble.said : 0);
        }
        play_restart(play, "2024-06-07 12:01"); /* and it is not forgotten */
        assert_int_equal(count(play), 1);
        play_answer(play, "c@x.example", TRANSFER_SENT, 0);
        play_until(play, "2024-06-07 13:00");
        assert_null(find(play, TROUBLE_SERVER, "mail"));
        play_free(play);
}

/* What is the operator's to mend is told at once, with what to look at, and costs no message. */
static void a_server_that_refuses_us(void **state)
{
        static const struct {
                enum fault fault;
                const char *remedy; /* NULL: it is no such refusal */
        } table[] = {
                {FAULT_CLIENT, "mail.helo"},   {FAULT_SENDER, "mail.from"}, {FAULT_LOGIN, "mail.username"},
                {FAULT_ENCRYPTION, "ca_file"}, {FAULT_SERVER, NULL},        {FAULT_SESSION, NULL},
                {FAULT_ADDRESS, NULL},         {FAULT_MESSAGE, NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct play *play = play_new("2024-06-01", REPORT, TRYING, false);
                const struct present_trouble *present;

                play_refuse(play, "c@x.example", table[i].fault);
                play_until(play, "2024-06-07 08:00");
                present = find(play, TROUBLE_REFUSED, "mail");
                assert_int_equal(present != NULL, table[i].remedy != NULL);
                if (present) {
                        assert_non_null(strstr(present->text, table[i].remedy));
                        assert_int_equal(present->trouble.said, 1);
                }
                play_answer(play, "c@x.example", TRANSFER_SENT, 0);
                play_until(play, "2024-06-07 12:00");
                assert_null(find(play, TROUBLE_REFUSED, "mail"));
                assert_int_equal(count(play), 0);
                play_free(play);
        }
}

/* What it refuses for good it has read; and where nothing waits any more nothing is kept from leaving. */
static void a_server_is_well_when(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, TRYING, false);

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-07 12:00");
        assert_int_equal(count(play), 1);
        play_answer(play, "c@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-07 13:00");
        assert_int_equal(count(play), 0);

        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 0);
        play_until(play, "2024-06-13 12:00");
        assert_int_equal(count(play), 1);
        assert_int_equal(play_move(play, "emails = [];"), 0);
        play_until(play, "2024-06-13 13:00");
        assert_int_equal(count(play), 0);
        play_free(play);
}

static void a_clock_that_is_behind(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_until(play, "2024-06-07 08:00");
        play_restart(play, "2024-06-07 06:00");
        assert_non_null(find(play, TROUBLE_CLOCK, ""));
        assert_int_equal(count(play), 1);
        play_until(play, "2024-06-13 08:00");
        assert_int_equal(count(play), 0);
        play_free(play);
}

static void a_wake_up_that_passed(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct engine *engine = play_engine(play);

        (void)state;
        play_until(play, "2024-06-02");
        assert_int_equal(count(play), 0);
        clock_advance(&engine->clock, manager_wake(play_manager(play)) + 4 * 60000);
        assert_int_equal(count(play), 0);
        clock_advance(&engine->clock, manager_wake(play_manager(play)) + 6 * 60000);
        assert_int_equal(count(play), 1);
        assert_non_null(find(play, TROUBLE_LATE, ""));
        assert_int_equal(manager_tick(play_manager(play)), 0);
        play_until(play, "2024-06-08");
        assert_int_equal(count(play), 0);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_state_that_cannot_be_written), cmocka_unit_test(a_request_that_failed),
                cmocka_unit_test(a_server_that_takes_nothing),    cmocka_unit_test(a_server_is_well_when),
                cmocka_unit_test(a_server_that_refuses_us),       cmocka_unit_test(a_clock_that_is_behind),
                cmocka_unit_test(a_wake_up_that_passed),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
