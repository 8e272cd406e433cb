/* Deadlines as an iCalendar object (RFC 5545), or that they are deadlines no more (RFC 5546, section 3.2.5). */
#include "message/ics.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

#define PRODUCT_ID "-//reminderd//reminderd//VI"
#define LINE_OCTETS 75 /* RFC 5545, section 3.1, without the line end */

static void end_line(struct text *lines)
{
        text_add_string(lines, "\r\n");
}

/* A property of type TEXT (section 3.3.11); none without a value, which is an error to those who read it. */
static void add_words(struct text *lines, const char *name, const char *value)
{
        CLEANUP_FREE char *words = text_line(value);
        if (!words)
                lines->error = -ENOMEM;
        if (!words || !*words)
                return;
        text_add_string(lines, name);
        for (const char *at = words;; at++) {
                size_t plain = strcspn(at, "\\;,");
                text_add(lines, at, plain);
                at += plain;
                if (!*at)
                        break;
                text_add(lines, (char[]){'\\', *at}, 2);
        }
        end_line(lines);
}

static void add_day(struct text *lines, const char *name, civil_day day)
{
        struct civil_date date = civil_split(day);
        text_add_format(lines, "%s%04d%02d%02d\r\n", name, date.year, date.month, date.day);
}

static void add_instant(struct text *lines, const char *name, int64_t epoch_seconds)
{
        struct civil_date date = civil_split(wall_day(epoch_seconds));
        int32_t clock = wall_clock(epoch_seconds);
        text_add_format(lines, "%s%04d%02d%02dT%02d%02d%02dZ\r\n", name, date.year, date.month, date.day, clock / 3600,
                        clock / 60 % 60, clock % 60);
}

static void add_span(struct text *lines, const struct ics_event *event)
{
        if (event->at != 0) {
                add_instant(lines, "DTSTART:", event->at); /* section 3.6.1: without DTEND it ends at once */
                return;
        }
        add_day(lines, "DTSTART;VALUE=DATE:", event->first);
        add_day(lines, "DTEND;VALUE=DATE:", event->last + 1); /* the same section: the day after */
}

static void add_event(struct text *lines, const struct ics_event *event, bool in_feed)
{
        text_add_string(lines, "BEGIN:VEVENT\r\n");
        add_words(lines, "UID:", event->uid);
        add_instant(lines, "DTSTAMP:", event->stamp);
        if (in_feed)
                add_instant(lines, "LAST-MODIFIED:", event->stamp);
        text_add_format(lines, "SEQUENCE:%d\r\n", event->sequence);
        add_span(lines, event);
        add_words(lines, "SUMMARY:", event->summary);
        add_words(lines, "DESCRIPTION:", event->description);
        add_words(lines, "LOCATION:", event->location);
        if (event->organizer) {
                text_add_string(lines, "ORGANIZER:mailto:");
                text_add_string(lines, event->organizer);
                end_line(lines);
        }
        if (event->status != ICS_CONFIRMED)
                text_add_string(lines,
                                event->status == ICS_CANCELLED ? "STATUS:CANCELLED\r\n" : "STATUS:TENTATIVE\r\n");
        /* A deadline does not make anyone busy. */
        text_add_string(lines, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

/* Folds lines between characters. */
static void fold(struct text *out, const char *line)
{
        for (const char *end; (end = strstr(line, "\r\n")); line = end + 2) {
                for (size_t room = LINE_OCTETS; (size_t)(end - line) > room; room = LINE_OCTETS - 1) {
                        size_t size = utf8_fit(line, (size_t)(end - line), room);
                        text_add(out, line, size);
                        text_add_string(out, "\r\n ");
                        line += size;
                }
                text_add(out, line, (size_t)(end + 2 - line));
        }
}

/* Allocated; NULL: no memory. */
static char *finish(struct text *lines)
{
        CLEANUP_TEXT struct text out = {0};
        char *folded = NULL;
        text_add_string(lines, "END:VCALENDAR\r\n");
        if (lines->error)
                return NULL;
        fold(&out, lines->data);
        return text_take(&out, &folded) < 0 ? NULL : folded;
}

#define CALENDAR "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" PRODUCT_ID "\r\n"

char *ics_object(enum ics_method method, const struct ics_event *event)
{
        CLEANUP_TEXT struct text lines = {0};
        struct ics_event of_method = *event;
        of_method.status = method == ICS_CANCEL ? ICS_CANCELLED : ICS_CONFIRMED;
        text_add_string(&lines, CALENDAR);
        text_add_string(&lines, method == ICS_CANCEL ? "METHOD:CANCEL\r\n" : "METHOD:PUBLISH\r\n");
        add_event(&lines, &of_method, false);
        return finish(&lines);
}

/* NAME is of RFC 7986, section 5.1; the other is what programs of before look for. */
char *ics_feed(const char *name, const struct ics_event *events, size_t n)
{
        CLEANUP_TEXT struct text lines = {0};
        text_add_string(&lines, CALENDAR);
        add_words(&lines, "NAME:", name);
        add_words(&lines, "X-WR-CALNAME:", name);
        for (size_t i = 0; i < n; i++)
                add_event(&lines, &events[i], true);
        return finish(&lines);
}
