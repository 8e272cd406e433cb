/* The verbs that decide on obligations: done, reopen, waive, snooze, unsnooze, urge, set-date, clear-date, claim; on
 * claims: confirm, reject, grant; and on plans: close. */
#include <string.h>

#include "base/language.h"
#include "base/sentence.h"
#include "ctl/changed.h"
#include "ctl/verbs.h"

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
        const struct command *command = cli->command;
        int more = command->n_arguments - 1;
        char what[256];

        if (!command_has(command, OPTION_ALL) || command_has(command, OPTION_AGENCY))
                return EXIT_DONE;
        if (more == 0)
                snprintf(what, sizeof(what), _("%s %.100s for all its agencies"), command->verb->name,
                         cli_argument(cli, 0));
        else
                snprintf(what, sizeof(what), _("%s %.100s and %d more for all their agencies"), command->verb->name,
                         cli_argument(cli, 0), more);
        return confirm(cli, what);
}

/* ---- the call ---- */

struct decision {
        const struct cli *cli;
        int n_items;
        const char *until, *date; /* "": not given */
        bool day_off;             /* of the date: it is meant */
};

static int append_strings(sd_bus_message *message, const char *const *strings, size_t n)
{
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "s");

        for (size_t i = 0; r >= 0 && i < n; i++)
                r = sd_bus_message_append(message, "s", strings[i]);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_text(sd_bus_message *message, const char *name, const char *value)
{
        return *value ? sd_bus_message_append(message, "{sv}", name, "s", value) : 0;
}

static int append_details(sd_bus_message *message, const struct decision *decision)
{
        static const enum cli_option texts[] = {OPTION_ON, OPTION_REASON, OPTION_NOTE, OPTION_ASKED_BY};
        static const enum cli_option truths[] = {OPTION_ALL, OPTION_FORCE, OPTION_AMEND, OPTION_QUIET};
        const struct cli *cli = decision->cli;
        int r = sd_bus_message_open_container(message, SD_BUS_TYPE_ARRAY, "{sv}");

        for (size_t i = 0; r >= 0 && i < ELEMENTS(texts); i++)
                r = append_text(message, option_infos[texts[i]].name, cli_value(cli, texts[i]));
        for (size_t i = 0; r >= 0 && i < ELEMENTS(truths); i++)
                if (command_has(cli->command, truths[i]))
                        r = sd_bus_message_append(message, "{sv}", option_infos[truths[i]].name, "b", 1);
        if (r >= 0)
                r = append_text(message, "until", decision->until);
        if (r >= 0)
                r = append_text(message, "date", decision->date);
        if (r >= 0 && decision->day_off)
                r = sd_bus_message_append(message, "{sv}", option_infos[OPTION_FORCE].name, "b", 1);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_decision(sd_bus_message *message, const void *userdata)
{
        const struct decision *decision = userdata;
        const struct command *command = decision->cli->command;
        int r = sd_bus_message_append(message, "s", command->verb->name);

        if (r >= 0)
                r = append_strings(message, (const char *const *)command->arguments, (size_t)decision->n_items);
        if (r >= 0)
                r = append_strings(message, command->agencies, command->n_agencies);
        return r < 0 ? r : append_details(message, decision);
}

static int decide(struct cli *cli, const struct decision *decision)
{
        json_t *CLEANUP_JSON reply = NULL;
        int code = cli_call_with(cli, &reply, "Decide", append_decision, decision);

        return code == EXIT_DONE ? changed_report(cli, json_array_get(reply, 0)) : code;
}

/* All arguments are items. */
static int decide_items(struct cli *cli)
{
        return decide(cli, &(struct decision){cli, cli->command->n_arguments, "", "", false});
}

/* ---- verbs ---- */

int run_done(struct cli *cli)
{
        return decide_items(cli);
}

static int ask_and_decide(struct cli *cli)
{
        int code = confirm_all(cli);

        return code == EXIT_DONE ? decide_items(cli) : code;
}

int run_reopen(struct cli *cli)
{
        return ask_and_decide(cli);
}

int run_waive(struct cli *cli)
{
        return ask_and_decide(cli);
}

int run_urge(struct cli *cli)
{
        return decide_items(cli);
}

/* A span is counted by the daemon, which knows the working days. */
int run_snooze(struct cli *cli)
{
        const struct command *command = cli->command;
        const char *span = cli_value(cli, OPTION_FOR);
        char *CLEANUP_FREE until = NULL;

        if (command_has(command, OPTION_UNTIL) == command_has(command, OPTION_FOR))
                return cli_fail(cli, EXIT_USAGE, "%s", _("snooze wants either --until DATE or --for SPAN"));
        if (asprintf(&until, "%s%s", *span ? "+" : "", *span ? span : cli_value(cli, OPTION_UNTIL)) < 0) {
                until = NULL;
                return cli_no_memory(cli);
        }
        return decide(cli, &(struct decision){cli, command->n_arguments, until, "", false});
}

int run_unsnooze(struct cli *cli)
{
        return decide_items(cli);
}

/* An inspection on a Sunday is more often a slip than not. */
int run_set_date(struct cli *cli)
{
        int n_items = cli->command->n_arguments - 1;
        struct decision decision = {cli, n_items, "", cli_argument(cli, n_items),
                                    command_has(cli->command, OPTION_YES)};
        int code = decide(cli, &decision);

        if (code != EXIT_TO_ASK)
                return code;

        char *CLEANUP_FREE question = sentence_translate(cli->client.words);
        code = confirm(cli, question ? question : cli->client.words);
        decision.day_off = true;
        return code == EXIT_DONE ? decide(cli, &decision) : code;
}

int run_clear_date(struct cli *cli)
{
        return decide_items(cli);
}

int run_claim(struct cli *cli)
{
        return decide(cli, &(struct decision){cli, cli->command->n_arguments, cli_value(cli, OPTION_UNTIL), "", false});
}

/* ---- answers to a claim ---- */

static int report_answer(struct cli *cli, int code, json_t *reply)
{
        return code == EXIT_DONE ? changed_report(cli, json_array_get(reply, 0)) : code;
}

int run_confirm(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL;
        int code = cli_call(cli, &reply, "Confirm", "s", cli_argument(cli, 0));

        return report_answer(cli, code, reply);
}

int run_reject(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL;
        int code = cli_call(cli, &reply, "Reject", "ss", cli_argument(cli, 0), cli_value(cli, OPTION_REASON));

        return report_answer(cli, code, reply);
}

int run_grant(struct cli *cli)
{
        json_t *CLEANUP_JSON reply = NULL;
        int code = cli_call(cli, &reply, "Grant", "ss", cli_argument(cli, 0), cli_value(cli, OPTION_UNTIL));

        return report_answer(cli, code, reply);
}

/* ---- plans ---- */

int run_close(struct cli *cli)
{
        const char *plan = cli_argument(cli, 0);
        json_int_t n = 0;
        int code = cli_decide(cli, &n, "Close", "sss", plan, cli_value(cli, OPTION_ON), cli_value(cli, OPTION_REASON));

        if (code != EXIT_DONE)
                return code;
        if (cli_is_json(cli)) {
                json_t *CLEANUP_JSON object = json_pack("{s:s, s:s, s:I}", "verb", "close", "plan", plan, "changed", n);

                return object ? cli_print(cli, object) : cli_no_memory(cli);
        }
        printf(ngettext("plan %s: its end is noted; %lld obligation changed\n",
                        "plan %s: its end is noted; %lld obligations changed\n", (unsigned long)n),
               plan, (long long)n);
        return EXIT_DONE;
}
