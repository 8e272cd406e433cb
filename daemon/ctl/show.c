/* The verb show: one item with the whole life of its obligations. */
#include <stdint.h>
#include <string.h>

#include "base/language.h"
#include "core/reference.h"
#include "ctl/shape.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

#define LABEL_COLUMNS 14

static void line(const char *label, const char *value)
{
        if (!*value)
                return;
        fputs("  ", stdout);
        text_pad(stdout, label, LABEL_COLUMNS);
        text_write(stdout, value, SIZE_MAX);
        putchar('\n');
}

static void day_line(const char *label, const char *day)
{
        char shown[LANGUAGE_DATE_SIZE];

        line(label, language_date(day, shown));
}

static void names_line(const char *label, const json_t *names)
{
        for (size_t i = 0; i < json_array_size(names); i++)
                line(i == 0 ? label : "", json_string_value(json_array_get(names, i)));
}

static void print_item(const struct style *style, const json_t *about)
{
        char name[REFERENCE_TEXT_SIZE];

        style_begin(style, LOOK_HEAD);
        fputs(reference_format(received_text(about, "plan"), received_text(about, "item"),
                               received_text(about, "occurrence"), name),
              stdout);
        style_end(style, LOOK_HEAD);
        putchar('\n');
        line(_("title"), received_text(about, "title"));
        line(_("plan"), received_text(about, "plan_title"));
        line(_("basis"), received_text(about, "basis"));
        line(_("link"), received_text(about, "link"));
        line(_("when"), received_text(about, "when"));
        if (received_truth(about, "event"))
                line(_("event"), _("to be attended, nothing is handed in"));
        line(_("time"), received_text(about, "time"));
        line(_("place"), received_text(about, "place"));
        line(_("repeats"), received_text(about, "repeat"));
        names_line(_("with"), json_object_get(about, "with"));
        day_line(_("fix by"), received_text(about, "fix_by"));
        day_line(_("at the latest"), received_text(about, "limit"));
        line(_("wording"), received_text(about, "wording"));
        line(_("note"), received_text(about, "note"));
        if (received_truth(about, "withdrawn"))
                line(_("withdrawn"), _("it is no longer in the plan"));
}

/* What the agency says of it. */
static void print_claim(const json_t *obligation)
{
        const char *until = received_text(obligation, "requested_date");
        char on[LANGUAGE_DATE_SIZE], last[LANGUAGE_DATE_SIZE];

        fputs("  ", stdout);
        text_pad(stdout, _("claimed"), LABEL_COLUMNS);
        (void)language_date(received_text(obligation, "claimed_on"), on);
        if (*until)
                printf(_("asks for time until %s, on %s, by %s\n"), language_date(until, last), on,
                       received_text(obligation, "claimed_by"));
        else
                printf(_("says finished on %s, by %s\n"), on, received_text(obligation, "claimed_by"));
}

static void print_head(const struct style *style, const json_t *obligation)
{
        const char *state = received_text(obligation, "state"), *due = received_text(obligation, "due");
        const char *effective = received_text(obligation, "effective_due"), *from = received_text(obligation, "from");
        const char *occurrence = received_text(obligation, "occurrence");
        char first[LANGUAGE_DATE_SIZE], last[LANGUAGE_DATE_SIZE];

        putchar('\n');
        style_begin(style, LOOK_HEAD);
        printf("%s%s%s", received_text(obligation, "agency"), *occurrence ? "  @" : "", occurrence);
        style_end(style, LOOK_HEAD);
        fputs("  ", stdout);
        style_begin(style, look_of_state(state));
        fputs(language_word("state", state), stdout);
        style_end(style, look_of_state(state));
        putchar('\n');
        if (*from && *due) {
                fputs("  ", stdout);
                text_pad(stdout, received_truth(obligation, "tentative") ? _("tentative") : _("window"), LABEL_COLUMNS);
                printf(_("%s to %s\n"), language_date(from, first), language_date(due, last));
        } else
                day_line(_("due"), due);
        if (strcmp(due, effective) != 0)
                day_line(_("on time till"), effective);
        day_line(_("done on"), received_text(obligation, "done_on"));
        line(_("by"), received_text(obligation, "done_by"));
        line(_("note"), received_text(obligation, "note"));
        if (received_truth(obligation, "held")) {
                fputs("  ", stdout);
                text_pad(stdout, _("held"), LABEL_COLUMNS);
                print_hold(received_text(obligation, "agency"), obligation, "held_until", "hold_reason");
        }
        if (*received_text(obligation, "claimed_on"))
                print_claim(obligation);
        if (*received_text(obligation, "snoozed_until")) {
                fputs("  ", stdout);
                text_pad(stdout, _("snoozed"), LABEL_COLUMNS);
                printf(_("until %s by %s: "), language_date(received_text(obligation, "snoozed_until"), last),
                       received_text(obligation, "snoozed_by"));
                text_write(stdout, received_text(obligation, "snooze_reason"), SIZE_MAX);
                putchar('\n');
        }
}

