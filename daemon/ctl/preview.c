/* The verb preview: a message as it would read now. */
#include "base/language.h"
#include "ctl/shape.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

int run_preview(struct cli *cli)
{
        static const char *const keys[] = {"kind", "agency", "subject", "text", "html", "calendar", "may_hold_digest"};
        json_t *CLEANUP_JSON reply = NULL, *CLEANUP_JSON message = NULL;
        int code = cli_call(cli, &reply, "Preview", "sss", cli_argument(cli, 0), cli_value(cli, OPTION_AGENCY),
                            cli_value(cli, OPTION_KIND));

        if (code != EXIT_DONE)
                return code;
        message = json_incref(json_array_get(reply, 0));
        if (cli_is_json(cli)) {
                if (shape_object(&message, keys, ELEMENTS(keys)) < 0)
                        return cli_no_memory(cli);
                return cli_print(cli, message);
        }
        if (command_has(cli->command, OPTION_HTML)) {
                text_write_page(stdout, received_text(message, "html"));
                return EXIT_DONE;
        }
        fputs("Subject: ", stdout);
        text_write(stdout, received_text(message, "subject"), SIZE_MAX);
        fputs("\n\n", stdout);
        text_write_page(stdout, received_text(message, "text"));
        if (received_truth(message, "may_hold_digest"))
                fputs(_("reminderctl: the digest of that morning will be within this message if there is something new "
                        "in "
                        "it by then; preview --kind digest shows it as it would read now\n"),
                      stderr);
        return EXIT_DONE;
}
