/* The interface org.reminderd1.Manager: its table of methods, properties and signals, and what the properties say. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/handlers.h"
#include "store/holds.h"

#define READ_WRITE SD_BUS_VTABLE_UNPRIVILEGED /* else sd-bus admits root alone; bus.c decides instead */

static int get_version(sd_bus *bus, const char *path, const char *interface, const char *property,
                       sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void)bus, (void)path, (void)interface, (void)property, (void)userdata, (void)error;
        return sd_bus_message_append(reply, "s", REMINDERD_VERSION);
}

static int get_next_wake(sd_bus *bus, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        (void)bus, (void)path, (void)interface, (void)property, (void)error;
        return sd_bus_message_append(reply, "t", control_figures(userdata).next_wake);
}

static int get_count(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                     void *userdata, sd_bus_error *error)
{
        struct figures figures = control_figures(userdata);
        const struct {
                const char *name;
                uint32_t value;
        } counts[] = {
                {"Open", figures.open},
                {"Overdue", figures.overdue},
                {"Queued", figures.queued},
                {"Failed", figures.failed},
        };

        (void)bus, (void)path, (void)interface, (void)error;
        for (size_t i = 0; i < ELEMENTS(counts); i++)
                if (strcmp(property, counts[i].name) == 0)
                        return sd_bus_message_append(reply, "u", counts[i].value);
        return -ENOENT;
}

