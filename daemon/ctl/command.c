/* The command line: the tables of verbs and options, and how a command is read. */
#include "ctl/command.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/language.h"
#include "base/nearest.h"
#include "core/block.h"
#include "ctl/verbs.h"
#include "ctl/width.h"

const struct option_info option_infos[OPTION_COUNT] = {
        [OPTION_PLAN] = {"plan", "PLAN", WORD_PLAN, N_("only this plan")},
        [OPTION_ITEM] = {"item", "ITEM", WORD_ITEM, N_("only this item")},
        [OPTION_AGENCY] = {"agency", "AGENCY", WORD_AGENCY,
                           N_("only this agency, or several; left out: all that owe the item")},
        [OPTION_STATE] = {"state", "STATE", WORD_STATE, N_("only what is in this state")},
        [OPTION_BEFORE] = {"before", "DATE", WORD_DATE, N_("only what is due before that day")},
        [OPTION_SINCE] = {"since", "DATE", WORD_DATE, N_("only from that day on")},
        [OPTION_MATRIX] = {"matrix", NULL, WORD_NONE, N_("a table of items by agencies, one mark each")},
        [OPTION_HTML] = {"html", NULL, WORD_NONE, N_("as HTML, to look at in a browser or to print")},
        [OPTION_CSV] = {"csv", NULL, WORD_NONE, N_("for a spreadsheet: one line for each agency and item")},
        [OPTION_ICS] = {"ics", NULL, WORD_NONE, N_("as a calendar file, of what one agency owes or of all")},
        [OPTION_UNTIL] = {"until", "DATE", WORD_DATE, N_("the last silent day")},
        [OPTION_FOR] = {"for", "SPAN", WORD_NONE, N_("how long: 2d, 1w, 3wd (working days)")},
        [OPTION_REASON] = {"reason", "TEXT", WORD_NONE, N_("why; it is kept and shown")},
        [OPTION_ASKED_BY] = {"asked-by", "TEXT", WORD_NONE, N_("who asked for it; the letter to the agency says so")},
        [OPTION_FORCE] = {"force", NULL, WORD_NONE, N_("also beyond the last working day before the due date")},
        [OPTION_ON] = {"on", "DATE", WORD_DATE, N_("the day it was finished, or takes effect, if not today")},
        [OPTION_NOTE] = {"note", "TEXT", WORD_NONE, N_("a remark; it is kept and shown")},
        [OPTION_AMEND] = {"amend", NULL, WORD_NONE, N_("puts right the day or the note of what is done")},
        [OPTION_ALL] = {"all", NULL, WORD_NONE, N_("all of them, where there are several")},
        [OPTION_YES] = {"yes", NULL, WORD_NONE, N_("do not ask")},
        [OPTION_FROM] = {"from", "DATE", WORD_DATE, N_("the first day; today")},
        [OPTION_TO] = {"to", "DATE|ADDRESS", WORD_DATE,
                       N_("the last day; 30 days ahead. With test: an address to send to in place of the agency's")},
        [OPTION_KIND] = {"kind", "KIND", WORD_KIND, N_("this kind of message, not the one that fits the day")},
        [OPTION_WEBHOOK] = {"webhook", "ID", WORD_NONE, N_("a webhook, not an agency's mailboxes")},
        [OPTION_CHECK] = {"check", NULL, WORD_NONE, N_("exit 1 when something needs attention")},
        [OPTION_REPLACE] = {"replace", NULL, WORD_NONE, N_("an older FILE gives way, once the new one is complete")},
        [OPTION_OUTPUT] = {"output", "FILE", WORD_FILE, N_("writes FILE and not to standard output; or -o FILE")},
        [OPTION_QUIET] = {"quiet", NULL, WORD_NONE, N_("nothing more is said of it than has to be")},
        [OPTION_DRY_RUN] = {"dry-run", NULL, WORD_NONE, N_("only show what would be changed")},
        [OPTION_JSON] = {"json", NULL, WORD_NONE, N_("JSON on standard output, nothing else")},
        [OPTION_BLOCK] =
                {"block", "BLOCK", WORD_BLOCK,
                 N_("one of several blocks on this machine; $REMINDERD_BLOCK. With status, list, claims and metrics "
                    "'*' is all of them")},
        [OPTION_BUS] = {"bus", "BUS", WORD_BUS, N_("system or session; system")},
        [OPTION_HELP] = {"help", NULL, WORD_NONE, N_("this text")},
        [OPTION_VERSION] = {"version", NULL, WORD_NONE, N_("the version")},
};

