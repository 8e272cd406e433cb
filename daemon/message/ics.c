/* The deadline as an iCalendar object (RFC 5545), made by libical.
 * Depends on civil, text.
 * Called by compose. */
#include "message/ics.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <libical/ical.h>

#include "core/cleanup.h"
#include "message/text.h"

#define PRODUCT_ID "-//reminderd//reminderd//VI"

DEFINE_CLEANUP(icalcomponent *, icalcomponent_free, icalcomponent_free)

static struct icaltimetype whole_day(civil_day day)
{
        struct civil_date date = civil_split(day);
        struct icaltimetype time = icaltime_null_date();
        time.year = date.year;
        time.month = date.month;
        time.day = date.day;
        return time;
}

/* 0, or -1 for want of memory: libical's constructors give NULL then. */
static int add(icalcomponent *component, icalproperty *property)
{
        if (!property)
                return -1;
        icalcomponent_add_property(component, property);
        return 0;
}

static int add_organizer(icalcomponent *event, const char *address)
{
        CLEANUP_TEXT struct text uri = {0};
        text_add_format(&uri, "mailto:%s", address);
        return uri.error ? -1 : add(event, icalproperty_new_organizer(uri.data));
}

static int fill_event(icalcomponent *event, const struct ics_event *facts)
{
        CLEANUP_FREE char *summary = text_line(facts->summary);
        CLEANUP_FREE char *description = text_line(facts->description);
        CLEANUP_FREE char *uid = text_line(facts->uid);
        if (!summary || !description || !uid)
                return -1;
        int r = 0;
        r |= add(event, icalproperty_new_uid(uid));
        r |= add(event, icalproperty_new_dtstamp(icaltime_from_timet_with_zone((time_t)facts->stamp, 0,
                                                                               icaltimezone_get_utc_timezone())));
        r |= add(event, icalproperty_new_sequence(facts->sequence));
        r |= add(event, icalproperty_new_dtstart(whole_day(facts->first)));
        /* RFC 5545, section 3.6.1: the end is the day after. */
        r |= add(event, icalproperty_new_dtend(whole_day(facts->last + 1)));
        /* A property without a value is an error to those who read it. */
        if (*summary)
                r |= add(event, icalproperty_new_summary(summary));
        if (*description)
                r |= add(event, icalproperty_new_description(description));
        if (facts->organizer)
                r |= add_organizer(event, facts->organizer);
        /* A deadline does not make anyone busy. */
        r |= add(event, icalproperty_new_transp(ICAL_TRANSP_TRANSPARENT));
        return r;
}

#define LINE_OCTETS 75 /* RFC 5545, section 3.1, without the line end */

/* libical 3.0 lets some lines grow beyond LINE_OCTETS, and folds even between the CR and the LF that end a line. */
static void unfold(char *text)
{
        char *to = text;
        for (const char *from = text; *from;) {
                if (strncmp(from, "\r\n ", 3) == 0)
                        from += 3;
                else
                        *to++ = *from++;
        }
        *to = '\0';
}

/* Folds unfolded lines, between characters. */
static void fold(struct text *out, const char *line)
{
        for (const char *end; (end = strstr(line, "\r\n")); line = end + 2) {
                for (size_t room = LINE_OCTETS; (size_t)(end - line) > room; room = LINE_OCTETS - 1) {
                        size_t size = room;
                        while (size > 1 && ((unsigned char)line[size] & 0xc0) == 0x80)
                                size--;
                        text_add(out, line, size);
                        text_add_string(out, "\r\n ");
                        line += size;
                }
                text_add(out, line, (size_t)(end + 2 - line));
        }
}

char *ics_deadline(const struct ics_event *event)
{
        CLEANUP(icalcomponent_free_p) icalcomponent *calendar = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
        icalcomponent *entry = icalcomponent_new(ICAL_VEVENT_COMPONENT);
        if (!calendar || !entry) {
                if (entry)
                        icalcomponent_free(entry);
                return NULL;
        }
        icalcomponent_add_component(calendar, entry);
        if (add(calendar, icalproperty_new_version("2.0")) || add(calendar, icalproperty_new_prodid(PRODUCT_ID)) ||
            add(calendar, icalproperty_new_method(ICAL_METHOD_PUBLISH)) || fill_event(entry, event))
                return NULL;
        /* From malloc, unlike the variant without _r. */
        CLEANUP_FREE char *written = icalcomponent_as_ical_string_r(calendar);
        CLEANUP_TEXT struct text out = {0};
        char *folded = NULL;
        if (!written)
                return NULL;
        unfold(written);
        fold(&out, written);
        return text_take(&out, &folded) < 0 ? NULL : folded;
}
