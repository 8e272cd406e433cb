/* The bus object org.reminderd1: connects and reconnects, admits callers, sends signals. */
#include "control/bus.h"

#include <errno.h>
#include <string.h>

#include "control/backup.h"
#include "control/forecast.h"
#include "control/handlers.h"

/* Reminders come first: the manager's timer and the network have normal priority. */
#define BUS_PRIORITY (SD_EVENT_PRIORITY_NORMAL + 10)
#define NAME_TAKEN 3                       /* D-Bus specification, RequestName: DBUS_REQUEST_NAME_REPLY_EXISTS */
#define CALL_TIMEOUT_USEC (2 * 1000000ULL) /* how long the bus may take to identify a caller: the loop waits for it */
#define DELAY_FIRST_USEC (1 * 1000000ULL)
#define DELAY_MAX_USEC (60 * 1000000ULL) /* a bus that came back is found within a minute */
#define ACCURACY_USEC (50 * 1000ULL)

/* ---- admission ---- */

/* Introspect and Ping reveal no plan data: anyone may call them. */
static bool is_harmless(sd_bus_message *message)
{
        const char *interface = sd_bus_message_get_interface(message);

        return interface && (strcmp(interface, "org.freedesktop.DBus.Introspectable") == 0 ||
                             strcmp(interface, "org.freedesktop.DBus.Peer") == 0);
}

/* What is decided on a copy would be lost with the next one. */
static int may_now(const struct control *control, const char *member, sd_bus_error *error)
{
        if (!manager_stands_by(control->manager) || permission_needed(member) == RIGHT_SEE ||
            strcmp(member, "TakeOver") == 0)
                return 0;
        return sd_bus_error_set(error, ERROR_REFUSED,
                                "this machine stands by with a copy of another one's state; where that one is gone: "
                                "reminderctl take-over --reason TEXT");
}

/* A filter: it sees every message before the methods and properties do. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        const struct caller *caller;
        bool is_news;
        int r;

        if (sd_bus_message_is_method_call(message, NULL, NULL) <= 0 || is_harmless(message))
                return 0;
        r = caller_admit(&control->callers, message, control->kind == BUS_SYSTEM, &caller, &is_news);
        if (r < 0)
                return sd_bus_error_setf(error, ERROR_NOT_PERMITTED, "the bus does not say who you are: %s",
                                         strerror(-r));
        if (permission_has(caller->party, permission_needed(sd_bus_message_get_member(message))))
                return may_now(control, sd_bus_message_get_member(message), error);
        if (is_news)
                journal_say(&control_engine(control)->journal, EVENT_REFUSED, NULL,
                            "Refused %s (uid %u) on the bus: %s", caller->name, caller->uid,
                            caller->unanswered ? "the user database does not say who is in the group " CALLER_GROUP
                                               : "neither root nor in the group " CALLER_GROUP);
        if (caller->unanswered)
                return sd_bus_error_setf(error, ERROR_NOT_PERMITTED,
                                         "the user database does not say whether you are in the group %s; try again, "
                                         "or ask root to see whether it answers: getent group %s",
                                         CALLER_GROUP, CALLER_GROUP);
        if (control->kind == BUS_SYSTEM)
                return sd_bus_error_setf(error, ERROR_NOT_PERMITTED,
                                         "%s may not use reminderd: ask root for a place in the group %s", caller->name,
                                         CALLER_GROUP);
        return sd_bus_error_setf(error, ERROR_NOT_PERMITTED,
                                 "%s may not use this reminderd: it belongs to another user", caller->name);
}

/* ---- coming and going ---- */

static int on_reconnect(sd_event_source *source, uint64_t usec, void *userdata);

static void reconnect_later(struct control *control, const char *why)
{
        int r;

        if (!control->said_away)
                journal_say(&control_engine(control)->journal, EVENT_BUS, NULL,
                            "The bus is away (%s): reminderctl is not answered until it comes back, reminders go on",
                            why);
        control->said_away = true;
        control->settled = true;
        sd_event_source_disable_unref(control->reconnect);
        control->reconnect = NULL;
        r = sd_event_add_time_relative(control->event, &control->reconnect, CLOCK_MONOTONIC, control->delay_usec,
                                       ACCURACY_USEC, on_reconnect, control);
        if (r < 0)
                journal_say(&control_engine(control)->journal, EVENT_BUS, NULL,
                            "Cannot wait for the bus (%s): reminderctl is not answered until the next start",
                            strerror(-r));
        control->delay_usec = control->delay_usec * 2 < DELAY_MAX_USEC ? control->delay_usec * 2 : DELAY_MAX_USEC;
}

