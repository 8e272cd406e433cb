/* The verbs hold and release. */
#include <stdint.h>
#include <stdio.h>

#include "base/language.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

void print_hold(const char *who, const json_t *object, const char *until, const char *reason)
{
        const char *day = received_text(object, until);
        char shown[LANGUAGE_DATE_SIZE];

        text_write(stdout, who, SIZE_MAX);
        if (*day)
                printf(_(": nothing is sent until %s ("), language_date(day, shown));
        else
                fputs(_(": nothing is sent until release ("), stdout);
        text_write(stdout, received_text(object, reason), SIZE_MAX);
        puts(")");
}

static int report(const struct cli *cli, int code, json_int_t n)
{
        const char *verb = cli->command->verb->name, *agency = cli_value(cli, OPTION_AGENCY);

        if (code != EXIT_DONE)
                return code;
        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object = json_pack("{s:s, s:I}", "verb", verb, "changed", n);

                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf("%s: %s\n", verb, *agency ? agency : _("all agencies"));
        return EXIT_DONE;
}

/* How many there are, and which: none is all. */
static int n_agencies(const struct cli *cli)
{
        return command_has(cli->command, OPTION_AGENCY);
}

int run_hold(struct cli *cli)
{
        json_int_t n = 0;
        int code = n_agencies(cli) ? cli_decide(cli, &n, "Hold", "asss", 1, cli_value(cli, OPTION_AGENCY),
                                                cli_value(cli, OPTION_UNTIL), cli_value(cli, OPTION_REASON))
                                   : cli_decide(cli, &n, "Hold", "asss", 0, cli_value(cli, OPTION_UNTIL),
                                                cli_value(cli, OPTION_REASON));

        return report(cli, code, n);
}

int run_release(struct cli *cli)
{
        json_int_t n = 0;
        int code = n_agencies(cli) ? cli_decide(cli, &n, "Release", "as", 1, cli_value(cli, OPTION_AGENCY))
                                   : cli_decide(cli, &n, "Release", "as", 0);

        return report(cli, code, n);
}
