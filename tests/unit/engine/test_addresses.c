/* Addresses that are put right while messages wait for them: who gets what in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "store/counts.h"
#include "stories.h"

#define HOOKS \
        "webhooks = ( { id = \"g1\"; url = \"https://g1.example/\"; agencies = [\"b\"]; }," \
        "             { id = \"g2\"; url = \"https://g2.example/\"; agencies = [\"a\"]; } );"

struct deliveries {
        char text[2000], first_id[DELIVERY_ID_SIZE], last_id[DELIVERY_ID_SIZE];
};

/* In the order in which they were made: "address state" and why it was cancelled. */
static int note(void *userdata, const struct delivery_record *delivery)
{
        struct deliveries *all = userdata;
        char line[300];
        size_t size;

        if (!*all->last_id)
                memcpy(all->last_id, delivery->id, DELIVERY_ID_SIZE);
        memcpy(all->first_id, delivery->id, DELIVERY_ID_SIZE);
        snprintf(line, sizeof(line), "%s %s%s%s%s\n", delivery->address, delivery_state_name(delivery->state),
                 delivery->manual ? " by hand" : "", delivery->state == DELIVERY_CANCELLED ? ": " : "",
                 delivery->state == DELIVERY_CANCELLED ? delivery->answer : "");
        size = strlen(line);
        memmove(all->text + size, all->text, strlen(all->text) + 1);
        memcpy(all->text, line, size);
        return 0;
}

static struct deliveries deliveries(struct play *play)
{
        const struct delivery_filter filter = {.state = -1};
        struct deliveries all = {0};

        assert_int_equal(store_each_delivery(play_engine(play)->store, &filter, note, &all), 0);
        return all;
}

#define assert_deliveries(play, expected) assert_string_equal(deliveries(play).text, expected)

/* Days of the advance reminder: on 7 June it falls due, and at 9 the addresses are others. */
static void what_waits_goes_to_the_addresses_of_now(void **state)
{
        static const struct {
                const char *before, *away, *after, *expected;
        } table[] = {
                {"emails = [\"c@x.example\"];", "c@x.example", "emails = [\"new@x.example\"];",
                 "c@x.example cancelled: no longer an address of c; new@x.example gets it\n"
                 "new@x.example sent\n"},
                {"emails = [\"c1@x.example\", \"c2@x.example\"];", "c2@x.example",
                 "emails = [\"c1@x.example\", \"new@x.example\"];",
                 "c1@x.example sent\n"
                 "c2@x.example cancelled: no longer an address of c; new@x.example gets it\n"
                 "new@x.example sent\n"},
                {"emails = [\"c1@x.example\", \"c2@x.example\"];", "c2@x.example", "emails = [\"c1@x.example\"];",
                 "c1@x.example sent\n"
                 "c2@x.example cancelled: no longer an address of c\n"},
                {"emails = [\"c1@x.example\", \"c2@x.example\"];", "", "emails = [\"c1@x.example\"];",
                 "c1@x.example queued\n"
                 "c2@x.example cancelled: no longer an address of c\n"},
                {"emails = [\"c@x.example\"];", "c@x.example", "emails = [\"c@x.example\", \"new@x.example\"];",
                 "c@x.example queued\n"},
                {"emails = [\"c@x.example\"];", "c@x.example", "emails = [\"new@x.example\", \"other@x.example\"];",
                 "c@x.example cancelled: no longer an address of c; new@x.example and 1 more get it\n"
                 "new@x.example sent\n"
                 "other@x.example sent\n"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                struct play *play = play_new("2024-06-01", REPORT, "", false);

                assert_int_equal(play_move(play, table[i].before), 0);
                play_answer(play, table[i].away, TRANSFER_TEMPORARY, 86400);
                play_until(play, "2024-06-07 09:00");
                assert_int_equal(play_move(play, table[i].after), 0);
                play_until(play, "2024-06-07 09:00");
                assert_deliveries(play, table[i].expected);
                play_free(play);
        }
}

/* The program was not running when the files were edited. */
static void a_restart_is_as_good_as_a_reload(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-07 09:00");
        play_write_addresses(play, "emails = [\"new@x.example\"];", "contact@x.example");
        play_restart(play, "2024-06-07 10:00");
        play_until(play, "2024-06-07 10:00");
        assert_deliveries(play, "c@x.example cancelled: no longer an address of c; new@x.example gets it\n"
                                "new@x.example sent\n");
        play_free(play);
}

/* Its answer comes after the reload: what did not arrive goes on to the new address, and nobody is told of a failure.
 */
static void what_is_on_the_wire_follows(void **state)
{
        static const enum transfer_outcome outcomes[] = {TRANSFER_TEMPORARY, TRANSFER_PERMANENT, TRANSFER_SENT};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(outcomes); i++) {
                struct play *play = play_new("2024-06-01", REPORT, "", false);

                play_answer(play, "c@x.example", outcomes[i], 0);
                play_until(play, "2024-06-07 07:59");
                clock_advance(&play_engine(play)->clock, manager_wake(play_manager(play)));
                assert_int_equal(manager_tick(play_manager(play)), 0);
                assert_int_equal(manager_under_way(play_manager(play)), 1);
                assert_int_equal(play_move(play, "emails = [\"new@x.example\"];"), 0);
                play_until(play, "2024-06-07 08:30");
                assert_deliveries(play, outcomes[i] == TRANSFER_SENT
                                                ? "c@x.example sent\n"
                                                : "c@x.example cancelled: no longer an address of c; new@x.example "
                                                  "gets it\n"
                                                  "new@x.example sent\n");
                play_free(play);
        }
}

