/* Tests of wording: the day that a document names, and the one that was read from it. */
#include "fixture.h"

#include "core/wording.h"

static void test_contradictions(void **state)
{
        static const struct {
                const char *wording, *last;
                const char *words, *named; /* NULL: it says nothing against it */
        } table[] = {
                {"gửi trước ngày 15/6/2026", "2026-06-14", NULL, NULL},
                {"gửi trước ngày 15/6/2026", "2026-06-15", "trước ngày 15/6/2026", "2026-06-14"},
                {"Trước ngày 30/6/2024: xã hoàn thành", "2024-06-30", "Trước ngày 30/6/2024", "2024-06-29"},
                {"trước 28/02 hàng năm", "2026-02-28", "trước 28/02", "2026-02-27"},
                {"trước ngày 15 tháng 3", "2026-03-15", "trước ngày 15 tháng 3", "2026-03-14"},
                {"trước ngày 15 tháng 3 năm 2026", "2026-03-14", NULL, NULL},
                {"chậm nhất vào ngày 15/6", "2026-06-15", NULL, NULL},
                {"Chậm nhất ngày 15/6", "2026-06-14", "Chậm nhất ngày 15/6", "2026-06-15"},
                {"không quá 15/02 hàng năm", "2026-02-14", "không quá 15/02", "2026-02-15"},
                {"đến hết ngày 31/7/2022", "2022-07-31", NULL, NULL},
                {"hạn chót là ngày 05-12-2026", "2026-12-04", "hạn chót là ngày 05-12-2026", "2026-12-05"},
                {"trước ngày 01/01", "2026-12-31", NULL, NULL},
                /* an hour of that very day; no day of the year; no last day; a number */
                {"trước 16h00 ngày 23/9/2026", "2026-09-23", NULL, NULL},
                {"trước ngày 20 của tháng cuối quý", "2026-03-20", NULL, NULL},
                {"Kế hoạch số 28/KH-UBND ngày 19/01/2024", "2024-06-30", NULL, NULL},
                {"trước 39/40 đơn vị", "2026-03-20", NULL, NULL},
                {"trước ngày 30/02", "2026-03-20", NULL, NULL},
                /* one of several is enough */
                {"trước ngày 10/01, trường hợp đặc biệt không quá 31/01", "2027-01-09", NULL, NULL},
                {"trước ngày 10/01, trường hợp đặc biệt không quá 31/01", "2027-01-31", NULL, NULL},
                {"trước ngày 10/01, đặc biệt không quá 31/01", "2027-01-10", "trước ngày 10/01", "2027-01-09"},
                {"trong tháng 01, trường hợp đặc biệt không quá 15/02", "2026-01-31", NULL, NULL},
                {"", "2026-03-20", NULL, NULL},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                const civil_day day_is = day_of(table[i].last);
                struct named_day named;
                bool contradicts = wording_contradicts(
                        table[i].wording, &(struct last_days){.days = &day_is, .n = 1, .of_part = false}, &named);
                char words[128], day[CIVIL_DATE_SIZE];

                assert_int_equal(contradicts, table[i].words != NULL);
                if (!contradicts)
                        continue;
                snprintf(words, sizeof(words), "%.*s", (int)named.size, table[i].wording + named.start);
                assert_string_equal(words, table[i].words);
                assert_string_equal(civil_format(named.last, day), table[i].named);
        }
}

/* A month, a quarter or a half by its number; and several days, of which one is enough. */
static void test_parts_and_several(void **state)
{
        static const struct {
                const char *wording, *last[2];
                bool of_part;
                const char *words, *named; /* NULL: it says nothing against it */
        } table[] = {
                {"hoàn thành trong tháng 10/2026", {"2026-10-31"}, true, NULL, NULL},
                {"hoàn thành trong tháng 10", {"2026-09-30"}, true, "trong tháng 10", "2026-10-31"},
                {"Trong tháng 02", {"2024-02-29"}, true, NULL, NULL},
                {"trong tháng 10/2025", {"2026-10-31"}, true, "trong tháng 10/2025", "2025-10-31"},
                {"trong tháng 10 năm 2026", {"2026-10-31"}, true, NULL, NULL},
                {"trong Quý III/2026", {"2026-09-30"}, true, NULL, NULL},
                {"trong quý II", {"2026-09-30"}, true, "trong quý II", "2026-06-30"},
                {"trong quý I", {"2026-03-31"}, true, NULL, NULL},
                {"trong quý IV năm 2026", {"2026-12-31"}, true, NULL, NULL},
                {"trong 6 tháng đầu năm 2026", {"2026-06-30"}, true, NULL, NULL},
                {"trong 6 tháng đầu năm", {"2026-12-31"}, true, "trong 6 tháng đầu năm", "2026-06-30"},
                {"trước ngày 15/6", {"2026-06-30"}, true, "trước ngày 15/6", "2026-06-14"},
                {"trong tháng 01, trường hợp đặc biệt không quá 15/02", {"2026-01-31"}, true, NULL, NULL},
                {"trong tháng 13", {"2026-06-30"}, true, NULL, NULL},
                {"trong quý sau", {"2026-06-30"}, true, NULL, NULL},
                /* of a day it is what the report is about */
                {"số liệu trong tháng 5", {"2026-06-10"}, false, NULL, NULL},
                {"trước ngày 15/3 và trước ngày 15/9", {"2026-03-14", "2026-09-14"}, false, NULL, NULL},
                {"trước ngày 15/9", {"2026-03-14", "2026-09-14"}, false, NULL, NULL},
                {"trước ngày 15/9", {"2026-03-15", "2026-09-15"}, false, "trước ngày 15/9", "2026-09-14"},
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTS(table); i++) {
                civil_day days[2];
                struct last_days last = {.days = days, .of_part = table[i].of_part};
                struct named_day named;
                char words[128], day[CIVIL_DATE_SIZE];

                while (last.n < ELEMENTS(days) && table[i].last[last.n]) {
                        days[last.n] = day_of(table[i].last[last.n]);
                        last.n++;
                }
                if (wording_contradicts(table[i].wording, &last, &named) != (table[i].words != NULL))
                        fail_msg("row %zu: %s", i, table[i].wording);
                if (!table[i].words)
                        continue;
                snprintf(words, sizeof(words), "%.*s", (int)named.size, table[i].wording + named.start);
                assert_string_equal(words, table[i].words);
                assert_string_equal(civil_format(named.last, day), table[i].named);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_contradictions),
                                           cmocka_unit_test(test_parts_and_several)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
