/* Tests of phrase: terms and spans as the administration writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "message/phrase.h"

#define LATER " (lịch cụ thể sẽ được thông báo sau)"

/* Dates of 2024 as month * 100 + day; 0: none. */
static civil_day day(int32_t number)
{
        return number ? civil_from(2024, number / 100, number % 100) : CIVIL_NONE;
}

static struct obligation_dates dates(int32_t from, int32_t due, int32_t effective, bool tentative)
{
        return (struct obligation_dates){
                .from = day(from),
                .due = day(due),
                .effective = day(effective),
                .safe = day(effective < due ? effective : due),
                .tentative = tentative,
        };
}

static void test_terms(void **state)
{
        (void)state;
        static const struct {
                int32_t from, due, effective;
                bool tentative;
                const char *term, *limit, *range, *shift;
        } rows[] = {
                {0, 1210, 1210, false, "thứ Ba, ngày 10/12/2024", "hạn 10/12/2024", "ngày 10/12/2024", ""},
                {0, 331, 401, false,
                 "Chủ nhật, ngày 31/03/2024 (hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024)",
                 "hạn 01/04/2024", "ngày 31/03/2024", "hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024"},
                {0, 331, 329, false,
                 "Chủ nhật, ngày 31/03/2024 (hạn 31/03/2024 là ngày nghỉ, đề nghị hoàn thành chậm nhất ngày "
                 "29/03/2024)",
                 "hạn 29/03/2024", "ngày 31/03/2024",
                 "hạn 31/03/2024 là ngày nghỉ, đề nghị hoàn thành chậm nhất ngày 29/03/2024"},
                {101, 331, 331, false, "trong Quý I/2024, hạn 31/03/2024", "hạn 31/03/2024", "trong Quý I/2024", ""},
                {101, 331, 401, false,
                 "trong Quý I/2024, hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024", "hạn 01/04/2024",
                 "trong Quý I/2024", "hạn 31/03/2024 là ngày nghỉ, được tính đến hết ngày 01/04/2024"},
                {1001, 1231, 1231, false, "trong Quý IV/2024, hạn 31/12/2024", "hạn 31/12/2024", "trong Quý IV/2024",
                 ""},
                {201, 229, 229, false, "trong tháng 02/2024, hạn 29/02/2024", "hạn 29/02/2024", "trong tháng 02/2024",
                 ""},
                {101, 630, 630, false, "trong 6 tháng đầu năm 2024, hạn 30/06/2024", "hạn 30/06/2024",
                 "trong 6 tháng đầu năm 2024", ""},
                {701, 1231, 1231, true, "dự kiến trong 6 tháng cuối năm 2024" LATER,
                 "dự kiến trong 6 tháng cuối năm 2024", "trong 6 tháng cuối năm 2024", ""},
                {615, 615, 615, true, "dự kiến ngày 15/06/2024" LATER, "dự kiến ngày 15/06/2024", "ngày 15/06/2024",
                 ""},
                {101, 1231, 1231, false, "trong năm 2024, hạn 31/12/2024", "hạn 31/12/2024", "trong năm 2024", ""},
                {715, 815, 815, false, "từ 15/07/2024 đến 15/08/2024", "hạn 15/08/2024", "từ 15/07/2024 đến 15/08/2024",
                 ""},
                /* two whole months have no name, nor have three that are no quarter */
                {301, 430, 430, false, "từ 01/03/2024 đến 30/04/2024", "hạn 30/04/2024", "từ 01/03/2024 đến 30/04/2024",
                 ""},
                {201, 430, 430, false, "từ 01/02/2024 đến 30/04/2024", "hạn 30/04/2024", "từ 01/02/2024 đến 30/04/2024",
                 ""},
                {1001, 1031, 1031, true, "dự kiến trong tháng 10/2024" LATER, "dự kiến trong tháng 10/2024",
                 "trong tháng 10/2024", ""},
                {1001, 1115, 1115, true, "dự kiến từ 01/10/2024 đến 15/11/2024" LATER,
                 "dự kiến từ 01/10/2024 đến 15/11/2024", "từ 01/10/2024 đến 15/11/2024", ""},
                {1001, 1231, 1231, true, "dự kiến trong Quý IV/2024" LATER, "dự kiến trong Quý IV/2024",
                 "trong Quý IV/2024", ""},
                {0, 0, 0, false, "chưa ấn định thời gian" LATER, "chưa ấn định thời gian", "", ""},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct obligation_dates given = dates(rows[i].from, rows[i].due, rows[i].effective, rows[i].tentative);
                char phrase[PHRASE_SIZE];
                assert_string_equal(phrase_term(&given, 0, phrase), rows[i].term);
                assert_string_equal(phrase_limit(&given, 0, phrase), rows[i].limit);
                assert_string_equal(phrase_range(&given, phrase), rows[i].range);
                assert_string_equal(phrase_shift(&given, 0, phrase), rows[i].shift);
        }
}

