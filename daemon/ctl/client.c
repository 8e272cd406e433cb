/* A client of the daemon: calls, answers as JSON, errors as exit codes. */
#include "ctl/client.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <systemd/sd-event.h>

#include "ctl/reply.h"
#include "ctl/width.h"
#include "ctl/words.h"

#define BUS_NAME "org.reminderd1"
#define BUS_PATH "/org/reminderd1"
#define BUS_INTERFACE "org.reminderd1.Manager"
#define CALL_TIMEOUT_USEC \
        (60 * 1000000ULL) /* a forecast of a large block takes seconds; a daemon that hangs, for ever */
#define FILE_TIMEOUT_USEC (3600 * 1000000ULL) /* a slow disk at the other end of a network */
#define PAGE 500

int client_fail(const struct client *client, enum exit_code code, const char *format, ...)
{
        va_list arguments;

        if (client->quiet)
                return (int)code;
        fputs("reminderctl: ", stderr);
        va_start(arguments, format);
        text_vprint(stderr, format, arguments);
        va_end(arguments);
        fputc('\n', stderr);
        return (int)code;
}

int client_no_memory(const struct client *client)
{
        return client_fail(client, EXIT_REFUSED, "%s", _("there is not enough memory"));
}

int client_print(const struct client *client, const json_t *json)
{
        char *CLEANUP_FREE text = json_dumps(json, JSON_INDENT(2));
        uint32_t code;

        if (!text)
                return client_no_memory(client);
        /* JSON lets them stand as they are (RFC 8259, section 7); a terminal would obey. */
        for (size_t n, i = 0; text[i]; i += n > 0 ? n : 1) {
                n = text_steers(text + i, &code);
                if (n > 0)
                        printf("\\u%04x", code);
                else
                        putchar(text[i]);
        }
        if (putchar('\n') == EOF || fflush(stdout) == EOF)
                return client_fail(client, EXIT_REFUSED, _("cannot write: %s"), strerror(errno));
        return EXIT_DONE;
}

void client_clear(struct client *client)
{
        sd_bus_flush_close_unref(client->bus);
}

static int open_bus(struct client *client)
{
        const char *which = client_value(client, OPTION_BUS);
        int r;

        if (client->bus)
                return EXIT_DONE;
        r = strcmp(which, "session") == 0 ? sd_bus_open_user(&client->bus) : sd_bus_open_system(&client->bus);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(client->bus, CALL_TIMEOUT_USEC);
        if (r < 0)
                return client_fail(client, EXIT_NO_DAEMON, _("cannot reach the bus (%s); is D-Bus running?"),
                                   strerror(-r));
        return EXIT_DONE;
}

static int fail_with(const struct client *client, const sd_bus_error *error, int r)
{
        static const struct {
                const char *name;
                enum exit_code code;
        } codes[] = {
                {"org.reminderd1.Error.NotFound", EXIT_NOT_FOUND},
                {"org.reminderd1.Error.Invalid", EXIT_USAGE},
                {"org.reminderd1.Error.Refused", EXIT_REFUSED},
                {"org.reminderd1.Error.NotPermitted", EXIT_NOT_PERMITTED},
                {SD_BUS_ERROR_ACCESS_DENIED, EXIT_NOT_PERMITTED},
                {SD_BUS_ERROR_SERVICE_UNKNOWN, EXIT_NO_DAEMON},
                {SD_BUS_ERROR_NAME_HAS_NO_OWNER, EXIT_NO_DAEMON},
                {SD_BUS_ERROR_NO_REPLY, EXIT_NO_DAEMON},
                {SD_BUS_ERROR_TIMEOUT, EXIT_NO_DAEMON},
                {SD_BUS_ERROR_DISCONNECTED, EXIT_NO_DAEMON},
                {SD_BUS_ERROR_UNKNOWN_METHOD, EXIT_REFUSED},
        };
        enum exit_code code = EXIT_REFUSED;

        for (size_t i = 0; i < ELEMENTS(codes); i++)
                if (sd_bus_error_has_name(error, codes[i].name))
                        code = codes[i].code;
        if (r == -ETIMEDOUT || r == -ECONNRESET || r == -ENOTCONN)
                code = EXIT_NO_DAEMON;
        if (code == EXIT_NO_DAEMON)
                return client_fail(client, code, "%s",
                                   _("reminderd does not answer; systemctl status reminderd says why"));
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED))
                return client_fail(client, code, "%s", _("not permitted; ask root for a place in the group reminderd"));
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_UNKNOWN_METHOD))
                return client_fail(
                        client, code, "%s",
                        _("the running reminderd is another version; restart it: systemctl restart reminderd"));
        return client_fail(client, code, "%s", error->message ? error->message : strerror(-r));
}

static int send_call(struct client *client, sd_bus_message *call, json_t **ret)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *CLEANUP_MESSAGE reply = NULL;
        int r = sd_bus_call(client->bus, call, 0, &error, &reply);
        int code = r < 0 ? fail_with(client, &error, r) : EXIT_DONE;

        sd_bus_error_free(&error);
        if (code != EXIT_DONE)
                return code;
        *ret = reply_values(reply);
        return *ret ? EXIT_DONE : client_no_memory(client);
}

static int new_call(struct client *client, const char *method, sd_bus_message **ret)
{
        int code = open_bus(client);

        if (code != EXIT_DONE)
                return code;
        if (sd_bus_message_new_method_call(client->bus, ret, BUS_NAME, BUS_PATH, BUS_INTERFACE, method) < 0 ||
            /* Whoever looks does not start a service that an administrator has stopped: "no daemon" is an answer. */
            sd_bus_message_set_auto_start(*ret, false) < 0)
                return client_no_memory(client);
        return EXIT_DONE;
}

