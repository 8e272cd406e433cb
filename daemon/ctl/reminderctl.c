/* reminderctl: shows and decides what reminderd reminds of. */
#include <stdio.h>
#include <string.h>

#include "base/language.h"
#include "ctl/verbs.h"
#include "standard-fds.h"

static int run(const struct command *command)
{
        struct cli CLEANUP(cli_clear) cli = {.command = command, .style = style_of_output()};
        int code = blocks_are_meant(command) ? blocks_run(&cli) : command->verb->run(&cli);

        /* A full disk behind standard output is a failure too. */
        if (fflush(stdout) != 0 && code == EXIT_DONE)
                return cli_fail(&cli, EXIT_REFUSED, "%s", _("cannot write to standard output"));
        return code;
}

int main(int argc, char **argv)
{
        struct command command;
        int code;

        if (standard_fds_hold() < 0)
                return EXIT_REFUSED;
        language_set();
        if (argc > 1 && strcmp(argv[1], "complete") == 0)
                return complete(argc - 2, argv + 2);
        code = command_parse(argc, argv, &command);
        if (code != EXIT_DONE)
                return code;
        if (command_has(&command, OPTION_VERSION))
                puts("reminderctl " REMINDERD_VERSION);
        else if (!command.verb)
                help_all();
        else if (command_has(&command, OPTION_HELP))
                help_verb(command.verb);
        else
                return run(&command);
        return EXIT_DONE;
}
