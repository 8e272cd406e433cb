/* Tests of ics: line ends and lengths, and what a calendar program reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libical/ical.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "message/ics.h"

static char *make(const char *summary, const char *description)
{
        const struct ics_event event = {
                .uid = "tdkt-2024.bao-cao.so-noi-vu@laocai.example",
                .summary = summary,
                .description = description,
                .organizer = "nhacviec@laocai.example",
                .first = civil_from(2024, 12, 31),
                .last = civil_from(2024, 12, 31),
                .sequence = 7,
                .stamp = 1726448400,
        };
        return ics_object(ICS_PUBLISH, &event);
}

/* RFC 5545, section 3.1: CRLF, 75 octets at most; a character is never cut. */
static void check_lines(const char *text)
{
        for (const char *line = text; *line;) {
                const char *end = strstr(line, "\r\n");
                assert_non_null(end);
                assert_in_range(end - line, 1, 75);
                for (const char *at = line; at < end;) {
                        char32_t code;
                        size_t length = utf8_decode(at, (size_t)(end - at), &code);
                        assert_int_not_equal(length, 0);
                        assert_true(code >= ' ');
                        at += length;
                }
                line = end + 2;
        }
}

static void test_lines(void **state)
{
        (void)state;
        static const char *const summaries[] = {
                "short",
                "",
                "Báo cáo tổng kết công tác thi đua, khen thưởng năm 2024; bảng chấm điểm gửi Trưởng khối để tổng hợp",
                "ếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếế",
                "aếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếế",
                "aaếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếếế",
                "two\r\nATTENDEE:mailto:a@b.example\r\nlines",
        };
        for (size_t i = 0; i < ELEMENTS(summaries); i++) {
                CLEANUP_FREE char *text = make(summaries[i], summaries[i]);
                assert_non_null(text);
                check_lines(text);
                assert_null(strstr(text, "\nATTENDEE"));
                assert_null(strstr(text, "\n\n"));
        }
}

/* However characters of one and of more bytes lie to the places where lines are folded, each line ends well. */
static void test_places(void **state)
{
        (void)state;
        for (size_t before = 0; before < 50; before++)
                for (size_t behind = 0; behind < 50; behind++) {
                        char summary[310] = "";
                        for (size_t i = 0; i < before; i++)
                                strcat(summary, "ế");
                        strcat(summary, " x");
                        for (size_t i = 0; i < behind; i++)
                                strcat(summary, "ế");
                        CLEANUP_FREE char *text = make(summary + (before == 0), "");
                        assert_non_null(text);
                        check_lines(text);
                        for (const char *at = text; (at = strpbrk(at, "\r\n")); at += 2)
                                assert_true(at[0] == '\r' && at[1] == '\n');
                }
}

static void test_reading(void **state)
{
        (void)state;
        static const char summary[] = "Báo cáo tổng kết, bảng chấm điểm; gửi Trưởng khối \\ đúng hạn: rất dài, rất dài";
        CLEANUP_FREE char *text = make(summary, "Ghi chú");
        icalcomponent *calendar = icalparser_parse_string(text);
        assert_non_null(calendar);
        assert_int_equal(icalcomponent_count_errors(calendar), 0);
        assert_int_equal(icalcomponent_get_method(calendar), ICAL_METHOD_PUBLISH);
        icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
        assert_non_null(event);
        assert_string_equal(icalcomponent_get_summary(event), summary);
        assert_string_equal(icalcomponent_get_description(event), "Ghi chú");
        assert_string_equal(icalcomponent_get_uid(event), "tdkt-2024.bao-cao.so-noi-vu@laocai.example");
        assert_int_equal(icalcomponent_get_sequence(event), 7);
        icaltimetype start = icalcomponent_get_dtstart(event), end = icalcomponent_get_dtend(event);
        assert_true(start.is_date && start.year == 2024 && start.month == 12 && start.day == 31);
        assert_true(end.is_date && end.year == 2025 && end.month == 1 && end.day == 1);
        assert_non_null(strstr(text, "DTSTAMP:20240916T010000Z\r\n"));
        icalcomponent_free(calendar);
}

