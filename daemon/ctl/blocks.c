/* A verb that is asked of every block of the machine, one after the other. */
#include <stdio.h>
#include <string.h>

#include "base/language.h"
#include "core/interface.h"
#include "ctl/metrics.h"
#include "ctl/verbs.h"

bool blocks_are_meant(const struct command *command)
{
        return strcmp(command_value(command, OPTION_BLOCK), EVERY_BLOCK) == 0;
}

/* Those that cannot be asked are named; the others are shown all the same. */
static int ask_each(struct cli *cli, const json_t *blocks)
{
        bool in_one = cli_is_json(cli) || cli->command->verb->run == run_metrics;
        int worst = EXIT_DONE;

        for (size_t i = 0; i < json_array_size(blocks); i++) {
                int code;

                cli->client.block = json_string_value(json_array_get(blocks, i));
                if (!in_one)
                        printf("%s== %s ==\n", i > 0 ? "\n" : "", *cli->client.block ? cli->client.block : BUS_NAME);
                code = cli->command->verb->run(cli);
                if (code == EXIT_USAGE)
                        return code;
                if (code > worst)
                        worst = code;
        }
        cli->client.block = NULL;
        return worst;
}

int blocks_run(struct cli *cli)
{
        json_t *CLEANUP_JSON blocks = NULL, *CLEANUP_JSON rows = json_array();
        int code = rows ? cli_blocks(cli, &blocks) : cli_no_memory(cli), printed = EXIT_DONE;

        if (code != EXIT_DONE)
                return code;
        if (json_array_size(blocks) == 0)
                return cli_fail(cli, EXIT_NO_DAEMON, "%s",
                                _("no block runs; systemctl list-units 'reminderd*' shows what there is"));
        cli->of_blocks = rows;
        code = ask_each(cli, blocks);
        if (code != EXIT_USAGE && cli->command->verb->run == run_metrics)
                printed = metrics_print_blocks(cli, rows);
        else if (code != EXIT_USAGE && cli_is_json(cli))
                printed = cli_print(cli, rows);
        cli->of_blocks = NULL;
        return code > printed ? code : printed;
}
