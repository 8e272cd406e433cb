/* The verb preview: a message as it would read now. */
#include "ctl/verbs.h"
#include "ctl/width.h"
#include "ctl/words.h"

int run_preview(struct client *client)
{
        static const char *const keys[] = {"kind", "agency", "subject", "text", "html", "calendar"};
        json_t *CLEANUP_JSON reply = NULL, *CLEANUP_JSON message = NULL;
        int code = client_call(client, &reply, "Preview", "sss", client_argument(client, 0),
                               client_value(client, OPTION_AGENCY), client_value(client, OPTION_KIND));

        if (code != EXIT_DONE)
                return code;
        message = json_incref(json_array_get(reply, 0));
        if (client_is_json(client)) {
                if (json_shape(&message, keys, ELEMENTS(keys)) < 0)
                        return client_no_memory(client);
                return client_print(client, message);
        }
        if (command_has(client->command, OPTION_HTML)) {
                text_write_page(stdout, json_text(message, "html"));
                return EXIT_DONE;
        }
        fputs("Subject: ", stdout);
        text_write(stdout, json_text(message, "subject"), SIZE_MAX);
        fputs("\n\n", stdout);
        text_write_page(stdout, json_text(message, "text"));
        return EXIT_DONE;
}
