/* A client of the daemon: calls, answers as JSON, errors as exit codes. */
#pragma once

#include <jansson.h>
#include <systemd/sd-bus.h>

#include "base/cleanup.h"
#include "ctl/command.h"
#include "ctl/style.h"

struct client {
        const struct command *command;
        struct style style;
        sd_bus *bus; /* opened by the first call */
        bool quiet;  /* say nothing of errors (completion) */
};

DEFINE_CLEANUP(json_t *, json_decref, json_decref)
DEFINE_CLEANUP(sd_bus_message *, sd_bus_message_unref, sd_bus_message_unref)
#define CLEANUP_JSON CLEANUP(json_decref_p)
#define CLEANUP_MESSAGE CLEANUP(sd_bus_message_unref_p)

/* All return an enum exit_code and have said on standard error what was wrong. */

/* Calls a method whose arguments are given as sd_bus_message_append() takes them. *ret is an array of what it
 * answered, one element for each value. */
int client_call(struct client *client, json_t **ret, const char *method, const char *types, ...);
/* From here on SIGINT, SIGTERM and SIGHUP end no more than a wait, so that what is half done can be tidied up. */
void client_hold_signals(void);
/* Calls a method with one open file as its argument, which may take its time. After client_hold_signals(), which lets
 * the wait be interrupted: EXIT_REFUSED. */
int client_call_with_file(struct client *client, json_t **ret, const char *method, int fd);
/* Calls a decision; *ret is how many it changed. */
int client_decide(struct client *client, json_int_t *ret, const char *method, const char *types, ...);

/* Appends the arguments before offset and limit; 0 or negative errno. */
typedef int append_arguments(sd_bus_message *message, const void *userdata);
/* Calls a method that answers in pages until the last one. *ret_rows is one array of all; *ret_about (or NULL) the
 * value that stands before the rows, of the first page. */
int client_pages(struct client *client, const char *method, append_arguments *append, const void *userdata,
                 json_t **ret_about, json_t **ret_rows);
/* Appends a{sv} of the options given, by their names. */
struct filter {
        const enum cli_option *options;
        size_t n;
        const struct command *command;
        const char *item;   /* or NULL: an argument in place of an option */
        const char *paging; /* or NULL; "cursor": a long list costs no more for each page */
};
append_arguments append_filter;

/* Says what is wrong: one line on standard error. Returns the code. */
__attribute__((format(printf, 3, 4))) int client_fail(const struct client *client, enum exit_code code,
                                                      const char *format, ...);
/* Prints JSON to standard output. EXIT_DONE, or EXIT_REFUSED when it cannot be written. */
int client_print(const struct client *client, const json_t *json);
int client_no_memory(const struct client *client);
void client_clear(struct client *client);

static inline bool client_is_json(const struct client *client)
{
        return command_has(client->command, OPTION_JSON);
}

/* The value of an option, "" where it is not given. */
static inline const char *client_value(const struct client *client, enum cli_option option)
{
        return command_value(client->command, option);
}

static inline const char *client_argument(const struct client *client, int i)
{
        return i < client->command->n_arguments ? client->command->arguments[i] : "";
}

/* A member as a string, "" where there is none; as a number, 0; as a truth, false. */
const char *json_text(const json_t *object, const char *key);
json_int_t json_number(const json_t *object, const char *key);
bool json_truth(const json_t *object, const char *key);
/* Gives every object of an array exactly these keys, in this order, null where it has none. */
int json_shape_all(json_t *rows, const char *const *keys, size_t n);
int json_shape(json_t **object, const char *const *keys, size_t n);
/* Adds null for each of these keys that is missing. */
int json_fill(json_t *object, const char *const *keys, size_t n);
/* "2024-10-15T08:00:00+07:00" as "2024-10-15 08:00"; others unchanged. */
#define MOMENT_SIZE sizeof("2024-10-15 08:00")
const char *moment_text(const char *rfc3339, char buffer[static MOMENT_SIZE]);
