/* Tests of the names of blocks. */
#include "fixture.h"

#include "core/block.h"

static void test_there_and_back(void **state)
{
        static const struct {
                const char *block, *name;
        } table[] = {
                {"", "org.reminderd1"},
                {"khoi-tmth", "org.reminderd1.block.khoi-tmth"},
                {"2024-khoi", "org.reminderd1.block._2024-khoi"},
                {"a", "org.reminderd1.block.a"},
                {"7", "org.reminderd1.block._7"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                char name[BLOCK_BUS_NAME_SIZE];

                assert_string_equal(block_bus_name(table[i].block, name), table[i].name);
                assert_string_equal(block_of_bus_name(name), table[i].block);
                assert_true(!*table[i].block || block_is_valid(table[i].block));
        }
}

static void test_nobodys(void **state)
{
        static const char *const names[] = {"org.freedesktop.DBus",      ":1.7",
                                            "org.reminderd1.block",      "org.reminderd1.block.",
                                            "org.reminderd1.block._a",   "org.reminderd1.block.a.b",
                                            "org.reminderd1.block.Khoi", "org.reminderd1.other.a",
                                            "org.reminderd10",           "org.reminderd1.block.__7"};
        static const char *const invalid[] = {"", "-a", "Khoi", "khối", "a b", "../a", "a/b", "*", "_7"};

        (void)state;
        for (size_t i = 0; i < ELEMENTS(names); i++)
                if (block_of_bus_name(names[i]))
                        fail_msg("%s is taken for %s", names[i], block_of_bus_name(names[i]));
        for (size_t i = 0; i < ELEMENTS(invalid); i++)
                assert_false(block_is_valid(invalid[i]));
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_nobodys)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
