/* The verbs that operate the daemon: retry, drop, acknowledge, test. */
#include <stdio.h>

#include "base/language.h"
#include "ctl/verbs.h"

static int report(const struct cli *cli, json_int_t n)
{
        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object = json_pack("{s:s, s:I}", "verb", cli->command->verb->name, "changed", n);

                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf(ngettext("%s: %lld message\n", "%s: %lld messages\n", (unsigned long)n), cli->command->verb->name,
               (long long)n);
        return EXIT_DONE;
}

static int on_one_or_all(struct cli *cli, const char *one, const char *all)
{
        const struct command *command = cli->command;
        json_int_t n = 0;
        int code;

        if (command_has(command, OPTION_ALL) == (command->n_arguments > 0))
                return cli_fail(cli, EXIT_USAGE, _("%s wants either one delivery or --all"), command->verb->name);
        code = command_has(command, OPTION_ALL) ? cli_decide(cli, &n, all, "")
                                                : cli_decide(cli, &n, one, "s", cli_argument(cli, 0));
        return code == EXIT_DONE ? report(cli, n) : code;
}

int run_retry(struct cli *cli)
{
        return on_one_or_all(cli, "Retry", "RetryAll");
}

int run_acknowledge(struct cli *cli)
{
        return on_one_or_all(cli, "Acknowledge", "AcknowledgeAll");
}

int run_drop(struct cli *cli)
{
        const struct command *command = cli->command;
        json_int_t total = 0;
        char what[64];
        int code = EXIT_DONE;

        if (command->n_arguments > 1) {
                snprintf(what, sizeof(what), _("drop %d messages"), command->n_arguments);
                code = confirm(cli, what);
        }
        for (int i = 0; code == EXIT_DONE && i < command->n_arguments; i++) {
                json_int_t n = 0;

                code = cli_decide(cli, &n, "Drop", "s", cli_argument(cli, i));
                total += n;
        }
        return code == EXIT_DONE ? report(cli, total) : code;
}

int run_test(struct cli *cli)
{
        const char *agency = cli_argument(cli, 0), *webhook = cli_value(cli, OPTION_WEBHOOK);
        json_int_t n = 0;
        int code;

        if (!*agency == !*webhook)
                return cli_fail(cli, EXIT_USAGE, "%s", _("test wants either an agency or --webhook ID"));
        if (command_has(cli->command, OPTION_TO) && *webhook)
                return cli_fail(cli, EXIT_USAGE, "%s", _("--to goes with an agency, not with --webhook"));
        code = command_has(cli->command, OPTION_TO)
                       ? cli_decide(cli, &n, "TestTo", "ss", agency, cli_value(cli, OPTION_TO))
                       : cli_decide(cli, &n, "Test", "ss", agency, webhook);
        return code == EXIT_DONE ? report(cli, n) : code;
}

int run_take_over(struct cli *cli)
{
        json_t *CLEANUP_JSON object = NULL;
        json_int_t n = 0;
        int code = cli_decide(cli, &n, "TakeOver", "s", cli_value(cli, OPTION_REASON));

        if (code != EXIT_DONE)
                return code;
        if (!cli_is_json(cli)) {
                puts(_("this machine reminds from now on; see that the other one never does again: systemctl disable "
                       "--now reminderd there"));
                return EXIT_DONE;
        }
        object = json_pack("{s:s, s:I}", "verb", cli->command->verb->name, "changed", n);
        return object ? cli_print(cli, object) : cli_no_memory(cli);
}
