/* The verb list: obligations as a table, as JSON, or as the matrix. */
#include "ctl/matrix.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/words.h"

/* daemon/doc/formats.md section 3, in that order. */
static const char *const keys[] = {
        "plan",          "item",           "occurrence", "agency",        "title",      "due",
        "effective_due", "state",          "tentative",  "snoozed_until", "snoozed_by", "snooze_reason",
        "next_reminder", "reminders_sent", "done_on",    "late",
};

static const struct column columns[] = {
        {"item", N_("ITEM"), COLUMN_ITEM},
        {"agency", N_("AGENCY"), COLUMN_TEXT},
        {"due", N_("DUE"), COLUMN_TEXT},
        {"state", N_("STATE"), COLUMN_STATE},
        {"snoozed_until", N_("QUIET TILL"), COLUMN_EXTRA},
        {"done_on", N_("DONE ON"), COLUMN_EXTRA},
        {"next_reminder", N_("NEXT REMINDER"), COLUMN_MOMENT},
        {"reminders_sent", N_("SENT"), COLUMN_NUMBER},
        {"title", N_("TITLE"), COLUMN_SPARE},
};

int run_list(struct client *client)
{
        static const enum cli_option options[] = {OPTION_PLAN,  OPTION_ITEM,  OPTION_AGENCY,
                                                  OPTION_STATE, OPTION_SINCE, OPTION_BEFORE};
        const struct filter filter = {
                .options = options, .n = ELEMENTS(options), .command = client->command, .paging = "cursor"};
        bool matrix = command_has(client->command, OPTION_MATRIX);
        json_t *CLEANUP_JSON rows = NULL;
        int code;

        if (command_has(client->command, OPTION_HTML) && !matrix)
                return client_fail(client, EXIT_USAGE, "%s", _("--html goes with --matrix"));
        code = client_pages(client, "List", append_filter, &filter, NULL, &rows);
        if (code != EXIT_DONE)
                return code;
        if (client_is_json(client)) {
                if (json_shape_all(rows, keys, ELEMENTS(keys)) < 0)
                        return client_no_memory(client);
                return client_print(client, rows);
        }
        if (matrix)
                return matrix_print(client, rows);
        table_print(&client->style, rows, columns, ELEMENTS(columns), 0, _("Nothing of that kind."));
        return EXIT_DONE;
}
