/* The calendar of what an agency owes, to subscribe to. */
#include "content/feed.h"
#include "control/arguments.h"
#include "control/handlers.h"

int handle_calendar_file(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        struct engine *engine = control_engine(control);
        char *CLEANUP_FREE text = NULL;
        size_t agency = ROSTER_NONE;
        const char *id;
        int r = sd_bus_message_read(call, "s", &id);

        if (r < 0)
                return r;
        if (*id) {
                r = argument_agency(control, id, error);
                if (r < 0)
                        return r;
                agency = roster_find(&engine_config(engine)->roster, id);
                if (agency == ROSTER_NONE)
                        return sd_bus_error_setf(error, ERROR_REFUSED, "%s is not in the agencies file any more", id);
        }
        r = feed_write(engine, agency, &text);
        return r < 0 ? control_trouble(control, r, error) : sd_bus_reply_method_return(call, "s", text);
}
