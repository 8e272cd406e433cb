/* The interface org.reminderd1.Rehearsal: there only while a rehearsal runs, to let its clock advance, so that the
 * decisions of a year can be tried at their dates. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/handlers.h"

/* "YYYY-MM-DD" (its midnight) or "YYYY-MM-DD HH:MM". */
static int parse_moment(const char *text, wall_time *ret)
{
        char day_text[sizeof("YYYY-MM-DD")];
        civil_day day;
        int32_t clock = 0;

        if (strlen(text) < sizeof(day_text) - 1)
                return -EINVAL;
        memcpy(day_text, text, sizeof(day_text) - 1);
        day_text[sizeof(day_text) - 1] = '\0';
        text += sizeof(day_text) - 1;
        if (civil_parse(day_text, &day) < 0 || (*text && (*text != ' ' || civil_parse_clock(text + 1, &clock) < 0)))
                return -EINVAL;
        *ret = wall_at(day, clock);
        return 0;
}

static int get_now(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                   void *userdata, sd_bus_error *error)
{
        const struct control *control = userdata;
        char text[CLOCK_TEXT_SIZE];

        (void)bus, (void)path, (void)interface, (void)property, (void)error;
        return sd_bus_message_append(reply, "s", clock_format(clock_now(&control_engine(control)->clock), text));
}

static int handle_advance(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const struct control *control = userdata;
        const char *text;
        wall_time until;
        int r = sd_bus_message_read(message, "s", &text);

        if (r < 0)
                return r;
        if (parse_moment(text, &until) < 0)
                return sd_bus_error_setf(error, ERROR_INVALID, "expected YYYY-MM-DD or YYYY-MM-DD HH:MM");
        if (clock_instant(until) < clock_now(&control_engine(control)->clock))
                return sd_bus_error_setf(error, ERROR_REFUSED, "a rehearsal's clock does not go back");
        r = control->advance(control->userdata, until);
        return r < 0 ? control_trouble(control, r, error) : sd_bus_reply_method_return(message, NULL);
}

const sd_bus_vtable rehearsal_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Now", "s", get_now, 0, 0),
        SD_BUS_METHOD_WITH_ARGS("Advance", SD_BUS_ARGS("s", until), SD_BUS_NO_RESULT, handle_advance,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};
