/* Tests of venues: when two are the same, and how one is kept. */
#include "fixture.h"

#include <stdlib.h>

#include "core/venue.h"

static void test_same(void **state)
{
        static const struct {
                struct venue a, b;
                bool same;
        } table[] = {
                {{0, NULL}, {0, NULL}, true},        {{0, NULL}, {0, ""}, true},
                {{57600, "A"}, {57600, "A"}, true},  {{57600, "A"}, {54000, "A"}, false},
                {{57600, "A"}, {57600, "B"}, false}, {{57600, "A"}, {57600, NULL}, false},
        };
        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                assert_int_equal(venue_is_same(&table[i].a, &table[i].b), table[i].same);
                assert_int_equal(venue_is_same(&table[i].b, &table[i].a), table[i].same);
        }
}

static void test_kept(void **state)
{
        static const struct venue table[] = {
                {0, NULL}, {57600, NULL}, {0, "Phòng 205"}, {28800, "  2 trước "}, {86340, "0"}};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char *text = venue_write(&table[i]);
                struct venue read;

                assert_non_null(text);
                venue_read(text, &read);
                assert_true(venue_is_same(&read, &table[i]));
                free(text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_same), cmocka_unit_test(test_kept)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
