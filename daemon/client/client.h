/* A client of the daemon: calls over the bus. It prints nothing and ends nothing; that is up to the program. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "client/received.h"

/* How a call ended. Beside these every function here returns a negative errno: -ENOMEM, -EINVAL (an argument is not
 * valid UTF-8), -EINTR (a signal ended the wait). */
enum call_outcome {
        CALL_ANSWERED = 0,
        CALL_NO_BUS,        /* it cannot be reached */
        CALL_NO_DAEMON,     /* nobody has the name on the bus, or there is no answer in time */
        CALL_OTHER_VERSION, /* the daemon does not know the method */
        CALL_SHUT_OUT,      /* the policy of the bus does not let the call through */
        CALL_NOT_PERMITTED, /* the daemon does not allow it to this caller */
        CALL_NOT_FOUND,
        CALL_INVALID,
        CALL_DAY_OFF, /* refused unless it is said that a day off is meant */
        CALL_REFUSED  /* or failed */
};

struct client {
        bool is_session;   /* the bus of the session, else that of the system */
        const char *block; /* borrowed; NULL or "": the one of this machine */
        sd_bus *bus;       /* opened by the first call */
        char *words; /* why the last call was not answered, said by the daemon or the bus; NULL: it was answered */
};
void client_clear(struct client *client);

/* Calls a method whose arguments are given as sd_bus_message_appendv() takes them. *ret is an array with one element
 * for each value of the answer. Blocks until it comes. */
int client_call(struct client *client, json_t **ret, const char *method, const char *types, va_list arguments);

/* The blocks that run on this machine, by name: an array of strings, "" for one without. */
int client_blocks(struct client *client, json_t **ret);

/* From here on SIGINT, SIGTERM and SIGHUP end no more than a wait, so that what is half done can be tidied up. */
void client_hold_signals(void);
/* Calls a method with one open file as its argument, which may take its time. After client_hold_signals(), which lets
 * the wait be interrupted. */
int client_call_with_file(struct client *client, json_t **ret, const char *method, int fd);

/* Appends arguments: all, or those before offset and limit. 0 or negative errno. */
typedef int append_arguments(sd_bus_message *message, const void *userdata);
/* client_call() with arguments that are appended. */
int client_call_with(struct client *client, json_t **ret, const char *method, append_arguments *append,
                     const void *userdata);
/* Calls a method that answers in pages until the last one. *ret_rows is one array of all; *ret_about (or NULL) the
 * value that stands before the rows, of the first page. */
int client_pages(struct client *client, const char *method, append_arguments *append, const void *userdata,
                 json_t **ret_about, json_t **ret_rows);
