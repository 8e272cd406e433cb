/* Spans: "5wd", "1w 2d", "1h 30min".
 * Input: a text.
 * Holds: what is accepted is bounded, prints and reads again as the same, and an offset never leads to the wrong side
 * of its day; where a text is both an offset and a duration, they agree. */
#include "fuzz.h"

#include <errno.h>

#include "core/span.h"

static struct calendar *calendar;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(calendar_new(&calendar) == 0);
        return 0;
}

static void check_reach(const struct offset *offset, civil_day day)
{
        civil_day before = offset_before(offset, calendar, day), after = offset_after(offset, calendar, day);
        bool counts = offset->days > 0 || offset->workdays > 0;

        REQUIRE(counts ? before < day && after > day : before == day && after == day);
        if (offset->workdays == 0)
                return;
        REQUIRE(calendar_is_working(calendar, before) && calendar_is_working(calendar, after));
        REQUIRE(calendar_working_between(calendar, day, after) == offset->workdays);
}

static int check_offset(const char *text, struct offset *ret)
{
        struct offset offset = {-1, -1}, again;
        char written[OFFSET_TEXT_SIZE];
        int r = offset_parse(text, &offset);

        REQUIRE(r == 0 || ((r == -EINVAL || r == -ERANGE || r == -EDOM) && offset.days == -1 && offset.workdays == -1));
        if (r < 0)
                return r;
        REQUIRE(offset.days >= 0 && offset.workdays >= 0 && (offset.days == 0 || offset.workdays == 0));
        REQUIRE(offset.days <= OFFSET_DAYS_MAX && offset.workdays <= OFFSET_DAYS_MAX);
        REQUIRE(offset_parse(offset_format(&offset, written), &again) == 0);
        REQUIRE(again.days == offset.days && again.workdays == offset.workdays);
        check_reach(&offset, civil_from(2024, 2, 8));
        check_reach(&offset, civil_from(2024, 8, 31));
        *ret = offset;
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        struct offset offset;
        int64_t seconds = -1;
        int as_offset = check_offset(text, &offset), r = duration_parse(text, &seconds);

        REQUIRE(r == 0 || ((r == -EINVAL || r == -ERANGE || r == -EDOM) && seconds == -1));
        REQUIRE(r < 0 || (seconds >= 0 && seconds <= (int64_t)OFFSET_DAYS_MAX * DAY_SECONDS));
        if (r == 0 && as_offset == 0)
                REQUIRE(offset.workdays == 0 && seconds == (int64_t)offset.days * DAY_SECONDS);
        /* What is no span for the one is none for the other: they differ in units, and in that a duration may be a bare
         * 0. */
        REQUIRE(strcmp(text, "0") == 0 || (r == -EINVAL) == (as_offset == -EINVAL) || r == -EDOM ||
                as_offset == -EDOM || r == -ERANGE || as_offset == -ERANGE);
        return 0;
}