static void test_no_summary(void **state)
{
        (void)state;
        CLEANUP_FREE char *text = make("\x01 ", "");
        icalcomponent *calendar = icalparser_parse_string(text);
        assert_non_null(calendar);
        assert_int_equal(icalcomponent_count_errors(calendar), 0);
        icalcomponent_free(calendar);
}

/* RFC 5546, section 3.2.5: the method and the state say so, under the same UID. */
static void test_cancel(void **state)
{
        (void)state;
        const struct ics_event facts = {
                .uid = "one@laocai.example", .summary = "Một", .first = 20000, .last = 20000, .sequence = 8};
        CLEANUP_FREE char *text = ics_object(ICS_CANCEL, &facts);
        check_lines(text);
        icalcomponent *calendar = icalparser_parse_string(text);
        assert_non_null(calendar);
        assert_int_equal(icalcomponent_count_errors(calendar), 0);
        assert_int_equal(icalcomponent_get_method(calendar), ICAL_METHOD_CANCEL);
        icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
        assert_non_null(event);
        assert_int_equal(icalcomponent_get_status(event), ICAL_STATUS_CANCELLED);
        assert_string_equal(icalcomponent_get_uid(event), facts.uid);
        assert_int_equal(icalcomponent_get_sequence(event), facts.sequence);
        assert_null(icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT));
        icalcomponent_free(calendar);
}

/* RFC 5545: no method, so that it is no invitation; each event with its state. */
static void test_feed(void **state)
{
        (void)state;
        const struct ics_event events[] = {
                {.uid = "a@laocai.example",
                 .summary = "Báo cáo",
                 .first = 20000,
                 .last = 20000,
                 .sequence = 3,
                 .stamp = 9},
                {.uid = "b@laocai.example",
                 .summary = "Kiểm tra (dự kiến)",
                 .first = 20001,
                 .last = 20009,
                 .status = ICS_TENTATIVE},
                {.uid = "c@laocai.example", .summary = "Họp", .first = 20002, .last = 20002, .status = ICS_CANCELLED},
        };
        static const int states[] = {0, ICAL_STATUS_TENTATIVE, ICAL_STATUS_CANCELLED};
        CLEANUP_FREE char *text = ics_feed("Khối – tất cả; đơn vị", events, ELEMENTS(events));
        CLEANUP_FREE char *again = ics_feed("Khối – tất cả; đơn vị", events, ELEMENTS(events));
        CLEANUP_FREE char *empty = ics_feed("Khối", NULL, 0);
        assert_string_equal(text, again);
        check_lines(text);
        check_lines(empty);
        icalcomponent *calendar = icalparser_parse_string(text);
        assert_non_null(calendar);
        assert_int_equal(icalcomponent_count_errors(calendar), 0);
        assert_null(icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY));
        assert_non_null(strstr(text, "X-WR-CALNAME:Khối – tất cả\\; đơn vị\r\n"));
        assert_non_null(strstr(text, "DTSTAMP:19700101T000009Z\r\nLAST-MODIFIED:19700101T000009Z\r\nSEQUENCE:3\r\n"));
        icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
        for (size_t i = 0; i < ELEMENTS(events); i++) {
                assert_non_null(event);
                assert_string_equal(icalcomponent_get_uid(event), events[i].uid);
                assert_int_equal((int)icalcomponent_get_status(event), states[i]);
                event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT);
        }
        assert_null(event);
        icalcomponent_free(calendar);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),      cmocka_unit_test(test_places), cmocka_unit_test(test_reading),
                cmocka_unit_test(test_no_summary), cmocka_unit_test(test_cancel), cmocka_unit_test(test_feed),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
