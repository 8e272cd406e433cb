/* Tests of what comes back by mail: which delivery it is about, and what becomes of it. */
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "core/heard.h"

#define ID "018f3a5b9c7d001122334455667788ab"

static void test_names(void **state)
{
        static const char *const classes[] = {"bounce", "delayed", "answer", "machine"};
        static const char *const outcomes[] = {"recorded", "noted", "ignored", "review", "known"};
        enum heard_class class = HEARD_MACHINE;

        (void)state;
        assert_int_equal(ELEMENTS(classes), HEARD_CLASSES);
        for (size_t i = 0; i < ELEMENTS(classes); i++) {
                assert_int_equal(heard_class_parse(classes[i], &class), 0);
                assert_int_equal(class, i);
        }
        assert_int_equal(heard_class_parse("Bounce", &class), -EINVAL);
        assert_int_equal(heard_class_parse("", &class), -EINVAL);
        assert_int_equal(ELEMENTS(outcomes), HEARD_OUTCOMES);
        for (size_t i = 0; i < ELEMENTS(outcomes); i++)
                assert_string_equal(heard_outcome_name((enum heard_outcome)i), outcomes[i]);
}

static void test_which_ids_may_be_ours(void **state)
{
        static const struct {
                const char *reference;
                bool ours;
        } table[] = {
                {ID "@khoi.example", true},
                {ID "@another.example", true}, /* the office has moved */
                {ID, false},
                {ID "0@khoi.example", false},
                {"18f3a5b9c7d001122334455667788ab@khoi.example", false},
                {"018F3A5B9C7D001122334455667788AB@khoi.example", false},
                {"018f3a5b9c7d001122334455667788ag@khoi.example", false},
                {"<" ID "@khoi.example>", false},
                {"@khoi.example", false},
                {"", false},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char id[DELIVERY_ID_SIZE] = "";

                if (heard_delivery_id(table[i].reference, id) != table[i].ours)
                        fail_msg("%s", table[i].reference);
                assert_string_equal(id, table[i].ours ? ID : "");
        }
}

static void test_bounces(void **state)
{
        static const struct {
                enum heard_class class;
                const char *status;
                size_t n_named;
                enum delivery_state delivery;
                enum heard_outcome expected;
        } table[] = {
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_SENT, HEARD_RECORDED},
                {HEARD_BOUNCE, NULL, 1, DELIVERY_SENT, HEARD_RECORDED},
                {HEARD_BOUNCE, "4.4.7", 1, DELIVERY_SENT, HEARD_NOTED},
                {HEARD_DELAYED, "4.4.1", 1, DELIVERY_SENT, HEARD_NOTED},
                {HEARD_DELAYED, "5.1.1", 1, DELIVERY_SENT, HEARD_NOTED},
                {HEARD_DELAYED, NULL, 1, DELIVERY_SENT, HEARD_NOTED},
                /* what did not arrive as far as is known has failed already, or is tried again */
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_QUEUED, HEARD_NOTED},
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_SENDING, HEARD_NOTED},
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_FAILED, HEARD_NOTED},
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_CANCELLED, HEARD_NOTED},
                {HEARD_BOUNCE, "5.1.1", 1, DELIVERY_BOUNCED, HEARD_NOTED},
                /* nobody's, or which one is not to be told */
                {HEARD_BOUNCE, "5.1.1", 0, DELIVERY_QUEUED, HEARD_REVIEW},
                {HEARD_BOUNCE, "5.1.1", 2, DELIVERY_SENT, HEARD_REVIEW},
                {HEARD_DELAYED, "4.4.1", 0, DELIVERY_QUEUED, HEARD_REVIEW},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct heard heard = {.class = table[i].class, .status = table[i].status};

                if (heard_judge_bounce(&heard, table[i].n_named, table[i].delivery) != table[i].expected)
                        fail_msg("row %zu", i);
        }
}

static void test_words(void **state)
{
        static const struct {
                enum heard_class class;
                const char *recipient, *status, *diagnostic, *expected;
        } table[] = {
                {HEARD_BOUNCE, "a@b.example", "5.1.1", "550 No such user", "5.1.1 550 No such user"},
                {HEARD_BOUNCE, "A@b.example", "5.1.1", "550 5.1.1 No such user", "550 5.1.1 No such user"},
                {HEARD_BOUNCE, NULL, "5.1.1", NULL, "5.1.1"},
                {HEARD_BOUNCE, NULL, NULL, "No such user", "No such user"},
                {HEARD_BOUNCE, NULL, NULL, NULL, ""},
                {HEARD_BOUNCE, "c@d.example", "5.2.2", "mailbox full", "c@d.example: 5.2.2 mailbox full"},
                {HEARD_BOUNCE, NULL, "4.4.7", "expired", "delayed: 4.4.7 expired"},
                {HEARD_DELAYED, "c@d.example", "4.4.1", "no answer", "delayed: c@d.example: 4.4.1 no answer"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct heard heard = {.class = table[i].class,
                                            .recipient = table[i].recipient,
                                            .status = table[i].status,
                                            .diagnostic = table[i].diagnostic};
                char *CLEANUP_FREE words = heard_words(&heard, "a@b.example");

                assert_string_equal(words, table[i].expected);
        }
}

static void test_answers(void **state)
{
        static const struct {
                struct heard_answer answer;
                bool authenticated;
                enum heard_outcome expected;
        } table[] = {
                {{1, true, 1, false, false}, true, HEARD_RECORDED},
                {{3, true, 1, false, false}, true, HEARD_RECORDED}, /* the others are of the thread */
                {{0, true, 1, false, false}, true, HEARD_REVIEW},
                {{1, false, 1, false, false}, true, HEARD_REVIEW},
                {{1, true, 1, false, false}, false, HEARD_REVIEW},
                {{1, true, 0, false, false}, true, HEARD_REVIEW},
                {{1, true, 2, false, false}, true, HEARD_REVIEW},
                {{1, true, 1, true, false}, true, HEARD_REVIEW},
                {{1, false, 2, true, false}, false, HEARD_REVIEW},
                {{1, true, 1, false, true}, true, HEARD_REVIEW},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const struct heard heard = {.class = HEARD_ANSWER, .authenticated = table[i].authenticated};

                if (heard_judge_answer(&heard, &table[i].answer) != table[i].expected)
                        fail_msg("row %zu", i);
        }
}

static void test_days(void **state)
{
        (void)state;
        assert_int_equal(heard_day(CIVIL_NONE, 100, 110), 110);
        assert_int_equal(heard_day(105, 100, 110), 105);
        assert_int_equal(heard_day(100, 100, 110), 100);
        assert_int_equal(heard_day(99, 100, 110), 100); /* nobody answers before he is asked */
        assert_int_equal(heard_day(110, 100, 110), 110);
        assert_int_equal(heard_day(111, 100, 110), 110);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),   cmocka_unit_test(test_which_ids_may_be_ours),
                cmocka_unit_test(test_bounces), cmocka_unit_test(test_words),
                cmocka_unit_test(test_answers), cmocka_unit_test(test_days),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
