/* Growing arrays: what is in them stays; what cannot grow is as it was. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"

#define MANY 1000

static void test_grow(void **state)
{
        int *numbers = NULL;
        size_t room = 0;

        (void)state;
        for (int n = 0; n < MANY; n++) {
                assert_int_equal(ARRAY_GROW(numbers, (size_t)n, room), 0);
                assert_true(room > (size_t)n);
                numbers[n] = n;
        }
        for (int n = 0; n < MANY; n++)
                assert_int_equal(numbers[n], n);
        free(numbers);
}

static void test_too_large(void **state)
{
        int number = 7;
        void *array = &number;
        size_t room = SIZE_MAX / 4;

        (void)state;
        assert_int_equal(array_grow(&array, room, &room, sizeof(number)), -ENOMEM);
        assert_ptr_equal(array, &number);
        assert_int_equal(room, SIZE_MAX / 4);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_grow),
                cmocka_unit_test(test_too_large),
        };

        return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