/* Claimed for a connection that is taken: not one of them leaves for the old address. */
static void what_is_claimed_follows(void **state)
{
        struct play *play = play_new("2024-06-03 08:00", REPORT, "", false);
        struct decision_result result;
        struct store_counts counts;

        (void)state;
        for (int i = 0; i < 8; i++)
                assert_int_equal(decided(decide_test(play_engine(play), &clerk, "c", NULL, &result), &result), DECIDED);
        assert_int_equal(manager_tick(play_manager(play)), 0);
        assert_int_equal(manager_under_way(play_manager(play)), 4);
        assert_int_equal(play_move(play, "emails = [\"new@x.example\"];"), 0);
        play_until(play, "2024-06-03 08:00");
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-03"), &counts), 0);
        assert_int_equal(counts.sent, 4);
        assert_int_equal(counts.queued + counts.sending, 0);
        play_free(play);
}

/* Whoever was put right by mistake and back again gets the message that he may have had already, with its id. */
static void an_address_that_comes_back(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        char id[DELIVERY_ID_SIZE];

        (void)state;
        play_answer(play, "", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-07 09:00");
        memcpy(id, deliveries(play).first_id, sizeof(id));
        assert_int_equal(play_move(play, "emails = [\"wrong@x.example\"];"), 0);
        play_until(play, "2024-06-07 09:00");
        play_answer(play, "", TRANSFER_SENT, 0);
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"];"), 0);
        play_until(play, "2024-06-07 09:00");
        assert_deliveries(play, "c@x.example sent\n"
                                "wrong@x.example cancelled: no longer an address of c; c@x.example gets it\n");
        assert_string_equal(deliveries(play).first_id, id);
        play_free(play);
}

static void what_was_dropped_by_hand_stays_so(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_result result;

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"c1@x.example\", \"c2@x.example\"];"), 0);
        play_answer(play, "", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-07 09:00");
        assert_int_equal(decided(decide_drop(play_engine(play), &clerk, deliveries(play).first_id, &result), &result),
                         DECIDED);
        play_answer(play, "", TRANSFER_SENT, 0);
        assert_int_equal(play_move(play, "emails = [\"c1@x.example\", \"new@x.example\"];"), 0);
        play_until(play, "2024-06-07 09:00");
        assert_deliveries(play, "c1@x.example cancelled: the server's words\n"
                                "c2@x.example cancelled: no longer an address of c; new@x.example gets it\n"
                                "new@x.example sent\n");
        play_free(play);
}

/* The contact is told that a mailbox does not exist, mends it and retries. */
static void a_retry_goes_to_the_address_of_now(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_result result;

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-07 20:00");
        assert_deliveries(play, "c@x.example failed\n"
                                "contact@x.example sent\n");
        assert_int_equal(play_move(play, "emails = [\"new@x.example\"];"), 0);
        assert_int_equal(decided(decide_retry(play_engine(play), &clerk, deliveries(play).first_id, &result), &result),
                         DECIDED);
        play_until(play, "2024-06-07 20:01");
        assert_deliveries(play, "c@x.example cancelled by hand: no longer an address of c; new@x.example gets it\n"
                                "contact@x.example sent\n"
                                "new@x.example sent by hand\n");
        play_free(play);
}

