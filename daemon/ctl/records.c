/* The verbs deliveries, log and forecast: what was sent, what was decided, what will be sent. */
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/words.h"

static int print_rows(const struct client *client, json_t *rows, const char *const *keys, size_t n_keys,
                      const struct column *columns, size_t n_columns)
{
        if (client_is_json(client)) {
                if (json_shape_all(rows, keys, n_keys) < 0)
                        return client_no_memory(client);
                return client_print(client, rows);
        }
        table_print(&client->style, rows, columns, n_columns, 0, _("Nothing of that kind."));
        return EXIT_DONE;
}

int run_deliveries(struct client *client)
{
        static const char *const keys[] = {"id",      "state",    "kind", "channel",      "agency",   "address",
                                           "subject", "attempts", "made", "next_attempt", "finished", "answer"};
        static const struct column columns[] = {
                {"id", N_("DELIVERY"), COLUMN_TEXT},         {"state", N_("STATE"), COLUMN_STATE},
                {"kind", N_("KIND"), COLUMN_TEXT},           {"agency", N_("AGENCY"), COLUMN_TEXT},
                {"address", N_("ADDRESS"), COLUMN_TEXT},     {"made", N_("MADE"), COLUMN_MOMENT},
                {"attempts", N_("TRIES"), COLUMN_NUMBER},    {"next_attempt", N_("NEXT TRY"), COLUMN_MOMENT},
                {"finished", N_("FINISHED"), COLUMN_MOMENT}, {"answer", N_("ANSWER"), COLUMN_REST},
                {"subject", N_("SUBJECT"), COLUMN_REST},
        };
        static const enum cli_option options[] = {OPTION_STATE, OPTION_AGENCY};
        const struct filter filter = {.options = options, .n = ELEMENTS(options), .command = client->command};
        json_t *CLEANUP_JSON rows = NULL;
        int code = client_pages(client, "Deliveries", append_filter, &filter, NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(client, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}

int run_log(struct client *client)
{
        static const char *const keys[] = {"time", "who",        "uid",    "verb",  "plan",
                                           "item", "occurrence", "agency", "detail"};
        static const struct column columns[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},   {"who", N_("WHO"), COLUMN_TEXT},
                {"verb", N_("VERB"), COLUMN_TEXT},     {"item", N_("ITEM"), COLUMN_ITEM},
                {"agency", N_("AGENCY"), COLUMN_TEXT}, {"detail", N_("DETAIL"), COLUMN_REST},
        };
        static const enum cli_option options[] = {OPTION_AGENCY, OPTION_SINCE};
        const struct filter filter = {
                .options = options,
                .n = ELEMENTS(options),
                .command = client->command,
                .item = client->command->n_arguments > 0 ? client_argument(client, 0) : NULL,
        };
        json_t *CLEANUP_JSON rows = NULL;
        int code = client_pages(client, "Log", append_filter, &filter, NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(client, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}

static int append_period(sd_bus_message *message, const void *userdata)
{
        const struct client *client = userdata;

        return sd_bus_message_append(message, "sss", client_value(client, OPTION_FROM), client_value(client, OPTION_TO),
                                     client_value(client, OPTION_AGENCY));
}

int run_forecast(struct client *client)
{
        static const char *const keys[] = {"time", "kind", "channel", "agency", "address", "plan", "items", "subject"};
        static const struct column columns[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},     {"kind", N_("KIND"), COLUMN_TEXT},
                {"channel", N_("CHANNEL"), COLUMN_TEXT}, {"agency", N_("AGENCY"), COLUMN_TEXT},
                {"items", N_("ITEMS"), COLUMN_ITEMS},    {"subject", N_("SUBJECT"), COLUMN_SPARE},
        };
        json_t *CLEANUP_JSON rows = NULL;
        int code = client_pages(client, "Forecast", append_period, client, NULL, &rows);

        if (code != EXIT_DONE)
                return code;
        return print_rows(client, rows, keys, ELEMENTS(keys), columns, ELEMENTS(columns));
}
