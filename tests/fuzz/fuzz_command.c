/* The command line of reminderctl.
 * Input: the arguments, one a line.
 * Holds: it is taken as a verb with no more and no fewer arguments and options than that verb has, or refused with one
 * line on standard error that is plain and not the user's to forge. */
#include "fuzz.h"

#include <getopt.h>
#include <locale.h>

#include "ctl/command.h"

#define ARGUMENTS_MAX 24

static size_t split(char *text, char **arguments)
{
        size_t n = 0;

        arguments[n++] = (char *)"reminderctl";
        for (char *save = NULL, *line = strtok_r(text, "\n", &save); line && n < ARGUMENTS_MAX;
             line = strtok_r(NULL, "\n", &save))
                arguments[n++] = line;
        arguments[n] = NULL;
        return n;
}

static void check_taken(const struct command *command)
{
        const struct verb *verb = command->verb;

        if (!verb) {
                REQUIRE(command_has(command, OPTION_HELP) || command_has(command, OPTION_VERSION));
                return;
        }
        REQUIRE(verb_find(verb->name) == verb);
        for (int i = 0; i < command->n_arguments; i++)
                REQUIRE(command->arguments[i]);
        REQUIRE(!command->arguments[command->n_arguments]);
        if (command_has(command, OPTION_HELP))
                return;
        REQUIRE(command->n_arguments >= verb->least && command->n_arguments <= verb->most);
        for (int option = 0; option < OPTION_COUNT; option++)
                if (command_has(command, (enum cli_option)option))
                        REQUIRE((verb->options | OPTIONS_COMMON) & BIT(option));
                else
                        REQUIRE(!(verb->required & BIT(option)));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
        (void)argc, (void)argv;
        REQUIRE(setlocale(LC_CTYPE, "C.UTF-8"));
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct input input = {data, size};
        CLEANUP_FREE char *text = input_text(&input, NULL);
        CLEANUP_FREE char *said = NULL;
        char *arguments[ARGUMENTS_MAX + 1];
        struct command command = {0};
        size_t n = split(text, arguments), said_size = 0;
        FILE *real = stderr;
        int code;

        optind = 0; /* getopt begins anew: getopt_long(3), Notes */
        stderr = open_memstream(&said, &said_size);
        REQUIRE(stderr);
        code = command_parse((int)n, arguments, &command);
        fclose(stderr);
        stderr = real;
        REQUIRE(code == EXIT_DONE || code == EXIT_USAGE);
        if (code == EXIT_DONE) {
                REQUIRE_OF(said_size == 0, said);
                check_taken(&command);
                return 0;
        }
        REQUIRE_OF(strncmp(said, "reminderctl: ", strlen("reminderctl: ")) == 0 && said[said_size - 1] == '\n', said);
        said[said_size - 1] = '\0';
        REQUIRE_OF(is_plain_line(said), said);
        return 0;
}