/* What goes with an item, and with a decision that may be about several of its obligations. */
#define OF_ITEM (BIT(OPTION_AGENCY) | BIT(OPTION_JSON))
#define AGENCIES BIT(OPTION_AGENCY)
#define OF_SEVERAL (OF_ITEM | BIT(OPTION_ALL) | BIT(OPTION_YES))

const struct verb verbs[] = {
        {
                .name = "status",
                .help = N_("how the daemon is, and what waits"),
                .options = BIT(OPTION_JSON) | BIT(OPTION_CHECK),
                .of_every_block = true,
                .run = run_status,
        },
        {
                .name = "list",
                .help = N_("obligations: who owes what, until when"),
                .more = N_("STATE is pending, overdue, snoozed, tentative, undated, done, late, waived, withdrawn, "
                           "passed, unclear, unfinished, or open for all that is still owed."),
                .options = BIT(OPTION_PLAN) | BIT(OPTION_ITEM) | BIT(OPTION_AGENCY) | BIT(OPTION_STATE) |
                           BIT(OPTION_SINCE) | BIT(OPTION_BEFORE) | BIT(OPTION_MATRIX) | BIT(OPTION_HTML) |
                           BIT(OPTION_JSON),
                .several = AGENCIES,
                .of_every_block = true,
                .run = run_list,
        },
        {
                .name = "show",
                .synopsis = "ITEM",
                .help = N_("all about an item: reminders past and to come, deliveries, decisions"),
                .options = OF_ITEM,
                .several = AGENCIES,
                .least = 1,
                .most = 1,
                .argument = WORD_ITEM,
                .run = run_show,
        },
        {
                .name = "forecast",
                .help = N_("what will be sent to whom, if nothing changes"),
                .options = BIT(OPTION_FROM) | BIT(OPTION_TO) | BIT(OPTION_AGENCY) | BIT(OPTION_JSON),
                .several = AGENCIES,
                .run = run_forecast,
        },
        {
                .name = "calendar",
                .synopsis = "[YEAR]",
                .help = N_("a year: days off, days worked in exchange, deadlines"),
                .more = N_("With --ics what calendar programs read: the deadlines of all years, without days off. An "
                           "entry keeps its identity when its day moves, so that importing it again moves it."),
                .options = BIT(OPTION_ICS) | BIT(OPTION_AGENCY) | BIT(OPTION_JSON),
                .most = 1,
                .run = run_calendar,
        },
        {
                .name = "preview",
                .synopsis = "ITEM",
                .help = N_("a message as it would read now; nothing is sent"),
                .options = BIT(OPTION_AGENCY) | BIT(OPTION_KIND) | BIT(OPTION_HTML) | BIT(OPTION_JSON),
                .required = BIT(OPTION_AGENCY),
                .least = 1,
                .most = 1,
                .argument = WORD_ITEM,
                .run = run_preview,
        },
        {
                .name = "deliveries",
                .help = N_("messages, and what the server said"),
                .options = BIT(OPTION_STATE) | BIT(OPTION_AGENCY) | BIT(OPTION_JSON),
                .several = AGENCIES,
                .run = run_deliveries,
        },
        {
                .name = "claims",
                .help = N_("what agencies say: that they have finished, or need more time"),
                .more = N_("STATE is open, confirmed, rejected, granted or overtaken."),
                .options = BIT(OPTION_STATE) | BIT(OPTION_AGENCY) | BIT(OPTION_JSON),
                .several = AGENCIES,
                .of_every_block = true,
                .run = run_claims,
        },
        {
                .name = "log",
                .synopsis = "[ITEM]",
                .help = N_("who decided what, and who was refused"),
                .options = BIT(OPTION_AGENCY) | BIT(OPTION_SINCE) | BIT(OPTION_JSON),
                .several = AGENCIES,
                .most = 1,
                .argument = WORD_ITEM,
                .run = run_log,
        },
        {
                .name = "report",
                .synopsis = "PLAN",
                .help = N_("who did what of a plan: on time, late, unfinished, how often urged"),
                .more = N_("Also of a plan that is closed, or whose file is gone. Of what was done late, DAYS are "
                           "those of "
                           "the calendar, and in brackets the working days; what is not on time stands below."),
                .options = BIT(OPTION_HTML) | BIT(OPTION_CSV) | BIT(OPTION_JSON),
                .least = 1,
                .most = 1,
                .argument = WORD_PLAN,
                .run = run_report,
        },
        {
                .name = "metrics",
                .help = N_("counts for monitoring, as OpenMetrics text"),
                .more = N_(
                        "FILE is for the textfile collector of Prometheus' node exporter: in the text format that it "
                        "reads, and whole at any moment."),
                .options = BIT(OPTION_OUTPUT) | BIT(OPTION_JSON),
                .of_every_block = true,
                .run = run_metrics,
        },
        {
                .name = "done",
                .synopsis = "ITEM...",
                .help = N_("it is finished: reminders stop, also those queued"),
                .options = OF_SEVERAL | BIT(OPTION_ON) | BIT(OPTION_NOTE) | BIT(OPTION_AMEND) | BIT(OPTION_QUIET),
                .more = N_("--quiet: no confirmation is sent."),
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_done,
        },
        {
                .name = "reopen",
                .synopsis = "ITEM...",
                .help = N_("it is not finished after all"),
                .options = OF_SEVERAL | BIT(OPTION_REASON),
                .required = BIT(OPTION_REASON),
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_reopen,
        },
        {
                .name = "waive",
                .synopsis = "ITEM...",
                .help = N_("the agency need not do it"),
                .options = OF_SEVERAL | BIT(OPTION_REASON),
                .required = BIT(OPTION_REASON),
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_waive,
        },
        {
                .name = "urge",
                .synopsis = "ITEM...",
                .help = N_("what is unclear is overdue from now on"),
                .options = OF_ITEM,
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_urge,
        },
        {
                .name = "snooze",
                .synopsis = "ITEM...",
                .help = N_("no reminders for a while; the deadline stays"),
                .more = N_("Without --force at most until the last working day before the due date, and 5 working days "
                           "once overdue."),
                .options = OF_ITEM | BIT(OPTION_UNTIL) | BIT(OPTION_FOR) | BIT(OPTION_REASON) | BIT(OPTION_ASKED_BY) |
                           BIT(OPTION_FORCE),
                .required = BIT(OPTION_REASON),
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_snooze,
        },
        {
                .name = "unsnooze",
                .synopsis = "ITEM...",
                .help = N_("ends a snooze"),
                .options = OF_ITEM,
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_unsnooze,
        },
        {
                .name = "set-date",
                .synopsis = "ITEM... DATE",
                .help = N_("fixes or changes the day it is due, and tells those concerned"),
                .more = N_("Asks before it takes a day off."),
                .options = OF_ITEM | BIT(OPTION_NOTE) | BIT(OPTION_YES),
                .several = AGENCIES,
                .least = 2,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .last = WORD_DATE,
                .run = run_set_date,
        },
        {
                .name = "clear-date",
                .synopsis = "ITEM...",
                .help = N_("takes such a day back"),
                .options = OF_ITEM,
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_clear_date,
        },
        {
                .name = "claim",
                .synopsis = "ITEM...",
                .help = N_("an agency says that it has finished, or with --until asks for more time"),
                .more = N_("Decides nothing: the agency is not reminded until somebody answers with confirm, grant or "
                           "reject. --on: the day on which it said so, if not today."),
                .options = OF_ITEM | BIT(OPTION_ON) | BIT(OPTION_UNTIL) | BIT(OPTION_NOTE),
                .required = BIT(OPTION_AGENCY),
                .several = AGENCIES,
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_ITEM,
                .run = run_claim,
        },
        {
                .name = "confirm",
                .synopsis = "CLAIM",
                .help = N_("what the agency says is so: it is done, as of the day of the claim"),
                .options = BIT(OPTION_JSON),
                .least = 1,
                .most = 1,
                .argument = WORD_CLAIM,
                .run = run_confirm,
        },
        {
                .name = "reject",
                .synopsis = "CLAIM",
                .help = N_("a claim or a request is not accepted: the agency is told, and reminders go on"),
                .options = BIT(OPTION_REASON) | BIT(OPTION_JSON),
                .required = BIT(OPTION_REASON),
                .least = 1,
                .most = 1,
                .argument = WORD_CLAIM,
                .run = run_reject,
        },
        {
                .name = "grant",
                .synopsis = "CLAIM",
                .help = N_("the agency gets the time that it asked for, or until another day"),
                .more = N_("--until: the new date, if not the one that was asked for."),
                .options = BIT(OPTION_UNTIL) | BIT(OPTION_JSON),
                .least = 1,
                .most = 1,
                .argument = WORD_CLAIM,
                .run = run_grant,
        },
        {
                .name = "close",
                .synopsis = "PLAN",
                .help = N_("the plan ends: what is open is unfinished, and nothing more is sent of it"),
                .more = N_("A later day --on moves the end of a plan that is closed, and opens it again."),
                .options = BIT(OPTION_ON) | BIT(OPTION_REASON) | BIT(OPTION_JSON),
                .required = BIT(OPTION_REASON),
                .least = 1,
                .most = 1,
                .argument = WORD_PLAN,
                .run = run_close,
        },
        {
                .name = "hold",
                .help = N_("sends nothing to all agencies, or to one, for a while; decisions go on"),
                .more = N_("Without --until it lasts until release. Afterwards only the newest of the reminders that "
                           "were missed is sent, and what was decided and is still true."),
                .options = BIT(OPTION_AGENCY) | BIT(OPTION_UNTIL) | BIT(OPTION_REASON) | BIT(OPTION_JSON),
                .required = BIT(OPTION_REASON),
                .run = run_hold,
        },
        {
                .name = "release",
                .help = N_("ends a hold"),
                .options = BIT(OPTION_AGENCY) | BIT(OPTION_JSON),
                .run = run_release,
        },
        {
                .name = "record",
                .synopsis = "FILE|-",
                .help = N_("done, from a list of what came in"),
                .more = N_(
                        "FILE is CSV with a heading: item, agency, date and, if wanted, note; the agency by its id or "
                        "its name. All of it is recorded or nothing. With --quiet no confirmations are sent."),
                .options = BIT(OPTION_DRY_RUN) | BIT(OPTION_QUIET) | BIT(OPTION_JSON),
                .least = 1,
                .most = 1,
                .argument = WORD_FILE,
                .run = run_record,
        },
        {
                .name = "retry",
                .synopsis = "[DELIVERY]",
                .help = N_("sends a failed message again, now; or --all of them"),
                .options = BIT(OPTION_ALL) | BIT(OPTION_JSON),
                .most = 1,
                .argument = WORD_DELIVERY,
                .run = run_retry,
        },
        {
                .name = "drop",
                .synopsis = "DELIVERY...",
                .help = N_("gives queued messages up"),
                .options = BIT(OPTION_YES) | BIT(OPTION_JSON),
                .least = 1,
                .most = INT_MAX,
                .argument = WORD_QUEUED_DELIVERY,
                .run = run_drop,
        },
        {
                .name = "acknowledge",
                .synopsis = "[DELIVERY]",
                .help = N_("says that a message that failed or came too late is seen to; or --all"),
                .options = BIT(OPTION_ALL) | BIT(OPTION_JSON),
                .most = 1,
                .argument = WORD_FAILED_DELIVERY,
                .run = run_acknowledge,
        },
        {
                .name = "take-over",
                .help = N_("this machine reminds from now on: the other one is gone"),
                .more = N_("Where a copy of another machine's state is started, it stands by: it shows what there is, "
                           "sends nothing and decides nothing. First see that the other machine never reminds again; "
                           "two of them would send everything twice."),
                .options = BIT(OPTION_REASON) | BIT(OPTION_JSON),
                .required = BIT(OPTION_REASON),
                .run = run_take_over,
        },
        {
                .name = "test",
                .synopsis = "[AGENCY]",
                .help = N_("sends a test message now"),
                .options = BIT(OPTION_TO) | BIT(OPTION_WEBHOOK) | BIT(OPTION_JSON),
                .most = 1,
                .argument = WORD_AGENCY,
                .run = run_test,
        },
        {
                .name = "reload",
                .help = N_("reads the configuration again, and says what it changes; with mistakes the old one stays"),
                .options = BIT(OPTION_DRY_RUN) | BIT(OPTION_QUIET) | BIT(OPTION_JSON),
                .run = run_reload,
        },
        {
                .name = "backup",
                .synopsis = "FILE",
                .help = N_("writes a copy of the state to a new file, while reminders go on"),
                .more = N_(
                        "The file is whole or not there, and only you may read it. reminderd(8) tells how to restore "
                        "it, and what else belongs into a backup."),
                .options = BIT(OPTION_REPLACE) | BIT(OPTION_JSON),
                .least = 1,
                .most = 1,
                .argument = WORD_FILE,
                .run = run_backup,
        },
        {
                .name = "help",
                .synopsis = "[VERB]",
                .help = N_("this text, or all about a verb"),
                .most = 1,
                .argument = WORD_VERB,
                .run = run_help,
        },
        {0},
};

