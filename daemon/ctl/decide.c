/* The verbs that decide on obligations: done, reopen, waive, snooze, unsnooze, set-date, clear-date. */
#include <string.h>

#include "ctl/verbs.h"
#include "ctl/words.h"

int confirm(const struct client *client, const char *what)
{
        char answer[16];

        if (command_has(client->command, OPTION_YES))
                return EXIT_DONE;
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return client_fail(client, EXIT_REFUSED, _("%s: not done; say --yes if it is meant"), what);
        fprintf(stderr, _("%s? [y/N] "), what);
        if (fgets(answer, sizeof(answer), stdin) && strchr(_("yY"), *answer) && *answer != '\n')
                return EXIT_DONE;
        return client_fail(client, EXIT_REFUSED, "%s", _("nothing was done"));
}

static int confirm_all(const struct client *client)
{
        char what[256];

        if (!command_has(client->command, OPTION_ALL) || command_has(client->command, OPTION_AGENCY))
                return EXIT_DONE;
        snprintf(what, sizeof(what), _("%s %.100s for all its agencies"), client->command->verb->name,
                 client_argument(client, 0));
        return confirm(client, what);
}

/* Says how many were changed, or gives it as JSON. */
static int report(const struct client *client, int code, json_int_t n)
{
        const char *verb = client->command->verb->name;

        if (code != EXIT_DONE)
                return code;
        if (client_is_json(client)) {
                json_t *CLEANUP_JSON object = json_pack("{s:s, s:I}", "verb", verb, "changed", n);

                return object ? client_print(client, object) : client_no_memory(client);
        }
        printf(ngettext("%s: %lld obligation\n", "%s: %lld obligations\n", (unsigned long)n), verb, (long long)n);
        return EXIT_DONE;
}

static int has_all(const struct client *client)
{
        return command_has(client->command, OPTION_ALL);
}

int run_done(struct client *client)
{
        json_int_t n = 0;
        int code = client_decide(client, &n, "Done", "ssssb", client_argument(client, 0),
                                 client_value(client, OPTION_AGENCY), client_value(client, OPTION_ON),
                                 client_value(client, OPTION_NOTE), has_all(client));

        return report(client, code, n);
}

static int with_reason(struct client *client, const char *method)
{
        json_int_t n = 0;
        int code = confirm_all(client);

        if (code == EXIT_DONE)
                code = client_decide(client, &n, method, "sssb", client_argument(client, 0),
                                     client_value(client, OPTION_AGENCY), client_value(client, OPTION_REASON),
                                     has_all(client));
        return report(client, code, n);
}

int run_reopen(struct client *client)
{
        return with_reason(client, "Reopen");
}

int run_waive(struct client *client)
{
        return with_reason(client, "Waive");
}

/* A span is counted by the daemon, which knows the working days. */
int run_snooze(struct client *client)
{
        const struct command *command = client->command;
        const char *span = client_value(client, OPTION_FOR);
        char *CLEANUP_FREE until = NULL;
        json_int_t n = 0;
        int code;

        if (command_has(command, OPTION_UNTIL) == command_has(command, OPTION_FOR))
                return client_fail(client, EXIT_USAGE, "%s", _("snooze wants either --until DATE or --for SPAN"));
        if (asprintf(&until, "%s%s", *span ? "+" : "", *span ? span : client_value(client, OPTION_UNTIL)) < 0) {
                until = NULL;
                return client_no_memory(client);
        }
        code = client_decide(client, &n, "Snooze", "ssssb", client_argument(client, 0),
                             client_value(client, OPTION_AGENCY), until, client_value(client, OPTION_REASON),
                             (int)command_has(command, OPTION_FORCE));
        return report(client, code, n);
}

int run_unsnooze(struct client *client)
{
        json_int_t n = 0;
        int code = client_decide(client, &n, "Unsnooze", "ss", client_argument(client, 0),
                                 client_value(client, OPTION_AGENCY));

        return report(client, code, n);
}

int run_set_date(struct client *client)
{
        json_int_t n = 0;
        int code = client_decide(client, &n, "SetDate", "ssss", client_argument(client, 0), client_argument(client, 1),
                                 client_value(client, OPTION_AGENCY), client_value(client, OPTION_NOTE));

        return report(client, code, n);
}

int run_clear_date(struct client *client)
{
        json_int_t n = 0;
        int code = client_decide(client, &n, "ClearDate", "ss", client_argument(client, 0),
                                 client_value(client, OPTION_AGENCY));

        return report(client, code, n);
}
