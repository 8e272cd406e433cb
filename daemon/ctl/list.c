/* The verb list: obligations as a table, as JSON, or as the matrix. */
#include "ctl/matrix.h"
#include "ctl/shape.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/words.h"

static const struct column columns[] = {
        {"item", N_("ITEM"), COLUMN_ITEM},
        {"agency", N_("AGENCY"), COLUMN_TEXT},
        {"due", N_("DUE"), COLUMN_TEXT},
        {"state", N_("STATE"), COLUMN_STATE},
        {"snoozed_until", N_("QUIET TILL"), COLUMN_EXTRA},
        {"done_on", N_("DONE ON"), COLUMN_EXTRA},
        {"next_reminder", N_("NEXT REMINDER"), COLUMN_EXTRA},
        {"reminders_sent", N_("SENT"), COLUMN_EXTRA},
        {"title", N_("TITLE"), COLUMN_SPARE},
};

int run_list(struct cli *cli)
{
        static const enum cli_option options[] = {OPTION_PLAN,  OPTION_ITEM,  OPTION_AGENCY,
                                                  OPTION_STATE, OPTION_SINCE, OPTION_BEFORE};
        struct command one = *cli->command;
        const struct filter filter = {.options = options, .n = ELEMENTS(options), .command = &one, .paging = "cursor"};
        bool matrix = command_has(cli->command, OPTION_MATRIX);
        json_t *CLEANUP_JSON rows = NULL;
        int code;

        if (command_has(cli->command, OPTION_HTML) && !matrix)
                return cli_fail(cli, EXIT_USAGE, "%s", _("--html goes with --matrix"));
        code = cli_pages_of_agencies(cli, &one, "List", append_filter, &filter, "due", NULL, &rows);
        if (code != EXIT_DONE)
                return code;
        if (cli_is_json(cli)) {
                if (shape_obligations(rows) < 0)
                        return cli_no_memory(cli);
                return cli_print(cli, rows);
        }
        if (matrix)
                return matrix_print(cli, rows);
        table_print(&cli->style, rows, columns, ELEMENTS(columns), 0, _("Nothing of that kind."));
        return EXIT_DONE;
}