static int get_troubles(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        const struct engine *engine = control_engine(userdata);
        const struct present_trouble *present;
        int r = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "s");

        (void)bus, (void)path, (void)interface, (void)property, (void)error;
        for (size_t at = 0; r >= 0 && (present = troubles_next(&engine->troubles, clock_now(&engine->clock), &at));)
                r = sd_bus_message_append(reply, "s", present->text);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_held(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                    void *userdata, sd_bus_error *error)
{
        struct hold_record *holds = NULL;
        size_t n = 0;
        int r = store_list_holds(control_engine(userdata)->store, &holds, &n);

        (void)bus, (void)path, (void)interface, (void)property, (void)error;
        if (r >= 0)
                r = sd_bus_message_open_container(reply, SD_BUS_TYPE_ARRAY, "s");
        for (size_t i = 0; i < n; i++) {
                if (r >= 0)
                        r = sd_bus_message_append(reply, "s", holds[i].agency);
                hold_record_clear(&holds[i]);
        }
        free(holds);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

/* daemon/doc/formats.md section 4: every verb of reminderctl is a method. Lists come in pages: the answer's last number
 * is the offset of the next page, 0 after the last one. With "paging" = "cursor" in its filter List makes that number a
 * place in the list, to be passed on as it is: a page far behind costs no more than the first. An empty string leaves
 * an argument out. */
const sd_bus_vtable object_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Version", "s", get_version, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("NextWake", "t", get_next_wake, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Open", "u", get_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Overdue", "u", get_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Queued", "u", get_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        SD_BUS_PROPERTY("Failed", "u", get_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
        /* What keeps reminders from leaving just now, a line each; which kind it is says Status. */
        SD_BUS_PROPERTY("Troubles", "as", get_troubles, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),

        /* To whom nothing is sent just now; "" is all of them. Until when and why says Status. */
        SD_BUS_PROPERTY("Held", "as", get_held, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),

        SD_BUS_METHOD_WITH_ARGS("Status", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", status), handle_status, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("List", SD_BUS_ARGS("a{sv}", filter, "t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", obligations, "t", next), handle_list, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Show", SD_BUS_ARGS("s", item, "s", agency, "t", offset, "u", limit),
                                SD_BUS_RESULT("a{sv}", about, "aa{sv}", obligations, "t", next), handle_show,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Forecast", SD_BUS_ARGS("s", from, "s", to, "s", agency, "t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", messages, "t", next), handle_forecast, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Calendar", SD_BUS_ARGS("u", year), SD_BUS_RESULT("a{sv}", calendar), handle_calendar,
                                READ_WRITE),
        /* A feed: iCalendar of what an agency ("": any) owes. */
        SD_BUS_METHOD_WITH_ARGS("CalendarFile", SD_BUS_ARGS("s", agency), SD_BUS_RESULT("s", text),
                                handle_calendar_file, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Preview", SD_BUS_ARGS("s", item, "s", agency, "s", kind),
                                SD_BUS_RESULT("a{sv}", message), handle_preview, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Deliveries", SD_BUS_ARGS("a{sv}", filter, "t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", deliveries, "t", next), handle_deliveries, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Claims", SD_BUS_ARGS("a{sv}", filter, "t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", claims, "t", next), handle_claims, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Log", SD_BUS_ARGS("a{sv}", filter, "t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", events, "t", next), handle_log, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Agencies", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", agencies), handle_agencies,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Items", SD_BUS_ARGS("t", offset, "u", limit),
                                SD_BUS_RESULT("aa{sv}", items, "t", next), handle_items, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Plans", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", plans), handle_plans, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Report", SD_BUS_ARGS("s", plan, "t", offset, "u", limit),
                                SD_BUS_RESULT("a{sv}", plan, "aa{sv}", scored, "t", next), handle_report, READ_WRITE),
        /* OpenMetrics text. */
        SD_BUS_METHOD_WITH_ARGS("Metrics", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", text), handle_metrics, READ_WRITE),

        SD_BUS_METHOD_WITH_ARGS("Snooze", SD_BUS_ARGS("s", item, "s", agency, "s", until, "s", reason, "b", force),
                                SD_BUS_RESULT("u", changed), handle_snooze, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Unsnooze", SD_BUS_ARGS("s", item, "s", agency), SD_BUS_RESULT("u", changed),
                                handle_unsnooze, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Done", SD_BUS_ARGS("s", item, "s", agency, "s", on, "s", note, "b", all),
                                SD_BUS_RESULT("u", changed), handle_done, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Reopen", SD_BUS_ARGS("s", item, "s", agency, "s", reason, "b", all),
                                SD_BUS_RESULT("u", changed), handle_reopen, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Waive", SD_BUS_ARGS("s", item, "s", agency, "s", reason, "b", all),
                                SD_BUS_RESULT("u", changed), handle_waive, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Urge", SD_BUS_ARGS("s", item, "s", agency), SD_BUS_RESULT("u", changed), handle_urge,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("SetDate", SD_BUS_ARGS("s", item, "s", date, "s", agency, "s", note),
                                SD_BUS_RESULT("u", changed), handle_set_date, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("ClearDate", SD_BUS_ARGS("s", item, "s", agency), SD_BUS_RESULT("u", changed),
                                handle_clear_date, READ_WRITE),
        /* Each item for each agency (none: all), by a verb of reminderctl: all of it is decided or nothing. `details`
         * has what the verb's own method takes besides: on, until, date, reason, note, asked-by; all, force, amend,
         * quiet. */
        SD_BUS_METHOD_WITH_ARGS("Decide", SD_BUS_ARGS("s", verb, "as", items, "as", agencies, "a{sv}", details),
                                SD_BUS_RESULT("aa{sv}", changed), handle_decide, READ_WRITE),
        /* A claim by its number. `until` empty: as was asked. Each answers with the obligation as it is then. */
        SD_BUS_METHOD_WITH_ARGS("Confirm", SD_BUS_ARGS("s", claim), SD_BUS_RESULT("aa{sv}", changed), handle_confirm,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Reject", SD_BUS_ARGS("s", claim, "s", reason), SD_BUS_RESULT("aa{sv}", changed),
                                handle_reject, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Grant", SD_BUS_ARGS("s", claim, "s", until), SD_BUS_RESULT("aa{sv}", changed),
                                handle_grant, READ_WRITE),
        /* What came back by mail, as JSON, and what became of it: daemon/doc/formats.md, section 4. */
        SD_BUS_METHOD_WITH_ARGS("Heard", SD_BUS_ARGS("s", facts), SD_BUS_RESULT("s", outcome), handle_heard,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Close", SD_BUS_ARGS("s", plan, "s", on, "s", reason), SD_BUS_RESULT("u", changed),
                                handle_close, READ_WRITE),
        /* Of a state that is another machine's, and of which nothing but what RIGHT_SEE allows is answered before. */
        SD_BUS_METHOD_WITH_ARGS("TakeOver", SD_BUS_ARGS("s", reason), SD_BUS_RESULT("u", changed), handle_take_over,
                                READ_WRITE),
        /* No agencies: all of them. */
        SD_BUS_METHOD_WITH_ARGS("Hold", SD_BUS_ARGS("as", agencies, "s", until, "s", reason),
                                SD_BUS_RESULT("u", changed), handle_hold, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Release", SD_BUS_ARGS("as", agencies), SD_BUS_RESULT("u", changed), handle_release,
                                READ_WRITE),
        /* What came in: item, agency (id or name), date and note of each. `details`: dry-run and quiet. Where a row is
         * refused nothing is changed, and `refused` has the number of each such row, from 0, and why. */
        SD_BUS_METHOD_WITH_ARGS("Record", SD_BUS_ARGS("a(ssss)", rows, "a{sv}", details),
                                SD_BUS_RESULT("aa{sv}", changed, "aa{sv}", refused), handle_record, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Retry", SD_BUS_ARGS("s", delivery), SD_BUS_RESULT("u", changed), handle_retry,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("RetryAll", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", changed), handle_retry_all, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Drop", SD_BUS_ARGS("s", delivery), SD_BUS_RESULT("u", changed), handle_drop,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Acknowledge", SD_BUS_ARGS("s", delivery), SD_BUS_RESULT("u", changed),
                                handle_acknowledge, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("AcknowledgeAll", SD_BUS_NO_ARGS, SD_BUS_RESULT("u", changed), handle_acknowledge_all,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Test", SD_BUS_ARGS("s", agency, "s", webhook), SD_BUS_RESULT("u", queued), handle_test,
                                READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("TestTo", SD_BUS_ARGS("s", agency, "s", address), SD_BUS_RESULT("u", queued),
                                handle_test_to, READ_WRITE),
        SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", adopted, "aa{sv}", findings),
                                handle_reload, READ_WRITE),
        /* Reload that tells what it changes; with dry_run nothing changes, and `adopted` says whether it would. */
        SD_BUS_METHOD_WITH_ARGS("Adopt", SD_BUS_ARGS("b", dry_run),
                                SD_BUS_RESULT("b", adopted, "aa{sv}", findings, "a{sv}", counts, "aa{sv}", changes),
                                handle_adopt, READ_WRITE),
        /* The caller opens the file with its own rights; the daemon can write only to its state folder. */
        SD_BUS_METHOD_WITH_ARGS("Backup", SD_BUS_ARGS("h", file), SD_BUS_RESULT("t", bytes), handle_backup, READ_WRITE),

        SD_BUS_SIGNAL_WITH_ARGS("ObligationChanged",
                                SD_BUS_ARGS("s", plan, "s", item, "s", occurrence, "s", agency, "s", state), 0),
        /* Without address and answer: those are asked for with Deliveries. */
        SD_BUS_SIGNAL_WITH_ARGS("DeliveryFinished",
                                SD_BUS_ARGS("s", delivery, "s", agency, "s", kind, "s", channel, "s", state), 0),
        SD_BUS_VTABLE_END,
};
