/* Tests of contact: who is whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "core/contact.h"

static void test_equal(void **state)
{
#define CONTACT(...) (&(struct contact){__VA_ARGS__})
#define SAME (char *)"A", (char *)"B", (char *)"1", (char *)"a@k.example"
        const struct {
                const struct contact *a, *b;
                bool equal;
        } table[] = {
                {NULL, NULL, true},
                {CONTACT(SAME), NULL, false},
                {NULL, CONTACT(SAME), false},
                {CONTACT(SAME), CONTACT(SAME), true},
                {CONTACT(SAME), CONTACT((char *)"C", (char *)"B", (char *)"1", (char *)"a@k.example"), false},
                {CONTACT(SAME), CONTACT((char *)"A", (char *)"C", (char *)"1", (char *)"a@k.example"), false},
                {CONTACT(SAME), CONTACT((char *)"A", (char *)"B", (char *)"", (char *)"a@k.example"), false},
                {CONTACT(SAME), CONTACT((char *)"A", (char *)"B", (char *)"1", (char *)"c@k.example"), false},
        };
#undef SAME
#undef CONTACT

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++)
                assert_int_equal(contact_equal(table[i].a, table[i].b), table[i].equal);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_equal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
