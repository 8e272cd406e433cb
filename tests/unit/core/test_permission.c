/* Tests of permission: which right a method needs, and who has it. */
#include "fixture.h"

#include "core/permission.h"

static void test_what_a_method_needs(void **state)
{
        static const struct {
                const char *method;
                enum right right;
        } table[] = {
                {"Status", RIGHT_SEE},
                {"List", RIGHT_SEE},
                {"Show", RIGHT_SEE},
                {"Forecast", RIGHT_SEE},
                {"Calendar", RIGHT_SEE},
                {"Preview", RIGHT_SEE},
                {"Deliveries", RIGHT_SEE},
                {"Log", RIGHT_SEE},
                {"Agencies", RIGHT_SEE},
                {"Items", RIGHT_SEE},
                {"Plans", RIGHT_SEE},
                {"Report", RIGHT_SEE},
                {"Get", RIGHT_SEE},
                {"GetAll", RIGHT_SEE},
                {"Snooze", RIGHT_DECIDE},
                {"Unsnooze", RIGHT_DECIDE},
                {"Done", RIGHT_DECIDE},
                {"Reopen", RIGHT_DECIDE},
                {"Waive", RIGHT_DECIDE},
                {"Urge", RIGHT_DECIDE},
                {"Close", RIGHT_DECIDE},
                {"Decide", RIGHT_DECIDE},
                {"Record", RIGHT_DECIDE},
                {"SetDate", RIGHT_DECIDE},
                {"ClearDate", RIGHT_DECIDE},
                {"Hold", RIGHT_DECIDE},
                {"Release", RIGHT_DECIDE},
                {"Heard", RIGHT_HEAR},
                {"Retry", RIGHT_OPERATE},
                {"RetryAll", RIGHT_OPERATE},
                {"Drop", RIGHT_OPERATE},
                {"Acknowledge", RIGHT_OPERATE},
                {"AcknowledgeAll", RIGHT_OPERATE},
                {"Test", RIGHT_OPERATE},
                {"TestTo", RIGHT_OPERATE},
                {"Reload", RIGHT_OPERATE},
                {"Adopt", RIGHT_OPERATE},
                {"Backup", RIGHT_OPERATE},
                {"Advance", RIGHT_OPERATE},
                {"Set", RIGHT_OPERATE},
                {"status", RIGHT_OPERATE},
                {"", RIGHT_OPERATE},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (permission_needed(table[i].method) != table[i].right)
                        fail_msg("%s needs another right", table[i].method);
}

static void test_who_has_it(void **state)
{
        static const struct {
                enum party party;
                bool see, decide, hear, operate;
        } table[] = {
                {PARTY_OUTSIDER, false, false, false, false},
                {PARTY_READER, false, false, true, false},
                {PARTY_MEMBER, true, true, true, true},
                {PARTY_ROOT, true, true, true, true},
        };

        (void)state;
        assert_int_equal(ELEMENTS(table), PARTIES);
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(permission_has(table[i].party, RIGHT_SEE), table[i].see);
                assert_int_equal(permission_has(table[i].party, RIGHT_DECIDE), table[i].decide);
                assert_int_equal(permission_has(table[i].party, RIGHT_HEAR), table[i].hear);
                assert_int_equal(permission_has(table[i].party, RIGHT_OPERATE), table[i].operate);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_a_method_needs),
                cmocka_unit_test(test_who_has_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