/* The connection is dropped by the timer and not here, where sd-bus still uses it. */
static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void)message, (void)error;
        reconnect_later(userdata, "it closed the connection");
        return 0;
}

/* Two that remind of one plan would each send everything, and only one of them would be answered for. */
static int give_way(struct control *control)
{
        sd_bus_creds *creds = NULL;
        pid_t pid = 0;

        if (sd_bus_get_name_creds(control->bus, control->name, SD_BUS_CREDS_PID, &creds) >= 0)
                (void)sd_bus_creds_get_pid(creds, &pid);
        sd_bus_creds_unref(creds);
        journal_say(&control_engine(control)->journal, EVENT_FATAL, NULL,
                    "Process %d has the name %s on the bus: another reminderd runs, and this one ends before it sends "
                    "anything; stop that one first, or give this one another bus (--bus) or block (--block)",
                    (int)pid, control->name);
        return sd_event_exit(control->event, -EALREADY);
}

static int on_name(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        struct control *control = userdata;
        const sd_bus_error *refusal = sd_bus_message_get_error(message);
        const struct journal *journal = &control_engine(control)->journal;
        uint32_t outcome;
        int r;

        (void)error;
        if (refusal) {
                reconnect_later(control, refusal->message);
                return 0;
        }
        r = sd_bus_message_read(message, "u", &outcome);
        if (r < 0)
                return r;
        if (outcome == NAME_TAKEN)
                return give_way(control);
        if (control->said_away)
                journal_say(journal, EVENT_BUS, NULL, "The bus is back: reminderctl is answered");
        control->said_away = false;
        control->settled = true;
        control->delay_usec = DELAY_FIRST_USEC;
        return 0;
}

static int open_bus(struct control *control)
{
        sd_bus *CLEANUP(sd_bus_close_unref_p) bus = NULL;
        int r = control->kind == BUS_SYSTEM ? sd_bus_open_system(&bus) : sd_bus_open_user(&bus);

        if (r >= 0)
                r = sd_bus_set_method_call_timeout(bus, CALL_TIMEOUT_USEC);
        if (r >= 0)
                r = sd_bus_add_filter(bus, NULL, on_message, control);
        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, NULL, "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                                        "Disconnected", on_disconnected, control);
        if (r >= 0)
                r = sd_bus_add_object_vtable(bus, NULL, BUS_PATH, BUS_INTERFACE, object_vtable, control);
        if (r >= 0)
                r = control->advance ? sd_bus_add_object_vtable(bus, NULL, BUS_PATH, REHEARSAL_INTERFACE,
                                                                rehearsal_vtable, control)
                                     : 0;
        if (r >= 0)
                r = sd_bus_request_name_async(bus, NULL, control->name, 0, on_name, control);
        if (r >= 0)
                r = sd_bus_attach_event(bus, control->event, BUS_PRIORITY);
        if (r < 0)
                return r;
        control->bus = TAKE_PTR(bus);
        return 0;
}

static void connect_bus(struct control *control)
{
        int r;

        forecast_end_all(control); /* their callers were on the old connection */
        backup_request_forget_caller(control);
        sd_bus_close_unref(control->bus);
        control->bus = NULL;
        callers_forget(&control->callers);
        r = open_bus(control);
        if (r < 0)
                reconnect_later(control, strerror(-r));
}

static int on_reconnect(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void)source, (void)usec;
        connect_bus(userdata);
        return 0;
}

/* ---- telling what changed ---- */

