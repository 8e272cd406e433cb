/* The known word that a mistyped one was probably meant for; none where nothing is near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/nearest.h"

#define WEEKDAYS "mon", "tue", "wed", "thu", "fri", "sat", "sun"
#define AGENCIES "vp-ubnd", "so-tu-phap", "so-tnmt", "stp", "cuc-thong-ke", "cong-an-tinh"

static void test_nearest(void **state)
{
        static const struct {
                const char *word;
                const char *candidates[8];
                const char *best;
        } cases[] = {
                {"polcy", {"for", "policy", "before"}, "policy"},
                {"ploicy", {"police", "policy"}, "policy"}, /* two letters swapped count once */
                {"Title", {"while", "title"}, "title"},     /* capital letters do not count */
                {"ab", {"ax", "xb"}, "ax"},                 /* of equals the first */
                {"anything", {NULL}, NULL},
                /* one slip in a short word, and no more than one in three letters of a longer one */
                {"fro", {"due", "for"}, "for"},
                {"mno", {WEEKDAYS}, "mon"},
                {"tues", {WEEKDAYS}, "tue"},
                {"monday", {WEEKDAYS}, NULL},
                {"thu hai", {WEEKDAYS}, NULL}, /* Monday to Sunday, in Vietnamese */
                {"thu ba", {WEEKDAYS}, NULL},
                {"thu tu", {WEEKDAYS}, NULL},
                {"thu 2", {WEEKDAYS}, NULL},
                {"thứ năm", {WEEKDAYS}, NULL},
                {"t2", {WEEKDAYS}, NULL},
                {"chu nhat", {WEEKDAYS}, NULL},
                {"cn", {WEEKDAYS}, NULL},
                {"so-tu-hpap", {AGENCIES}, "so-tu-phap"},
                {"sotuphap", {AGENCIES}, "so-tu-phap"},
                {"cuc-thongke", {AGENCIES}, "cuc-thong-ke"},
                {"stn", {AGENCIES}, "stp"},
                {"snv", {AGENCIES}, NULL},
                {"so-noi-vu", {AGENCIES}, NULL},
                {"so-gtvt", {AGENCIES}, NULL},
                {"so-y-te", {AGENCIES}, NULL},
                {"DIEN-MA-TRUONG-KHOI", {AGENCIES}, NULL},
                {"nobody", {AGENCIES}, NULL},
                /* a whole word inside another, but for the shortest */
                {"agencyname", {"name", "agency"}, "agency"},
                {"telephone", {"title", "phone"}, "phone"},
                {"thi-dua", {"kiem-tra", "thi-dua-2025"}, "thi-dua-2025"},
                {"so-tu-phap-tinh", {AGENCIES}, "so-tu-phap"},
                {"stp-tinh", {AGENCIES}, NULL},
                /* another form of the same word */
                {"delivery", {"deliveries", "drop"}, "deliveries"},
                {"agencies", {"agency", "age"}, "agency"},
                {"so-tai", {"so-tay"}, "so-tay"},
                /* nothing is near to nothing */
                {"", {"a", "ab"}, NULL},
                {"a", {"b", "ab"}, NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                struct nearest nearest = nearest_to(cases[i].word);

                for (const char *const *candidate = cases[i].candidates; *candidate; candidate++)
                        nearest_consider(&nearest, *candidate);
                if (cases[i].best ? !nearest.best : nearest.best != NULL)
                        fail_msg("%s: %s instead of %s", cases[i].word, nearest.best, cases[i].best);
                if (cases[i].best)
                        assert_string_equal(nearest.best, cases[i].best);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_nearest),
        };

        return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