const struct verb *verb_find(const char *name)
{
        for (const struct verb *verb = verbs; verb->name; verb++)
                if (strcmp(verb->name, name) == 0)
                        return verb;
        return NULL;
}

const char *command_value(const struct command *command, enum cli_option option)
{
        return command->values[option] ? command->values[option] : "";
}

bool command_has(const struct command *command, enum cli_option option)
{
        return command->values[option];
}

/* ---- reading ---- */

__attribute__((format(printf, 2, 3))) static int usage(const struct verb *verb, const char *format, ...)
{
        va_list arguments;

        fputs("reminderctl: ", stderr);
        va_start(arguments, format);
        text_vprint(stderr, format, arguments);
        va_end(arguments);
        fprintf(stderr, _("; see reminderctl %s%s--help\n"), verb ? verb->name : "", verb ? " " : "");
        return EXIT_USAGE;
}

static int unknown_verb(const char *name)
{
        struct nearest nearest = nearest_to(name);

        for (const struct verb *verb = verbs; verb->name; verb++)
                nearest_consider(&nearest, verb->name);
        if (nearest.best)
                return usage(NULL, _("no verb \"%.40s\", perhaps %s"), name, nearest.best);
        return usage(NULL, _("no verb \"%.40s\""), name);
}

static int take_option(struct command *command, enum cli_option option, const char *value)
{
        if (command->values[option])
                command->repeated |= BIT(option);
        command->values[option] = value;
        if (option != OPTION_AGENCY)
                return 0;
        if (command->n_agencies == AGENCIES_MAX)
                return -E2BIG;
        command->agencies[command->n_agencies++] = value;
        return 0;
}

