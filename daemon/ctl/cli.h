/* The program around a client: the command line it was given, what it prints, and errors as exit codes. */
#pragma once

#include "client/client.h"
#include "ctl/command.h"
#include "ctl/style.h"

struct cli {
        const struct command *command;
        struct style style;
        struct client client;
        bool quiet;        /* say nothing of errors (completion) */
        json_t *of_blocks; /* of every block: what cli_print() was given goes here, with the block's name; else NULL */
};

/* All return an enum exit_code and have said on standard error what was wrong. */

/* The calls of client/client.h, where each is described. */
int cli_call(struct cli *cli, json_t **ret, const char *method, const char *types, ...);
int cli_call_with(struct cli *cli, json_t **ret, const char *method, append_arguments *append, const void *userdata);
int cli_call_with_file(struct cli *cli, json_t **ret, const char *method, int fd);
int cli_pages(struct cli *cli, const char *method, append_arguments *append, const void *userdata, json_t **ret_about,
              json_t **ret_rows);
/* The same for each agency that is named; the rows of all in the order of a member, "-" before its name: the greatest
 * first; NULL: one agency after the other. `userdata` refers to `one`, the command with one agency at a time. */
int cli_pages_of_agencies(struct cli *cli, struct command *one, const char *method, append_arguments *append,
                          const void *userdata, const char *order, json_t **ret_about, json_t **ret_rows);
/* The blocks that run on this machine: client_blocks(). */
int cli_blocks(struct cli *cli, json_t **ret);
/* Calls a decision; *ret is how many it changed. */
int cli_decide(struct cli *cli, json_int_t *ret, const char *method, const char *types, ...);

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
__attribute__((format(printf, 3, 4))) int cli_fail(const struct cli *cli, enum exit_code code, const char *format, ...);
/* Prints JSON to standard output. EXIT_DONE, or EXIT_REFUSED when it cannot be written. */
int cli_print(const struct cli *cli, const json_t *json);
int cli_no_memory(const struct cli *cli);
void cli_clear(struct cli *cli);

static inline bool cli_is_json(const struct cli *cli)
{
        return command_has(cli->command, OPTION_JSON);
}

/* The value of an option, "" where it is not given. */
static inline const char *cli_value(const struct cli *cli, enum cli_option option)
{
        return command_value(cli->command, option);
}

static inline const char *cli_argument(const struct cli *cli, int i)
{
        return i < cli->command->n_arguments ? cli->command->arguments[i] : "";
}