static void test_hours(void **state)
{
        (void)state;
        static const struct {
                int32_t time, from, due, effective;
                bool tentative;
                const char *term, *limit, *shift;
        } rows[] = {
                {1600, 0, 1210, 1210, false, "thứ Ba, trước 16 giờ 00 ngày 10/12/2024", "hạn 10/12/2024, 16 giờ 00",
                 ""},
                {1130, 0, 331, 401, false,
                 "Chủ nhật, ngày 31/03/2024 (hạn 31/03/2024 là ngày nghỉ, được tính đến 11 giờ 30 ngày 01/04/2024)",
                 "hạn 01/04/2024, 11 giờ 30", "hạn 31/03/2024 là ngày nghỉ, được tính đến 11 giờ 30 ngày 01/04/2024"},
                {1600, 0, 331, 329, false,
                 "Chủ nhật, ngày 31/03/2024 (hạn 31/03/2024 là ngày nghỉ, đề nghị hoàn thành trước 16 giờ 00 ngày "
                 "29/03/2024)",
                 "hạn 29/03/2024, 16 giờ 00",
                 "hạn 31/03/2024 là ngày nghỉ, đề nghị hoàn thành trước 16 giờ 00 ngày 29/03/2024"},
                {1600, 1001, 1231, 1231, false, "trong Quý IV/2024, hạn trước 16 giờ 00 ngày 31/12/2024",
                 "hạn 31/12/2024, 16 giờ 00", ""},
                {1600, 715, 815, 815, false, "từ 15/07/2024 đến 15/08/2024 (hạn trước 16 giờ 00 ngày 15/08/2024)",
                 "hạn 15/08/2024, 16 giờ 00", ""},
                /* no day that the hour could be of */
                {1600, 1001, 1031, 1031, true, "dự kiến trong tháng 10/2024" LATER, "dự kiến trong tháng 10/2024", ""},
                {1600, 0, 0, 0, false, "chưa ấn định thời gian" LATER, "chưa ấn định thời gian", ""},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct obligation_dates given = dates(rows[i].from, rows[i].due, rows[i].effective, rows[i].tentative);
                int32_t time = (rows[i].time / 100 * 60 + rows[i].time % 100) * 60;
                char phrase[PHRASE_SIZE];
                assert_string_equal(phrase_term(&given, time, phrase), rows[i].term);
                assert_string_equal(phrase_limit(&given, time, phrase), rows[i].limit);
                assert_string_equal(phrase_shift(&given, time, phrase), rows[i].shift);
        }
}

static void test_events(void **state)
{
        (void)state;
        static const struct {
                int32_t time, from, due;
                bool tentative;
                const char *event, *day;
        } rows[] = {
                {800, 0, 1210, false, "08 giờ 00, thứ Ba, ngày 10/12/2024", "ngày 10/12/2024, 08 giờ 00"},
                {0, 0, 1208, false, "Chủ nhật, ngày 08/12/2024", "ngày 08/12/2024"},
                {730, 905, 907, false, "từ 07 giờ 30 ngày 05/09/2024 đến 07/09/2024", "ngày 05/09/2024, 07 giờ 30"},
                {0, 905, 907, false, "từ 05/09/2024 đến 07/09/2024", "ngày 05/09/2024"},
                {800, 1001, 1031, true, "dự kiến trong tháng 10/2024" LATER, "dự kiến trong tháng 10/2024"},
                {800, 0, 0, false, "chưa ấn định thời gian" LATER, "chưa ấn định thời gian"},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                int32_t first = rows[i].from && !rows[i].tentative ? rows[i].from : rows[i].due;
                struct obligation_dates given = dates(rows[i].from, rows[i].due, first, rows[i].tentative);
                int32_t time = (rows[i].time / 100 * 60 + rows[i].time % 100) * 60;
                char phrase[PHRASE_SIZE];
                assert_string_equal(phrase_event(&given, time, phrase), rows[i].event);
                assert_string_equal(phrase_event_day(&given, time, phrase), rows[i].day);
        }
}

static void test_left(void **state)
{
        (void)state;
        static const struct {
                int32_t today, due, effective;
                bool tentative;
                int32_t days_left;
                const char *expected;
        } rows[] = {
                {1203, 1210, 1210, false, 5, "còn 5 ngày làm việc"},
                {1209, 1210, 1210, false, 1, "ngày mai"},
                {1210, 1210, 1210, false, 0, "hôm nay"},
                {1211, 1210, 1210, false, 0, ""},
                /* due on Sunday: Monday counts, and all say the same of it, the Friday before as well */
                {328, 331, 401, false, 2, "còn 2 ngày làm việc"},
                {329, 331, 401, false, 1, "còn 1 ngày làm việc"},
                {331, 331, 401, false, 1, "ngày mai"},
                {401, 331, 401, false, 0, "hôm nay"},
                /* on Sunday all the same: no working day between, yet neither today nor tomorrow */
                {329, 331, 331, false, 0, "còn 2 ngày"},
                {1001, 1031, 1031, true, 22, ""},
                {1001, 0, 0, false, 0, ""},
        };
        for (size_t i = 0; i < ELEMENTS(rows); i++) {
                struct obligation_dates given = dates(0, rows[i].due, rows[i].effective, rows[i].tentative);
                char phrase[PHRASE_SIZE];
                assert_string_equal(phrase_left(&given, rows[i].days_left, day(rows[i].today), phrase),
                                    rows[i].expected);
        }
}

static void test_small(void **state)
{
        (void)state;
        char phrase[PHRASE_SIZE];
        static const char *const week[] = {"thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"};
        for (int32_t i = 0; i < 7; i++)
                assert_string_equal(phrase_weekday(day(916) + i), week[i]);
        assert_string_equal(phrase_weekday(CIVIL_NONE), "");
        assert_string_equal(phrase_clock(8 * 3600 + 5 * 60, phrase), "08 giờ 05");
        assert_string_equal(phrase_clock(17 * 3600, phrase), "17 giờ 00");
        assert_string_equal(phrase_late(3, phrase), "quá hạn 3 ngày làm việc");
        assert_string_equal(phrase_late(0, phrase), "quá hạn");
        assert_string_equal(phrase_roman(4), "IV");
        assert_string_equal(phrase_roman(12), "XII");
        assert_string_equal(phrase_roman(13), "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_terms), cmocka_unit_test(test_hours), cmocka_unit_test(test_events),
                cmocka_unit_test(test_left),  cmocka_unit_test(test_small),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
