/* A client of the daemon: calls over the bus, and how they ended. */
#include "client/client.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-event.h>

#include "core/block.h"
#include "core/interface.h"

/* A forecast of a large block takes seconds; a daemon that hangs, for ever. */
#define CALL_TIMEOUT_USEC (60 * 1000000ULL)
#define FILE_TIMEOUT_USEC (3600 * 1000000ULL) /* a slow disk at the other end of a network */
#define PAGE 500

void client_clear(struct client *client)
{
        sd_bus_flush_close_unref(client->bus);
        free(client->words);
}

/* ---- how a call ended ---- */

static void say(struct client *client, const char *words)
{
        free(client->words);
        client->words = words ? strdup(words) : NULL;
}

static int failed(struct client *client, const sd_bus_error *error, int r)
{
        static const struct {
                const char *name;
                enum call_outcome outcome;
        } outcomes[] = {
                {ERROR_NOT_FOUND, CALL_NOT_FOUND},
                {ERROR_INVALID, CALL_INVALID},
                {ERROR_REFUSED, CALL_REFUSED},
                {ERROR_DAY_OFF, CALL_DAY_OFF},
                {ERROR_NOT_PERMITTED, CALL_NOT_PERMITTED},
                {SD_BUS_ERROR_ACCESS_DENIED, CALL_SHUT_OUT},
                {SD_BUS_ERROR_SERVICE_UNKNOWN, CALL_NO_DAEMON},
                {SD_BUS_ERROR_NAME_HAS_NO_OWNER, CALL_NO_DAEMON},
                {SD_BUS_ERROR_NO_REPLY, CALL_NO_DAEMON},
                {SD_BUS_ERROR_TIMEOUT, CALL_NO_DAEMON},
                {SD_BUS_ERROR_DISCONNECTED, CALL_NO_DAEMON},
                {SD_BUS_ERROR_UNKNOWN_METHOD, CALL_OTHER_VERSION},
        };

        say(client, error->message ? error->message : strerror(-r));
        if (!client->words)
                return -ENOMEM;
        if (r == -ETIMEDOUT || r == -ECONNRESET || r == -ENOTCONN)
                return CALL_NO_DAEMON;
        for (size_t i = 0; i < ELEMENTS(outcomes); i++)
                if (sd_bus_error_has_name(error, outcomes[i].name))
                        return (int)outcomes[i].outcome;
        return CALL_REFUSED;
}

static int answered(sd_bus_message *reply, json_t **ret)
{
        *ret = received_values(reply);
        return *ret ? CALL_ANSWERED : -ENOMEM;
}

/* ---- one call ---- */

static int open_bus(struct client *client)
{
        int r;

        if (client->bus)
                return CALL_ANSWERED;
        r = client->is_session ? sd_bus_open_user(&client->bus) : sd_bus_open_system(&client->bus);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(client->bus, CALL_TIMEOUT_USEC);
        if (r >= 0)
                return CALL_ANSWERED;
        say(client, strerror(-r));
        return client->words ? CALL_NO_BUS : -ENOMEM;
}

static int new_call(struct client *client, const char *method, sd_bus_message **ret)
{
        char name[BLOCK_BUS_NAME_SIZE];
        int r = open_bus(client);

        if (r != CALL_ANSWERED)
                return r;
        (void)block_bus_name(client->block ? client->block : "", name);
        if (sd_bus_message_new_method_call(client->bus, ret, name, BUS_PATH, BUS_INTERFACE, method) < 0 ||
            /* Whoever looks does not start a service that an administrator has stopped: "no daemon" is an answer. */
            sd_bus_message_set_auto_start(*ret, false) < 0)
                return -ENOMEM;
        say(client, NULL);
        return CALL_ANSWERED;
}

/* `appended` is what the arguments came to. */
static int send_call(struct client *client, sd_bus_message *call, int appended, json_t **ret)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *CLEANUP_MESSAGE reply = NULL;
        int r;

        if (appended < 0)
                return appended == -EINVAL ? -EINVAL : -ENOMEM;
        r = sd_bus_call(client->bus, call, 0, &error, &reply);
        r = r < 0 ? failed(client, &error, r) : answered(reply, ret);
        sd_bus_error_free(&error);
        return r;
}