/* Rungs that are settled stand among the notices. */
static json_t *to_come(const json_t *ladder)
{
        json_t *rows = json_array();

        for (size_t i = 0; rows && i < json_array_size(ladder); i++)
                if (!received_truth(json_array_get(ladder, i), "settled"))
                        (void)json_array_append(rows, json_array_get(ladder, i));
        return rows;
}

static void print_part(const struct style *style, const char *title, json_t *rows, const struct column *columns,
                       size_t n)
{
        if (json_array_size(rows) == 0)
                return;
        printf("  %s\n", title);
        table_print(style, rows, columns, n, 4, "");
}

static void print_obligation(const struct style *style, const json_t *obligation)
{
        static const struct column notices[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},  {"kind", N_("KIND"), COLUMN_KIND},
                {"state", N_("STATE"), COLUMN_STATE}, {"rung", N_("RUNG"), COLUMN_RUNG},
                {"detail", N_("WHY"), COLUMN_SAID},
        };
        static const struct column escalations[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},  {"kind", N_("KIND"), COLUMN_KIND},
                {"state", N_("STATE"), COLUMN_STATE}, {"agency", N_("TO"), COLUMN_TEXT},
                {"detail", N_("WHY"), COLUMN_SAID},
        };
        static const struct column rungs[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},
                {"kind", N_("KIND"), COLUMN_KIND},
                {"rung", N_("RUNG"), COLUMN_RUNG},
        };
        static const struct column deliveries[] = {
                {"made", N_("MADE"), COLUMN_MOMENT},      {"state", N_("STATE"), COLUMN_STATE},
                {"kind", N_("KIND"), COLUMN_KIND},        {"address", N_("ADDRESS"), COLUMN_TEXT},
                {"attempts", N_("TRIES"), COLUMN_NUMBER}, {"finished", N_("FINISHED"), COLUMN_MOMENT},
                {"id", N_("DELIVERY"), COLUMN_TEXT},      {"answer", N_("ANSWER"), COLUMN_SAID},
        };
        static const struct column events[] = {
                {"time", N_("TIME"), COLUMN_MOMENT},
                {"who", N_("WHO"), COLUMN_TEXT},
                {"verb", N_("VERB"), COLUMN_VERB},
                {"detail", N_("DETAIL"), COLUMN_DETAIL},
        };
        json_t *CLEANUP_JSON ahead = to_come(json_object_get(obligation, "ladder"));

        print_head(style, obligation);
        print_part(style, _("reminders so far"), json_object_get(obligation, "notices"), notices, ELEMENTS(notices));
        print_part(style, _("reminders to come"), ahead, rungs, ELEMENTS(rungs));
        print_part(style, _("told to the head and others"), json_object_get(obligation, "escalations"), escalations,
                   ELEMENTS(escalations));
        print_part(style, _("deliveries"), json_object_get(obligation, "deliveries"), deliveries, ELEMENTS(deliveries));
        print_part(style, _("decisions"), json_object_get(obligation, "log"), events, ELEMENTS(events));
}

static int append_names(sd_bus_message *message, const void *userdata)
{
        const struct command *command = userdata;

        return sd_bus_message_append(message, "ss", command->arguments[0], command_value(command, OPTION_AGENCY));
}

static int print_json(const struct cli *cli, json_t *about, json_t *obligations)
{
        static const char *const item_keys[] = {"occurrence", "title", "plan_title", "basis",     "link",   "form",
                                                "when",       "event", "time",       "place",     "repeat", "fix_by",
                                                "wording",    "note",  "policy",     "report_to", "limit",  "with"};
        static const char *const keys[] = {
                "occurrence", "from",          "due",           "effective_due",  "fixed",       "snoozed_until",
                "snoozed_by", "snooze_reason", "unclear_since", "held_until",     "hold_reason", "next_reminder",
                "done_on",    "done_by",       "note",          "event",          "time",        "place",
                "claimed_on", "claimed_by",    "claim_channel", "requested_date", "period",      "limit"};

        if (shape_fill(about, item_keys, ELEMENTS(item_keys)) < 0)
                return cli_no_memory(cli);
        for (size_t i = 0; i < json_array_size(obligations); i++)
                if (shape_fill(json_array_get(obligations, i), keys, ELEMENTS(keys)) < 0)
                        return cli_no_memory(cli);
        if (json_object_set(about, "obligations", obligations) < 0)
                return cli_no_memory(cli);
        return cli_print(cli, about);
}

int run_show(struct cli *cli)
{
        json_t *CLEANUP_JSON about = NULL, *CLEANUP_JSON obligations = NULL;
        struct command one = *cli->command;
        int code = cli_pages_of_agencies(cli, &one, "Show", append_names, &one, NULL, &about, &obligations);

        if (code != EXIT_DONE)
                return code;
        if (cli_is_json(cli))
                return print_json(cli, about, obligations);
        print_item(&cli->style, about);
        for (size_t i = 0; i < json_array_size(obligations); i++)
                print_obligation(&cli->style, json_array_get(obligations, i));
        return EXIT_DONE;
}
