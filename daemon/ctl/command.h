/* The command line: one table of verbs, one of options, and what was given. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* daemon/doc/formats.md section 3. */
enum exit_code {
        EXIT_DONE = 0,
        EXIT_REFUSED = 1, /* or failed */
        EXIT_USAGE = 2,
        EXIT_NOT_FOUND = 3,
        EXIT_NO_DAEMON = 4,
        EXIT_NOT_PERMITTED = 5,
        EXIT_TO_ASK /* never left with: what the client says is to be asked */
};

enum cli_option {
        OPTION_PLAN,
        OPTION_ITEM,
        OPTION_AGENCY,
        OPTION_STATE,
        OPTION_BEFORE,
        OPTION_SINCE,
        OPTION_MATRIX,
        OPTION_HTML,
        OPTION_CSV,
        OPTION_ICS,
        OPTION_UNTIL,
        OPTION_FOR,
        OPTION_REASON,
        OPTION_ASKED_BY,
        OPTION_FORCE,
        OPTION_ON,
        OPTION_NOTE,
        OPTION_AMEND,
        OPTION_ALL,
        OPTION_YES,
        OPTION_FROM,
        OPTION_TO,
        OPTION_KIND,
        OPTION_WEBHOOK,
        OPTION_CHECK,
        OPTION_REPLACE,
        OPTION_OUTPUT,
        OPTION_DRY_RUN,
        OPTION_QUIET,
        OPTION_JSON,
        OPTION_BLOCK,
        OPTION_BUS,
        OPTION_HELP,
        OPTION_VERSION,
        OPTION_COUNT
};

/* What a word on the command line stands for; what can be completed. */
enum word {
        WORD_NONE,
        WORD_BLOCK,
        WORD_ITEM,
        WORD_AGENCY,
        WORD_PLAN,
        WORD_DATE,
        WORD_STATE,
        WORD_DELIVERY_STATE,
        WORD_CLAIM_STATE,
        WORD_CLAIM, /* that is not answered */
        WORD_KIND,
        WORD_BUS,
        WORD_DELIVERY, /* that can be sent again: failed or queued */
        WORD_QUEUED_DELIVERY,
        WORD_FAILED_DELIVERY,
        WORD_VERB,
        WORD_FILE
};

struct option_info {
        const char *name;
        const char *placeholder; /* NULL: takes no value */
        enum word word;          /* of the value */
        const char *help;
};
extern const struct option_info option_infos[OPTION_COUNT];

struct cli;

struct verb {
        const char *name;
        const char *synopsis;        /* the arguments that are no options */
        const char *help;            /* one line */
        const char *more;            /* further lines, or NULL */
        uint64_t options;            /* 1 << enum cli_option of those it takes */
        uint64_t required;           /* of these at least one, 0: none */
        uint64_t several;            /* of these more than one of each; the others stand once */
        int least, most;             /* arguments */
        enum word argument;          /* what the first one is, and where there may be many, each */
        enum word last;              /* what the last of many is, if something else */
        bool of_every_block;         /* may be asked of all that run on the machine */
        int (*run)(struct cli *cli); /* returns an enum exit_code, having said why */
};
/* Ends with a name of NULL. */
extern const struct verb verbs[];
const struct verb *verb_find(const char *name);
#define BIT(option) (UINT64_C(1) << (option))
/* These go with every verb. */
#define OPTIONS_COMMON (BIT(OPTION_BLOCK) | BIT(OPTION_BUS) | BIT(OPTION_HELP))

#define EVERY_BLOCK "*"

#define AGENCIES_MAX 200 /* named in one command: no block has as many, and --all means all */

struct command {
        const struct verb *verb;          /* NULL with --help or --version alone */
        const char *values[OPTION_COUNT]; /* NULL: not given; "" for one that takes no value; the last of several */
        uint64_t repeated;                /* of those that stand more than once */
        const char *agencies[AGENCIES_MAX + 1]; /* as given, and a NULL */
        size_t n_agencies;
        char **arguments;
        int n_arguments;
};

/* Reads a command line; on wrong usage it has said why. EXIT_DONE or EXIT_USAGE. */
int command_parse(int argc, char **argv, struct command *ret);
/* What an option says, "" where it is not given. */
const char *command_value(const struct command *command, enum cli_option option);
bool command_has(const struct command *command, enum cli_option option);

/* To standard output. */
void help_all(void);
void help_verb(const struct verb *verb);
