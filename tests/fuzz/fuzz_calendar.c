/* The deadline as an iCalendar file (RFC 5545).
 * Input: parts: summary, description, UID; the first bytes also make the days.
 * Holds: every line ends in CRLF, has at most 75 octets and is UTF-8 by itself; libical reads it back as one event with
 * the texts and days that went in, and nothing more. */
#include "fuzz.h"

#include <libical/ical.h>

#include "base/text.h"
#include "message/ics.h"

#define LINE_OCTETS 75 /* RFC 5545, section 3.1 */

static void check_lines(const char *calendar)
{
        for (const char *line = calendar; *line;) {
                const char *end = strstr(line, "\r\n");

                REQUIRE_OF(end && end > line && end - line <= LINE_OCTETS, calendar);
                REQUIRE_OF(is_utf8(line, (size_t)(end - line)), calendar);
                REQUIRE_OF(!memchr(line, '\n', (size_t)(end - line)) && !memchr(line, '\r', (size_t)(end - line)),
                           calendar);
                line = end + 2;
        }
}

static void check_text(const char *calendar, icalcomponent *event, icalproperty_kind kind, const char *text)
{
        CLEANUP_FREE char *line = text_line(text);
        icalproperty *property = icalcomponent_get_first_property(event, kind);
        icalvalue *value = property ? icalproperty_get_value(property) : NULL;
        const char *read = value ? icalvalue_get_text(value) : NULL;

        REQUIRE_OF(strcmp(read ? read : "", line) == 0, calendar);
        REQUIRE_OF(!icalcomponent_get_next_property(event, kind), calendar);
}

static void check_event(const char *calendar, const struct ics_event *facts)
{
        icalcomponent *read = icalparser_parse_string(calendar);
        icalcomponent *event;
        struct icaltimetype start, end;

        REQUIRE_OF(read && icalcomponent_isa(read) == ICAL_VCALENDAR_COMPONENT, calendar);
        event = icalcomponent_get_first_component(read, ICAL_ANY_COMPONENT);
        REQUIRE_OF(event && icalcomponent_isa(event) == ICAL_VEVENT_COMPONENT, calendar);
        REQUIRE_OF(icalcomponent_count_errors(read) == 0, calendar);
        start = icalcomponent_get_dtstart(event);
        end = icalcomponent_get_dtend(event);
        REQUIRE_OF(start.is_date && civil_from(start.year, start.month, start.day) == facts->first, calendar);
        REQUIRE_OF(end.is_date && civil_from(end.year, end.month, end.day) == facts->last + 1, calendar);
        check_text(calendar, event, ICAL_SUMMARY_PROPERTY, facts->summary);
        check_text(calendar, event, ICAL_DESCRIPTION_PROPERTY, facts->description);
        check_text(calendar, event, ICAL_UID_PROPERTY, facts->uid);
        REQUIRE_OF(!icalcomponent_get_next_component(read, ICAL_ANY_COMPONENT), calendar);
        icalcomponent_free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size}, bytes = {data, size};
        CLEANUP_FREE char *summary = input_part(&input, NULL);
        CLEANUP_FREE char *description = input_part(&input, NULL);
        CLEANUP_FREE char *uid = input_part(&input, NULL);
        CLEANUP_FREE char *clean_uid = text_line(uid);
        CLEANUP_FREE char *calendar = NULL;
        struct ics_event event = {.uid = *clean_uid ? uid : "uid", /* made of ids, never empty */
                                  .summary = summary,
                                  .description = description,
                                  .organizer = "nhacviec@laocai.example",
                                  .stamp = 1700000000};

        event.first =
                (civil_day)input_number(&bytes, civil_from(CIVIL_FIRST_YEAR, 1, 1), civil_from(CIVIL_LAST_YEAR, 12, 1));
        event.last = event.first + (civil_day)input_number(&bytes, 0, 30);
        event.sequence = (int32_t)input_number(&bytes, 0, INT32_MAX);
        calendar = ics_object(ICS_PUBLISH, &event);
        REQUIRE(calendar);
        check_lines(calendar);
        check_event(calendar, &event);
        return 0;
}