static int on_tell(sd_event_source *source, uint64_t usec, void *userdata)
{
        struct control *control = userdata;
        struct figures now = control_figures(control);
        char *changed[8];
        size_t n = 0;

        (void)source, (void)usec;
        if (!control->bus)
                return 0;
        if (now.next_wake != control->told.next_wake)
                changed[n++] = (char *)"NextWake";
        if (now.open != control->told.open)
                changed[n++] = (char *)"Open";
        if (now.overdue != control->told.overdue)
                changed[n++] = (char *)"Overdue";
        if (now.queued != control->told.queued)
                changed[n++] = (char *)"Queued";
        if (now.failed != control->told.failed)
                changed[n++] = (char *)"Failed";
        if (now.troubles != control->told.troubles)
                changed[n++] = (char *)"Troubles";
        if (now.holds != control->told.holds)
                changed[n++] = (char *)"Held";
        changed[n] = NULL;
        control->told = now;
        if (n > 0)
                (void)sd_bus_emit_properties_changed_strv(control->bus, BUS_PATH, BUS_INTERFACE, changed);
        return 0;
}

/* After each round of events: what the scheduler does shows in the moment of the next wake-up, or in a trouble. */
static int on_post(sd_event_source *source, void *userdata)
{
        struct control *control = userdata;
        int64_t wake = manager_wake(control->manager);
        uint64_t troubles = control_engine(control)->troubles.changes;

        (void)source;
        if (control->seen_wake != wake || control->seen_troubles != troubles)
                control_touch(control);
        control->seen_wake = wake;
        control->seen_troubles = troubles;
        return 0;
}

/* Signals may be lost: without a listener, or when the queue is full. Callers can always ask for the current state. */
static void on_changed(void *self, const struct obligation_record *record)
{
        struct control *control = self;
        const struct calendar *calendar = engine_config(control_engine(control))->calendar;
        enum obligation_state state = obligation_state(&record->obligation, calendar, control_today(control));

        control_touch(control);
        if (control->bus)
                (void)sd_bus_emit_signal(control->bus, BUS_PATH, BUS_INTERFACE, "ObligationChanged", "sssss",
                                         record->plan, record->item, record->key, record->agency,
                                         obligation_state_name(state));
}

static void on_finished(void *self, const struct delivery_record *delivery, const char *answer)
{
        struct control *control = self;

        (void)answer;
        control_touch(control);
        if (control->bus)
                (void)sd_bus_emit_signal(control->bus, BUS_PATH, BUS_INTERFACE, "DeliveryFinished", "sssss",
                                         delivery->id, delivery->agency, kind_name(delivery->kind),
                                         channel_kind_name(delivery->channel.kind),
                                         delivery_state_name(delivery->state));
}

/* ---- the object ---- */

static int watch_changes(struct control *control)
{
        int r = sd_event_add_post(control->event, &control->post, on_post, control);

        if (r >= 0)
                r = sd_event_add_time_relative(control->event, &control->tell, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
                                               on_tell, control);
        if (r >= 0)
                r = sd_event_source_set_priority(control->tell, BUS_PRIORITY);
        if (r >= 0)
                r = sd_event_source_set_enabled(control->tell, SD_EVENT_OFF);
        return r < 0 ? r : 0;
}

static void control_free_p(struct control **control)
{
        control_free(*control);
}

int control_new(const struct control_options *options, struct control **ret)
{
        struct control *CLEANUP(control_free_p) control = calloc(1, sizeof(*control));
        int r;

        if (!control)
                return -ENOMEM;
        control->manager = options->manager;
        control->event = options->event;
        control->kind = options->bus;
        (void)block_bus_name(options->block, control->name);
        control->reload = options->reload;
        control->advance = options->advance;
        control->userdata = options->userdata;
        control->delay_usec = DELAY_FIRST_USEC;
        control->seen_wake = INT64_MAX;
        callers_init(&control->callers);
        if (control->kind != BUS_NONE) {
                r = watch_changes(control);
                if (r < 0)
                        return r;
                engine_observe(
                        control_engine(control),
                        &(struct engine_observer){.finished = on_finished, .changed = on_changed, .self = control});
                connect_bus(control);
        }
        *ret = TAKE_PTR(control);
        return 0;
}

bool control_is_settled(const struct control *control)
{
        return control->kind == BUS_NONE || control->settled;
}

struct control *control_free(struct control *control)
{
        if (!control)
                return NULL;
        engine_unobserve(control_engine(control), control);
        forecast_end_all(control);
        backup_request_end(control);
        sd_event_source_disable_unref(control->tell);
        sd_event_source_disable_unref(control->post);
        sd_event_source_disable_unref(control->reconnect);
        sd_bus_close_unref(control->bus);
        callers_clear(&control->callers);
        free(control);
        return NULL;
}
