/* Tests of custody. */
#include "fixture.h"

#include "core/custody.h"

static void test_whose_it_is(void **state)
{
        static const struct {
                const char *recorded, *host;
                enum custody custody;
        } table[] = {
                {NULL, "a", CUSTODY_FREE},  {"", "a", CUSTODY_FREE}, {"a", "a", CUSTODY_OURS},
                {"b", "a", CUSTODY_OTHERS}, {"a", "", CUSTODY_OURS}, {NULL, "", CUSTODY_OURS},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(custody_of(table[i].recorded, table[i].host), table[i].custody);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_whose_it_is)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
