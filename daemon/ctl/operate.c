/* The verbs that operate the daemon: retry, drop, acknowledge, test, reload. */
#include "ctl/verbs.h"
#include "ctl/words.h"

static int report(const struct client *client, json_int_t n)
{
        if (client_is_json(client)) {
                json_t *CLEANUP_JSON object =
                        json_pack("{s:s, s:I}", "verb", client->command->verb->name, "changed", n);

                return object ? client_print(client, object) : client_no_memory(client);
        }
        printf(ngettext("%s: %lld message\n", "%s: %lld messages\n", (unsigned long)n), client->command->verb->name,
               (long long)n);
        return EXIT_DONE;
}

static int on_one_or_all(struct client *client, const char *one, const char *all)
{
        const struct command *command = client->command;
        json_int_t n = 0;
        int code;

        if (command_has(command, OPTION_ALL) == (command->n_arguments > 0))
                return client_fail(client, EXIT_USAGE, _("%s wants either one delivery or --all"), command->verb->name);
        code = command_has(command, OPTION_ALL) ? client_decide(client, &n, all, "")
                                                : client_decide(client, &n, one, "s", client_argument(client, 0));
        return code == EXIT_DONE ? report(client, n) : code;
}

int run_retry(struct client *client)
{
        return on_one_or_all(client, "Retry", "RetryAll");
}

int run_acknowledge(struct client *client)
{
        return on_one_or_all(client, "Acknowledge", "AcknowledgeAll");
}

int run_drop(struct client *client)
{
        const struct command *command = client->command;
        json_int_t total = 0;
        char what[64];
        int code = EXIT_DONE;

        if (command->n_arguments > 1) {
                snprintf(what, sizeof(what), _("drop %d messages"), command->n_arguments);
                code = confirm(client, what);
        }
        for (int i = 0; code == EXIT_DONE && i < command->n_arguments; i++) {
                json_int_t n = 0;

                code = client_decide(client, &n, "Drop", "s", client_argument(client, i));
                total += n;
        }
        return code == EXIT_DONE ? report(client, total) : code;
}

int run_test(struct client *client)
{
        const char *agency = client_argument(client, 0), *webhook = client_value(client, OPTION_WEBHOOK);
        json_int_t n = 0;
        int code;

        if (!*agency == !*webhook)
                return client_fail(client, EXIT_USAGE, "%s", _("test wants either an agency or --webhook ID"));
        code = client_decide(client, &n, "Test", "ss", agency, webhook);
        return code == EXIT_DONE ? report(client, n) : code;
}

static void print_finding(const json_t *finding)
{
        FILE *out = json_truth(finding, "warning") ? stdout : stderr;

        fputs(json_text(finding, "file"), out);
        if (json_number(finding, "line") > 0)
                fprintf(out, ":%lld", (long long)json_number(finding, "line"));
        fprintf(out, ": %s%s\n", json_truth(finding, "warning") ? "warning: " : "", json_text(finding, "text"));
}

int run_reload(struct client *client)
{
        json_t *CLEANUP_JSON reply = NULL;
        const json_t *findings;
        int code = client_call(client, &reply, "Reload", "");
        bool adopted;

        if (code != EXIT_DONE)
                return code;
        adopted = json_is_true(json_array_get(reply, 0));
        if (command_has(client->command, OPTION_QUIET))
                return adopted ? EXIT_DONE : EXIT_REFUSED;
        findings = json_array_get(reply, 1);
        if (client_is_json(client)) {
                json_t *CLEANUP_JSON object = json_pack("{s:b, s:O}", "adopted", (int)adopted, "findings", findings);

                code = object ? client_print(client, object) : client_no_memory(client);
                return code != EXIT_DONE || adopted ? code : EXIT_REFUSED;
        }
        for (size_t i = 0; i < json_array_size(findings); i++)
                print_finding(json_array_get(findings, i));
        if (!adopted)
                return client_fail(client, EXIT_REFUSED, "%s",
                                   _("not reloaded, the old configuration goes on: mend what is named above"));
        puts(_("reloaded"));
        return EXIT_DONE;
}
