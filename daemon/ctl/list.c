/* The verb list: obligations as a table, as JSON, or as the matrix. */
#include "base/language.h"
#include "ctl/matrix.h"
#include "ctl/shape.h"
#include "ctl/table.h"
#include "ctl/verbs.h"

static const struct column columns[] = {
        {"item", N_("ITEM"), COLUMN_ITEM},
        {"agency", N_("AGENCY"), COLUMN_TEXT},
        {"due", N_("DUE"), COLUMN_TEXT},
        {"time", N_("HOUR"), COLUMN_EXTRA},
        {"state", N_("STATE"), COLUMN_STATE},
        {"snoozed_until", N_("QUIET TILL"), COLUMN_EXTRA},
        {"claimed_on", N_("CLAIMED ON"), COLUMN_EXTRA},
        {"claimed_by", N_("BY"), COLUMN_EXTRA},
        {"requested_date", N_("ASKS UNTIL"), COLUMN_EXTRA},
        {"done_on", N_("DONE ON"), COLUMN_EXTRA},
        {"next_reminder", N_("NEXT REMINDER"), COLUMN_EXTRA},
        {"reminders_sent", N_("SENT"), COLUMN_EXTRA},
        {"title", N_("TITLE"), COLUMN_SPARE},
};

/* A line for each agency of the table that hears nothing just now: it explains what is not sent. */
static void print_holds(const json_t *rows)
{
        json_t *CLEANUP_JSON said = json_object();

        for (size_t i = 0; i < json_array_size(rows); i++) {
                const json_t *row = json_array_get(rows, i);
                const char *agency = received_text(row, "agency");

                if (!received_truth(row, "held") || json_object_get(said, agency))
                        continue;
                (void)json_object_set_new(said, agency, json_true());
                print_hold(agency, row, "held_until", "hold_reason");
        }
}

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
        print_holds(rows);
        return EXIT_DONE;
}