static void a_retry_that_nobody_needs_is_refused(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_result result;

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"c1@x.example\", \"c2@x.example\"];"), 0);
        play_answer(play, "c1@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-07 09:00");
        assert_int_equal(play_move(play, "emails = [\"c2@x.example\"];"), 0);
        assert_int_equal(decided(decide_retry(play_engine(play), &clerk, deliveries(play).first_id, &result), &result),
                         DECISION_REFUSED);
        assert_int_equal(decided(decide_retry(play_engine(play), &clerk, NULL, &result), &result), DECIDED);
        assert_int_equal(result.n, 0);
        assert_deliveries(play, "c1@x.example cancelled by hand: no longer an address of c\n"
                                "c2@x.example sent\n"
                                "contact@x.example sent\n");
        play_free(play);
}

/* Nobody is there to get it: what failed is settled by a retry of all, with that reason. */
static void a_retry_after_the_agency_left(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);
        struct decision_result result;

        (void)state;
        assert_int_equal(
                play_move(play,
                          "emails = [\"c@x.example\"]; }, { id = \"e\"; name = \"E\"; emails = [\"e@x.example\"];"),
                0);
        assert_int_equal(decided(decide_test(play_engine(play), &clerk, "e", NULL, &result), &result), DECIDED);
        play_answer(play, "e@x.example", TRANSFER_PERMANENT, 0);
        play_until(play, "2024-06-01 09:00");
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"];"), 0);
        assert_deliveries(play, "e@x.example failed by hand\n");
        assert_int_equal(decided(decide_retry(play_engine(play), &clerk, NULL, &result), &result), DECIDED);
        assert_deliveries(play, "e@x.example cancelled by hand: the agency left the block\n");
        play_free(play);
}

/* A test says whether a message arrives at that address. */
static void a_test_is_of_its_address(void **state)
{
        struct play *play = play_new("2024-06-03 08:00", REPORT, "", false);
        struct decision_result result;

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_TEMPORARY, 0);
        assert_int_equal(decided(decide_test(play_engine(play), &clerk, "c", NULL, &result), &result), DECIDED);
        play_until(play, "2024-06-03 08:00");
        assert_int_equal(play_move(play, "emails = [\"new@x.example\"];"), 0);
        assert_deliveries(play, "c@x.example cancelled by hand: no longer an address of c\n");
        play_free(play);
}

static void the_contact_moves_too(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, "", false);

        (void)state;
        play_answer(play, "c@x.example", TRANSFER_PERMANENT, 0);
        play_answer(play, "contact@x.example", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-07 09:00");
        play_write_addresses(play, "emails = [\"c@x.example\"];", "new@x.example");
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"];"), 0);
        play_until(play, "2024-06-07 09:00");
        assert_deliveries(play, "c@x.example failed\n"
                                "contact@x.example cancelled: no longer an address of the contact; new@x.example gets "
                                "it\n"
                                "new@x.example sent\n");
        play_free(play);
}

/* An agency's webhook is an address like another. */
static void a_webhook_of_its_own(void **state)
{
        struct play *play = play_new("2024-06-01", REPORT, HOOKS, false);

        (void)state;
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"]; webhook = \"g1\";"), 0);
        play_answer(play, "g1", TRANSFER_TEMPORARY, 86400);
        play_until(play, "2024-06-07 09:00");
        assert_int_equal(play_move(play, "emails = [\"c@x.example\"]; webhook = \"g2\";"), 0);
        play_until(play, "2024-06-07 09:00");
        assert_deliveries(play, "c@x.example sent\n"
                                "g1 cancelled: no longer an address of c; g2 gets it\n"
                                "g2 sent\n");
        play_free(play);
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_waits_goes_to_the_addresses_of_now),
                cmocka_unit_test(a_restart_is_as_good_as_a_reload),
                cmocka_unit_test(what_is_on_the_wire_follows),
                cmocka_unit_test(what_is_claimed_follows),
                cmocka_unit_test(an_address_that_comes_back),
                cmocka_unit_test(what_was_dropped_by_hand_stays_so),
                cmocka_unit_test(a_retry_goes_to_the_address_of_now),
                cmocka_unit_test(a_retry_that_nobody_needs_is_refused),
                cmocka_unit_test(a_retry_after_the_agency_left),
                cmocka_unit_test(a_test_is_of_its_address),
                cmocka_unit_test(the_contact_moves_too),
                cmocka_unit_test(a_webhook_of_its_own),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
