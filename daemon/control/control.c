/* What the parts of the bus object share: what its properties say, and words for a failure of the store. */
#include "control/control.h"

#include "store/counts.h"

#include <errno.h>
#include <string.h>

static uint32_t bounded(int64_t count)
{
        return count < 0 ? 0 : count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

struct figures control_figures(const struct control *control)
{
        int64_t wake = manager_wake(control->manager);
        struct figures figures = control->told;
        struct store_counts counts;

        figures.next_wake = wake == INT64_MAX || wake < 0 ? 0 : (uint64_t)wake * 1000;
        figures.troubles = control_engine(control)->troubles.changes;
        figures.holds = control_engine(control)->hold_changes;
        if (store_count(control_engine(control)->store, control_today(control), &counts) == 0) {
                figures.open = bounded(counts.obligations_open);
                figures.overdue = bounded(counts.overdue);
                figures.queued = bounded(counts.queued);
                figures.failed = bounded(counts.failed);
        }
        return figures;
}

void control_touch(struct control *control)
{
        int enabled;

        if (!control->tell || sd_event_source_get_enabled(control->tell, &enabled) < 0 || enabled != SD_EVENT_OFF)
                return;
        (void)sd_event_source_set_time_relative(control->tell, TELL_USEC);
        (void)sd_event_source_set_enabled(control->tell, SD_EVENT_ONESHOT);
}

int control_trouble(const struct control *control, int r, sd_bus_error *error)
{
        if (r == -ENOMEM)
                return r;
        (void)engine_store_trouble(control_engine(control), r, "A request failed");
        manager_try_state(control->manager);
        return sd_bus_error_setf(error, SD_BUS_ERROR_FAILED,
                                 "the state cannot be read or written just now (%s); journalctl -u reminderd says more",
                                 strerror(-r));
}
