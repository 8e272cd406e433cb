/* What comes back by mail: what becomes of it, and who is told; stories in virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "deciding/hear.h"
#include "play.h"
#include "store/counts.h"
#include "store/heard.h"

#define URGED "{ id = \"bao-cao\"; title = \"Báo cáo\"; due = \"2024-06-14\"; for = [\"c\"]; }"
#define DAY_MS (INT64_C(1000) * DAY_SECONDS)

static int note_id(void *userdata, const struct delivery_record *delivery)
{
        memcpy(userdata, delivery->id, DELIVERY_ID_SIZE);
        return 1;
}

/* As the reader would say it, of the last message to an agency. */
static int bounce(struct play *play, const char *origin, const char *agency)
{
        char id[DELIVERY_ID_SIZE] = "", reference[80];
        const struct delivery_filter last = {.state = -1, .agency = agency};
        struct heard heard = {.origin = origin, .class = HEARD_BOUNCE, .references = {reference}, .n_references = 1};
        int r;

        assert_int_equal(store_each_delivery(play_engine(play)->store, &last, note_id, id), 1);
        snprintf(reference, sizeof(reference), "%s@khoi.example", id);
        r = hear(play_engine(play), &heard);
        assert_int_equal(manager_decided(play_manager(play)), 0);
        return r;
}

static void acknowledge(struct play *play)
{
        struct decision_result CLEANUP(decision_result_clear) result = {0};

        assert_int_equal(decide_acknowledge(play_engine(play), &clerk, NULL, &result), DECIDED);
}

/* The next reminders go to the address as before, and are the first of which it hears. */
static void the_contact_is_told_once_of_an_address(void **state)
{
        struct play *play = play_new("2024-06-13", URGED, "", false);

        (void)state;
        play_until(play, "2024-06-13 09:00");
        assert_sent(play, "06-13 08:00 due c bao-cao\n");
        assert_int_equal(bounce(play, "1", "c"), HEARD_RECORDED);
        play_until(play, "2024-06-14 09:00");
        assert_sent(play, "06-13 09:01 bounced contact \n06-14 08:00 due c bao-cao\n");
        assert_int_equal(bounce(play, "2", "c"), HEARD_RECORDED);
        play_until(play, "2024-06-18 09:00");
        assert_sent(play, "06-18 08:00 overdue c bao-cao\n");
        acknowledge(play);
        assert_int_equal(bounce(play, "3", "c"), HEARD_RECORDED);
        play_until(play, "2024-06-18 12:00");
        assert_sent(play, "06-18 09:01 bounced contact \n");
        play_free(play);
}

/* Or each would bring another one. */
static void of_what_tells_of_bounces_nothing_is_told(void **state)
{
        struct play *play = play_new("2024-06-13", URGED, "", false);

        (void)state;
        play_until(play, "2024-06-13 09:00");
        assert_int_equal(bounce(play, "1", "c"), HEARD_RECORDED);
        play_until(play, "2024-06-13 10:00");
        (void)play_sent(play);
        assert_int_equal(bounce(play, "2", ""), HEARD_RECORDED);
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "");
        play_free(play);
}

/* Before the contact was told it was sent again. */
static void what_is_sent_again_is_not_told(void **state)
{
        struct play *play = play_new("2024-06-13", URGED, "", false);
        struct decision_result CLEANUP(decision_result_clear) result = {0};
        const struct delivery_filter bounced = {.state = DELIVERY_BOUNCED};
        struct store_counts counts;
        char id[DELIVERY_ID_SIZE] = "";

        (void)state;
        play_until(play, "2024-06-13 09:00");
        assert_int_equal(bounce(play, "1", "c"), HEARD_RECORDED);
        assert_int_equal(store_each_delivery(play_engine(play)->store, &bounced, note_id, id), 1);
        assert_int_equal(decide_retry(play_engine(play), &clerk, id, &result), DECIDED);
        assert_int_equal(manager_decided(play_manager(play)), 0);
        play_until(play, "2024-06-13 12:00");
        assert_sent(play, "06-13 08:00 due c bao-cao\n"); /* with the same id, which is noted once */
        assert_int_equal(store_count(play_engine(play)->store, day_of("2024-06-13"), &counts), 0);
        assert_true(counts.sent == 1 && counts.bounced == 0);
        play_free(play);
}

/* What was heard is known for as long as it can matter. */
static void origins_are_forgotten(void **state)
{
        struct play *play = play_new("2024-06-13", URGED, "", false);
        struct store *store = play_engine(play)->store;
        int64_t now = clock_now(&play_engine(play)->clock);
        const struct heard heard = {.origin = "new", .class = HEARD_MACHINE};
        enum heard_outcome outcome;

        (void)state;
        assert_int_equal(store_add_heard(store, "old", HEARD_IGNORED, now - HEARD_KEPT_DAYS * DAY_MS - 1), 0);
        assert_int_equal(store_add_heard(store, "kept", HEARD_IGNORED, now - HEARD_KEPT_DAYS * DAY_MS), 0);
        assert_int_equal(hear(play_engine(play), &heard), HEARD_IGNORED);
        assert_int_equal(store_find_heard(store, "old", &outcome), STORE_NONE);
        assert_int_equal(store_find_heard(store, "kept", &outcome), 0);
        assert_int_equal(hear(play_engine(play), &heard), HEARD_KNOWN);
        play_free(play);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_contact_is_told_once_of_an_address),
                cmocka_unit_test(of_what_tells_of_bounces_nothing_is_told),
                cmocka_unit_test(what_is_sent_again_is_not_told),
                cmocka_unit_test(origins_are_forgotten),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