static int read_options(int argc, char **argv, struct command *command)
{
        struct option known[OPTION_COUNT + 1] = {0};
        int i;

        for (int o = 0; o < OPTION_COUNT; o++)
                known[o] = (struct option){
                        option_infos[o].name, option_infos[o].placeholder ? required_argument : no_argument, NULL,
                        o + 1000, /* above every character */
                };
        opterr = 0;
        while ((i = getopt_long(argc, argv, ":ho:", known, NULL)) != -1) {
                if (i == 'h')
                        i = 1000 + OPTION_HELP;
                if (i == 'o')
                        i = 1000 + OPTION_OUTPUT;
                if (i == ':')
                        return usage(NULL, _("%s wants a value"), argv[optind - 1]);
                if (i < 1000)
                        return usage(NULL, _("no option %.40s"), argv[optind - 1]);
                if (take_option(command, (enum cli_option)(i - 1000), optarg ? optarg : "") < 0)
                        return usage(NULL, _("more than %d agencies; --all means all of them"), AGENCIES_MAX);
        }
        return EXIT_DONE;
}

/* What stands twice is meant twice or is a slip; in neither case is one of the two left out without a word. */
static int check_repeated(const struct command *command)
{
        const struct verb *verb = command->verb;

        for (int o = 0; o < OPTION_COUNT; o++)
                if (command->repeated & BIT(o) && !(verb && verb->several & BIT(o)))
                        return usage(verb, _("--%s stands twice and can be given once"), option_infos[o].name);
        for (size_t i = 0; i < command->n_agencies; i++)
                for (size_t k = 0; k < i; k++)
                        if (strcmp(command->agencies[i], command->agencies[k]) == 0)
                                return usage(verb, _("--agency %.40s stands twice"), command->agencies[i]);
        return EXIT_DONE;
}

