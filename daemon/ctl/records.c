/* The verbs deliveries, claims, log and forecast: what was sent, what agencies said, what was decided, what will be
 * sent. */
#include <string.h>

#include "base/language.h"
#include "core/heard.h"
#include "ctl/shape.h"
#include "ctl/table.h"
#include "ctl/verbs.h"

static int print_rows(const struct cli *cli, json_t *rows, const char *const *keys, size_t n_keys,
                      const struct column *columns, size_t n_columns)
{
        if (cli_is_json(cli)) {
                if (shape_rows(rows, keys, n_keys) < 0)
                        return cli_no_memory(cli);
                return cli_print(cli, rows);
        }
        table_print(&cli->style, rows, columns, n_columns, 0, _("Nothing of that kind."));
        return EXIT_DONE;
}

/* What an accepted message was answered is of no interest to people, unless it is not there yet. */
static void shorten(json_t *rows)
{
        for (size_t i = 0; i < json_array_size(rows); i++) {
                json_t *row = json_array_get(rows, i);
                const char *kind = received_text(row, "kind");

                if (strcmp(received_text(row, "state"), "sent") == 0 &&
                    strncmp(received_text(row, "answer"), HEARD_DELAYED_WORDS, strlen(HEARD_DELAYED_WORDS)) != 0)
                        (void)json_object_del(row, "answer");
                (void)json_object_set_new(row, "kind", json_string(language_word("kind", kind)));
        }
}

/* Its id is what one types, and takes two fifths of a narrow terminal: there whose it is and why it did not leave stand
 * beside it, and the rest is left out. */
int run_deliveries(struct cli *cli)
{
        static const char *const keys[] = {"id",      "state",    "kind", "channel",      "agency",   "address",
                                           "subject", "attempts", "made", "next_attempt", "finished", "answer"};
        static const struct column columns[] = {
                {"id", N_("DELIVERY"), COLUMN_TEXT},        {"state", N_("STATE"), COLUMN_STATE},
                {"agency", N_("AGENCY"), COLUMN_EXTRA},     {"kind", N_("KIND"), COLUMN_EXTRA},
                {"made", N_("MADE"), COLUMN_EXTRA},         {"address", N_("ADDRESS"), COLUMN_EXTRA},
                {"attempts", N_("TRIES"), COLUMN_EXTRA},    {"next_attempt", N_("NEXT TRY"), COLUMN_EXTRA},
                {"finished", N_("FINISHED"), COLUMN_EXTRA}, {"answer", N_("ANSWER"), COLUMN_SAID},
                {"subject", N_("SUBJECT"), COLUMN_SPARE},
        };
        static const enum cli_option options[] = {OPTION_STATE, OPTION_AGENCY};
        struct command one = *cli->command;
        const struct filter filter = {.options = options, .n = ELEMENTS(options), .command = &one};
        json_t *CLEANUP_JSON rows = NULL;
        int code = cli_pages_of_agencies(cli, &one, "Deliveries", append_filter, &filter, "-made", NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        if (!cli_is_json(cli))
                shorten(rows);
        return print_rows(cli, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}

int run_claims(struct cli *cli)
{
        static const char *const keys[] = {"id",         "kind",          "state",          "plan",
                                           "item",       "occurrence",    "agency",         "claimed_on",
                                           "claimed_by", "claim_channel", "requested_date", "text",
                                           "made",       "answered",      "answered_by",    "answer"};
        static const struct column columns[] = {
                {"id", N_("CLAIM"), COLUMN_NUMBER},
                {"kind", N_("KIND"), COLUMN_KIND},
                {"state", N_("STATE"), COLUMN_STATE},
                {"item", N_("ITEM"), COLUMN_ITEM},
                {"agency", N_("AGENCY"), COLUMN_TEXT},
                {"claimed_on", N_("CLAIMED ON"), COLUMN_TEXT},
                {"requested_date", N_("ASKS UNTIL"), COLUMN_TEXT},
                {"claimed_by", N_("BY"), COLUMN_TEXT},
                {"answered_by", N_("ANSWERED BY"), COLUMN_EXTRA},
                {"answer", N_("ANSWER"), COLUMN_REST},
                {"text", N_("TEXT"), COLUMN_SPARE},
        };
        static const enum cli_option options[] = {OPTION_STATE, OPTION_AGENCY};
        struct command one = *cli->command;
        const struct filter filter = {.options = options, .n = ELEMENTS(options), .command = &one};
        json_t *CLEANUP_JSON rows = NULL;
        int code = cli_pages_of_agencies(cli, &one, "Claims", append_filter, &filter, "-made", NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(cli, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}

int run_log(struct cli *cli)
{
        static const char *const keys[] = {"time", "who",        "uid",    "verb",  "plan",
                                           "item", "occurrence", "agency", "detail"};
        static const struct column columns[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},   {"who", N_("WHO"), COLUMN_TEXT},
                {"verb", N_("VERB"), COLUMN_VERB},     {"item", N_("ITEM"), COLUMN_ITEM},
                {"agency", N_("AGENCY"), COLUMN_TEXT}, {"detail", N_("DETAIL"), COLUMN_DETAIL},
        };
        static const enum cli_option options[] = {OPTION_AGENCY, OPTION_SINCE};
        struct command one = *cli->command;
        const struct filter filter = {
                .options = options,
                .n = ELEMENTS(options),
                .command = &one,
                .item = cli->command->n_arguments > 0 ? cli_argument(cli, 0) : NULL,
        };
        json_t *CLEANUP_JSON rows = NULL;
        int code = cli_pages_of_agencies(cli, &one, "Log", append_filter, &filter, "time", NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(cli, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}

static int append_period(sd_bus_message *message, const void *userdata)
{
        const struct command *command = userdata;

        return sd_bus_message_append(message, "sss", command_value(command, OPTION_FROM),
                                     command_value(command, OPTION_TO), command_value(command, OPTION_AGENCY));
}

int run_forecast(struct cli *cli)
{
        static const char *const keys[] = {"time", "kind", "channel", "agency", "address", "plan", "items", "subject"};
        static const struct column columns[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},     {"kind", N_("KIND"), COLUMN_KIND},
                {"channel", N_("CHANNEL"), COLUMN_TEXT}, {"agency", N_("AGENCY"), COLUMN_TEXT},
                {"items", N_("ITEMS"), COLUMN_ITEMS},    {"subject", N_("SUBJECT"), COLUMN_SPARE},
        };
        struct command one = *cli->command;
        json_t *CLEANUP_JSON rows = NULL;
        int code = cli_pages_of_agencies(cli, &one, "Forecast", append_period, &one, "time", NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(cli, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}