int client_call(struct client *client, json_t **ret, const char *method, const char *types, va_list arguments)
{
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int r = new_call(client, method, &call);

        if (r != CALL_ANSWERED)
                return r;
        return send_call(client, call, *types ? sd_bus_message_appendv(call, types, arguments) : 0, ret);
}

int client_call_with(struct client *client, json_t **ret, const char *method, append_arguments *append,
                     const void *userdata)
{
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int r = new_call(client, method, &call);

        return r != CALL_ANSWERED ? r : send_call(client, call, append(call, userdata), ret);
}

static int by_name(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

int client_blocks(struct client *client, json_t **ret)
{
        json_t *CLEANUP_JSON blocks = json_array();
        char **names = NULL;
        size_t n = 0;
        int r = open_bus(client), missing = !blocks;

        if (r != CALL_ANSWERED)
                return r;
        r = sd_bus_list_names(client->bus, &names, NULL);
        if (r < 0) {
                say(client, strerror(-r));
                return client->words ? CALL_NO_BUS : -ENOMEM;
        }
        while (names && names[n])
                n++;
        if (n > 0)
                qsort(names, n, sizeof(*names), by_name);
        for (size_t i = 0; i < n; i++) {
                const char *block = block_of_bus_name(names[i]);

                if (block && !missing)
                        missing = json_array_append_new(blocks, json_string(block)) < 0;
                free(names[i]);
        }
        free(names);
        if (missing)
                return -ENOMEM;
        *ret = TAKE_PTR(blocks);
        return CALL_ANSWERED;
}

/* ---- one that takes its time ---- */

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
        int r = new_call(client, method, &call);

        if (r != CALL_ANSWERED)
                return r;
        r = sd_bus_message_append(call, "h", fd);
        if (r >= 0)
                r = wait_for_reply(client, call, &wait);
        if (r < 0)
                return failed(client, &SD_BUS_ERROR_NULL, r);
        if (!wait.reply)
                return -EINTR;
        if (sd_bus_message_is_method_error(wait.reply, NULL) > 0)
                return failed(client, sd_bus_message_get_error(wait.reply), -EIO);
        return answered(wait.reply, ret);
}

/* ---- pages ---- */

static int fetch_page(struct client *client, const char *method, append_arguments *append, const void *userdata,
                      uint64_t offset, json_t **ret)
{
        sd_bus_message *CLEANUP_MESSAGE call = NULL;
        int r = new_call(client, method, &call);

        if (r != CALL_ANSWERED)
                return r;
        r = append ? append(call, userdata) : 0;
        if (r >= 0)
                r = sd_bus_message_append(call, "tu", offset, (uint32_t)PAGE);
        return send_call(client, call, r, ret);
}

int client_pages(struct client *client, const char *method, append_arguments *append, const void *userdata,
                 json_t **ret_about, json_t **ret_rows)
{
        json_t *CLEANUP_JSON rows = json_array(), *CLEANUP_JSON about = NULL;
        uint64_t offset = 0;

        if (!rows)
                return -ENOMEM;
        do {
                json_t *CLEANUP_JSON page = NULL;
                int r = fetch_page(client, method, append, userdata, offset, &page);
                size_t n = json_array_size(page);

                if (r != CALL_ANSWERED)
                        return r;
                if (n < 2 || json_array_extend(rows, json_array_get(page, n - 2)) < 0)
                        return -ENOMEM;
                if (n > 2 && !about)
                        about = json_incref(json_array_get(page, 0));
                offset = (uint64_t)json_integer_value(json_array_get(page, n - 1));
        } while (offset > 0);
        if (ret_about)
                *ret_about = TAKE_PTR(about);
        *ret_rows = TAKE_PTR(rows);
        return CALL_ANSWERED;
}