/* An argument that is no UTF-8 cannot be put on the bus. */
static int bad_argument(const struct client *client, int r)
{
        return r == -EINVAL ? client_fail(client, EXIT_USAGE, "%s", _("an argument is not valid UTF-8"))
                            : client_no_memory(client);
}

static int call_with(struct client *client, json_t **ret, const char *method, const char *types, va_list arguments)
{
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int code = new_call(client, method, &call), r;

        if (code != EXIT_DONE)
                return code;
        r = *types ? sd_bus_message_appendv(call, types, arguments) : 0;
        return r < 0 ? bad_argument(client, r) : send_call(client, call, ret);
}

int client_call(struct client *client, json_t **ret, const char *method, const char *types, ...)
{
        va_list arguments;
        int code;

        va_start(arguments, types);
        code = call_with(client, ret, method, types, arguments);
        va_end(arguments);
        return code;
}

struct wait {
        sd_event *event;
        sd_bus_message *reply; /* NULL: interrupted */
};

static void wait_clear(const struct wait *wait)
{
        sd_bus_message_unref(wait->reply);
        sd_event_unref(wait->event);
}

static int on_reply(sd_bus_message *reply, void *userdata, sd_bus_error *error)
{
        struct wait *wait = userdata;

        (void)error;
        wait->reply = sd_bus_message_ref(reply);
        return sd_event_exit(wait->event, 0);
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

void client_hold_signals(void)
{
        sigset_t set;

        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS(signals); i++)
                sigaddset(&set, signals[i]);
        sigprocmask(SIG_BLOCK, &set, NULL);
}

static int wait_for_reply(const struct client *client, sd_bus_message *call, struct wait *wait)
{
        int r = sd_event_new(&wait->event);

        for (size_t i = 0; r >= 0 && i < ELEMENTS(signals); i++)
                r = sd_event_add_signal(wait->event, NULL, signals[i], NULL, NULL); /* ends the loop */
        if (r >= 0)
                r = sd_bus_attach_event(client->bus, wait->event, 0);
        if (r >= 0)
                r = sd_bus_call_async(client->bus, NULL, call, on_reply, wait, FILE_TIMEOUT_USEC);
        if (r >= 0)
                r = sd_event_loop(wait->event);
        (void)sd_bus_detach_event(client->bus);
        return r;
}

int client_call_with_file(struct client *client, json_t **ret, const char *method, int fd)
{
        struct wait CLEANUP(wait_clear) wait = {0};
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int code = new_call(client, method, &call), r;

        if (code != EXIT_DONE)
                return code;
        r = sd_bus_message_append(call, "h", fd);
        if (r >= 0)
                r = wait_for_reply(client, call, &wait);
        if (r < 0)
                return fail_with(client, &SD_BUS_ERROR_NULL, r);
        if (!wait.reply)
                return client_fail(client, EXIT_REFUSED, "%s", _("interrupted"));
        if (sd_bus_message_is_method_error(wait.reply, NULL) > 0)
                return fail_with(client, sd_bus_message_get_error(wait.reply), -EIO);
        *ret = reply_values(wait.reply);
        return *ret ? EXIT_DONE : client_no_memory(client);
}

int client_decide(struct client *client, json_int_t *ret, const char *method, const char *types, ...)
{
        json_t *CLEANUP_JSON reply = NULL;
        va_list arguments;
        int code;

        va_start(arguments, types);
        code = call_with(client, &reply, method, types, arguments);
        va_end(arguments);
        if (code == EXIT_DONE)
                *ret = json_integer_value(json_array_get(reply, 0));
        return code;
}

static int fetch_page(struct client *client, const char *method, append_arguments *append, const void *userdata,
                      uint64_t offset, json_t **ret)
{
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int code = new_call(client, method, &call), r;

        if (code != EXIT_DONE)
                return code;
        r = append ? append(call, userdata) : 0;
        if (r >= 0)
                r = sd_bus_message_append(call, "tu", offset, (uint32_t)PAGE);
        return r < 0 ? bad_argument(client, r) : send_call(client, call, ret);
}

int client_pages(struct client *client, const char *method, append_arguments *append, const void *userdata,
                 json_t **ret_about, json_t **ret_rows)
{
        json_t *CLEANUP_JSON rows = json_array(), *CLEANUP_JSON about = NULL;
        uint64_t offset = 0;

        if (!rows)
                return client_no_memory(client);
        do {
                json_t *CLEANUP_JSON page = NULL;
                int code = fetch_page(client, method, append, userdata, offset, &page);
                size_t n = json_array_size(page);

                if (code != EXIT_DONE)
                        return code;
                if (n < 2 || json_array_extend(rows, json_array_get(page, n - 2)) < 0)
                        return client_no_memory(client);
                if (n > 2 && !about)
                        about = json_incref(json_array_get(page, 0));
                offset = (uint64_t)json_integer_value(json_array_get(page, n - 1));
        } while (offset > 0);
        if (ret_about)
                *ret_about = TAKE_PTR(about);
        *ret_rows = TAKE_PTR(rows);
        return EXIT_DONE;
}

int append_filter(sd_bus_message *message, const void *userdata)
{
        const struct filter *filter = userdata;
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");

        if (r >= 0 && filter->item)
                r = sd_bus_message_append(message, "{sv}", "item", "s", filter->item);
        if (r >= 0 && filter->paging)
                r = sd_bus_message_append(message, "{sv}", "paging", "s", filter->paging);
        for (size_t i = 0; r >= 0 && i < filter->n; i++)
                if (command_has(filter->command, filter->options[i]))
                        r = sd_bus_message_append(message, "{sv}", option_infos[filter->options[i]].name, "s",
                                                  command_value(filter->command, filter->options[i]));
        return r < 0 ? r : sd_bus_message_close_container(message);
}