static int check_options(const struct command *command)
{
        const struct verb *verb = command->verb;
        const char *bus = command->values[OPTION_BUS], *block = command->values[OPTION_BLOCK];

        if (bus && strcmp(bus, "system") != 0 && strcmp(bus, "session") != 0)
                return usage(NULL, _("--bus is system or session"));
        if (block && *block && strcmp(block, EVERY_BLOCK) != 0 && !block_is_valid(block))
                return usage(NULL, _("--block %.40s: a block's name is made of a-z, 0-9 and -"), block);
        if (block && strcmp(block, EVERY_BLOCK) == 0 && verb && !verb->of_every_block)
                return usage(verb, _("%s is for one block: --block BLOCK"), verb->name);
        if (check_repeated(command) != EXIT_DONE)
                return EXIT_USAGE;
        if (!verb || command->values[OPTION_HELP])
                return EXIT_DONE;
        for (int o = 0; o < OPTION_COUNT; o++) {
                if (command->values[o] && !((verb->options | OPTIONS_COMMON) & BIT(o)))
                        return usage(verb, _("%s takes no --%s"), verb->name, option_infos[o].name);
                if (!command->values[o] && (verb->required & BIT(o)))
                        return usage(verb, _("%s wants --%s %s"), verb->name, option_infos[o].name,
                                     option_infos[o].placeholder);
        }
        if (command->n_arguments < verb->least)
                return usage(verb, _("%s wants %s"), verb->name, verb->synopsis);
        if (command->n_arguments > verb->most)
                return usage(verb, _("%s: \"%.40s\" is one word too many"), verb->name, command->arguments[verb->most]);
        return EXIT_DONE;
}

int command_parse(int argc, char **argv, struct command *ret)
{
        struct command command = {0};
        int code = read_options(argc, argv, &command);

        if (code != EXIT_DONE)
                return code;
        if (optind < argc) {
                command.verb = verb_find(argv[optind]);
                if (!command.verb)
                        return unknown_verb(argv[optind]);
                command.arguments = argv + optind + 1;
                command.n_arguments = argc - optind - 1;
        } else if (!command.values[OPTION_HELP] && !command.values[OPTION_VERSION])
                return usage(NULL, _("what is to be done?"));
        if (!command.values[OPTION_BLOCK])
                command.values[OPTION_BLOCK] = getenv(BLOCK_VARIABLE);
        code = check_options(&command);
        if (code == EXIT_DONE)
                *ret = command;
        return code;
}
