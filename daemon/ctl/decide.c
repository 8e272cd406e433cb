/* The verbs that decide on obligations: done, reopen, waive, snooze, unsnooze, urge, set-date, clear-date. */
#include <string.h>

#include "ctl/verbs.h"
#include "ctl/words.h"

int confirm(const struct cli *cli, const char *what)
{
        char answer[16];

        if (command_has(cli->command, OPTION_YES))
                return EXIT_DONE;
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return cli_fail(cli, EXIT_REFUSED, _("%s: not done; say --yes if it is meant"), what);
        fprintf(stderr, _("%s? [y/N] "), what);
        if (fgets(answer, sizeof(answer), stdin) && strchr(_("yY"), *answer) && *answer != '\n')
                return EXIT_DONE;
        return cli_fail(cli, EXIT_REFUSED, "%s", _("nothing was done"));
}

static int confirm_all(const struct cli *cli)
{
        char what[256];

        if (!command_has(cli->command, OPTION_ALL) || command_has(cli->command, OPTION_AGENCY))
                return EXIT_DONE;
        snprintf(what, sizeof(what), _("%s %.100s for all its agencies"), cli->command->verb->name,
                 cli_argument(cli, 0));
        return confirm(cli, what);
}

/* Says how many were changed, or gives it as JSON. */
static int report(const struct cli *cli, int code, json_int_t n)
{
        const char *verb = cli->command->verb->name;

        if (code != EXIT_DONE)
                return code;
        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object = json_pack("{s:s, s:I}", "verb", verb, "changed", n);

                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf(ngettext("%s: %lld obligation\n", "%s: %lld obligations\n", (unsigned long)n), verb, (long long)n);
        return EXIT_DONE;
}

static int has_all(const struct cli *cli)
{
        return command_has(cli->command, OPTION_ALL);
}

int run_done(struct cli *cli)
{
        json_int_t n = 0;
        int code = cli_decide(cli, &n, "Done", "ssssb", cli_argument(cli, 0), cli_value(cli, OPTION_AGENCY),
                              cli_value(cli, OPTION_ON), cli_value(cli, OPTION_NOTE), has_all(cli));

        return report(cli, code, n);
}

static int with_reason(struct cli *cli, const char *method)
{
        json_int_t n = 0;
        int code = confirm_all(cli);

        if (code == EXIT_DONE)
                code = cli_decide(cli, &n, method, "sssb", cli_argument(cli, 0), cli_value(cli, OPTION_AGENCY),
                                  cli_value(cli, OPTION_REASON), has_all(cli));
        return report(cli, code, n);
}

int run_reopen(struct cli *cli)
{
        return with_reason(cli, "Reopen");
}

int run_waive(struct cli *cli)
{
        return with_reason(cli, "Waive");
}

/* A span is counted by the daemon, which knows the working days. */
int run_snooze(struct cli *cli)
{
        const struct command *command = cli->command;
        const char *span = cli_value(cli, OPTION_FOR);
        char *CLEANUP_FREE until = NULL;
        json_int_t n = 0;
        int code;

        if (command_has(command, OPTION_UNTIL) == command_has(command, OPTION_FOR))
                return cli_fail(cli, EXIT_USAGE, "%s", _("snooze wants either --until DATE or --for SPAN"));
        if (asprintf(&until, "%s%s", *span ? "+" : "", *span ? span : cli_value(cli, OPTION_UNTIL)) < 0) {
                until = NULL;
                return cli_no_memory(cli);
        }
        code = cli_decide(cli, &n, "Snooze", "ssssb", cli_argument(cli, 0), cli_value(cli, OPTION_AGENCY), until,
                          cli_value(cli, OPTION_REASON), (int)command_has(command, OPTION_FORCE));
        return report(cli, code, n);
}

static int by_name(struct cli *cli, const char *method)
{
        json_int_t n = 0;
        int code = cli_decide(cli, &n, method, "ss", cli_argument(cli, 0), cli_value(cli, OPTION_AGENCY));

        return report(cli, code, n);
}

int run_unsnooze(struct cli *cli)
{
        return by_name(cli, "Unsnooze");
}

int run_urge(struct cli *cli)
{
        return by_name(cli, "Urge");
}

int run_set_date(struct cli *cli)
{
        json_int_t n = 0;
        int code = cli_decide(cli, &n, "SetDate", "ssss", cli_argument(cli, 0), cli_argument(cli, 1),
                              cli_value(cli, OPTION_AGENCY), cli_value(cli, OPTION_NOTE));

        return report(cli, code, n);
}

int run_clear_date(struct cli *cli)
{
        return by_name(cli, "ClearDate");
}
